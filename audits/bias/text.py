"""A result document as text for a terminal: aligned tables, then every choice that was made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from audits.bias.text_beyond import beyond
from audits.metrics.display import FOUR_FIFTHS_NOTE, TITLES, ShownTable, shown
from audits.metrics.result import class_results_of
from audits.metrics.rounding import decimals
from compliance.lib.problems import Problem, one_line


def report(result: Mapping[str, Any], *, with_readings: bool = False) -> str:
    """Return the whole result as text, without a final newline; the other readings of the rule where asked for."""
    return "\n".join(_lines(result, with_readings))


def below(result: Mapping[str, Any], threshold: Fraction) -> Iterator[str]:
    """Yield a sentence for each impact ratio below a threshold that the caller set; exact ratios are compared."""
    sets = [("", result), *((f" of the class {name}", one) for name, one in class_results_of(result))]
    for of, one in sets:
        for table in shown(one):
            for row in table.rows:
                if row.ratio is not None and row.ratio < threshold:
                    where = f"in the table {table.title}{of}"
                    yield f"The impact ratio of {row.name} {where} is {row.impact_ratio}, below {_decimal(threshold)}."


def _decimal(value: Fraction) -> str:
    return decimals(value, 6).rstrip("0").rstrip(".")


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


def _lines(result: Mapping[str, Any], with_readings: bool) -> Iterator[str]:
    given, method, unknown = result["input"], result["method"], result["unknown"]
    yield result["conduct"]["title"]
    yield f"Audit of {_amount(given['people'], 'person', 'people')} in {_amount(given['rows'], 'row', 'rows')}"
    for source in given["sources"]:
        yield _source(source, alone=len(given["sources"]) == 1)
    yield f"Counts SHA-256 {given['counts_sha256']}"
    yield f"Law           {method['law']}"
    yield ""
    for table in shown(result):
        yield from _table(table)
        yield ""
    for name, one in class_results_of(result):
        yield f"Class {name!r}"
        for table in shown(one):
            yield from _table(table)
        yield from _tests(one["tests"])
        yield ""
    if result["tests"]:
        yield from _tests(result["tests"])
        yield ""
    yield from beyond(result, _aligned)
    if with_readings and result["readings"]:
        yield from _readings(result["readings"])
        yield ""
    yield (
        f"Unknown: sex {unknown['sex']:,}, race/ethnicity {unknown['race_ethnicity']:,}, "
        f"either {unknown['either']:,} people."
    )
    for note in result["notes"]:
        yield note["sentence"]
    yield FOUR_FIFTHS_NOTE
    yield ""
    yield "How it came about"
    yield f"  {result['conduct']['plan_sentence']}"
    if stamped := result["conduct"]["timestamp_sentence"]:
        yield f"  {stamped}"
    for one in result["conduct"]["deviations"]:
        yield f"  Deviation in {one['field']}: planned {one['planned']!r}, ran {one['ran']!r}."
    for one in result["conduct"]["thresholds"]:
        yield f"  {one['sentence']} Its reason: {one['reason']}"
        yield from (f"    {_beside(row)}" for row in one["held"] if row["side"] in ("below", "at"))
    yield f"  {result['conduct']['special_sentence']}"
    yield ""
    yield "How it was computed"
    yield from _method(method)
    for place, source in enumerate(given["sources"], start=1):
        if "columns" in source:
            yield f"  Source {place}{f' ({label})' if (label := source.get('label')) else ''} was read by itself:"
            yield f"  {_columns(source)}."
            yield f"  {source['count_rule']}"
            yield from _words(source)


def _source(source: Mapping[str, Any], *, alone: bool) -> str:
    rows = (
        ""
        if alone
        else f": {_amount(source['people'], 'person', 'people')} in {_amount(source['rows'], 'row', 'rows')}"
    )
    label = f" ({source['label']})" if source.get("label") not in (None, "", source.get("name")) else ""
    if source["kind"] == "file":
        return f"File SHA-256  {source['sha256']}{label}{rows}"
    return f"Table         {source['name']} ({source['engine']}){label}{rows}"


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


def _tests(tests: Mapping[str, Any]) -> Iterator[str]:
    """Yield one line a comparison: the test to lean on, its p-value raw and adjusted, the interval of the ratio."""
    for table in tests["tables"]:
        if not table["comparisons"]:
            continue
        yield f"Tests, {TITLES[table['table']]}, each category beside {table['benchmark']}"
        heads = ["Category", "Test", "p", "p (Holm)", "Ratio, 95% score interval", "Shortfall"]
        rows = [_compared(one) for one in table["comparisons"]]
        yield from _aligned(heads, rows)
    for note in tests["notes"]:
        yield f"  {note}"


def _compared(one: Mapping[str, Any]) -> list[str]:
    found = {measure["code"]: measure["values"] for measure in one["measures"]}
    limits = [_short(found["score-ratio"][end], 3) for end in ("low", "high")]
    p = found[one["chosen_test"]]["p"]
    return [
        one["group"],
        one["chosen_test"],
        _short(p, 4),
        _short(one["adjusted_p"]["holm"], 4),
        " to ".join(limits),
        _short(found["shortfall"]["shortfall"], 1),
    ]


def _short(value: str | None, places: int) -> str:
    if value is None:
        return "none"
    exact, least = Decimal(value), f"{'0.' + '0' * (places - 1)}1"
    if places == 4 and 0 < exact < Decimal(least) / 2:  # its exponent may be too long for a fraction
        return f"<{least}"
    return decimals(Fraction(exact), places)


def _readings(readings: Mapping[str, Any]) -> Iterator[str]:
    yield "Other readings of the rule"
    for choice in readings["choices"]:
        yield f"  {choice['question']}"
        for option in choice["options"]:
            mark = "chosen" if option["chosen"] else _amount(len(option["changed"]), "row changes", "rows change")
            why = f" Reason: {choice['reason']}" if option["chosen"] and choice["reason"] else ""
            yield f"    [{mark}] {option['sentence']}{why}"
            for one in option["changed"]:
                name = ", ".join(part for part in (one["sex"], one["race_ethnicity"]) if part)
                ratios = [_ratio(one[side]) for side in ("chosen", "reading")]
                moved = f" ({_short(one['difference'], 3)})" if one["difference"] else ""
                yield f"      {TITLES[one['table']]}, {name}: {ratios[0]} becomes {ratios[1]}{moved}"


def _ratio(told: Mapping[str, Any]) -> str:
    return (
        "excluded"
        if told["excluded"]
        else "no ratio"
        if told["impact_ratio"] is None
        else _short(told["impact_ratio"], 3)
    )


def _aligned(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(len(row[place]) for row in (heads, *rows)) for place in range(len(heads))]
    for row in (heads, *rows):
        cells = [row[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        yield "  " + "  ".join(cells).rstrip()


def _method(method: Mapping[str, Any]) -> Iterator[str]:
    file = method["file"]
    form = f"File: {file['encoding']}, separated by {file['delimiter']}; " if file.get("encoding") else ""
    if columns := _columns(method):
        yield f"  {form}{columns}."
    if method["pooled"]:
        yield f"  Pooled from several sources: {method['pooled']}"
    yield f"  {method['count_rule']}"
    if method["favourable"] is not None:
        yield f"  Favourable value: {method['favourable']!r}; every other value is unfavourable."
    yield from _words(method)
    if median := method["median"]:
        yield (
            f"  Median {median['value']} of {median['sample_size']:,} people ({median['sample']}): "
            f"{median['above']:,} strictly on the better side, {median['at_median']:,} exactly at it."
        )
        yield f"  {method['median_rule']}"
    for exclusion in method["exclusions"]:
        name = ", ".join(part for part in (exclusion["sex"], exclusion["race_ethnicity"]) if part)
        why = f"{exclusion['justification']} Approved by {exclusion['approver']}."
        table = ", class ".join(filter(None, (exclusion["table"], exclusion.get("class"))))
        yield f"  Excluded under 6 RCNY § 5-301(d): {name} ({table}). {why}"
    yield f"  One row is one {method['unit_of_analysis']}." if method["unit_of_analysis"] else _UNIT
    yield _data(method["data"])
    if method["class_rule"]:
        yield f"  {method['class_rule']}"
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


def _columns(read: Mapping[str, Any]) -> str:
    return ", ".join(f"{role}: {name!r}" for role, name in read["columns"].items())


def _words(read: Mapping[str, Any]) -> Iterator[str]:
    for role, values in read["mapping"].items():
        pairs = "; ".join(f"{raw!r} is {category or 'unknown'}" for raw, category in values.items())
        yield f"  {role}: {pairs}."


def _beside(row: Mapping[str, Any]) -> str:
    name = ", ".join(part for part in (row["sex"], row["race_ethnicity"]) if part)
    of_class = f", class {row['class']}" if row["class"] is not None else ""
    return f"{TITLES[row['table']]}{of_class}, {name}: {_short(row['measured'], 3)}, {row['side']} it"


_UNIT = "  Whether one row is a person or an application was not stated."


def _data(data: Mapping[str, Any] | None) -> str:
    if data is None:
        return "  Whether the data is historical or test data (6 RCNY § 5-302) was not stated."
    if data["kind"] == "historical":
        return "  Historical data (6 RCNY § 5-302(a))."
    analysis = data["sufficiency"]
    return (
        f"  Test data (6 RCNY § 5-302(b)). Why not historical data: {data['why_not_historical']} How it was obtained: "
        f"{data['how_obtained']} Sufficiency: {analysis['conclusion']} {analysis['reason']} ({analysis['by']})"
    )
