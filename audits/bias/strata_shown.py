"""True outcomes over strata as the page of a result tells them: common ratios with their tests, and each stratum."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final

from django.utils.translation import gettext as _

from audits.bias.beyond_shown import place_of
from audits.bias.tested import anchor, number
from audits.metrics.categories import Category
from audits.metrics.display import TITLES
from audits.metrics.methods import METHODS
from audits.metrics.rounding import percent
from audits.metrics.split_outcomes import RATES_TESTED

MOST: Final = 60
"""So many strata are listed one by one; the result holds all of them."""


def shown(result: Mapping[str, Any]) -> dict[str, Any]:
    """Return the common ratios of each table, then the strata one by one with their rates."""
    found, strata = result["outcomes"]["over_strata"], result["strata"]
    return {
        "notes": found["notes"],
        "level": found["level"],
        "tables": [_table(one, strata[:MOST]) for one in found["tables"]],
        "columns": [(METHODS[code].name.split(" (")[0], place_of(code)) for code in RATES_TESTED],
        "methods": [{**one, "anchor": f"statistics/#{anchor(one['name'])}"} for one in found["methods"]],
        "unlisted": max(0, len(strata) - MOST),
    }


def _table(one: Mapping[str, Any], strata: list[Mapping[str, Any]]) -> dict[str, Any]:
    listed = []
    for stratum in strata:
        [table] = [each for each in stratum["outcomes"]["tables"] if each["table"] == one["table"]]
        name = " / ".join(stratum["stratum"]) or _("(blank)")
        listed += [(name, *_group(group)) for group in table["groups"]]
    return {
        "name": one["table"],
        "title": TITLES[one["table"]],
        "reference": one["reference"],
        "common": [
            (group["group"], METHODS[rate["rate"]].name.split(" (")[0], place_of(rate["rate"]), _common(rate))
            for group in one["groups"]
            for rate in group["rates"]
        ],
        "why": _why(one),
        "listed": listed,
    }


def _common(rate: Mapping[str, Any]) -> list[str]:
    values = rate["common"]["values"]
    ratio, low, high, p, adjusted = (
        number(values[name]) for name in ("ratio", "ratio_low", "ratio_high", "p", "p_holm")
    )
    ends = _("{low} to {high}").format(low=low, high=high)
    return [ratio, ends, p, adjusted, number(rate["same"]["values"]["p"])]


def _why(one: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return why a common ratio has no value, or no stratum speaks of it, once with its groups and rates."""
    said: dict[str, list[str]] = {}
    for group in one["groups"]:
        for rate in group["rates"]:
            for why in filter(None, (rate["common"].get("undefined"), rate["same"].get("undefined"))):
                said.setdefault(why, []).append(f"{group['group']}, {METHODS[rate['rate']].name.split(' (')[0]}")
    return [(why, "; ".join(dict.fromkeys(where))) for why, where in said.items()]


def _group(group: Mapping[str, Any]) -> tuple[str, list[int], list[str]]:
    named = str(Category(group["sex"], group["race_ethnicity"]))
    counts = [group["counts"][name] for name in ("tp", "fp", "fn", "tn")]
    rates = [_("none") if value is None else percent(Fraction(value)) for value in group["rates"].values()]
    return named, [*counts, sum(group["missing"].values())], rates
