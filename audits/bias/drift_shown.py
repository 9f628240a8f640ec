"""Two runs side by side as a page tells them: what moved, by how much, and the test of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any, Final

from django.utils.translation import gettext as _

from audits.bias.beyond_shown import place_of
from audits.bias.tested import number
from audits.metrics.confusion import RATES
from audits.metrics.display import TITLES
from audits.metrics.methods import METHODS
from audits.metrics.rounding import percent

_PERCENT: Final = (*(code for code, rate in RATES.items() if rate.is_share), "balanced-accuracy")


def shown(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return a comparison (:mod:`audits.metrics.run_drift`) as tables of words."""
    return {
        "found": found,
        "tables": [_table(one) for one in found["tables"]],
        "methods": [{**one, "anchor": place_of(one["code"])} for one in found["methods"]],
    }


def ratios(table: Mapping[str, Any]) -> dict[str, Any]:
    """Return the impact ratios of one table as a table of words."""
    return {
        "rows": [(one["group"], *_ratio(one)) for one in table["ratios"]],
        "notes": _notes(table["ratios"]),
        "benchmark": table["benchmark"],
    }


def _table(table: Mapping[str, Any]) -> dict[str, Any]:
    outcomes = table.get("outcomes")
    return {
        "name": table["table"],
        "title": TITLES[table["table"]],
        "rates": {"rows": [_moved(one, as_percent=True) for one in table["rates"]], "notes": _notes(table["rates"])},
        "ratios": ratios(table),
        "metrics": [_metric(one) for one in outcomes["metrics"]] if outcomes else [],
        "gaps": [_metric(one) for one in outcomes["gaps"]] if outcomes else [],
        "reference": outcomes["reference"] if outcomes else None,
    }


def _metric(one: Mapping[str, Any]) -> dict[str, Any]:
    code = one["metric"]
    return {
        "name": METHODS[code].name,
        "place": place_of(code),
        "rows": [_moved(group, as_percent=code in _PERCENT) for group in one["groups"]],
        "notes": _notes(one["groups"]),
    }


def _moved(one: Mapping[str, Any], *, as_percent: bool) -> tuple[str, list[str]]:
    """Return before, after, difference with its interval, p raw and adjusted; what does not exist says `none`."""
    values = one["values"]
    p = values.get("p_fisher") if one.get("parameters", {}).get("test") == "fisher" else values.get("p")
    ends = [_written(values.get(name), as_percent) for name in ("low", "high")]
    interval = _("none") if values.get("low") is None else _("{low} to {high}").format(low=ends[0], high=ends[1])
    runs = [_written(values.get(name), as_percent) for name in ("before", "after")]
    moved = _written(values.get("difference"), as_percent)
    if as_percent:  # a difference of two percentages is in points, which a percent sign would leave open
        moved, interval = (text.replace("%", "") for text in (moved, interval))
        moved = _("{number} points").format(number=moved) if values.get("difference") is not None else moved
    return one["group"], [*runs, moved, interval, _p(p), _p(values.get("p_holm"))]


def _ratio(one: Mapping[str, Any]) -> tuple[list[str], str]:
    values, stated = one["values"], one["stated"]
    own = [_written(stated[name], as_percent=False) for name in ("before", "after")]
    tested = [_written(values[name], as_percent=False) for name in ("before", "after", "ratio")]
    ends = [_written(values[name], as_percent=False) for name in ("low", "high")]
    interval = _("none") if values["low"] is None else _("{low} to {high}").format(low=ends[0], high=ends[1])
    return [*own, *tested, interval, _p(values["p"]), _p(values["p_holm"])], _p(values["p_breslow_day"])


def _written(value: str | None, as_percent: bool) -> str:
    if value is None:
        return _("none")
    return percent(Fraction(value)).replace("-", "−") if as_percent else number(value)


def _p(value: str | None) -> str:
    return _("none") if value is None else number(value)


def _notes(rows: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    said: dict[str, list[str]] = {}
    for one in rows:
        if one.get("undefined"):
            said.setdefault(one["undefined"], []).append(one["group"])
    return [(sentence, "; ".join(groups)) for sentence, groups in said.items()]
