"""The same counts under every reading that the rule leaves open, side by side.

6 RCNY §§ 5-300 to 5-304 do not say of what the 2% are, whether a person of unknown race counts by sex, which applicants
the full sample of the median is, or whether a category that is left out may still be the most selected one. Each choice
changes the published ratios; here every one shows what it changes, and by how much, exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import Any, Final, NamedTuple

from audits.metrics import rounding
from audits.metrics.categories import TABLES, Category, TableName
from audits.metrics.counts import Cell
from audits.metrics.ratios import BASES, Row, Table, below_two_percent, shares, table
from compliance.lib.wording import gettext_noop as _

UNKNOWNS: Final = ("per-table", "complete-case")
MEDIANS: Final = ("all-assessed", "both-known")
LEFT_OUT: Final = ("as-decided", "none", "all-below")
BENCHMARKS: Final = ("kept", "all")

QUESTIONS: Final[Mapping[str, str]] = {
    "unknowns": _("Does a person of unknown sex or race/ethnicity count in the table whose category is known?"),
    "median": _("Which people are the full sample whose median score divides everyone?"),
    "base": _("What is a category compared with when it is said to be less than 2% of the data being used?"),
    "exclusions": _("Which categories below 2% are left out of the ratios?"),
    "benchmark": _("May a category that is left out of the ratios still be the most selected one?"),
}
SENTENCES: Final[Mapping[str, Mapping[str, str]]] = {
    "unknowns": {
        "per-table": _("Yes: each table counts everyone whose category it knows."),
        "complete-case": _("No: every table counts only people of known sex and known race/ethnicity."),
    },
    "median": {
        "all-assessed": _("Everyone who was assessed and scored, also people of unknown category."),
        "both-known": _("Only people of known sex and known race/ethnicity."),
    },
    "base": {
        "table": _("With the people whom the table counts."),
        "table-known": _("With everyone whose category in that table is known, complete case or not."),
        "assessed": _("With everyone who was assessed, people of unknown category too."),
    },
    "exclusions": {
        "as-decided": _("Those that were decided, one by one."),
        "none": _("None."),
        "all-below": _("Every category that has people and is below 2%."),
    },
    "benchmark": {"kept": _("No: only a category that is kept."), "all": _("Yes: any category with people.")},
}


class Reading(NamedTuple):
    """One way to read the rule; `median` is None where nothing is scored."""

    unknowns: str
    median: str | None
    base: str
    exclusions: str
    benchmark: str


class Counts(NamedTuple):
    """What readings are computed from: the counts by the basis of the median (`None` where nothing is scored)."""

    by_median: Mapping[str | None, Sequence[Cell]]
    decided: Mapping[TableName, Sequence[Category]]


def left_out(of: Counts, name: TableName, reading: Reading) -> tuple[Category, ...]:
    """Return the categories of a table that are left out under a reading: never one that it does not allow.

    >>> counts = Counts({None: [Cell("Male", None, 99, 40), Cell("Female", None, 1, 1)]}, {})
    >>> [str(one) for one in left_out(counts, "sex", Reading("per-table", None, "table", "all-below", "kept"))]
    ['Female']
    """
    if reading.exclusions == "none":
        return ()
    complete = reading.unknowns == "complete-case"
    below = below_two_percent(shares(of.by_median[reading.median], name, base=reading.base, complete_case=complete))
    return below if reading.exclusions == "all-below" else tuple(key for key in below if key in of.decided[name])


class Computer:
    """Tables under any reading, each computed once."""

    def __init__(self, of: Counts):
        self.of = of
        self._left_out: dict[tuple[Any, ...], tuple[Category, ...]] = {}
        self._tables: dict[tuple[Any, ...], Table] = {}
        self._ratios: dict[tuple[Any, ...], dict[Category, Fraction | None]] = {}

    def left_out(self, name: TableName, reading: Reading) -> tuple[Category, ...]:
        """Return the categories that :func:`left_out` gives."""
        key = (name, *reading[:4])
        if key not in self._left_out:
            self._left_out[key] = left_out(self.of, name, reading)
        return self._left_out[key]

    def table(self, name: TableName, reading: Reading) -> Table:
        """Return a table as the reading has it."""
        excluded = self.left_out(name, reading)
        key = (name, *reading[:3], excluded, reading.benchmark)
        if key not in self._tables:
            self._tables[key] = table(
                self.of.by_median[reading.median],
                name,
                complete_case=reading.unknowns == "complete-case",
                excluded=excluded,
                base=reading.base,
                benchmark_among_all=reading.benchmark == "all",
            )
        return self._tables[key]

    def ratios(self, name: TableName, reading: Reading) -> dict[Category, Fraction | None]:
        """The ratios alone, which do not depend on the base once it is known who is left out."""
        key = (name, *reading[:2], self.left_out(name, reading), reading.benchmark)
        if key not in self._ratios:
            self._ratios[key] = {row.category: row.impact_ratio for row in self.table(name, reading).rows}
        return self._ratios[key]


def readings(of: Counts, chosen: Reading, reasons: Mapping[str, str], as_json: Any) -> dict[str, Any]:
    """Return every open choice with its options, what each changes, and the range of each ratio over all of them.

    `as_json` writes a table as the result document does. Only tables that differ from the chosen ones are written.

    >>> counts = Counts(
    ...     {None: [Cell("Male", None, 99, 40), Cell("Female", None, 1, 1)]}, {name: [] for name in TABLES}
    ... )
    >>> found = readings(counts, Reading("per-table", None, "table", "none", "kept"), {}, lambda table: table.name)
    >>> [(one["sex"], one["lowest"], one["highest"]) for one in found["range"] if one["table"] == "sex"][0]
    ('Male', '0.404040404040404', '1.000000000000000')
    """
    computer = Computer(of)
    choices = [
        {
            "choice": choice,
            "question": QUESTIONS[choice],
            "chosen": getattr(chosen, choice),
            "reason": reasons.get(choice),
            "options": [
                _option(computer, chosen, choice, option, as_json) for option in options if _offered(of, choice, option)
            ],
        }
        for choice, options in _open(of)
    ]
    return {"choices": choices, "range": list(_range(computer, chosen))}


def _open(of: Counts) -> Iterator[tuple[str, Sequence[str]]]:
    yield "unknowns", UNKNOWNS
    if None not in of.by_median:
        yield "median", [one for one in MEDIANS if one in of.by_median]
    yield "base", BASES
    yield "exclusions", LEFT_OUT
    yield "benchmark", BENCHMARKS


def _offered(of: Counts, choice: str, option: str) -> bool:
    return choice != "exclusions" or option != "as-decided" or any(of.decided.values())


def _option(computer: Computer, chosen: Reading, choice: str, option: str, as_json: Any) -> dict[str, Any]:
    reading = chosen._replace(**{choice: option})
    changed, tables = [], []
    for name in TABLES:
        ours, theirs = computer.table(name, chosen), computer.table(name, reading)
        found = list(_changes(ours, theirs))
        changed += found
        if found or ours.benchmark != theirs.benchmark:
            tables.append(as_json(theirs))
    every = reading._replace(exclusions="all-below")
    return {
        "option": option,
        "sentence": SENTENCES[choice][option],
        "chosen": option == getattr(chosen, choice),
        "changed": changed,
        "left_out": [{"table": name, **key._asdict()} for name in TABLES for key in computer.left_out(name, reading)],
        "may_be_left_out": [
            {"table": name, **key._asdict()} for name in TABLES for key in computer.left_out(name, every)
        ],
        "tables": tables,
    }


def _changes(ours: Table, theirs: Table) -> Iterator[dict[str, Any]]:
    for mine, other in zip(ours.rows, theirs.rows, strict=True):
        if _shown(mine) == _shown(other):
            continue
        difference = None
        if mine.impact_ratio is not None and other.impact_ratio is not None:
            difference = other.impact_ratio - mine.impact_ratio
        yield {
            "table": ours.name,
            **mine.category._asdict(),
            "chosen": _told(mine),
            "reading": _told(other),
            "difference": rounding.written(difference),
            "exact_difference": None if difference is None else str(difference),
        }


def _shown(row: Row) -> tuple[Any, ...]:
    return row.applicants, row.selected, row.impact_ratio, row.excluded


def _told(row: Row) -> dict[str, Any]:
    return {
        "applicants": row.applicants,
        "selected": row.selected,
        "rate": rounding.written(row.rate),
        "impact_ratio": rounding.written(row.impact_ratio),
        "excluded": row.excluded,
    }


def _range(computer: Computer, chosen: Reading) -> Iterator[dict[str, Any]]:
    """Yield each ratio that some combination of the readings changes, with the lowest and highest of them all."""
    options = dict(_open(computer.of))
    left = [one for one in LEFT_OUT if _offered(computer.of, "exclusions", one)]
    medians: Iterable[Any] = options.get("median", (None,))
    every = [Reading(*one) for one in product(UNKNOWNS, medians, BASES, left, BENCHMARKS)]
    for name in TABLES:
        ours = computer.ratios(name, chosen)
        different = {id(found): found for found in (computer.ratios(name, reading) for reading in every)}
        for key, mine in ours.items():
            known = {found[key] for found in different.values()}
            if known == {mine}:
                continue
            numbers = [one for one in known if one is not None]
            yield {
                "table": name,
                **key._asdict(),
                "chosen": rounding.written(mine),
                "lowest": rounding.written(min(numbers, default=None)),
                "highest": rounding.written(max(numbers, default=None)),
                "without_ratio": None in known,
                "combinations": len(every),
            }


def of_class(exclusions: Iterable[Mapping[str, Any]], name: str | None) -> list[Mapping[str, Any]]:
    """Return the exclusions from the tables of one class, or with None those from the tables of all people.

    >>> of_class([{"class": "lead"}, {"table": "sex"}], None)
    [{'table': 'sex'}]
    """
    return [one for one in exclusions if one.get("class") == name]


def decided_of(exclusions: Iterable[Mapping[str, Any]]) -> dict[TableName, list[Category]]:
    """Return the categories that were decided to be left out, by table.

    Each exclusion is `{"table", "sex", "race_ethnicity", "justification", "approver"}`, and all are of one class or of
    none; one without its justification or without the name of who approved it is a ValueError.

    >>> said = {"justification": "Eleven people.", "approver": "Bob"}
    >>> [str(one) for one in decided_of([{"table": "sex", "sex": "Female", "race_ethnicity": None, **said}])["sex"]]
    ['Female']
    """
    found: dict[TableName, list[Category]] = {name: [] for name in TABLES}
    for one in exclusions:
        if one.get("table") not in found:
            raise ValueError("An exclusion names one of the three tables.")
        if not all(str(one.get(name) or "").strip() for name in ("justification", "approver")):
            raise ValueError("An exclusion states its justification and who approved it.")
        found[one["table"]].append(Category(one["sex"], one["race_ethnicity"]))
    return found
