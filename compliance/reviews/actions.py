"""Set what a law's reviews need; name who decides while a reviewer is away, and end that."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compliance.frameworks import catalogues
from compliance.lib.problems import Problem, Refused
from compliance.people.models import Membership
from compliance.people.queries import active_members
from compliance.people.rules import check_can
from compliance.reviews import rules
from compliance.reviews.models import Delegation, ReviewRule
from compliance.reviews.quorum import Quorum
from compliance.trail.actions import hold, write
from compliance.trail.recorded import for_the_record

FIELDS = ("people", "legal_reviewers", "auditors")


@transaction.atomic
def set_rule(*, by: Membership, law: str, quorum: Quorum) -> ReviewRule:
    """Say what rows of a law, or with "" of every law without its own rule, need from now on.

    Rows that were submitted before keep what they were submitted under.
    """
    check_can(by, "manage_people")
    rules.check_quorum(quorum)
    if law and law not in {one.law for one in catalogues.offered(by.organisation)}:
        raise Refused(Problem("unknown-law", _("There is no law {law!r} here.").format(law=law), column="law"))
    hold(by.organisation_id)
    rule = ReviewRule.objects.filter(organisation=by.organisation, law=law).first()
    before = rule.quorum if rule else None
    rule = rule or ReviewRule(organisation=by.organisation, law=law)
    rule.people, rule.legal_reviewers, rule.auditors = quorum.people, quorum.legal_reviewers, quorum.auditors
    rule.changed_by, rule.changed_at = by, timezone.now()
    rule.save()
    if before != quorum:
        _record(by, law, "review.rule_set", before, quorum)
    return rule


@transaction.atomic
def drop_rule(*, by: Membership, law: str) -> None:
    """Take a law's own rule away, so that the rule for every law counts for it again."""
    check_can(by, "manage_people")
    hold(by.organisation_id)
    rule = ReviewRule.objects.filter(organisation=by.organisation, law=law).first()
    if rule is None:
        raise Refused(Problem("no-such-rule", _("This law has no rule of its own.")))
    before = rule.quorum
    rule.delete()
    _record(by, law, "review.rule_dropped", before, None)


@transaction.atomic
def delegate(
    *, by: Membership, of: Membership, to: Membership, since: date, until: date, reason: str = ""
) -> Delegation:
    """Let a reviewer decide in another's place for a while; an administrator may say so for somebody who is away."""
    for one in (of, to):
        if not active_members(by).filter(pk=one.pk).exists():
            raise Refused(Problem("not-a-member", _("Both people belong to the organisation now."), column="to"))
    rules.check_delegation(by, of, to, since, until, timezone.now().date())
    made = Delegation.objects.create(of=of, to=to, since=since, until=until, reason=reason.strip())
    _tell(by, made, "delegation.made", since=since.isoformat(), until=until.isoformat(), reason=reason.strip())
    return made


@transaction.atomic
def end_delegation(*, by: Membership, delegation: Delegation) -> Delegation:
    """End a delegation at once; what was decided under it stays."""
    mine = Delegation.objects.select_for_update(no_key=True, of=("self",)).select_related("of__user", "to__user")
    delegation = mine.get(pk=delegation.pk, of__organisation_id=by.organisation_id)
    rules.check_end(by, delegation)
    delegation.ended_at = timezone.now()
    delegation.save(update_fields=["ended_at"])
    _tell(by, delegation, "delegation.ended")
    return delegation


def _record(by: Membership, law: str, verb: str, before: Quorum | None, after: Quorum | None) -> None:
    label = law or "every law without a rule of its own"
    told = {
        name: {field: str(getattr(one, field)) if one else None for field in FIELDS}
        for name, one in (("before", before), ("after", after))
    }
    with for_the_record():
        needs = rules.quorum_in_words(after) if after else ""
    write(
        organisation_id=by.organisation_id,
        actor=by.actor,
        verb=verb,
        subject={"type": "review_rule", "id": law or "*", "label": label},
        data={"needs": needs, **told},
    )


def _tell(by: Membership, delegation: Delegation, verb: str, **data: str) -> None:
    write(
        organisation_id=by.organisation_id,
        actor=by.actor,
        verb=verb,
        subject=delegation.subject,
        data={"to": delegation.to.personal_name, **data},
    )
