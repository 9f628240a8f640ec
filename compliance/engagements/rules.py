"""Which move an engagement or a request may make, who may make it, and the sentence when it may not."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compliance.engagements.models import Engagement, EvidenceRequest, RequestState, State, TeamMember
from compliance.lib.problems import Forbidden, Problem, Refused, sentence_against
from compliance.people.models import Membership, Role
from compliance.people.rules import check_can

# move: (from which states, to which state, which ability)
MOVES: dict[str, tuple[frozenset[str], str | None, str]] = {
    "change": (frozenset({State.DRAFT, State.OPEN}), None, "manage_engagements"),
    "open": (frozenset({State.DRAFT}), State.OPEN, "manage_engagements"),
    "close": (frozenset({State.DRAFT, State.OPEN}), State.CLOSED, "manage_engagements"),
}
TOLD = {
    "change": gettext_lazy("changed"),
    "open": gettext_lazy("opened"),
    "close": gettext_lazy("closed"),
}
REQUEST_MOVES: dict[str, tuple[frozenset[str], str, str]] = {
    "give": (frozenset({RequestState.OPEN}), RequestState.OPEN, "answer_requests"),
    "answer": (frozenset({RequestState.OPEN}), RequestState.ANSWERED, "answer_requests"),
    "decline": (frozenset({RequestState.OPEN}), RequestState.DECLINED, "answer_requests"),
    "settle": (frozenset({RequestState.ANSWERED, RequestState.DECLINED}), RequestState.SETTLED, "request_evidence"),
    "return": (frozenset({RequestState.ANSWERED, RequestState.DECLINED}), RequestState.OPEN, "request_evidence"),
    "withdraw": (frozenset({RequestState.OPEN}), RequestState.WITHDRAWN, "request_evidence"),
}
REQUEST_TOLD = {
    "give": gettext_lazy("added to"),
    "answer": gettext_lazy("answered"),
    "decline": gettext_lazy("declined"),
    "settle": gettext_lazy("settled"),
    "return": gettext_lazy("returned"),
    "withdraw": gettext_lazy("withdrawn"),
}
OF_THE_ASKED = frozenset({"give", "answer", "decline"})
TEAM_ROLES = (Role.AUDITOR, Role.LEGAL_REVIEWER, Role.OBSERVER)


def check_move(move: str, *, by: Membership, engagement: Engagement) -> None:
    """Raise Forbidden or Refused with one sentence unless `by` may make this move on this engagement now.

    Either side ends an engagement: the client's administrators here, and those of the firm from where they are.
    """
    allowed, _to, ability = MOVES[move]
    check_can(by, ability)
    if engagement.state not in allowed:
        sentence = _("The engagement {title} is {state}, so it cannot be {move} now.").format(
            title=engagement.title, state=engagement.get_state_display(), move=TOLD[move]
        )
        raise Refused(Problem("not-now", sentence))


def why_not(move: str, *, by: Membership, engagement: Engagement) -> str:
    """Return the sentence why the move is not possible now, or an empty text."""
    try:
        check_move(move, by=by, engagement=engagement)
        if move == "open":
            check_complete(engagement)
    except Refused as refused:
        return refused.problems[0].sentence
    return ""


def check_complete(engagement: Engagement) -> None:
    """An engagement opens once it says about what, by whom and until when."""
    if not engagement.scope.all():
        raise Refused(
            Problem("no-scope", _("The scope names no AI system yet."), _("Change the engagement, and tick some."))
        )
    if not any(one.ended_at is None for one in engagement.team.all()):
        raise Refused(Problem("no-team", _("Nobody is on the team yet."), _("Add the people who audit.")))
    if engagement.is_over:
        sentence = _("The last day of the work, {day}, has gone by.").format(day=engagement.ends_on.isoformat())
        raise Refused(Problem("over-already", sentence, _("Change it to a later day.")))


def check_dates(starts_on: date, ends_on: date, covers_from: date | None, covers_until: date | None) -> None:
    """No time ends before it begins."""
    if ends_on < starts_on:
        sentence = _("The work would end on {until}, before it begins on {since}.")
        sentence = sentence.format(until=ends_on.isoformat(), since=starts_on.isoformat())
        raise Refused(Problem("ends-before-start", sentence, column="ends_on", found=ends_on.isoformat()))
    if covers_from and covers_until and covers_until < covers_from:
        sentence = _("The audit would cover a time that ends on {until}, before it begins on {since}.")
        sentence = sentence.format(until=covers_until.isoformat(), since=covers_from.isoformat())
        raise Refused(Problem("ends-before-start", sentence, column="covers_until", found=covers_until.isoformat()))


def check_team_role(role: str) -> None:
    """A guest looks, audits or reviews; what belongs to the client itself is left to its members."""
    if role not in TEAM_ROLES:
        named = ", ".join(str(one.label) for one in TEAM_ROLES)
        sentence = _("A team has no role {role!r}; it has: {named}.").format(role=role, named=named)
        raise Refused(Problem("no-role-of-a-team", sentence, column="role", found=role))


def check_statements(wanted: dict[str, str], given: frozenset[str]) -> None:
    """A declaration of independence leaves no sentence out."""
    missing = [text for name, text in wanted.items() if name not in given]
    if missing:
        hint = _("Tick a sentence only if it is true. Who cannot declare all of them takes no part in the review.")
        raise Refused.all(
            Problem(
                "statement-missing",
                _("The declaration lacks: {text}").format(text=text),
                hint if text == missing[-1] else "",
                column="statements",
            )
            for text in missing
        )


def check_leave(by: Membership, member: TeamMember) -> None:
    """Who leaves a team leaves by themselves, or an administrator of the client ends their place."""
    if member.membership_id != by.pk:
        check_can(by, "manage_engagements")
    if member.ended_at:
        sentence = _("{name} is no longer on the team.").format(name=member.membership.name)
        raise Refused(Problem("left-already", sentence))


def check_ask(by: Membership, engagement: Engagement) -> None:
    """Evidence is asked for while an engagement is open."""
    check_can(by, "request_evidence")
    if engagement.state != State.OPEN:
        sentence = _("The engagement {title} is {state}; evidence is asked for while it is open.").format(
            title=engagement.title, state=engagement.get_state_display()
        )
        raise Refused(Problem("not-open", sentence))


def why_not_ask(by: Membership, engagement: Engagement) -> str:
    """Return the sentence why nothing can be asked for now, or an empty text."""
    return sentence_against(check_ask, by, engagement)


def check_request(move: str, *, by: Membership, request: EvidenceRequest) -> None:
    """Raise Forbidden or Refused with one sentence unless `by` may make this move on this request now."""
    allowed, _to, ability = REQUEST_MOVES[move]
    check_can(by, ability)
    if request.state not in allowed or request.engagement.state != State.OPEN:
        state = request.get_state_display() if request.engagement.state == State.OPEN else _("the engagement is closed")
        sentence = _("The request {title} cannot be {move} now. Its state is: {state}.").format(
            title=request.title, state=state, move=REQUEST_TOLD[move]
        )
        raise Refused(Problem("not-now", sentence))
    if move in OF_THE_ASKED and request.asked_id != by.pk:
        sentence = _("{name} was asked for this, so nobody else answers it.").format(name=request.asked.name)
        raise Forbidden(Problem("asked-of-another", sentence))


def why_not_request(move: str, *, by: Membership, request: EvidenceRequest) -> str:
    """Return the sentence why a move on a request is not possible now, or an empty text."""
    return sentence_against(check_request, move, by=by, request=request)
