"""Answer questions about a system, determine which rows of a law bind it, override with a second person, and sign."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compliance.catalogue import loader
from compliance.catalogue.known import Known, read
from compliance.determinations import queries, rules
from compliance.determinations import result as results
from compliance.determinations.models import Determination, FactSheet, Override
from compliance.lib import canonical
from compliance.lib.problems import Problem, Refused
from compliance.people.models import Membership
from compliance.people.reach import within
from compliance.people.rules import check_can
from compliance.systems.models import AISystem
from compliance.trail.actions import hold, write

_NAMED = 3
_NEVER: Any = object()  # nobody has answered it, not even with "not known yet"


@transaction.atomic
def save_answers(
    *,
    by: Membership,
    system: AISystem,
    answers: Mapping[str, Any],
    remarks: Mapping[str, str] | None = None,
    revision: int | None = None,
) -> FactSheet:
    """Keep answers, as a file of facts has them; None says that it is not known yet. Refused with every problem
    at once.

    With `revision`, that of the sheet which the person read, an answer that somebody else changed since is not
    overwritten unseen; other answers of the same sheet are no hindrance.
    """
    check_can(by, "determine")
    given = read(answers, loader.facts()).as_json()
    sheet = _sheet(by, system)
    names = [name for name in loader.facts() if name in answers or name in (remarks or {})]
    overtaken = [] if revision is None else [name for name in names if sheet.revisions.get(name, 0) > revision]
    if overtaken:
        sentence = _("Somebody else changed this answer while you were writing.")
        hint = _(
            "What you typed is still in the form. Compare it with what is kept now, then save again to replace it."
        )
        raise Refused(Problem("changed-meanwhile", sentence, hint))
    before = {name: (sheet.answers.get(name, _NEVER), sheet.remarks.get(name, "")) for name in names}
    for name in names:
        if name in answers:
            sheet.answers[name] = given.get(name)
        if remarks and name in remarks:
            sheet.remarks[name] = remarks[name].strip()
    after = {name: (sheet.answers.get(name, _NEVER), sheet.remarks.get(name, "")) for name in names}
    changed = [name for name in names if before[name] != after[name]]
    if changed:
        sheet.revision += 1
        sheet.revisions |= dict.fromkeys(changed, sheet.revision)
        sheet.changed_by, sheet.changed_at = by, timezone.now()
        sheet.save()
        write(
            organisation_id=by.organisation_id,
            actor=by.actor,
            verb="facts.answered",
            subject=system.subject,
            system_id=system.id,
            data={
                "questions": _questions(changed),
                "before": {name: _answered(before[name][0]) for name in changed},
                "after": {name: _answered(after[name][0]) for name in changed},
                "remarks": {name: after[name][1] for name in changed if after[name][1] != before[name][1]},
            },
        )
    return sheet


@transaction.atomic
def determine(
    *, by: Membership, system: AISystem, law: str, as_of: datetime.date, text_version: str | None = None
) -> Determination:
    """Hold what is known of a system against a law as of a day and keep it as a draft, frozen with its digest.

    Without `text_version` the text is the one that was in force on that day. Refused with `no-text-yet` before the
    first text, and with `nothing-known` while no question is answered.
    """
    check_can(by, "determine")
    _of_the_house(by, system)
    sheet = queries.sheet_of(by, system)
    known = queries.readable(sheet.answers) if sheet else Known()
    if sheet is None or not known.answers:
        sentence = _("Nothing is known about {system} yet, so there is nothing to determine.").format(system=system)
        raise Refused(Problem("nothing-known", sentence, _("Answer the first questions, then come back.")))
    found, classes = results.hold(law, known, as_of, text_version)
    text = canonical.dump(results.written(found, classes, system=str(system), remarks=sheet.remarks))
    made = Determination.objects.create(
        organisation=by.organisation,
        system=system,
        law=found.law.law,
        text_version=found.law.text_version,
        title=found.law.short_title,
        catalogue_sha256=found.law.digest,
        as_of=as_of,
        facts=known.as_json(),
        result=text.decode(),
        sha256=canonical.sha256(text),
        made_by=by,
    )
    _tell(
        by, "determination.made", made, as_of=as_of.isoformat(), text_version=made.text_version, facts=len(made.facts)
    )
    return made


@transaction.atomic
def propose_override(
    *,
    by: Membership,
    determination: Determination,
    row_id: str = "",
    outcome: str = "",
    state: str,
    since: datetime.date | None = None,
    reason: str,
) -> Override:
    """Say otherwise than the engine on one row or one outcome of a draft, and why; it counts once accepted."""
    determination = _locked(by, determination)
    rules.check_move("override", by=by, determination=determination)
    found = _found(determination, row_id, outcome)
    rules.check_override(state=state, since=since, found=found, as_of=determination.as_of, reason=reason)
    try:
        with transaction.atomic():
            override = Override.objects.create(
                determination=determination,
                row_id=row_id,
                outcome=outcome,
                found_state=found[0],
                found_since=found[1],
                state=state,
                since=since,
                reason=reason.strip(),
                proposed_by=by,
            )
    except IntegrityError:
        sentence = _("There is an override of {name} already.").format(name=row_id or outcome)
        raise Refused(Problem("overridden-already", sentence)) from None
    _tell(by, "determination.override_proposed", determination, **_of_override(override))
    return override


@transaction.atomic
def decide_override(*, by: Membership, override: Override, accept: bool, reason: str = "") -> Override:
    """Accept or refuse, as the second person, what another proposed; to refuse takes a reason.

    An accepted override counts in the determination's result, whose digest is a new one then.
    """
    determination = _locked(by, override.determination)
    override = determination.overrides.select_related("proposed_by__user").get(pk=override.pk)
    rules.check_decide(by=by, override=override)
    if not accept and not reason.strip():
        raise Refused(Problem("refusal-without-reason", _("To refuse an override takes a reason."), column="reason"))
    override.decision = Override.Decision.ACCEPTED if accept else Override.Decision.REFUSED
    override.decided_by, override.decided_at, override.decided_reason = by, timezone.now(), reason.strip()
    override.save()
    decided = determination.overrides.exclude(decision=Override.Decision.OPEN)
    kept = canonical.load(determination.result.encode())
    kept["overrides"] = [_as_json(one, kept) for one in decided.select_related("proposed_by__user", "decided_by__user")]
    text = canonical.dump(kept)
    determination.result, determination.sha256 = text.decode(), canonical.sha256(text)
    determination.save(update_fields=["result", "sha256"])
    verb = "determination.override_accepted" if accept else "determination.override_refused"
    told = {"decided_reason": override.decided_reason, "sha256": determination.sha256}
    _tell(by, verb, determination, **_of_override(override), **told)
    return override


@transaction.atomic
def sign(*, by: Membership, determination: Determination, statement: str, sha256: str | None = None) -> Determination:
    """Sign a draft with a statement in one's own words; from then on nothing of it changes.

    With `sha256`, the digest that the person read, a draft that changed since is not signed unseen. The last one
    signed for this system and law is the one that this replaces.
    """
    determination = _locked(by, determination)
    rules.check_move("sign", by=by, determination=determination)
    problems = []
    if not statement.strip():
        hint = _("Say in your own words what you checked and on what you rest.")
        problems.append(Problem("no-statement", _("A signature needs your statement."), hint, column="statement"))
    if sha256 is not None and sha256 != determination.sha256:
        sentence = _("The determination changed while you were reading it.")
        hint = _("An override was decided on. Read it again, then sign.")
        problems.append(Problem("changed-meanwhile", sentence, hint))
    if problems:
        raise Refused.all(problems)
    hold(by.organisation_id)  # so that of two signed at once the later one replaces the earlier
    determination.replaces = queries.current(by, determination.system, determination.law)
    determination.state = Determination.State.SIGNED
    determination.signed_by, determination.signed_at, determination.statement = by, timezone.now(), statement.strip()
    determination.save(update_fields=["replaces", "state", "signed_by", "signed_at", "statement"])
    told = {"sha256": determination.sha256, "short": determination.sha256[:12], "statement": determination.statement}
    _tell(by, "determination.signed", determination, **told)
    return determination


@transaction.atomic
def discard(*, by: Membership, determination: Determination) -> Determination:
    """Put a draft aside; it stays readable."""
    determination = _locked(by, determination)
    rules.check_move("discard", by=by, determination=determination)
    determination.state = Determination.State.DISCARDED
    determination.save(update_fields=["state"])
    _tell(by, "determination.discarded", determination)
    return determination


def _sheet(by: Membership, system: AISystem) -> FactSheet:
    """Return the sheet of a system, locked, made first where there is none."""
    _of_the_house(by, system)
    FactSheet.objects.get_or_create(system=system, defaults={"organisation": by.organisation, "changed_by": by})
    sheets = FactSheet.objects.select_for_update(no_key=True, of=("self",)).select_related("changed_by__user")
    return sheets.get(within(by), system=system)


def _locked(by: Membership, determination: Determination) -> Determination:
    mine = Determination.objects.select_for_update(no_key=True, of=("self",)).select_related("system", "organisation")
    return mine.get(within(by, law="law"), pk=determination.pk)


def _of_the_house(by: Membership, system: AISystem) -> None:
    if system.organisation_id != by.organisation_id:
        raise ValueError("The AI system belongs to another organisation.")


def _answered(answer: Any) -> Any:
    return None if answer is _NEVER else answer


def _questions(names: list[str]) -> str:
    if len(names) > _NAMED:
        return f"{len(names)} questions"
    return " ".join(f"“{loader.facts()[name].question}”" for name in names)


def _found(determination: Determination, row_id: str, outcome: str) -> tuple[str, datetime.date | None]:
    """Return what the engine found for the row or outcome; refused where the determination has none such."""
    kept = canonical.load(determination.result.encode())
    if bool(row_id) == bool(outcome):
        raise ValueError("An override is of one row or of one outcome.")
    if row_id:
        rows = [one for one in kept["rows"] if one["id"] == row_id]
        if not rows:
            sentence = _("This determination has no row {row}.").format(row=row_id)
            raise Refused(Problem("no-such-row", sentence, found=row_id))
    else:
        rows = [one for one in kept["outcomes"] if one["outcome"] == outcome]
        if not rows:
            law = loader.load(determination.law, determination.text_version)
            if outcome not in {branch.outcome for step in law.classification.values() for branch in step.branches}:
                sentence = _("This law has no class {outcome}.").format(outcome=outcome)
                raise Refused(Problem("no-such-outcome", sentence, column="outcome", found=outcome))
            return "no", None
    first = rows[0]
    return first["state"], datetime.date.fromisoformat(first["from"]) if first["from"] else None


def _as_json(override: Override, kept: Mapping[str, Any]) -> dict[str, Any]:
    """Return a decided override as the result keeps it."""
    titles = results.outcome_titles(kept["law"], kept["text_version"]) | {
        one["id"]: one["title"] for one in kept["rows"]
    }
    decided_by = override.decided_by
    return {
        "row": override.row_id,
        "outcome": override.outcome,
        "title": titles.get(override.row_id or override.outcome, ""),
        "found": {"state": override.found_state, "from": _iso(override.found_since)},
        "state": override.state,
        "from": _iso(override.since),
        "reason": override.reason,
        "proposed_by": override.proposed_by.name,
        "proposed_at": _at(override.proposed_at),
        "decision": override.decision,
        "decided_by": decided_by.name if decided_by else "",
        "decided_at": _at(override.decided_at),
        "decided_reason": override.decided_reason,
    }


def _of_override(override: Override) -> dict[str, Any]:
    return {
        "row": override.row_id or override.outcome,
        "found": override.found_state,
        "state": override.state,
        "since": _iso(override.since),
        "says": {"applies": "applies", "later": "will apply later", "no": "does not apply"}[override.state],
        "reason": override.reason,
    }


def _iso(day: datetime.date | None) -> str | None:
    return day.isoformat() if day else None


def _at(moment: datetime.datetime | None) -> str:
    return moment.astimezone(datetime.UTC).isoformat(timespec="seconds").replace("+00:00", "Z") if moment else ""


def _tell(by: Membership, verb: str, determination: Determination, **data: Any) -> None:
    write(
        organisation_id=by.organisation_id,
        actor=by.actor,
        verb=verb,
        subject=determination.subject,
        system_id=determination.system_id,
        data=data,
    )
