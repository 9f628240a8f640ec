"""Group metrics and a reference population as the page of a result tells them: tables of words with methods."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any, Final, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audits.bias.tested import anchor, number
from audits.metrics.confusion import RATES, Confusion
from audits.metrics.display import TITLES
from audits.metrics.methods import METHODS
from audits.metrics.outcome_counts import bin_names
from audits.metrics.plots.of_outcomes import outcome_pictures
from audits.metrics.rounding import percent

NOTHING: Final = "—"
RATES_SHOWN: Final = (
    (
        gettext_lazy("Errors"),
        (
            *("false-positive-rate", "false-negative-rate", "false-discovery-rate", "false-omission-rate"),
            "error-rate",
        ),
    ),
    (
        gettext_lazy("Right predictions"),
        (
            *("true-positive-rate", "true-negative-rate", "positive-predictive-value", "negative-predictive-value"),
            *("accuracy", "balanced-accuracy", "f1-score"),
        ),
    ),
    (
        gettext_lazy("How many have the outcome, and how many are predicted"),
        ("prevalence", "selection-rate", "predicted-positive-share", "treatment-equality"),
    ),
)
_SHORT: Final[Mapping[str, Any]] = {
    "prevalence": gettext_lazy("Prevalence"),
    "selection-rate": gettext_lazy("Predicted"),
    "true-positive-rate": gettext_lazy("True positive rate"),
    "true-negative-rate": gettext_lazy("True negative rate"),
    "positive-predictive-value": gettext_lazy("Positive predictive value"),
    "predicted-positive-share": gettext_lazy("Share of all predicted"),
}
ODDS: Final = (("average-odds", ("average", "average_absolute", "largest")), ("average-predictive-value", ("average",)))


class Shown(NamedTuple):
    """A table of words: columns with the place of their method in the manual, rows by group, what is undefined."""

    heading: str
    columns: list[tuple[str, str]]
    rows: list[tuple[str, list[tuple[str, str]]]]
    notes: list[tuple[str, str]]


def outcomes(result: Mapping[str, Any], prefix: str = "", *, drawn: bool = True) -> dict[str, Any] | None:
    """Return all group metrics as tables of words, with pictures or without; None where no true outcome was given.

    `prefix` begins the ids of the pictures, where those of a class stand beside those of everybody.
    """
    found = result.get("outcomes")
    if not found:
        return None
    pictures = outcome_pictures(found, prefix=f"{prefix}outcome-") if drawn else {}
    how = result["method"]["outcome"]
    return {
        "how": {**how, "prediction_rule": found.get("prediction_rule", how["prediction_rule"])},
        "missing": found["missing"],
        "notes": found["notes"],
        "has_bins": bool(found["edges"]),
        "tables": [{**_table(one, found), "drawn": pictures.get(one["table"])} for one in found["tables"]],
        "methods": [{**one, "anchor": place_of(one["code"])} for one in found["methods"]],
    }


def place_of(code: str) -> str:
    """Return where the manual explains a metric: page and anchor; a rate has its row in the table of rates.

    >>> place_of("false-positive-rate"), place_of("theil"), place_of("wilson")
    ('group-metrics/#false-positive-rate', 'group-metrics/#theil-index', 'statistics/#score-interval-for-a-rate-wilson')
    """
    if code in RATES or code in ("balanced-accuracy", "predicted-positive-share"):
        return f"group-metrics/#{code}"
    page = "statistics" if code in _STATISTICS else "group-metrics"
    return f"{page}/#{anchor(METHODS[code].name)}"


_STATISTICS: Final = ("wilson", "newcombe", "pooled-z", "fisher", "holm")


def _table(one: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, Any]:
    groups = one["groups"]
    rates = [(group["group"], {rate["code"]: rate for rate in group["rates"]}, group["counts"]) for group in groups]
    rest = [group for group in groups if group["against_reference"]]
    against = [(group["group"], {part["code"]: part for part in group["against_reference"]}) for group in rest]
    scores = [(group["group"], {part["code"]: part for part in group.get("scores", ())}) for group in groups]
    return {
        "name": one["table"],
        "title": TITLES[one["table"]],
        "groups": groups,
        "everybody": one["everybody"],
        "rates": [_rates(str(heading), codes, rates) for heading, codes in RATES_SHOWN],
        "beside": _beside(one),
        "against": [*_against(against, tested=one["base"] != "overall"), *_odds(against)],
        "gaps": [_gap(gap) for gap in one["gaps"]],
        "whole": [_whole(whole) for whole in one["whole"]],
        "scores": _scores(scores) if any(parts for _group, parts in scores) else None,
        "bins": _bins(groups, found["edges"]) if found["edges"] else None,
        "notes": one["notes"],
    }


def _name(code: str) -> str:
    return str(_SHORT.get(code, METHODS[code].name))


def _beside(one: Mapping[str, Any]) -> str:
    if one["reference"]:
        return _("Beside {group}").format(group=one["reference"])
    return _("Beside everybody") if one["base"] == "overall" else ""


def _rates(heading: str, codes: Iterable[str], rows: Iterable[tuple[str, Any, Mapping[str, int]]]) -> Shown:
    kept, said = list(codes), dict[str, list[str]]()
    shown = []
    for group, measures, counts in rows:
        cells = []
        for code in kept:
            measure = measures[code]
            if measure.get("undefined"):
                said.setdefault(f"{_name(code)}: {measure['undefined']}", []).append(group)
            cells.append(_rate(code, measure, counts))
        shown.append((group, cells))
    return Shown(heading, [(_name(code), place_of(code)) for code in kept], shown, _joined(said))


def _rate(code: str, measure: Mapping[str, Any], counts: Mapping[str, int]) -> tuple[str, str]:
    """Return a rate, and below it whom it counts and its interval; a rate that is no share of people as a number."""
    values = measure["values"]
    if values["rate"] is None:
        return _("none"), ""
    if code in RATES and RATES[code].is_share:
        group = Confusion(counts["tp"], counts["fp"], counts["fn"], counts["tn"])
        part, people = RATES[code].parts(group)
        low, high = (percent(Fraction(values[end])) for end in ("low", "high"))
        more = _("{part} of {people}; {low} to {high}").format(
            part=f"{part:,}", people=f"{people:,}", low=low, high=high
        )
        return percent(Fraction(values["rate"])), more
    if code in ("predicted-positive-share", "balanced-accuracy"):
        return percent(Fraction(values["rate"])), ""
    return number(values["rate"]), ""


def _against(rows: list[tuple[str, dict[str, Any]]], *, tested: bool) -> list[Shown]:
    """Return differences with intervals, ratios, and p-values of each rate beside the reference."""
    kept = [code for code in _CODES if any(code in parts for _group, parts in rows)]
    tables = [
        (_("Difference of each rate, with its interval"), "difference"),
        (_("Ratio of each rate"), "ratio"),
        *([(_("p of the difference, and adjusted over the groups (Holm)"), "p")] if tested else []),
    ]
    found = []
    for heading, value in tables:
        columns = [code for code in kept if value != "p" or RATES.get(code, RATES["f1-score"]).is_share]
        said = dict[str, list[str]]()
        shown = []
        for group, parts in rows:
            for code in columns:
                if (why := parts[code].get("undefined")) and parts[code]["values"].get(value) is None:
                    said.setdefault(f"{_name(code)}: {why}", []).append(group)
            shown.append((group, [_compared(parts[code]["values"], value) for code in columns]))
        headings = [(_name(code), place_of(code)) for code in columns]
        found.append(Shown(heading, headings, shown, _joined(said)))
    return found


_CODES: Final = tuple(code for _heading, codes in RATES_SHOWN for code in codes if code != "predicted-positive-share")


def _compared(values: Mapping[str, Any], name: str) -> tuple[str, str]:
    if values.get(name) is None:
        return _("none"), ""
    if name == "difference" and values.get("low") is not None:
        ends = _("{low} to {high}").format(low=number(values["low"]), high=number(values["high"]))
        return number(values[name]), ends
    if name == "p" and values.get("p_holm") is not None:
        return number(values["p"]), _("adjusted {p}").format(p=number(values["p_holm"]))
    return number(values[name]), ""


def _odds(rows: list[tuple[str, dict[str, Any]]]) -> list[Shown]:
    """Return what AI Fairness 360 combines of two rates."""
    heads = {"average": _("mean"), "average_absolute": _("mean of absolute values"), "largest": _("largest")}
    columns = [
        (f"{METHODS[code].name}, {heads[name]}", place_of(code), code, name) for code, names in ODDS for name in names
    ]
    said = dict[str, list[str]]()
    shown = []
    for group, parts in rows:
        for code, _names in ODDS:
            if why := parts[code].get("undefined"):
                said.setdefault(f"{METHODS[code].name}: {why}", []).append(group)
        shown.append((group, [_compared(parts[code]["values"], name) for _heading, _place, code, name in columns]))
    if not shown:
        return []
    return [Shown(_("Two rates taken together"), [(one[0], one[1]) for one in columns], shown, _joined(said))]


def _joined(said: Mapping[str, list[str]]) -> list[tuple[str, str]]:
    return [(sentence, "; ".join(groups)) for sentence, groups in said.items()]


def _gap(gap: Mapping[str, Any]) -> dict[str, Any]:
    values = gap["values"]
    names = ("difference", "ratio", "difference_to_overall", "ratio_to_overall")
    mean = values.get("mean_difference")
    return {
        "name": _gap_name(gap["code"]),
        "place": place_of(gap["code"]),
        "lowest": _end(values, "lowest"),
        "highest": _end(values, "highest"),
        "values": [_("none") if values.get(name) is None else number(values[name]) for name in names],
        "more": None
        if mean is None
        else _("means: {difference}; {ratio}").format(difference=number(mean), ratio=number(values.get("mean_ratio"))),
        "notes": [one for one in (gap.get("undefined"), *gap.get("notes", ())) if one],
    }


def _gap_name(code: str) -> str:
    return METHODS[code].name.replace(" difference and ratio", "")


def _end(values: Mapping[str, Any], name: str) -> tuple[str, str]:
    value = values.get(name)
    return (NOTHING, "") if value is None else (number(value), str(values[f"{name}_group"]))


def _whole(whole: Mapping[str, Any]) -> dict[str, Any]:
    words = {
        "index": _("index"), "within": _("within groups"), "between": _("between groups"),
        "predictions": _("of the predictions"), "outcomes": _("of the true outcomes"),
        "amplification": _("amplification"),
    }  # fmt: skip
    values = whole["values"]
    said = [f"{said} {number(values[name])}" for name, said in words.items() if values.get(name) is not None]
    return {
        "name": METHODS[whole["code"]].name,
        "place": place_of(whole["code"]),
        "words": "; ".join(said) or whole.get("undefined", _("none")),
    }


def _scores(rows: list[tuple[str, dict[str, Any]]]) -> Shown:
    columns = (
        (_("Mean score"), "calibration", "mean_score"), (_("Share with the outcome"), "calibration", "prevalence"),
        (_("Calibration in the large"), "calibration", "calibration_in_the_large"),
        (_("Expected calibration error"), "calibration", "expected_error"),
        (_("Largest error of a bin"), "calibration", "largest_error"), (_("Brier score"), "brier", "score"),
        (_("Generalised true positive rate"), "generalised-rates", "true_positive_rate"),
        (_("Generalised false positive rate"), "generalised-rates", "false_positive_rate"),
    )  # fmt: skip
    said = dict[str, list[str]]()
    shown = []
    for group, parts in rows:
        for part in parts.values():
            if why := part.get("undefined"):
                said.setdefault(why, []).append(group)
        cells = [(number(parts[code]["values"][name]), "") for _heading, code, name in columns]
        shown.append((group, [(_("none") if cell == NOTHING else cell, more) for cell, more in cells]))
    return Shown(_("Calibration"), [(one[0], place_of(one[1])) for one in columns], shown, _joined(said))


def _bins(groups: Iterable[Mapping[str, Any]], edges: list[str]) -> dict[str, Any]:
    names = bin_names(edges)
    rows = []
    for group in groups:
        by_place = {one["place"]: one for one in group["bins"]}
        cells = [by_place.get(place) for place in range(len(names))]
        rows.append((group["group"], [_binned(one, group.get("people_without_bins")) for one in cells]))
    return {"names": names, "rows": rows}


def _binned(one: Mapping[str, Any] | None, few: int | None) -> tuple[str, str]:
    """Return a bin as a cell; where some of the group are in no bin, an empty one does not say that nobody is there.

    Older results do not say whether some are in none (`few` is None).
    """
    if one is None and few is None:
        return _("no one, or not shown"), ""
    if one is None:
        return (_("not shown") if few else _("no one")), ""
    counted = _("{part} of {people}").format(part=f"{one['positive']:,}", people=f"{one['people']:,}")
    return percent(Fraction(one["share"])), counted


def reference(result: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the people beside a reference population as tables of words; None where none was given."""
    found = result.get("representativeness")
    if not found:
        return None
    return {
        "given": result["method"]["reference"],
        "tables": [_compared_table(one) for one in found["tables"]],
        "notes": found["notes"],
        "methods": [{**one, "anchor": place_of(one["code"])} for one in found["methods"]],
    }


def _compared_table(one: Mapping[str, Any]) -> dict[str, Any]:
    shown = {"title": TITLES[one["table"]], "name": one["table"], "people": one["people"], "why": one.get("undefined")}
    if "groups" not in one:
        return shown
    fit, distance = one["goodness_of_fit"], one["distance"]["values"]
    return {
        **shown,
        "rows": [(group["group"], f"{group['people']:,}", _shares(group["values"])) for group in one["groups"]],
        "fit": {name: number(value) for name, value in fit["values"].items()},
        "fit_notes": [text for text in (fit.get("undefined"), *fit.get("notes", ())) if text],
        "freedom": fit["values"]["degrees_of_freedom"] or 0,
        "has_fit": fit["values"]["p"] is not None,
        "distance": {name: number(value) for name, value in distance.items()},
        "untested": [(group["undefined"], group["group"]) for group in one["groups"] if group.get("undefined")],
    }


def _shares(values: Mapping[str, Any]) -> list[str]:
    shares = [percent(Fraction(values[name]), 2) for name in ("share", "reference_share")]
    points = [percent(Fraction(values[name]), 2).removesuffix("%") for name in ("difference", "low", "high")]
    difference, low, high = (one.replace("-", "−") for one in points)
    ends = _("{low} to {high}").format(low=low, high=high)
    ratio = _("none") if values["ratio"] is None else number(values["ratio"])
    return [*shares, difference, ends, ratio, number(values["p"]), number(values["p_holm"])]
