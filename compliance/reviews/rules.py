"""What a rule for reviews and a delegation must be like, and the sentence when they are not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from compliance.lib.problems import Forbidden, Problem, Refused
from compliance.people.models import Membership
from compliance.people.rules import can, check_can
from compliance.reviews.models import Delegation
from compliance.reviews.quorum import ANY, AUDITOR, LEGAL_REVIEWER, MOST, Quorum

LONGEST = timedelta(days=366)
ROLES = {
    LEGAL_REVIEWER: gettext_lazy("legal reviewer"),
    AUDITOR: gettext_lazy("auditor"),
    ANY: gettext_lazy("reviewer"),
}


def check_quorum(quorum: Quorum) -> None:
    """At least one person decides, and no more roles are asked for than people."""
    if not 1 <= quorum.people <= MOST or min(quorum.roles.values()) < 0:
        sentence = _("Between 1 and {most} people accept a row.").format(most=MOST)
        raise Refused(Problem("quorum-out-of-range", sentence, column="people", found=str(quorum.people)))
    wanted = sum(quorum.roles.values())
    if wanted > quorum.people:
        sentence = _("{wanted} people are asked for by their roles, but only {people} in all.")
        raise Refused(
            Problem("roles-over-people", sentence.format(wanted=wanted, people=quorum.people), column="people")
        )


def check_delegation(by: Membership, of: Membership, to: Membership, since: date, until: date, today: date) -> None:
    """A reviewer, or an administrator for them, names another one who reviews by their own role, for a year at most."""
    if by.user_id != of.user_id:
        check_can(by, "manage_people")
    if not can(of, "review_items"):
        sentence = _("{name} does not review, so there is nothing to hand over.").format(name=of.name)
        raise Refused(Problem("nothing-to-delegate", sentence))
    if to.pk == of.pk:
        raise Refused(
            Problem("delegated-to-oneself", _("Choose another person than the one who is away."), column="to")
        )
    if not can(to, "review_items") or to.is_guest:
        sentence = _("{name} cannot decide for {other}: a delegate reviews here by their own role.")
        raise Refused(Problem("delegate-reviews-not", sentence.format(name=to.name, other=of.name), column="to"))
    if until < max(since, today):
        raise Refused(
            Problem("delegation-over", _("The last day lies before the first, or has passed."), column="until")
        )
    if until - since > LONGEST:
        raise Refused(Problem("delegation-too-long", _("A delegation lasts a year at most."), column="until"))


def check_end(by: Membership, delegation: Delegation) -> None:
    """It is ended by who made it, by who was named, or by an administrator."""
    if by.user_id not in (delegation.of.user_id, delegation.to.user_id) and not can(by, "manage_people"):
        sentence = _("Only {name}, {other} or an administrator ends this delegation.")
        raise Forbidden(
            Problem("others-delegation", sentence.format(name=delegation.of.name, other=delegation.to.name))
        )
    if delegation.ended_at:
        raise Refused(Problem("delegation-ended", _("This delegation has ended already.")))


def may_end(by: Membership, delegation: Delegation) -> bool:
    """The bool twin of :func:`check_end`."""
    try:
        check_end(by, delegation)
    except Refused:
        return False
    return True


def in_words(missing: Mapping[str, int]) -> str:
    """Tell who is missing: "1 legal reviewer and 1 auditor"; empty where nobody is."""
    *some, last = [_reviewers(role, number) for role, number in missing.items()] or [""]
    return _("{some} and {last}").format(some=", ".join(some), last=last) if some else last


def quorum_in_words(quorum: Quorum) -> str:
    """Tell a whole quorum, in which the roles come first: "1 legal reviewer and 1 more reviewer"."""
    return in_words(quorum.missing([]))


def _reviewers(role: str, number: int) -> str:
    return {
        LEGAL_REVIEWER: ngettext("{number} legal reviewer", "{number} legal reviewers", number),
        AUDITOR: ngettext("{number} auditor", "{number} auditors", number),
        ANY: ngettext("{number} reviewer in any role", "{number} reviewers in any role", number),
    }[role].format(number=number)
