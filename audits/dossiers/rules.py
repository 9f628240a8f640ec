"""What must be so before a dossier may call itself final."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.utils.translation import gettext as _

from audits.dossiers.models import Dossier, Level, Part, Signature, Status
from compliance.checklists.models import Binding, Checklist, Progress
from compliance.lib.problems import Forbidden, Problem, Refused, sentence_against
from compliance.people.models import Membership, Role
from compliance.people.rules import can, check_can

SHOWN = 12
SIGNERS_MOST = 6
SIGN = "sign_dossiers"
# Which role may sign as what: an auditor signs as one, and nobody's lawyer signs for the auditor.
ROLES: dict[str, frozenset[Role]] = {
    Part.PREPARER: frozenset({Role.ADMINISTRATOR, Role.AUDITOR, Role.CONTRIBUTOR}),
    Part.LEGAL_REVIEWER: frozenset({Role.LEGAL_REVIEWER}),
    Part.AUDITOR: frozenset({Role.AUDITOR}),
}


def open_rows(checklist: Checklist) -> list[str]:
    """Return the ids of rows that count and are not done, in the law's order.

    A row that does not apply, as the determination says, needs no answer; one that is undetermined does.
    """
    counted = {row.id for row in checklist.catalogue.counted_rows}
    undone = (
        checklist.items.exclude(progress=Progress.DONE)
        .exclude(binding=Binding.NO)
        .order_by("position")
        .values_list("row_id", flat=True)
    )
    return [row_id for row_id in undone if row_id in counted]


def check_status(status: str, checklist: Checklist) -> None:
    """A draft is always possible; a final dossier has every duty, prohibition and condition decided by two people."""
    if status not in Status.values:
        raise Refused(Problem("unknown-status", _("There is no status {status!r}.").format(status=status)))
    undone = open_rows(checklist) if status == Status.FINAL else []
    if undone:
        more = len(undone) - SHOWN
        shown = ", ".join(undone[:SHOWN]) + (_(" and {more} more").format(more=more) if more > 0 else "")
        raise Refused(
            Problem(
                "rows-not-done",
                _("{count} rows that count are not reviewed yet: {rows}.").format(count=len(undone), rows=shown),
                _("Finish them, or freeze a draft, which says DRAFT on every page."),
                column="status",
            )
        )


def why_not_final(checklist: Checklist) -> str:
    """Return the sentence why a dossier of this checklist cannot be final now, or an empty text."""
    return sentence_against(check_status, Status.FINAL, checklist)


def levels() -> list[str]:
    """Return the levels that can be reached with what the operator has set."""
    found = [Level.BB.value]
    if settings.TIMESTAMP_URL:
        found.append(Level.BT.value)
        if settings.SIGNING_TRUST and settings.TIMESTAMP_TRUST:
            found += [Level.BLT.value, Level.BLTA.value]
    return found


def check_signing(level: str, signers: Sequence[tuple[str, Membership]], by: Membership) -> None:
    """Refuse a level that cannot be reached, and a list of signers of whom one may not sign so; all reasons at once."""
    problems = []
    if level not in levels():
        sentence = _("Level {level} cannot be reached here.").format(level=level)
        hint = _("It needs a time authority and, from B-LT on, the certificates that signers and stamps lead to.")
        problems.append(Problem("level-unreached", sentence, hint, column="level", found=level))
    if not signers and level in (Level.BLT, Level.BLTA) and not settings.SIGNING_PKCS12:
        sentence = _("Level {level} needs a certificate that somebody vouches for; this machine's own has nobody.")
        hint = _("Name people who sign, or choose level B-B or B-T.")
        problems.append(Problem("level-local", sentence.format(level=level), hint, column="level"))
    if len(signers) > SIGNERS_MOST:
        sentence = _("At most {count} people can sign a dossier.").format(count=SIGNERS_MOST)
        problems.append(Problem("signers-many", sentence, column="signers"))
    people = [member.pk for _part, member in signers]
    if len(set(people)) != len(people):
        sentence = _("One person can sign a dossier once only: whoever checks is not who prepared.")
        problems.append(Problem("signer-twice", sentence, column="signers"))
    for part, member in signers:
        if member.organisation_id != by.organisation_id:
            raise ValueError("The signer belongs to another organisation.")
        if sentence := why_not_as(part, member):
            problems.append(Problem("signer-role", sentence, column=part, found=str(member.get_role_display())))
    if problems:
        raise Refused.all(problems)


def why_not_as(part: str, member: Membership) -> str:
    """Return the sentence why a member may not sign as a part, or an empty text."""
    if part not in ROLES:
        return _("Nobody signs as {part}.").format(part=part)
    if not member.is_active or not can(member, SIGN) or member.role not in ROLES[part]:
        sentence = _("{name}, {role}, may not sign as {part}.")
        return sentence.format(name=member.name, role=member.get_role_display(), part=Part(part).label)
    return ""


def next_of(dossier: Dossier) -> Signature | None:
    """Return the signature whose turn it is; None where all have signed, or nobody was asked to."""
    found: Signature | None = dossier.signatures.filter(signed_at=None).select_related("member__user").first()
    return found


def check_turn(by: Membership, dossier: Dossier) -> Signature:
    """Return the signature that `by` may give now; raise with the reason where there is none."""
    check_can(by, SIGN)
    if not dossier.is_made:
        raise Refused(Problem("not-made", _("The pages are not printed yet, so there is nothing to sign.")))
    mine = dossier.signatures.select_related("member__user").filter(member=by).first()
    if mine is None:
        raise Forbidden(Problem("not-a-signer", _("You are not among those who sign this dossier.")))
    if mine.signed_at is not None:
        raise Refused(Problem("signed-already", _("You have signed this dossier already.")))
    if sentence := why_not_as(mine.part, by):
        raise Forbidden(Problem("signer-role", sentence))
    first = next_of(dossier)
    if first is not None and first.pk != mine.pk:
        sentence = _("{name} signs before you, as {part}.")
        told = sentence.format(name=first.member.name, part=first.get_part_display())
        raise Refused(Problem("not-your-turn", told, _("Come back when they have signed.")))
    return mine


def why_not_now(by: Membership, dossier: Dossier) -> str:
    """Return the sentence why a member cannot sign now, or an empty text."""
    return sentence_against(check_turn, by, dossier)
