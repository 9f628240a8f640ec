"""What must be so before a dossier may call itself final."""

from __future__ import annotations

from django.utils.translation import gettext as _

from audits.dossiers.models import Status
from compliance.checklists.models import Binding, Checklist, Progress
from compliance.lib.problems import Problem, Refused, sentence_against

SHOWN = 12


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
