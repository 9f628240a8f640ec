"""A published audit checked: one document that anyone can compute again from the same text."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from audits.published import completeness, findings
from audits.published.findings import Finding
from audits.published.intake import SCHEMA
from audits.published.possible import contradicts
from audits.published.printed import Printed
from audits.published.readings import Reader, RowReading, Status, TableReading
from audits.published.tables import Document, PublishedSet
from compliance.lib.canonical import sha256

NOTE: Final = (
    "This says which printed figures follow from each other. It says nothing about whether the law is met, "
    "and Local Law 144 sets no threshold for an impact ratio."
)


@dataclass(frozen=True, slots=True)
class CheckedSet:
    """The tables of one audit, each with its reading."""

    published: PublishedSet
    tables: tuple[TableReading, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """A document with what was found; `findings` in the order of the document, those about the whole last."""

    document: Document
    sets: tuple[CheckedSet, ...]
    findings: tuple[Finding, ...]
    earlier: Document | None = None

    @property
    def counts(self) -> dict[str, int]:
        """How many printed ratios follow, follow otherwise, do not follow, and cannot be told."""
        found = Counter(row.status for one in self.sets for table in one.tables for row in table.rows)
        shown: tuple[Status, ...] = ("follows", "follows otherwise", "does not follow", "cannot be told")
        return {str(status): found[status] for status in shown}

    @property
    def by_rule(self) -> int:
        """How many follow by the arithmetic of the rule: a highest rate of the table, unrounded, rounded half up."""
        rows = [row for one in self.sets for table in one.tables for row in table.rows]
        return sum(row.status == "follows" and row.by_rule for row in rows)

    @property
    def clean(self) -> bool:
        """Say whether every figure follows and nothing is missing; questions do not count."""
        return all(finding.level == "ask" for finding in self.findings)

    def as_json(self) -> dict[str, Any]:
        """Return the report as canonical JSON holds it: texts and whole numbers only."""
        return {
            "schema": SCHEMA,
            "note": NOTE,
            "about": self.document.about.as_json(),
            "input": _source(self.document),
            "earlier": _source(self.earlier) if self.earlier else None,
            "reading_notes": list(self.document.notes),
            "lines_without_figures": [{"line": line, "text": text} for line, text in self.document.skipped],
            "ratios": {"printed": sum(self.counts.values()), "follows by the rule": self.by_rule, **self.counts},
            "findings": [finding.as_json() for finding in self.findings],
            "audits": [
                {
                    "audit": one.published.audit,
                    "measure": one.published.measure,
                    "tables": [_table(table) for table in one.tables],
                }
                for one in self.sets
            ],
        }


def check(document: Document, earlier: Document | None = None) -> Checked:
    """Check everything that a document says against everything else it says."""
    sets: list[CheckedSet] = []
    found: list[Finding] = []
    for place, one in enumerate(document.sets):
        readers = [Reader(one, table, document.about.unknown) for table in one.tables]
        read = [reader.read() for reader in readers]
        sets.append(CheckedSet(one, tuple(read)))
        for reader, reading in zip(readers, read, strict=True):
            found += findings.of_table(reader, reading)
        found += completeness.of_set(one, document.about)
        if earlier is not None and (before := _before(document.sets, place, earlier)):
            found += completeness.against_earlier(one, before, read)
    found += completeness.of_document(document)
    return Checked(document, tuple(sets), tuple(found), earlier)


def _before(sets: tuple[PublishedSet, ...], place: int, earlier: Document) -> PublishedSet | None:
    """Return the earlier audit of the same name and class, or else the one of the same class at the same place."""
    one = sets[place]
    same = [other for other in earlier.sets if other.measure.casefold() == one.measure.casefold()]
    named = [other for other in same if other.audit == one.audit]
    if named or len(same) == 1:
        return (named or same)[0]
    return earlier.sets[place] if len(earlier.sets) == len(sets) else None


def _source(document: Document) -> dict[str, Any]:
    return {
        "text": document.source,
        "sha256": sha256(document.source.encode()),
        "columns": [list(roles) for roles in document.columns],
    }


def _table(read: TableReading) -> dict[str, Any]:
    most = max((one.follow for one in read.compared), default=0)
    return {
        "table": read.table.name,
        "people": read.table.known,
        "reading": read.reading.as_json() if read.reading else None,
        "zeros_read_as_dropped": list(read.table.zeros_dropped),
        "readings_compared": [
            {"reading": str(one.reading), "follow": one.follow, "of": read.printed}
            for one in read.compared
            if one.reading.plain or (one.follow and one.follow >= most - 1)
        ],
        "rows": [_row(row) for row in read.rows],
        "other_rows": [
            {"line": row.line, "label": row.label, "use": row.use, "people": row.applicants}
            for row in read.table.others
        ],
    }


def _row(one: RowReading) -> dict[str, Any]:
    row = one.row
    return {
        "line": row.line,
        "label": row.label,
        "sex": row.category.sex,
        "race_ethnicity": row.category.race_ethnicity,
        "people": row.applicants,
        "selected": row.selected,
        "rate": _printed(row.rate),
        "ratio": _printed(row.ratio),
        "status": one.status,
        "by_the_rule": one.by_rule,
        "reading": str(one.reading) if one.reading else None,
        "would_follow": list(one.expected),
        "possible": [_fraction(one.span.low), _fraction(one.span.high)] if one.span else [],
        "counts_contradict_rate": contradicts(row),
    }


def _printed(number: Printed | None) -> dict[str, Any] | None:
    return None if number is None else {"text": number.text, "places": number.places, "percent": number.percent}


def _fraction(value: Fraction) -> str:
    return f"{value.numerator}/{value.denominator}"
