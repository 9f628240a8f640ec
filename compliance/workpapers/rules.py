"""Who may prepare and who may review a workpaper, and what it has to say."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from compliance.checklists.models import ChecklistItem
from compliance.checklists.rules import check_in_use, check_independent
from compliance.lib.problems import Forbidden, Problem, Refused, sentence_against
from compliance.people.models import Membership
from compliance.people.rules import check_can
from compliance.workpapers.models import Workpaper, WorkpaperVersion


def check_prepare(*, by: Membership, item: ChecklistItem) -> None:
    """Whoever may answer a row may test it, also while it waits for review and after it is done."""
    check_can(by, "answer_items")
    check_in_use(item.checklist)


def why_not_prepare(*, by: Membership, item: ChecklistItem) -> str:
    """Return the sentence why the member prepares no workpaper here, or an empty text."""
    return sentence_against(check_prepare, by=by, item=item, hint=True)


def check_words(words: Mapping[str, str]) -> None:
    """A workpaper is called something and says what is done; the result may come later."""
    problems = []
    if not words["title"].strip():
        problems.append(Problem("workpaper-untitled", _("Give the workpaper a title."), column="title"))
    if not words["procedure"].strip():
        hint = _("Somebody else has to be able to do the same again.")
        problems.append(Problem("no-procedure", _("Say what is done."), hint, column="procedure"))
    if problems:
        raise Refused.all(problems)


def check_newest(paper: Workpaper, newest: WorkpaperVersion, seen: int) -> None:
    """What is written goes on from what was read: a version that came meanwhile is not passed over unseen."""
    if newest.number != seen:
        sentence = _("{name} wrote version {number} of {paper} while you were writing.")
        hint = _("Your text is still in the form. Compare it with that version, then save again.")
        told = sentence.format(name=newest.prepared_by.name, number=newest.number, paper=paper)
        raise Refused(Problem("changed-meanwhile", told, hint))


def check_review(*, by: Membership, paper: Workpaper, version: WorkpaperVersion) -> None:
    """A workpaper is reviewed by somebody who prepared none of its versions, once it has a result."""
    check_can(by, "review_items")
    check_in_use(paper.item.checklist)
    check_independent(by, paper.item)
    if by.user_id in {one.prepared_by.user_id for one in paper.versions.all()}:
        sentence = _("You prepared {paper} yourself; another person reviews it.").format(paper=paper)
        raise Forbidden(Problem("own-workpaper", sentence))
    if version.reviewed_by_id:
        sentence = _("{paper} was reviewed already.").format(paper=version)
        raise Refused(Problem("reviewed-already", sentence))
    if not version.result.strip():
        raise Refused(Problem("no-result", _("{paper} has no result yet.").format(paper=paper)))


def why_not_review(*, by: Membership, paper: Workpaper, version: WorkpaperVersion) -> str:
    """Return the sentence why the member cannot review it now, or an empty text."""
    return sentence_against(check_review, by=by, paper=paper, version=version)
