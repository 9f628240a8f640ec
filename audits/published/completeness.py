"""What an audit lacks, and what its tables say about each other and an earlier audit (6 RCNY § 5-301 to 5-303)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from itertools import combinations

from audits.metrics.categories import SEXES, TABLES, TableName
from audits.published.findings import Finding, Level
from audits.published.possible import from_counts, rates_of
from audits.published.readings import TableReading
from audits.published.tables import About, Document, PublishedRow, PublishedSet, PublishedTable
from compliance.lib.clocks import add_years

WORDS: dict[TableName, str] = {"sex": "sex", "race_ethnicity": "race/ethnicity", "intersectional": "intersectional"}


def of_document(document: Document) -> list[Finding]:
    """Return what the page as a whole lacks: dates, unknown people, the source of the data, reasons for leaving out."""
    about = document.about
    rows = [row for one in document.sets for table in one.tables for row in table.rows]
    others = [row for one in document.sets for table in one.tables for row in table.others]
    found = list(_dates(about))
    if about.unknown is None and not any(row.use == "unknown" and row.applicants is not None for row in others):
        sentence = "The number of people of unknown category is not given (6 RCNY § 5-303(a)(1))."
        found.append(("unknown-count-missing", "missing", sentence))
    if not about.data_source.strip():
        sentence = "The source and explanation of the data are not given (6 RCNY § 5-303(a)(1))."
        found.append(("data-source-missing", "missing", sentence))
    left_out = any(row.ratio is None and not row.names_benchmark and row.applicants for row in rows)
    if left_out and not about.exclusion_reason.strip():
        sentence = "Categories have no ratio, and no reason for leaving them out is given (6 RCNY § 5-301(d))."
        found.append(("left-out-without-reason", "missing", sentence))
    for name in document.derived_counts:
        sentence = f"{name} holds numbers that are no whole people, so it is not taken as counts."
        found.append(("count-not-whole", "ask", sentence))
    return [Finding(code, level, sentence) for code, level, sentence in found]


def _dates(about: About) -> Iterator[tuple[str, Level, str]]:
    if about.distribution_date is None:
        sentence = "The distribution date, on which the use of this tool began, is not given (6 RCNY § 5-303(a)(2))."
        yield "distribution-date-missing", "missing", sentence
    if about.audit_date is None:
        yield "audit-date-missing", "missing", "The date of the bias audit is not given (6 RCNY § 5-303(a)(1))."
    elif about.as_of is not None and about.as_of > add_years(about.audit_date, 1):
        sentence = (
            f"The bias audit of {_day(about.audit_date)} was more than one year old on "
            f"{_day(about.as_of)} (NYC Administrative Code § 20-871(a)(1))."
        )
        yield "audit-older-than-a-year", "missing", sentence
    elif about.as_of is not None and about.as_of < about.audit_date:
        yield "audit-date-later", "ask", f"The date of the bias audit is after {_day(about.as_of)}."


def _day(day: datetime.date) -> str:
    return f"{day.day} {day:%B} {day.year}"


def of_set(one: PublishedSet, about: About) -> list[Finding]:
    """Return which tables a set lacks, and where its tables contradict each other."""
    found: list[Finding] = []
    for name in TABLES:
        if one.table(name) is None:
            rule = "6 RCNY § 5-301(b)(2) to (4), (c)(4)"
            sentence = f"There is no {WORDS[name]} table ({rule})."
            found.append(Finding(f"{name.replace('_', '-')}-table-missing", "missing", sentence, one.name, name))
    found += [
        Finding(code, level, text, one.name, table, lines) for code, level, text, table, lines in _totals(one, about)
    ]
    found += [
        Finding("too-many-above-median", "figures" if sure else "ask", text, one.name, table)
        for text, table, sure in _median(one, about)
    ]
    return found


def _totals(one: PublishedSet, about: About) -> Iterator[tuple[str, Level, str, str, tuple[int, ...]]]:
    both = one.table("intersectional")
    for table in one.tables:
        yield from _stated_totals(table)
    if both is None:
        return
    for table in one.tables:
        if table.name != "intersectional":
            yield from _against_parts(table, both, about)


def _against_parts(
    table: PublishedTable, both: PublishedTable, about: About
) -> Iterator[tuple[str, Level, str, str, tuple[int, ...]]]:
    """Compare each row with the intersectional rows that are parts of it."""
    parts = {row.label: _parts(both, row) for row in table.rows}
    wrong = [row for row in table.rows if not _fits_in(row, parts[row.label], about.unknown)]
    for first, second in combinations(table.rows, 2):
        if first not in wrong and second not in wrong:
            continue
        if _sums(parts[second.label]) == _own(first) and _sums(parts[first.label]) == _own(second):
            wrong = [row for row in wrong if row not in (first, second)]
            text = f"{first.label} and {second.label} add up in the intersectional table when their names are swapped."
            lines = tuple(part.line for row in (first, second) for part in parts[row.label])
            yield "labels-swapped", "figures", text, "intersectional", lines
    for row in wrong:
        text = (
            f"{row.label} has {_told(row.applicants, row.selected)}, its rows in the intersectional table "
            f"{_told(*_sums(parts[row.label]))}; people of unknown category cannot explain it."
        )
        yield "totals-do-not-add-up", "figures", text, table.name, _lines(row, parts[row.label])
    gap = _gap(table, both)
    if not wrong and about.unknown is not None and gap > about.unknown:
        text = (
            f"The {WORDS[table.name]} table has {gap:,} people more than the intersectional table, but only "
            f"{about.unknown:,} are unknown."
        )
        yield "totals-do-not-add-up", "figures", text, table.name, ()


def _told(people: int | None, selected: int | None) -> str:
    return f"{people or 0:,} people" + ("" if selected is None else f" with {selected:,} selected")


def _lines(row: PublishedRow, parts: list[PublishedRow]) -> tuple[int, ...]:
    return (row.line, *(part.line for part in parts))


def _stated_totals(table: PublishedTable) -> Iterator[tuple[str, Level, str, str, tuple[int, ...]]]:
    unknown = sum(row.applicants or 0 for row in table.others if row.use == "unknown")
    for row in table.others:
        known = table.known
        if (
            row.use == "total"
            and row.applicants is not None
            and known
            and row.applicants not in (known, known + unknown)
        ):
            text = f"{row.label} says {row.applicants:,} people; the rows of the table have {known:,}."
            yield "total-differs", "ask", text, table.name, (row.line,)


def _parts(both: PublishedTable, row: PublishedRow) -> list[PublishedRow]:
    sex, race = row.category
    return [
        one for one in both.rows if (sex and one.category.sex == sex) or (race and one.category.race_ethnicity == race)
    ]


def _sums(parts: list[PublishedRow]) -> tuple[int, int | None]:
    counted = all(part.selected is not None for part in parts)
    return sum(part.applicants or 0 for part in parts), sum(part.selected or 0 for part in parts) if counted else None


def _own(row: PublishedRow) -> tuple[int | None, int | None]:
    return row.applicants, row.selected


def _fits_in(row: PublishedRow, parts: list[PublishedRow], unknown: int | None) -> bool:
    """Say whether the people missing from the intersectional rows can be people of unknown category."""
    if row.applicants is None or len(parts) < 1 or any(part.applicants is None for part in parts):
        return True
    people, selected = _sums(parts)
    left = row.applicants - people
    if left < 0 or (unknown is not None and left > unknown):
        return False
    if row.selected is None or selected is None:
        return True
    return 0 <= row.selected - selected <= left


def _gap(table: PublishedTable, both: PublishedTable) -> int:
    if table.known is None or both.known is None:
        return 0
    if {row.category.sex for row in both.rows} != set(SEXES):
        return 0
    return table.known - both.known


def _median(one: PublishedSet, about: About) -> Iterator[tuple[str, str, bool]]:
    """At most half of a sample is above its own median (6 RCNY § 5-300 "scoring rate"), unknown people included."""
    for table in one.tables if one.scoring else ():
        known, least = table.known, 0
        for row in table.rows:
            exact, rates = from_counts(row), rates_of(row)
            if rates is None or row.applicants is None:
                continue
            least += (
                row.selected if exact is not None and row.selected is not None else int(rates.span.low * row.applicants)
            )
        if known and 2 * least > known + (about.unknown or 0):
            text = (
                f"At least {least:,} of {known:,} people are above the median, more than half; that cannot be one "
                "median of the people in the table."
            )
            yield text, table.name, about.unknown is not None


def against_earlier(one: PublishedSet, earlier: PublishedSet, read: list[TableReading]) -> list[Finding]:
    """Return where this year's table repeats last year's figures."""
    found: list[Finding] = []
    for reading in read:
        before = earlier.table(reading.table.name)
        if before is None:
            continue
        old = {row.category: row for row in before.rows}
        pairs = [(row, old[row.category]) for row in reading.table.rows if row.category in old and row.ratio]
        pairs = [(row, was) for row, was in pairs if was.ratio is not None]
        identical = [row for row, was in pairs if _figures(row) == _figures(was) and row.applicants]
        telling = [(row, was) for row, was in pairs if row.ratio and row.ratio.value != 1]
        same = [row for row, was in telling if row.ratio and was.ratio and row.ratio.value == was.ratio.value]
        changed = [row for row, was in pairs if (row.applicants, row.selected) != (was.applicants, was.selected)]
        if len(same) == len(telling) and len(telling) > 2 and changed:
            wrong = {entry.row.line for entry in reading.rows if entry.status not in ("follows", "not printed")}
            level: Level = "figures" if wrong & {row.line for row in same} else "ask"
            text = f"All {len(pairs)} impact ratios are those of the earlier audit, although the counts changed."
            found.append(_stale("ratios-of-earlier-audit", level, text, one, reading, same))
        elif identical:
            text = f"The figures are those of the earlier audit: {'; '.join(row.label for row in identical)}."
            found.append(_stale("rows-of-earlier-audit", "ask", text, one, reading, identical))
    return found


def _stale(
    code: str, level: Level, text: str, one: PublishedSet, reading: TableReading, rows: list[PublishedRow]
) -> Finding:
    return Finding(code, level, text, one.name, reading.table.name, tuple(row.line for row in rows))


def _figures(row: PublishedRow) -> tuple[object, ...]:
    numbers = tuple(number.value if number else None for number in (row.rate, row.ratio))
    return (row.applicants, row.selected, *numbers)
