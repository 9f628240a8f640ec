"""From the group metrics of a result to their pictures: what a result page and a dossier both show."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final

from audits.metrics.categories import TableName
from audits.metrics.confusion import RATES, Confusion
from audits.metrics.display import TITLES
from audits.metrics.outcome_counts import bin_names
from audits.metrics.plots.of_readings import NOT_HISPANIC, short
from audits.metrics.plots.of_result import SHORTENED, TablePictures
from audits.metrics.plots.outcomes import Kind, Share, Step, calibrations, errors
from compliance.lib.pictures.picture import Figures, Picture

_PAIRS: Final = (
    ("of-people", "Errors among those without and with the outcome", ("false-positive-rate", "false-negative-rate")),
    ("of-predictions", "Errors among those predicted and not", ("false-discovery-rate", "false-omission-rate")),
)
_NAMES: Final = {
    "false-positive-rate": "False positive rate",
    "false-negative-rate": "False negative rate",
    "false-discovery-rate": "False discovery rate",
    "false-omission-rate": "False omission rate",
}
_SHAPES: Final = ("circle", "square")


def outcome_pictures(outcomes: Mapping[str, Any], *, prefix: str = "") -> dict[TableName, TablePictures]:
    """Return the pictures of each table of group metrics; nothing for a table in which nobody has a known outcome.

    >>> outcome_pictures({"edges": [], "tables": [{"table": "sex", "groups": []}]})
    {}
    """
    found: dict[TableName, TablePictures] = {}
    for table in outcomes["tables"]:
        groups = [one for one in table["groups"] if one["counts"]["n"]]
        if not groups:
            continue
        name: TableName = table["table"]
        pictures = [_errors(f"{prefix}{name}", name, groups, *pair) for pair in _PAIRS]
        if outcomes["edges"]:
            pictures.append(_calibration(f"{prefix}{name}", name, groups, outcomes["edges"]))
        notes = list(dict.fromkeys(one.caption for one in pictures))
        if any(NOT_HISPANIC in one["group"] for one in groups):
            notes.append(SHORTENED)
        found[name] = TablePictures(tuple(pictures), tuple(notes), _figures(name, pictures))
    return found


def _errors(name: str, table: TableName, groups: list[Any], code: str, title: str, rates: tuple[str, ...]) -> Picture:
    kinds = [Kind(_NAMES[rate], shape) for rate, shape in zip(rates, _SHAPES, strict=True)]
    shares = {short(one["group"]): [_share(one, rate) for rate in rates] for one in groups}
    return errors(f"{name}-{code}", f"{title}: {TITLES[table]}", kinds, shares)


def _share(one: Mapping[str, Any], code: str) -> Share:
    counts = one["counts"]
    part, people = RATES[code].parts(Confusion(counts["tp"], counts["fp"], counts["fn"], counts["tn"]))
    if not people:
        return Share(0, 0, why=RATES[code].missing)
    values = next(rate["values"] for rate in one["rates"] if rate["code"] == code)
    return Share(part, people, float(values["low"]), float(values["high"]))


def _calibration(name: str, table: TableName, groups: list[Any], edges: list[str]) -> Picture:
    steps = {short(one["group"]): [_step(bin_) for bin_ in one["bins"]] for one in groups}
    apart = {short(one["group"]): one.get("people_without_bins") for one in groups}  # older results do not say it
    return calibrations(name, f"Outcome by bin of scores: {TITLES[table]}", bin_names(edges), steps, apart)


def _step(one: Mapping[str, Any]) -> Step:
    share = Share(one["positive"], one["people"], float(one["low"]), float(one["high"]))
    return Step(one["place"], share, Fraction(one["mean_score"]) if "mean_score" in one else None)


def _figures(table: TableName, pictures: list[Picture]) -> tuple[Figures, ...]:
    """Return the error rates of a table as one, and its bins as another."""
    first, second, *rest = (one.figures for one in pictures)
    joined = Figures(f"The figures of the error rates: {TITLES[table]}", first.columns, (*first.rows, *second.rows))
    return (joined, *rest)
