"""The lists as they are taken along: the head of each sheet, and its rows one by one.

They are in English whoever takes them along, since sheets and programs read the columns by these names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import QuerySet

from compliance.checklists.footing import Footing
from compliance.checklists.lines import Line
from compliance.evidence.models import Evidence
from compliance.findings.models import Finding
from compliance.people.models import Membership
from compliance.systems.models import AISystem

# The names of the columns that a sheet is read by when it comes back; they are not translated.
ITEM, REVISION = "probanda_row", "probanda_revision"
HIDDEN = (ITEM, REVISION)


def row_head() -> list[str]:
    """Return the head of a checklist's sheet; the last two columns are hidden, and say which row it was and when."""
    return [
        *("Row", "Section", "Title", "Question", "Citation", "Kind", "Binds", "Progress"),
        *(
            "Stands on",
            "Verdict",
            "Reason",
            "Owner",
            "Due",
            "Note",
            "Evidence",
            "Last decision",
        ),
        *HIDDEN,
    ]


def rows(sections: Iterable[tuple[Any, list[Line]]], people: dict[Any, Membership]) -> Iterator[list[Any]]:
    """Yield the rows of a checklist. An owner is named by e-mail address, which is one person's alone."""
    for section, some in sections:
        for line in some:
            row, item = line.row, line.item
            owner = people.get(item.owner_id)
            yield [
                *(row.id, section.title, row.title, row.question, row.citation_text, row.kind),
                *(item.get_binding_display(), item.get_progress_display(), str(Footing(line.footing).label)),
                *(item.verdict, item.reason, owner.user.email if owner else "", item.due_on, item.note),
                "\n".join(piece.title for piece in line.pieces),
                f"{line.review[0]} {line.review[1].date().isoformat()}" if line.review else "",
                *(str(item.pk), item.revision),
            ]


def system_head() -> list[str]:
    return [
        *("AI system", "Version", "Vendor", "Deploying organisation", "First use", "Status"),
        *("Intended purpose", "Positions"),
    ]


def systems(found: QuerySet[AISystem]) -> Iterator[list[Any]]:
    """Yield the register of AI systems."""
    for one in found.order_by("name", "version").iterator(chunk_size=500):
        yield [
            *(one.name, one.version, one.vendor, one.deployer, one.first_use_on, one.get_status_display()),
            *(one.intended_purpose, one.positions),
        ]


def evidence_head() -> list[str]:
    return [
        *("Title", "Kind", "Version", "Source", "Author", "Confidentiality", "Effective date"),
        *("Valid until", "Rows", "Added by", "Added", "Withdrawn", "SHA-256"),
    ]


def evidence(found: QuerySet[Evidence]) -> Iterator[list[Any]]:
    """Yield the library, each piece by its newest version, with the number of rows that it is attached to."""
    for one in found.prefetch_related(None).iterator(chunk_size=500):
        newest = one.newest
        yield [
            *(one.title, one.get_kind_display(), newest.number, newest.source, newest.author),
            *(
                one.get_confidentiality_display(),
                newest.effective_on,
                newest.valid_until,
            ),
            *(getattr(one, "rows", ""), one.added_by.name, one.added_at.date()),
            *(one.withdrawn_at.date() if one.withdrawn_at else None, newest.sha256),
        ]


def finding_head() -> list[str]:
    return [
        *(
            "Finding",
            "Title",
            "Kind",
            "Severity",
            "State",
            "Row",
            "Checklist",
            "What was found",
        ),
        *("Cause", "Raised by", "Raised", "Planned actions", "Overdue actions", "Next due"),
    ]


def findings(found: QuerySet[Finding]) -> Iterator[list[Any]]:
    """Yield the findings with the numbers of their actions."""
    for one in found.iterator(chunk_size=500):
        numbers = [getattr(one, name) for name in ("planned", "overdue", "next_due")]
        yield [
            *(one.name, one.title, one.get_kind_display(), one.get_severity_display(), one.get_state_display()),
            *(one.item.row_id, str(one.item.checklist), one.statement, one.cause, one.raised_by.name),
            *(one.raised_at.date(), *numbers),
        ]
