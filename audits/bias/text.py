"""A result document as text for a terminal: aligned tables, then every choice that was made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from audits.metrics.display import FOUR_FIFTHS_NOTE, ShownTable, shown
from compliance.lib.problems import Problem, one_line


def report(result: Mapping[str, Any]) -> str:
    """Return the whole result as text, without a final newline."""
    return "\n".join(_lines(result))


def problem_line(problem: Problem) -> str:
    """Return a problem as one line: its place unless the sentence says it, the sentence, the hint, what was expected.

    >>> problem_line(Problem("blank", "The cell is empty.", "Fill it.", row=3, column="sex", expected="Male or Female"))
    'row 3, column sex: The cell is empty. Fill it. Expected Male or Female.'
    """
    places = [f"row {problem.row}" if problem.row else "", f"column {problem.column}" if problem.column else ""]
    place = ", ".join(part for part in places if part)
    expected = f" Expected {problem.expected}." if problem.expected else ""
    told = not place or f"row {problem.row}" in problem.sentence.lower()
    line = f"{problem}{expected}" if told else f"{place}: {problem}{expected}"
    return one_line(line)


def _lines(result: Mapping[str, Any]) -> Iterator[str]:
    given, method, unknown = result["input"], result["method"], result["unknown"]
    yield f"Bias audit of {_amount(given['people'], 'person', 'people')} in {_amount(given['rows'], 'row', 'rows')}"
    for source in given["sources"]:
        yield _source(source, alone=len(given["sources"]) == 1)
    yield f"Counts SHA-256 {given['counts_sha256']}"
    yield f"Law           {method['law']}"
    yield ""
    for table in shown(result):
        yield from _table(table)
        yield ""
    yield (
        f"Unknown: sex {unknown['sex']:,}, race/ethnicity {unknown['race_ethnicity']:,}, "
        f"either {unknown['either']:,} people."
    )
    for note in result["notes"]:
        yield note["sentence"]
    yield FOUR_FIFTHS_NOTE
    yield ""
    yield "How it was computed"
    yield from _method(method)


def _source(source: Mapping[str, Any], *, alone: bool) -> str:
    rows = (
        ""
        if alone
        else f": {_amount(source['people'], 'person', 'people')} in {_amount(source['rows'], 'row', 'rows')}"
    )
    if source["kind"] == "file":
        return f"File SHA-256  {source['sha256']}{f' ({label})' if (label := source.get('label')) else ''}{rows}"
    return f"Table         {source['name']} ({source['engine']}){rows}"


def _amount(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _table(table: ShownTable) -> Iterator[str]:
    yield f"{table.title} - benchmark category: {table.benchmark}"
    heads = ["Category", "Applicants", table.selected_label, table.rate_label, "Impact ratio", "Share"]
    rows = [
        [row.name, f"{row.applicants:,}", f"{row.selected:,}", row.rate, row.impact_ratio, row.share]
        for row in table.rows
    ]
    yield from _aligned(heads, rows)


def _aligned(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(len(row[place]) for row in (heads, *rows)) for place in range(len(heads))]
    for row in (heads, *rows):
        cells = [row[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        yield "  " + "  ".join(cells).rstrip()


def _method(method: Mapping[str, Any]) -> Iterator[str]:
    columns = ", ".join(f"{role}: {name!r}" for role, name in method["columns"].items())
    file = method["file"]
    form = f"File: {file['encoding']}, separated by {file['delimiter']}; " if file.get("encoding") else ""
    yield f"  {form}{columns}."
    if method["pooled"]:
        yield f"  Pooled from several sources: {method['pooled']}"
    yield f"  {method['count_rule']}"
    if method["favourable"] is not None:
        yield f"  Favourable value: {method['favourable']!r}; every other value is unfavourable."
    for role, values in method["mapping"].items():
        pairs = "; ".join(f"{raw!r} is {category or 'unknown'}" for raw, category in values.items())
        yield f"  {role}: {pairs}."
    if median := method["median"]:
        yield (
            f"  Median {median['value']} of {median['sample_size']:,} people ({median['sample']}): "
            f"{median['above']:,} strictly on the better side, {median['at_median']:,} exactly at it."
        )
        yield f"  {method['median_rule']}"
    for exclusion in method["exclusions"]:
        name = ", ".join(part for part in (exclusion["sex"], exclusion["race_ethnicity"]) if part)
        yield f"  Excluded under 6 RCNY § 5-301(d): {name} ({exclusion['table']}). {exclusion['justification']}"
    for rule in (
        "unknowns_rule",
        "benchmark_rule",
        "ratio_rule",
        "empty_rule",
        "share_base",
        "rounding_rule",
        "threshold",
    ):
        yield f"  {method[rule]}"
