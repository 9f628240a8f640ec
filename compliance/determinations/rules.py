"""Who may do what with a determination, and when. The same sentence is the form's error and the button's text."""

from __future__ import annotations

import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compliance.determinations.models import Determination, Override
from compliance.lib.problems import Forbidden, Problem, Refused, sentence_against
from compliance.people.models import Membership
from compliance.people.rules import check_can

DRAFT = Determination.State.DRAFT
# move: (from which states, to which state, which ability)
MOVES: dict[str, tuple[frozenset[str], str, str]] = {
    "override": (frozenset({DRAFT}), DRAFT, "determine"),
    "decide": (frozenset({DRAFT}), DRAFT, "sign_determinations"),
    "sign": (frozenset({DRAFT}), Determination.State.SIGNED, "sign_determinations"),
    "discard": (frozenset({DRAFT}), Determination.State.DISCARDED, "determine"),
}
TOLD = {
    "override": gettext_lazy("overridden"),
    "decide": gettext_lazy("decided on"),
    "sign": gettext_lazy("signed"),
    "discard": gettext_lazy("discarded"),
}


def check_move(move: str, *, by: Membership, determination: Determination) -> None:
    """Raise Forbidden or Refused with one sentence unless `by` may make this move on this determination now."""
    allowed, _to, ability = MOVES[move]
    check_can(by, ability)
    if determination.state not in allowed:
        sentence = _("This determination is {state}, so it cannot be {move} any more.").format(
            state=determination.get_state_display(), move=TOLD[move]
        )
        hint = _("Make a new determination; the earlier one stays as it is.")
        raise Refused(Problem("not-now", sentence, hint))
    if move == "sign" and determination.overrides.filter(decision=Override.Decision.OPEN).exists():
        sentence = _("An override still waits for a second person, so this determination cannot be signed yet.")
        raise Refused(Problem("override-open", sentence))


def why_not(move: str, *, by: Membership, determination: Determination) -> str:
    """Return the sentence why the move is not possible now, or an empty text."""
    return sentence_against(check_move, move, by=by, determination=determination)


def check_decide(*, by: Membership, override: Override) -> None:
    """A second person decides on an override, never the one who proposed it, whatever their role."""
    check_move("decide", by=by, determination=override.determination)
    if override.decision != Override.Decision.OPEN:
        sentence = _("This override is {decision} already.").format(decision=override.get_decision_display())
        raise Refused(Problem("decided-already", sentence))
    if override.proposed_by.user_id == by.user_id:
        raise Forbidden(
            Problem("own-override", _("You proposed this override yourself; another person decides on it."))
        )


def why_not_decide(*, by: Membership, override: Override) -> str:
    """Return the sentence why `by` does not decide on this override now, or an empty text."""
    return sentence_against(check_decide, by=by, override=override)


def check_override(
    *,
    state: str,
    since: datetime.date | None,
    found: tuple[str, datetime.date | None],
    as_of: datetime.date,
    reason: str,
) -> None:
    """An override says something else than the engine, with a day that fits its state, and why; all at once."""
    problems = []
    if state not in ("applies", "later", "no"):
        sentence = _("Say whether it applies, will apply later, or does not apply.")
        problems.append(Problem("no-state", sentence, column="state", found=state, expected="applies, later, no"))
    if state == "later" and (since is None or since <= as_of):
        sentence = _("What will apply later needs the day from which, after {day}.").format(day=as_of.isoformat())
        problems.append(Problem("no-later-day", sentence, column="since", found=str(since or "")))
    if state == "applies" and since is not None and since > as_of:
        sentence = _("What applies already cannot apply only from a day after {day}.").format(day=as_of.isoformat())
        problems.append(Problem("day-too-late", sentence, column="since", found=since.isoformat()))
    if state == "no" and since is not None:
        sentence = _("What does not apply has no day from which it applies.")
        problems.append(Problem("day-without-use", sentence, column="since", found=since.isoformat()))
    if not problems and (state, since) == found:
        problems.append(Problem("nothing-overridden", _("That is what was found already."), column="state"))
    if not reason.strip():
        sentence = _("An override needs a reason.")
        hint = _("Say what was not seen, and on which text or fact you rest; the dossier prints it.")
        problems.append(Problem("override-without-reason", sentence, hint, column="reason"))
    if problems:
        raise Refused.all(problems)
