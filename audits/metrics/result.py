"""The result document of a bias audit: what was counted, every choice made, and the numbers that follow.

Everything but `input` and `method` is a function of `counts` and three fields of `method` (`rate_kind`, `unknowns`,
`exclusions`), so a dossier that embeds the document lets anyone compute it again: see :mod:`audits.metrics.recheck`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias, cast

from audits.metrics import categories, rounding
from audits.metrics.categories import TABLES, Category, TableName
from audits.metrics.counts import LARGEST, Cell, merge, unknown
from audits.metrics.ratios import Table, table

Result: TypeAlias = dict[str, Any]

SCHEMA: Final = "probanda/bias-audit/1"
VERSION: Final = "1"
RATE_KINDS: Final = ("selection", "scoring")
UNKNOWNS: Final = ("per-table", "complete-case")
SMALL_CELL: Final = 5

RULES: Final[Mapping[str, str]] = {
    "benchmark_rule": "The benchmark category of a table is the one with its highest unrounded rate (6 RCNY § 5-300).",
    "ratio_rule": "An impact ratio is the unrounded rate of a category divided by that of the benchmark category.",
    "rounding_rule": f"Numbers are rounded {rounding.RULE}; here to {rounding.WRITTEN} digits after the point.",
    "share_base": "A share is the part of the people of known category in the same table.",
    "empty_rule": "A category without people has no rate and no ratio; a highest rate of 0 leaves no ratio to compute.",
    "threshold": "Local Law 144 sets no threshold for these numbers.",
}
_LAW: Final[Mapping[str, str]] = {
    "selection": "NYC Administrative Code § 20-870 (bias audit); 6 RCNY §§ 5-300 (selection rate, impact ratio), "
    "5-301(b)",
    "scoring": "NYC Administrative Code § 20-870 (bias audit); 6 RCNY §§ 5-300 (scoring rate, impact ratio), 5-301(c)",
}


def tables_from_counts(
    cells: Iterable[Cell],
    *,
    rate_kind: str,
    unknowns: str = "per-table",
    exclusions: Sequence[Mapping[str, Any]] = (),
) -> list[dict[str, Any]]:
    """Return the sex, race/ethnicity and intersectional tables as a result document holds them.

    Each exclusion is `{"table", "sex", "race_ethnicity", "justification"}`. A choice outside those known, or an
    exclusion that 6 RCNY § 5-301(d) does not allow, is a ValueError.

    >>> counted = [Cell("Male", None, 1390, 667), Cell("Female", None, 1181, 555)]
    >>> tables_from_counts(counted, rate_kind="selection")[0]["rows"][1]["impact_ratio"]
    '0.979336749914628'
    """
    kept = merge(cells)
    return [_as_json(found, rate_kind) for found in exact_tables(kept, unknowns=unknowns, exclusions=exclusions)]


def exact_tables(
    cells: Iterable[Cell], *, unknowns: str = "per-table", exclusions: Sequence[Mapping[str, Any]] = ()
) -> tuple[Table, ...]:
    """Return the three tables with exact fractions."""
    if unknowns not in UNKNOWNS:
        raise ValueError(f"{unknowns!r} is no way to treat unknown people; write one of {', '.join(UNKNOWNS)}.")
    kept = tuple(cells)
    left_out: dict[str, list[Category]] = {name: [] for name in TABLES}
    for exclusion in exclusions:
        if not str(exclusion.get("justification") or "").strip() or exclusion.get("table") not in left_out:
            raise ValueError("An exclusion names one of the three tables and states its justification.")
        left_out[exclusion["table"]].append(Category(exclusion["sex"], exclusion["race_ethnicity"]))
    complete = unknowns == "complete-case"
    return tuple(table(kept, name, complete_case=complete, excluded=left_out[name]) for name in TABLES)


def result_from_counts(cells: Iterable[Cell], *, source: Mapping[str, Any], method: Mapping[str, Any]) -> Result:
    """Return the whole result document.

    `source` is `{"sha256", "bytes", "rows", "people"}` of the file that was read, `rows` being those below its header,
    each a person or a group; `method` holds at least `rate_kind` and `unknowns`, and every further choice that was made
    on the way to the counts. The rules that this module applies are added to it. Counts that do not add up to `people`
    are a ValueError: a person was lost on the way.
    """
    kept = merge(cells)
    people = sum(cell.applicants for cell in kept)
    if source.get("people", people) != people:
        raise ValueError(f"The counts hold {people} people, but {source['people']} were read.")
    if people > LARGEST:
        raise ValueError("More people than an exact document can hold.")
    kind = method["rate_kind"]
    if kind not in RATE_KINDS:
        raise ValueError(f"{kind!r} is no kind of rate; write one of {', '.join(RATE_KINDS)}.")
    return {
        "schema": SCHEMA,
        "input": {**source, "people": people},
        "method": {
            "version": VERSION,
            "law": _LAW[kind],
            "categories": categories.SOURCE,
            "exclusions": [],
            **RULES,
            **method,
        },
        **derived(kept, method),
    }


def derived(cells: Iterable[Cell], method: Mapping[str, Any]) -> dict[str, Any]:
    """Return what follows from the counts: `unknown`, `counts`, `tables` and `notes`."""
    kept = merge(cells)
    options: dict[str, Any] = {"unknowns": method["unknowns"], "exclusions": method.get("exclusions", ())}
    exact = exact_tables(kept, **options)
    return {
        "unknown": unknown(kept),
        "counts": [cell.as_json() for cell in kept],
        "tables": [_as_json(found, method["rate_kind"]) for found in exact],
        "notes": [note for found in exact for note in _notes(found)],
    }


def cells_of(result: Mapping[str, Any]) -> tuple[Cell, ...]:
    """Read the counts out of a result document; anything strange in them is a ValueError."""
    counts = result["counts"]
    if not isinstance(counts, list):
        raise ValueError("The counts are not a list.")
    return tuple(Cell.from_json(cell) for cell in counts)


def exact_tables_of(result: Mapping[str, Any]) -> tuple[Table, ...]:
    """Return the exact tables of a result document, for showing with as many digits as a page wants."""
    method = cast(Mapping[str, Any], result["method"])
    return exact_tables(cells_of(result), unknowns=method["unknowns"], exclusions=method.get("exclusions", ()))


def _as_json(found: Table, rate_kind: str) -> dict[str, Any]:
    return {
        "table": found.name,
        "rate_kind": rate_kind,
        "benchmark": found.benchmark._asdict() if found.benchmark else None,
        "benchmark_tied": [category._asdict() for category in found.tied],
        "rows": [
            {
                **row.category._asdict(),
                "applicants": row.applicants,
                "selected": row.selected,
                "rate": rounding.written(row.rate),
                "impact_ratio": rounding.written(row.impact_ratio),
                "share": rounding.written(row.share),
                "excluded": row.excluded,
            }
            for row in found.rows
        ],
    }


_TITLES: Final[Mapping[TableName, str]] = {
    "sex": "sex",
    "race_ethnicity": "race/ethnicity",
    "intersectional": "intersectional",
}


def _notes(found: Table) -> list[dict[str, str]]:
    """Say what a reader of one table must know before leaning on its ratios."""
    title = _TITLES[found.name]
    filled = [row for row in found.rows if row.applicants]
    small = [str(row.category) for row in filled if row.applicants < SMALL_CELL]
    notes = []
    if not filled:
        notes.append(("nobody-known", f"The {title} table is empty: nobody of known category was assessed."))
    elif found.benchmark is None:
        notes.append(("nobody-selected", f"In the {title} table the highest rate is 0, so no ratio can be computed."))
    if len(filled) == 1:
        notes.append(("one-category", f"The {title} table has people in one category only, so it compares nothing."))
    if found.tied:
        names = "; ".join(str(category) for category in (found.benchmark, *found.tied))
        notes.append(("benchmark-tied", f"In the {title} table these categories share the highest rate: {names}."))
    if small:
        notes.append(
            (
                "small-categories",
                f"In the {title} table fewer than {SMALL_CELL} people stand behind {'; '.join(small)}: "
                "such rates move with one person, and publishing them may identify people.",
            )
        )
    return [{"table": found.name, "code": code, "sentence": sentence} for code, sentence in notes]
