"""Which move a finding may make, who may make it, and the sentence when it may not."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compliance.checklists.rules import check_independent
from compliance.findings.models import CorrectiveAction, Finding, Kind, RiskAcceptance, State
from compliance.lib.problems import Forbidden, Problem, Refused
from compliance.people.models import Membership
from compliance.people.rules import check_can

# move: (from which states, to which state, None where it stays, which ability)
MOVES: dict[str, tuple[frozenset[str], str | None, str]] = {
    "reword": (frozenset({State.OPEN}), None, "raise_findings"),
    "explain": (frozenset({State.OPEN, State.ACTING}), None, "act_on_findings"),
    "plan": (frozenset({State.OPEN, State.ACTING}), State.ACTING, "act_on_findings"),
    "end_action": (frozenset({State.ACTING}), None, "act_on_findings"),
    "hand_in": (frozenset({State.OPEN, State.ACTING}), State.TO_VERIFY, "act_on_findings"),
    "verify": (frozenset({State.TO_VERIFY}), State.CLOSED, "verify_findings"),
    "return": (frozenset({State.TO_VERIFY}), State.ACTING, "verify_findings"),
    "propose": (frozenset({State.OPEN, State.ACTING, State.TO_VERIFY, State.ACCEPTED}), None, "act_on_findings"),
    "accept": (frozenset({State.OPEN, State.ACTING, State.TO_VERIFY, State.ACCEPTED}), State.ACCEPTED, "accept_risks"),
    "refuse": (frozenset({State.OPEN, State.ACTING, State.TO_VERIFY, State.ACCEPTED}), None, "accept_risks"),
    "withdraw": (frozenset({State.OPEN, State.ACTING}), State.WITHDRAWN, "raise_findings"),
    "reopen": (frozenset({State.CLOSED, State.ACCEPTED, State.WITHDRAWN}), State.OPEN, "raise_findings"),
}
TOLD = {
    "reword": gettext_lazy("reworded"),
    "explain": gettext_lazy("explained"),
    "plan": gettext_lazy("given an action"),
    "end_action": gettext_lazy("worked on"),
    "hand_in": gettext_lazy("handed in"),
    "verify": gettext_lazy("verified"),
    "return": gettext_lazy("returned"),
    "propose": gettext_lazy("proposed to be lived with"),
    "accept": gettext_lazy("accepted as a risk"),
    "refuse": gettext_lazy("refused as a risk"),
    "withdraw": gettext_lazy("withdrawn"),
    "reopen": gettext_lazy("reopened"),
}
SECOND = frozenset({"verify", "return"})


def check_move(move: str, *, by: Membership, finding: Finding) -> None:
    """Raise Forbidden or Refused with one sentence unless `by` may make this move on this finding now."""
    allowed, _to, ability = MOVES[move]
    check_can(by, ability)
    if finding.state not in allowed:
        sentence = _("{finding} cannot be {move} now. Its state is: {state}.").format(
            finding=finding.name, state=finding.get_state_display(), move=TOLD[move]
        )
        raise Refused(Problem("not-now", sentence))
    if move in SECOND:
        check_independent(by, finding.item)
        check_second(by, finding)
    if move == "withdraw" and by.user_id in owners(finding):
        sentence = _("You own an action of {finding}; another person withdraws it.").format(finding=finding.name)
        raise Forbidden(Problem("own-action", sentence))


def check_second(by: Membership, finding: Finding) -> None:
    """Whether it helped is seen by somebody who neither owns an action nor carried one out nor handed it in."""
    if by.user_id in owners(finding):
        sentence = _("You own or carried out an action of {finding}; another person sees whether it helped.")
        raise Forbidden(Problem("own-action", sentence.format(finding=finding.name)))
    if finding.handed_in_by is not None and finding.handed_in_by.user_id == by.user_id:
        sentence = _("You handed {finding} in; another person sees whether it helped.").format(finding=finding.name)
        raise Forbidden(Problem("own-hand-in", sentence))


def owners(finding: Finding) -> set[object]:
    """Return the users who own or ended an action that was not dropped."""
    live = [one for one in finding.actions.all() if one.state != CorrectiveAction.State.DROPPED]
    return {one.owner.user_id for one in live} | {one.ended_by.user_id for one in live if one.ended_by}


def why_not(move: str, *, by: Membership, finding: Finding) -> str:
    """Return the sentence why the move is not possible now, or an empty text."""
    try:
        check_move(move, by=by, finding=finding)
        if move == "hand_in":
            check_complete(finding)
    except Refused as refused:
        return str(refused.problems[0])
    return ""


def check_complete(finding: Finding) -> None:
    """Before verification a nonconformity has a cause and something that was done, and no action is open.

    An observation may be handed in as it is: it asks for attention, not for a correction.
    """
    actions = list(finding.actions.all())
    if any(one.state == CorrectiveAction.State.PLANNED for one in actions):
        sentence = _("{finding} has an action that is neither done nor dropped.").format(finding=finding.name)
        raise Refused(Problem("action-open", sentence))
    if finding.kind == Kind.OBSERVATION:
        return
    if not finding.cause:
        sentence = _("Nobody has said yet what caused {finding}.").format(finding=finding.name)
        raise Refused(Problem("no-cause", sentence, column="cause"))
    if not any(one.state == CorrectiveAction.State.DONE for one in actions):
        sentence = _("Nothing was done about {finding} yet.").format(finding=finding.name)
        raise Refused(Problem("nothing-done", sentence, _("Plan an action, and say when it is done.")))


def check_words(title: str, statement: str, kind: str, severity: str) -> None:
    """A finding says what it is called, what was found, of which kind and how grave it is."""
    wanted = (
        ("title", title, _("The finding needs a title.")),
        ("statement", statement, _("Say what was found.")),
        ("kind", kind, _("Say whether it is a nonconformity or an observation.")),
        ("severity", severity, _("Say how grave it is.")),
    )
    problems = [Problem(f"no-{name}", sentence, column=name) for name, value, sentence in wanted if not value]
    if problems:
        raise Refused.all(problems)


def check_until(until: date) -> None:
    """A risk is accepted until a day to come."""
    if until <= timezone.localdate():
        sentence = _("{until} is not a day to come.").format(until=until.isoformat())
        hint = _("A risk is accepted until a day on which somebody looks at it again.")
        raise Refused(Problem("until-not-to-come", sentence, hint, column="until", found=until.isoformat()))


def check_propose(finding: Finding, acceptances: Iterable[RiskAcceptance]) -> None:
    """One proposal at a time; a risk that is accepted is proposed anew once that has lapsed."""
    for one in acceptances:
        if one.decision == RiskAcceptance.Decision.OPEN:
            sentence = _("{name} proposed it already; a second person decides first.").format(name=one.proposed_by.name)
            raise Refused(Problem("proposed-already", sentence))
        if finding.state == State.ACCEPTED and one.decision == RiskAcceptance.Decision.ACCEPTED and not one.has_lapsed:
            sentence = _("The risk is accepted until {until} already.").format(until=one.until.isoformat())
            raise Refused(Problem("accepted-already", sentence))


def check_decide(by: Membership, acceptance: RiskAcceptance) -> None:
    """A risk is accepted by a second person, who does not own what would have been done about it."""
    if acceptance.decision != RiskAcceptance.Decision.OPEN:
        raise Refused(Problem("decided-already", _("This proposal was decided on already.")))
    if acceptance.proposed_by.user_id == by.user_id:
        raise Forbidden(Problem("own-proposal", _("You proposed it yourself; another person decides.")))
    if by.user_id in owners(acceptance.finding):
        sentence = _("You own an action of {finding}; another person decides whether to live with it.")
        raise Forbidden(Problem("own-action", sentence.format(finding=acceptance.finding.name)))


def why_not_decide(by: Membership, acceptance: RiskAcceptance) -> str:
    """Return the sentence why `by` does not decide on a proposal, or an empty text."""
    try:
        check_move("accept", by=by, finding=acceptance.finding)
        check_decide(by, acceptance)
    except Refused as refused:
        return refused.problems[0].sentence
    return ""
