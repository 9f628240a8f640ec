"""A checked publication as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from audits.published.completeness import WORDS
from audits.published.findings import LEVELS, Level
from audits.published.readings import RowReading, TableReading
from audits.published.report import NOTE, Checked
from audits.published.tables import PublishedRow
from compliance.lib.problems import one_line

ORDER: Final[tuple[Level, ...]] = ("figures", "missing", "ask")


def report(checked: Checked) -> str:
    """Return the whole report as text, without a final newline."""
    return "\n".join(_lines(checked))


def sentence(checked: Checked) -> str:
    """Say how many of the printed ratios follow.

    >>> from audits.published.intake import read_text
    >>> from audits.published.report import check
    >>> sentence(check(read_text("Sex Applicants Selected Ratio\\nMale 4 4 1.00\\nFemale 4 1 0.25")))
    'Of 2 printed impact ratios, 2 follow from the printed figures by the arithmetic of the rule.'
    """
    counts = checked.counts
    odd = counts["follows"] - checked.by_rule
    printed = sum(counts.values())
    told = f"Of {printed:,} printed impact ratios, {checked.by_rule:,} follow from the printed figures by the "
    more = [f"{odd:,} only in another way, as their whole table"] if odd else []
    more += [
        f"{counts[status]:,} {words}"
        for status, words in (
            ("follows otherwise", "only in another way than the rest of their table"),
            ("does not follow", "under no reading tried"),
            ("cannot be told", "cannot be told"),
        )
        if counts[status]
    ]
    return told + "arithmetic of the rule" + "".join(f"; {part}" for part in more) + "."


def _lines(checked: Checked) -> Iterator[str]:
    yield sentence(checked)
    yield NOTE
    yield from checked.document.notes
    for one in checked.sets:
        for table in one.tables:
            yield ""
            yield one_line(f"{one.published.name + ': ' if one.published.name else ''}{WORDS[table.table.name]} table")
            none = "No ratio can be computed from what is printed."
            yield f"  Read as: divided by {table.reading}." if table.reading else f"  {none}"
            yield from _compared(table)
            yield from _rows(table)
    for level in ORDER:
        found = [finding for finding in checked.findings if finding.level == level]
        if found:
            yield ""
            yield f"{LEVELS[level].capitalize()}:"
        for finding in found:
            place = ", ".join(part for part in (finding.audit, finding.table) if part)
            yield "  " + one_line(f"[{finding.code}] {place + ': ' if place else ''}{finding.sentence}")
    if checked.document.skipped:
        yield ""
        yield "Lines without figures, not read:"
        yield from ("  " + one_line(f"{line}: {text}") for line, text in checked.document.skipped)


def _compared(table: TableReading) -> Iterator[str]:
    for one in table.compared:
        if one.reading.plain and one.reading != table.reading and one.reading.benchmark != "fixed":
            yield "  " + one_line(f"{one.follow} of {table.printed} follow when divided by {one.reading}.")


def _rows(table: TableReading) -> Iterator[str]:
    heads = ("Category", "People", "Selected", "Rate", "Ratio", "What is found")
    others = [(row, "people of unknown category" if row.use == "unknown" else "a total") for row in table.table.others]
    cells = [heads, *(_row(one.row, told(one)) for one in table.rows), *(_row(row, words) for row, words in others)]
    widths = [max(len(row[place]) for row in cells) for place in range(len(heads))]
    for row in cells:
        numbers = "  ".join(cell.rjust(width) for cell, width in zip(row[1:5], widths[1:5], strict=True))
        yield f"  {row[0].ljust(widths[0])}  {numbers}  {row[5]}".rstrip()


def _row(row: PublishedRow, words: str) -> tuple[str, str, str, str, str, str]:
    return (
        one_line(row.label),
        "" if row.applicants is None else f"{row.applicants:,}",
        "" if row.selected is None else f"{row.selected:,}",
        one_line(row.rate.text) if row.rate else "",
        one_line(row.ratio.text) if row.ratio else "",
        words,
    )


def told(one: RowReading) -> str:
    """Say in words what is found for a row."""
    if one.status == "follows otherwise":
        return f"follows only divided by {one.reading}{_would(one)}"
    if one.status == "follows" and not one.by_rule:
        return "follows as its table is read, not by the arithmetic of the rule"
    if one.status == "does not follow":
        return f"does not follow{_would(one)}"
    if one.status == "not printed":
        return "no ratio printed"
    return str(one.status)


def _would(one: RowReading) -> str:
    return f"; {' to '.join(one.expected)} would" if one.expected else ""
