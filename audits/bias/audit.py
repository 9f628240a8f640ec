"""A bias audit of one file: a plan and the bytes of the file go in, the result document comes out.

    file -> :mod:`intake` -> :mod:`aggregate` -> :mod:`mapping` -> counts -> :mod:`audits.metrics.result`

Rows of people stay in the file; everything after the counts is a function of the counts.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

from audits.bias import median as medians
from audits.bias.aggregate import Group, Rows, ScoreGroup, plain_copy, rows_of
from audits.bias.intake import Source, open_source
from audits.bias.locate import Judge, locate, remembered
from audits.bias.mapping import Trouble, Values, count_trouble, readings, score_trouble
from audits.bias.plan import DELIMITERS, CountReading, Plan
from audits.bias.reading import count_reading, method_of
from audits.bias.vocabulary import SELECTED, Role, word
from audits.metrics.counts import LARGEST, Cell
from audits.metrics.result import result_from_counts
from compliance.lib import canonical
from compliance.lib.problems import Problem, Refused

Progress: TypeAlias = Callable[[float, str], None]

MOST_VALUES: Final = 1_000
"""Different spellings in one column of categories; a column of names or free texts has more."""


@dataclass(frozen=True, slots=True)
class Result:
    """A finished audit. The same plan on the same bytes gives the same document, byte for byte."""

    document: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        """Return the result document (schema `probanda/bias-audit/1`)."""
        return dict(self.document)

    @property
    def data(self) -> bytes:
        """Return the document as canonical JSON, which is what is kept, hashed and embedded."""
        return canonical.dump(self.document)


def run(path: Path | str, plan: Plan, progress: Progress | None = None) -> Result:
    """Audit the file at `path` as `plan` says.

    `Refused` carries every problem that was found, with row, column, found and expected where there is a place.
    `progress(fraction, sentence)` is called as the work goes on. Memory is bounded whatever the size of the file.
    """
    say = progress or (lambda fraction, sentence: None)
    path = Path(path)
    with tempfile.TemporaryDirectory(prefix="bias-audit-") as folder:
        scratch = Path(folder)
        say(0.0, "Reading the file and taking its digest.")
        before = _stamp(path)
        columns = plan.columns()
        names = list(columns.values())
        source = open_source(path, scratch, encoding=plan.encoding, delimiter=plan.delimiter, columns=names)
        places = source.places(names)
        say(0.3, "Counting people by category.")
        found = _counted(source, places, plan, scratch, say)
        if _stamp(path) != before:
            raise Refused(Problem("file-changed", "The file was changed while it was read.", "Run the audit again."))
    say(0.9, "Computing rates and impact ratios.")
    reading = {"encoding": source.encoding, "delimiter": DELIMITERS[source.delimiter]}
    stated = {
        role: f"{source.header[place]} ({name})" if name not in source.header else name
        for (role, name), place in zip(columns.items(), places, strict=True)
    }
    method = method_of(plan, stated, found.values, found.lines_by_outcome, found.count_reading, found.median, reading)
    result = _result(source, found, method)
    say(1.0, "The audit is finished.")
    return Result(result)


@dataclass(frozen=True, slots=True)
class _Counted:
    cells: list[Cell]
    lines: int
    values: dict[Role, Values]
    lines_by_outcome: dict[str, int]
    count_reading: CountReading | None
    median: dict[str, Any] | None


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        state = path.stat()
    except OSError:
        return None
    return state.st_size, state.st_mtime_ns, state.st_ino


def _result(source: Source, found: _Counted, method: Mapping[str, Any]) -> dict[str, Any]:
    people = sum(cell.applicants for cell in found.cells)
    given = {"sha256": source.sha256, "bytes": source.bytes, "rows": found.lines, "people": people}
    try:
        return result_from_counts(found.cells, source=given, method=method)
    except ValueError as error:  # an exclusion that the rule does not allow, seen only now that people are counted
        raise Refused(Problem("exclusion", str(error))) from error


def _counted(source: Source, places: list[int], plan: Plan, scratch: Path, say: Progress) -> _Counted:
    """Count with DuckDB; what it cannot read is either explained row by row or written anew and read once more."""
    import duckdb

    has_count = plan.count is not None
    try:
        with rows_of(source, places, scratch, has_count=has_count) as rows:
            return _count(rows, source, places, plan, say)
    except duckdb.Error:
        plain, places = plain_copy(source, places, scratch)
    try:
        with rows_of(plain, places, scratch, has_count=has_count) as rows:
            return _count(rows, plain, places, plan, say)
    except duckdb.Error as error:
        sentence = "The file cannot be read as a table."
        raise Refused(Problem("unreadable-file", sentence, str(error).splitlines()[0])) from error


def _count(rows: Rows, source: Source, places: list[int], plan: Plan, say: Progress) -> _Counted:
    if plan.score is not None:
        return _count_scores(rows, source, places, plan, say)
    groups = rows.outcomes()
    _check_any(sum(group.lines for group in groups), sum(group.people for group in groups))
    values = readings(plan)
    reading = count_reading(plan, groups, values)
    number = reading == "number"
    _check_few(plan, _spellings(groups) | ({} if number else {"selected": {group.value for group in groups}}))
    if any(group.bad or (number and group.over) for group in groups) or any(
        isinstance(read, Trouble) for group in groups for read in _read(group, values, number)
    ):
        _explain(source, places, plan, values, number)
    _check_favourable(plan, groups)
    cells, by_outcome = [], dict[str, int]()
    for group in groups:
        sex, race, outcome = _read(group, values, number)
        assert not isinstance(sex, Trouble)  # noqa: S101 - _explain has raised
        assert not isinstance(race, Trouble)  # noqa: S101
        chosen = int(group.value) * group.lines if number else group.people * (outcome == SELECTED)
        cells.append(Cell(sex, race, group.people, chosen))
        by_outcome[group.value] = by_outcome.get(group.value, 0) + group.people
    lines = sum(group.lines for group in groups)
    return _Counted(cells, lines, values, {} if number else by_outcome, reading, None)


def _check_favourable(plan: Plan, groups: list[Group]) -> None:
    met = {word(group.value): group.value.strip() for group in groups}
    if plan.favourable is not None and word(plan.favourable) not in met:
        raise Refused(
            Problem(
                "favourable-value",
                f"The favourable value {plan.favourable!r} is nowhere in the column {plan.selected!r}.",
                "Write it as it stands in the file.",
                column=plan.selected,
                found=", ".join(sorted(met.values())[:10]),
                expected=plan.favourable,
            )
        )


def _read(group: Group, values: Mapping[Role, Values], number: bool) -> list[str | Trouble | None]:
    """Return what the words of a group mean; a number of people selected is no outcome."""
    read = [values["sex"].read(group.sex), values["race_ethnicity"].read(group.race_ethnicity)]
    return [*read, count_trouble(group.value) if number else values["outcome"].read(group.value)]


def _count_scores(rows: Rows, source: Source, places: list[int], plan: Plan, say: Progress) -> _Counted:
    groups = rows.scored()
    _check_any(sum(group.lines for group in groups), sum(group.people for group in groups))
    _check_few(plan, _spellings(groups))
    values = readings(plan)
    known: dict[tuple[str, str], tuple[str | None, str | None]] = {}
    wrong = any(group.bad for group in groups)
    for group in groups:
        sex, race = values["sex"].read(group.sex), values["race_ethnicity"].read(group.race_ethnicity)
        if isinstance(sex, Trouble) or isinstance(race, Trouble):
            wrong = True
        else:
            known[group.sex, group.race_ethnicity] = (sex, race)
    if wrong:
        _explain(source, places, plan, values, number=False)
    say(0.5, "Finding the median of the full sample.")
    complete = plan.unknowns == "complete-case"
    sample = frozenset(words for words, category in known.items() if None not in category) if complete else None
    median = _median(rows, groups, sample, plan)
    cells = [
        Cell(
            *known[group.sex, group.race_ethnicity],
            group.people,
            median.better.get((group.sex, group.race_ethnicity), 0),
        )
        for group in groups
    ]
    above = sum(people for words, people in median.better.items() if sample is None or words in sample)
    stated = {
        "value": median.value,
        "sample": "complete cases" if complete else "all assessed",
        "sample_size": median.sample_size,
        "at_median": median.at_median,
        "above": above,
    }
    return _Counted(cells, sum(group.lines for group in groups), values, {}, None, stated)


def _median(
    rows: Rows, groups: list[ScoreGroup], sample: frozenset[tuple[str, str]] | None, plan: Plan
) -> medians.Median:
    kept = groups if sample is None else [group for group in groups if (group.sex, group.race_ethnicity) in sample]
    if not sum(group.people for group in groups):
        sentence = "The counts add up to nobody, so there is no sample to take a median of."
        raise Refused(Problem("no-sample", sentence, "Look at the column of counts.", column=plan.count))
    if not sum(group.people for group in kept):
        sentence = "Nobody has both a known sex and a known race/ethnicity, so there is no sample to take a median of."
        raise Refused(Problem("no-sample", sentence, "Treat unknown people per table, or look at the mapping."))
    return medians.find(rows, groups, sample=sample, higher=plan.higher_is_better)


def _spellings(groups: Sequence[Group | ScoreGroup]) -> dict[str, set[str]]:
    return {
        "sex": {group.sex for group in groups},
        "race_ethnicity": {group.race_ethnicity for group in groups},
    }


def _check_few(plan: Plan, values: Mapping[str, set[str]]) -> None:
    """Refuse a column that cannot be one of categories, before its values are listed in a result for all to read."""
    for role, found in values.items():
        if len(found) > MOST_VALUES:
            column = plan.columns().get(role, "")
            sentence = f"The column {column!r} holds {len(found):,} different values, too many for categories."
            raise Refused(
                Problem("too-many-values", sentence, "Look whether the right column was chosen.", column=column)
            )


def _check_any(lines: int, people: int) -> None:
    if not lines:
        sentence = "The file has a header but no rows."
        raise Refused(Problem("no-rows", sentence, "Export it again with its rows.", row=2))
    if people > LARGEST:
        raise Refused(Problem("too-many-people", "The counts add up to more people than can be written exactly."))


def _explain(source: Source, places: list[int], plan: Plan, values: Mapping[Role, Values], number: bool) -> None:
    """Raise every problem of the file with its place."""

    def category(role: Role) -> Judge:
        def judge(raw: str) -> Trouble | None:
            found = values[role].read(raw)
            return found if isinstance(found, Trouble) else None

        return remembered(judge)

    outcome = score_trouble if plan.score is not None else count_trouble if number else category("outcome")
    wanted: list[Judge] = [category("sex"), category("race_ethnicity"), outcome, count_trouble]
    judges = {name: (place, judge) for name, place, judge in zip(plan.columns().values(), places, wanted, strict=False)}
    problems = locate(source, judges, (places[2], places[3]) if number else None)
    if not problems:
        sentence = "The file was read in two ways that do not agree."
        problems = [Problem("unreadable-file", sentence, "Save it again as CSV in UTF-8 with plain quotation marks.")]
    raise Refused.all(problems)
