"""Where the values stand that cannot be read: every different one once, with its first row and how many more there are.

The count itself knows only groups; this reads the file again, row by row, and only when something is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from audits.bias.aggregate import Rows
from audits.bias.intake import Source
from audits.bias.mapping import COUNT, Trouble, score_trouble
from audits.bias.ragged import ragged
from compliance.lib.problems import Problem

MOST_SHOWN: Final = 50
MOST_KEPT: Final = 10_000
_SHOWN: Final = 60

Judge = Callable[[str], Trouble | None]
Words = tuple[tuple[str, ...], int]


@dataclass(slots=True)
class _Found:
    row: int | None
    trouble: Trouble
    more: int = 0


def locate_in_text(
    source: Source, judges: Mapping[str, tuple[int, Judge]], number: tuple[int, int] | None
) -> list[Problem]:
    """Return the problems of a file, the first 50 in the order of their rows and the number of the others.

    `judges` gives by column name its place and what is wrong with a value; `number`, where one column holds how many of
    the people of another were selected, gives the places of both.
    """
    found: dict[tuple[str, str], _Found] = {}
    rows: list[Problem] = []
    lost = 0
    for row, record in source.records():
        if len(record) != len(source.header):
            rows.append(ragged(row, len(record), len(source.header)))
            if len(rows) >= MOST_SHOWN:
                break
            continue
        for column, (place, judge) in judges.items():
            raw = record[place]
            if (column, raw) in found:
                found[column, raw].more += 1
            elif trouble := judge(raw):
                if len(found) < MOST_KEPT:
                    found[column, raw] = _Found(row, trouble)
                else:
                    lost += 1
        if number and (problem := _too_many(row, source, record, *number)):
            rows.append(problem)
    problems = [_problem(column, raw, what) for (column, raw), what in found.items()] + rows
    problems.sort(key=lambda problem: problem.row or 0)
    return problems[:MOST_SHOWN] + list(_others(len(problems) - MOST_SHOWN + lost))


def locate_in_rows(rows: Rows, judges: Mapping[str, tuple[str, Judge]], groups: Sequence[Words]) -> list[Problem]:
    """Return the problems of rows that only the engine sees: every value once, with its first row if rows have order.

    `judges` gives by role its column and what is wrong with a value; `groups` are the raw words of the roles, in the
    order of `judges`, and on how many lines they stand.
    """
    found: dict[tuple[str, str], _Found] = {}
    for place, (role, (column, judge)) in enumerate(judges.items()):
        if role in ("score", "count"):
            for bad in rows.bad(role):
                trouble = judge(bad.raw) or score_trouble("")
                if trouble:
                    found[column, bad.raw] = _Found(bad.first, trouble, bad.lines - 1)
            continue
        lines: dict[str, int] = {}
        for words, number in groups:
            lines[words[place]] = lines.get(words[place], 0) + number
        wrong = {raw: trouble for raw in lines if (trouble := judge(raw))}
        firsts = rows.firsts(role) if wrong else {}
        found |= {(column, raw): _Found(firsts.get(raw), what, lines[raw] - 1) for raw, what in wrong.items()}
    problems = [_problem(column, raw, what) for (column, raw), what in found.items()]
    problems.sort(key=lambda problem: problem.row or 0)
    return problems[:MOST_SHOWN] + list(_others(len(problems) - MOST_SHOWN))


def remembered(judge: Judge) -> Judge:
    """Return `judge` with a memory of the values it let through, which are few in a column of categories."""
    good: set[str] = set()

    def ask(raw: str) -> Trouble | None:
        if raw in good:
            return None
        trouble = judge(raw)
        if trouble is None and len(good) < MOST_KEPT:
            good.add(raw)
        return trouble

    return ask


def _problem(column: str, raw: str, found: _Found) -> Problem:
    shown = raw if len(raw) <= _SHOWN else raw[:_SHOWN] + "…"
    what = f"The value {shown!r}" if raw.strip() else "The cell"
    more = f" (and in {found.more:,} more row{'s' if found.more > 1 else ''})" if found.more else ""
    place = f"row {found.row}, column {column!r}{more}"
    if found.row is None:  # rows of a table have no numbers
        place = f"column {column!r} (in {found.more + 1:,} row{'s' if found.more else ''})"
    return Problem(
        found.trouble.code,
        f"{what} in {place} {found.trouble.phrase}.",
        found.trouble.hint,
        row=found.row,
        column=column,
        found=shown,
        expected=found.trouble.expected,
    )


def _too_many(row: int, source: Source, record: list[str], selected: int, people: int) -> Problem | None:
    if not COUNT.fullmatch(record[selected]) or not COUNT.fullmatch(record[people]):
        return None
    if int(record[selected]) <= int(record[people]):
        return None
    return Problem(
        "selected-exceed-applicants",
        f"Row {row} says that {record[selected].strip()} of {record[people].strip()} people were selected.",
        "Look whether the two columns were exchanged.",
        row=row,
        column=source.header[selected],
        found=record[selected].strip(),
        expected=f"at most {record[people].strip()}",
    )


def _others(more: int) -> Iterator[Problem]:
    if more > 0:
        yield Problem(
            "more-problems", f"There are {more:,} more problems of these kinds.", "Correct these and try again."
        )
