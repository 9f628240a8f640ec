"""Which move a row may make, who may make it, and the sentence when it may not.

The same sentence is the form's error, the tooltip of a disabled button and the command's message.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compliance.checklists.deciding import check_own
from compliance.checklists.models import Binding, BulkAct, Checklist, ChecklistItem, Decision, Progress, Verdict
from compliance.determinations.models import Determination
from compliance.frameworks.words import day_in_words
from compliance.lib.problems import Forbidden, Problem, Refused, sentence_against
from compliance.people.models import Membership, Role
from compliance.people.reach import may_review
from compliance.people.rules import check_can

# move: (from which states, to which state, which ability)
MOVES: dict[str, tuple[frozenset[str], str, str]] = {
    "change": (frozenset({Progress.TO_DO, Progress.IN_PROGRESS}), Progress.IN_PROGRESS, "answer_items"),
    "submit": (frozenset({Progress.TO_DO, Progress.IN_PROGRESS}), Progress.SUBMITTED, "answer_items"),
    "withdraw": (frozenset({Progress.SUBMITTED}), Progress.IN_PROGRESS, "answer_items"),
    "take": (frozenset({Progress.SUBMITTED}), Progress.IN_REVIEW, "review_items"),
    "accept": (frozenset({Progress.SUBMITTED, Progress.IN_REVIEW}), Progress.DONE, "review_items"),
    "return": (frozenset({Progress.SUBMITTED, Progress.IN_REVIEW}), Progress.IN_PROGRESS, "review_items"),
    "reopen": (frozenset({Progress.DONE}), Progress.IN_PROGRESS, "answer_items"),
    "reconfirm": (frozenset({Progress.DONE}), Progress.SUBMITTED, "answer_items"),
    "confirm": (frozenset({Progress.TO_DO, Progress.IN_PROGRESS}), Progress.IN_PROGRESS, "answer_items"),
}
TOLD = {
    "change": gettext_lazy("changed"),
    "submit": gettext_lazy("submitted"),
    "withdraw": gettext_lazy("taken back"),
    "take": gettext_lazy("taken for review"),
    "accept": gettext_lazy("accepted"),
    "return": gettext_lazy("returned"),
    "reopen": gettext_lazy("reopened"),
    "reconfirm": gettext_lazy("confirmed after a change"),
    "confirm": gettext_lazy("confirmed"),
}
NEEDS_REASON = frozenset({Verdict.NOT_APPLICABLE, Verdict.PARTLY_MET, Verdict.NOT_MET, Verdict.UNDETERMINED})


def check_move(move: str, *, by: Membership, item: ChecklistItem) -> None:
    """Raise Forbidden or Refused with one sentence unless `by` may make this move on this row now."""
    allowed, _to, ability = MOVES[move]
    check_can(by, ability)
    check_in_use(item.checklist)
    if move == "confirm" and not item.confirm_again:
        sentence = _("{row} has nothing to confirm.").format(row=item.row_id)
        raise Refused(Problem("nothing-to-confirm", sentence))
    if move == "reconfirm" and item.progress == Progress.DONE and item.stale_since is None:
        sentence = _("{row} has not changed since it was accepted, so there is nothing to confirm.")
        raise Refused(Problem("nothing-changed", sentence.format(row=item.row_id)))
    if item.progress not in allowed:
        sentence = _("{row} is {progress}, so it cannot be {move} now.").format(
            row=item.row_id, progress=item.get_progress_display(), move=TOLD[move]
        )
        raise Refused(Problem("not-now", sentence))
    if move in ("take", "accept", "return"):
        check_own(by, item)
        check_independent(by, item)
    others = item.submitted_by and item.submitted_by.user_id != by.user_id and item.submitted_by.is_active
    if move == "withdraw" and others and by.role != Role.ADMINISTRATOR:
        sentence = _("Only {name}, who submitted {row}, or an administrator takes it back.").format(
            name=item.submitted_by.name if item.submitted_by else "", row=item.row_id
        )
        raise Forbidden(Problem("others-submission", sentence))


def check_independent(by: Membership, item: ChecklistItem) -> None:
    """A guest reviews what an engagement names once they declared their independence for it."""
    of = item.checklist
    if not may_review(by, system_id=of.system_id, law=of.law):
        sentence = _("You have not declared your independence for {system} under {law} yet.")
        hint = _("Declare it on the page of the engagement, then review.")
        raise Forbidden(Problem("independence-not-declared", sentence.format(system=of.system, law=of.title), hint))


def can_move(move: str, *, by: Membership, item: ChecklistItem) -> bool:
    """The bool twin of :func:`check_move`."""
    return why_not(move, by=by, item=item) == ""


def why_not(move: str, *, by: Membership, item: ChecklistItem) -> str:
    """Return the sentence why the move is not possible now, or an empty text."""
    return sentence_against(check_move, move, by=by, item=item)


def check_in_use(checklist: Checklist) -> None:
    """A checklist whose place another took, or whose move was undone, stays as it is."""
    if checklist.undone_at:
        sentence = _("The move to the text of {version} was undone, so this checklist takes no changes.")
        raise Refused(Problem("move-undone", sentence.format(version=day_in_words(checklist.text_version))))
    if checklist.successor:
        sentence = _("This checklist was replaced by that under the text of {version}, so it takes no changes.")
        raise Refused(
            Problem("checklist-replaced", sentence.format(version=day_in_words(checklist.successor.text_version)))
        )


def why_closed(checklist: Checklist) -> str:
    """Return the sentence why a checklist takes no changes, or an empty text."""
    return sentence_against(check_in_use, checklist)


def check_seen(seen: str, determination: Determination) -> None:
    """What is taken over is what the person looked at: one that was signed meanwhile is shown first."""
    if seen != str(determination.pk):
        sentence = _("Another determination was signed while you were reading.")
        raise Refused(Problem("changed-meanwhile", sentence, _("This page shows it now; read it, then apply it.")))


def check_undo(checklist: Checklist) -> None:
    """A move can be undone until somebody answers a row of the new checklist."""
    check_in_use(checklist)
    if checklist.moved_from_id is None:
        raise Refused(Problem("not-moved", _("This checklist was not moved from an older text.")))
    answered = checklist.items.filter(revision__gt=0).order_by("position").values_list("row_id", flat=True)
    if answered:
        sentence = _("The move can no longer be undone: {row} was changed since.").format(row=answered[0])
        raise Refused(Problem("answered-since", sentence))


def why_not_undo(checklist: Checklist) -> str:
    """Return the sentence why a move cannot be undone, or an empty text."""
    return sentence_against(check_undo, checklist)


def reviewed_before(item: ChecklistItem) -> bool:
    """Say whether an answer that is to be confirmed again had been accepted, or waited for a decision.

    Confirming it then sends it to review once more, so that two people stand behind it under the new wording too.
    """
    waited = item.carried_from and item.carried_from.progress in (Progress.SUBMITTED, Progress.IN_REVIEW)
    last = max(item.reviews.all(), key=lambda review: review.at, default=None)
    return bool(waited) or (last is not None and last.decision == Decision.ACCEPTED)


def check_answer(verdict: str, reason: str) -> None:
    """A verdict is one of the five words or empty; all but "met" are explained."""
    if verdict and verdict not in Verdict.values:
        sentence = _("There is no verdict {verdict!r}.").format(verdict=verdict)
        raise Refused(Problem("unknown-verdict", sentence, column="verdict", found=verdict))
    if verdict in NEEDS_REASON and not reason.strip():
        sentence = _("The verdict “{verdict}” needs a reason.").format(verdict=Verdict(verdict).label)
        hint = _("Say in a sentence or two what you saw and what is missing, or why the row does not bind this system.")
        raise Refused(Problem("verdict-without-reason", sentence, hint, column="reason"))


def check_despite(item: ChecklistItem, verdict: str, *, despite: bool) -> None:
    """Nobody finds a row met by mistake that does not bind: who answers against the determination says so."""
    if item.binding != Binding.NO or verdict == item.verdict or despite:
        return
    if verdict in (Verdict.MET, Verdict.PARTLY_MET, Verdict.NOT_MET):
        sentence = _("The determination says that {row} does not apply to this system.").format(row=item.row_id)
        hint = _("Tick the box to answer it all the same, or leave it without a verdict: it needs none.")
        raise Refused(Problem("row-does-not-apply", sentence, hint, column="despite"))


def check_complete(item: ChecklistItem, *, live_evidence: int) -> None:
    """Before review a row has a verdict, and "met" or "partly met" rests on at least one piece of evidence."""
    if not item.verdict:
        sentence = _("{row} has no verdict yet.").format(row=item.row_id)
        raise Refused(Problem("no-verdict", sentence, _("Choose what you found, then submit."), column="verdict"))
    if item.verdict in (Verdict.MET, Verdict.PARTLY_MET) and not live_evidence:
        sentence = _("{row} is said to be {verdict}, but no evidence is attached.").format(
            row=item.row_id, verdict=Verdict(item.verdict).label
        )
        hint = _("Attach at least one piece of evidence; a note counts.")
        raise Refused(Problem("verdict-without-evidence", sentence, hint, column="evidence"))


def why_incomplete(item: ChecklistItem) -> str:
    """Return what an item still needs before review, or an empty text; its attachments are fetched already."""
    live = sum(one.evidence.withdrawn_at is None for one in item.attachments.all())
    try:
        check_answer(item.verdict, item.reason)
        check_complete(item, live_evidence=live)
    except Refused as refused:
        return str(refused.problems[0])
    return ""


def why_not_bulk(kind: str, *, by: Membership, item: ChecklistItem, seen: str) -> str:
    """Return the sentence why a row is left as it is when many are acted on at once, or an empty text.

    `seen` is the revision that the person had before them. Nothing that somebody found is replaced among many.
    """
    if why := why_not("change", by=by, item=item):
        return why
    if seen != str(item.revision):
        return _("Somebody changed {row} after you opened the list.").format(row=item.row_id)
    if kind == BulkAct.Kind.NOT_APPLICABLE and item.verdict:
        sentence = _("{row} is said to be {verdict} already; change that on its own page.")
        return sentence.format(row=item.row_id, verdict=Verdict(item.verdict).label)
    return ""


def check_undo_bulk(*, by: Membership, act: BulkAct, revisions: Mapping[str, int]) -> None:
    """An act on many rows is taken back by whoever did it, once, while nothing else changed any of them."""
    check_in_use(act.checklist)
    if act.by_id != by.pk:
        raise Forbidden(Problem("others-act", _("Only {name}, who did this, undoes it.").format(name=act.by.name)))
    if act.undone_at:
        raise Refused(Problem("undone-already", _("This was undone already.")))
    for pk, one in act.rows.items():
        if revisions.get(pk) != one["revision"]:
            sentence = _("This can no longer be undone: {row} was changed since.").format(row=one["row"])
            raise Refused(Problem("changed-since", sentence))


def can_undo_bulk(*, by: Membership, act: BulkAct, revisions: Mapping[str, int]) -> bool:
    """The bool twin of :func:`check_undo_bulk`."""
    try:
        check_undo_bulk(by=by, act=act, revisions=revisions)
    except Refused:
        return False
    return True


def check_reason(reason: str, told: str) -> None:
    """An act that undoes another person's work says why."""
    if not reason.strip():
        raise Refused(Problem("no-reason", _("Say why the row is {told}.").format(told=told), column="reason"))
