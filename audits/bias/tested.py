"""The intervals and tests of a result as its page tells them: few tables, every column with the name of its method."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from typing import Any, Final, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audits.bias.compared import TABLE_NAMES

DIGITS: Final = Context(prec=4, Emin=MIN_EMIN, Emax=MAX_EMAX)


class Column(NamedTuple):
    """One column: its heading, the method that it belongs to, and the values of it that make a cell."""

    heading: Any
    code: str
    values: tuple[str, ...]


INTERVAL = ("low", "high")
RATES: Final = (
    Column(gettext_lazy("Exact interval"), "clopper-pearson", INTERVAL),
    Column(gettext_lazy("Score interval"), "wilson", INTERVAL),
)
FAMILIES: Final[tuple[tuple[Any, tuple[Column, ...]], ...]] = (
    (
        gettext_lazy("Intervals of the impact ratio"),
        (
            Column(gettext_lazy("Ratio"), "adjusted-log", ("ratio",)),
            Column(gettext_lazy("Score interval"), "score-ratio", INTERVAL),
            Column(gettext_lazy("Adjusted log interval"), "adjusted-log", INTERVAL),
            Column(gettext_lazy("Log interval"), "katz", INTERVAL),
            Column(gettext_lazy("Difference of the rates"), "newcombe", INTERVAL),
        ),
    ),
    (
        gettext_lazy("Tests of the difference"),
        (
            Column(gettext_lazy("z"), "pooled-z", ("z",)),
            Column(gettext_lazy("p of the pooled z"), "pooled-z", ("p",)),
            Column(gettext_lazy("p of Fisher's test"), "fisher", ("p",)),
            Column(gettext_lazy("Lean on"), "", ("chosen_test",)),
            Column(gettext_lazy("Adjusted p (Holm)"), "holm", ("holm",)),
            Column(gettext_lazy("Adjusted p (Benjamini-Hochberg)"), "benjamini-hochberg", ("benjamini-hochberg",)),
        ),
    ),
    (
        gettext_lazy("In people"),
        (
            Column(gettext_lazy("Expected"), "shortfall", ("expected",)),
            Column(gettext_lazy("Shortfall"), "shortfall", ("shortfall",)),
            Column(gettext_lazy("Standard deviations"), "standard-deviations", ("number",)),
            Column(gettext_lazy("Further selections to reach four fifths"), "four-fifths-selections", ("selections",)),
            Column(gettext_lazy("Ratio if one selection moved over"), "flip-flop", ("ratio_after",)),
        ),
    ),
    (
        gettext_lazy("Over the strata"),
        (
            Column(gettext_lazy("Common ratio"), "mantel-haenszel", ("ratio",)),
            Column(gettext_lazy("Its interval"), "mantel-haenszel", ("ratio_low", "ratio_high")),
            Column(gettext_lazy("p of Mantel-Haenszel"), "mantel-haenszel", ("p",)),
            Column(gettext_lazy("p that the strata share one odds ratio"), "breslow-day", ("p",)),
        ),
    ),
)
BOUNDS: Final = (
    Column(gettext_lazy("Ratio"), "unknown-bounds", ("ratio",)),
    Column(gettext_lazy("Lowest and highest possible"), "unknown-bounds", INTERVAL),
)
_TESTS: Final[Mapping[str, Any]] = {
    "pooled-z": gettext_lazy("the pooled z"),
    "fisher": gettext_lazy("Fisher's test"),
}


def in_tables(tests: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return all intervals, tests and bounds as tables of words, with a link into the manual for every method."""
    if tests is None:
        return None
    anchors = {one["code"]: anchor(one["name"]) for one in tests["methods"]}
    return {
        "level": tests["level"],
        "tables": [_table(one, anchors) for one in tests["tables"]],
        "methods": [{**one, "anchor": anchors[one["code"]]} for one in tests["methods"]],
        "notes": tests["notes"],
    }


def anchor(name: str) -> str:
    """Return where the manual's page of statistics explains a method.

    >>> anchor("Log interval for a ratio of two rates (Katz)")
    'log-interval-for-a-ratio-of-two-rates-katz'
    """
    return re.sub(r"[^\w\- ]", "", name.lower()).strip().replace(" ", "-")


def _table(found: Mapping[str, Any], anchors: Mapping[str, str]) -> dict[str, Any]:
    rates = [(one["group"], {m["code"]: m for m in one["intervals"]}) for one in found["rates"]]
    pairs = [(one["group"], _by_code(one)) for one in found["comparisons"]]
    bounds = [(one["group"], {one["code"]: one}) for one in found["unknown_bounds"]]
    used = {code for _group, measures in pairs for code in measures}
    families = [(heading, columns, pairs) for heading, columns in FAMILIES if any(c.code in used for c in columns)]
    every = [(_("Intervals of the rates"), RATES, rates), *families, (_("Bounds from unknown people"), BOUNDS, bounds)]
    whole = found["homogeneity"]
    return {
        "name": found["table"],
        "title": str(TABLE_NAMES[found["table"]]),
        "benchmark": found["benchmark"],
        "families": [_family(str(heading), columns, rows, anchors) for heading, columns, rows in every if rows],
        "homogeneity": {**whole, "p": number(whole["values"].get("p")), "anchor": anchors.get("homogeneity")},
        "notes": found["notes"],
    }


def _by_code(comparison: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    measures: dict[str, Mapping[str, Any]] = {one["code"]: one for one in comparison["measures"]}
    chosen = _TESTS.get(comparison["chosen_test"], comparison["chosen_test"])
    adjusted = comparison["adjusted_p"]
    return {
        **measures,
        **{code: {"values": {code: adjusted.get(code)}} for code in ("holm", "benjamini-hochberg")},
        "": {"values": {"chosen_test": str(chosen)}},
    }


def _family(
    heading: str,
    columns: Iterable[Column],
    rows: Iterable[tuple[str, Mapping[str, Mapping[str, Any]]]],
    anchors: Mapping[str, str],
) -> dict[str, Any]:
    kept = list(columns)
    listed = list(rows)
    said: dict[str, list[str]] = {}
    for group, measures in listed:
        for sentence in _said(measures, kept):
            said.setdefault(sentence, []).append(group)
    return {
        "heading": heading,
        "columns": [(str(column.heading), anchors.get(column.code)) for column in kept],
        "rows": [(group, [_cell(measures.get(column.code), column) for column in kept]) for group, measures in listed],
        "notes": [(sentence, "; ".join(groups)) for sentence, groups in said.items()],
    }


def _said(measures: Mapping[str, Mapping[str, Any]], columns: Iterable[Column]) -> Iterator[str]:
    """Yield why a figure does not exist, and what its method has to say about it."""
    for code in dict.fromkeys(column.code for column in columns):
        one = measures.get(code) or {}
        for sentence in (one.get("undefined"), *one.get("notes", ())):
            if sentence:
                yield sentence


def _cell(measure: Mapping[str, Any] | None, column: Column) -> str:
    values = (measure or {}).get("values", {})
    found = [number(values.get(name)) for name in column.values]
    if len(found) == 1 or set(found) == {"—"}:
        return found[0]
    return _("{low} to {high}").format(low=found[0], high=found[1])


def number(value: str | int | None) -> str:
    """Show a figure with four significant digits; whole numbers whole, and what does not exist as a dash.

    >>> number("0.3977419670"), number("0.37"), number("0.00003984123"), number("-27.000000"), number(1234)
    ('0.3977', '0.3700', '0.00003984', '−27', '1,234')
    >>> number(None), number("the pooled z"), number("1.234567890E-4000000")
    ('—', 'the pooled z', '1.235e−4000000')
    """
    if value is None:
        return "—"
    if isinstance(value, int):
        return f"{value:,}"
    if not re.fullmatch(r"-?[0-9.]+(e[+-]?[0-9]+)?", value, re.IGNORECASE):
        return value
    exact = Decimal(value)
    if exact == exact.to_integral_value():
        return f"{exact:,.0f}".replace("-", "−")
    short = DIGITS.create_decimal(exact)
    if short.adjusted() < -6:
        return f"{short:.3e}".replace("-", "−")
    return f"{short:.{max(0, 3 - short.adjusted())}f}".replace("-", "−")
