"""What a dossier prints beyond selection: group metrics where true outcomes are given, and a reference population."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from audits.dossiers import words
from audits.metrics.confusion import RATES, Confusion
from audits.metrics.display import TITLES
from audits.metrics.methods import METHODS
from audits.metrics.outcome_counts import bin_names
from audits.metrics.plots.of_outcomes import outcome_pictures
from audits.metrics.plots.of_readings import short
from audits.metrics.rounding import decimals, percent

NONE: Final = "none"
_FAMILIES: Final = (
    (
        "Errors",
        ("false-positive-rate", "false-negative-rate", "false-discovery-rate", "false-omission-rate", "error-rate"),
    ),
    (
        "Right predictions",
        (
            "true-positive-rate",
            "true-negative-rate",
            "positive-predictive-value",
            "negative-predictive-value",
            "accuracy",
        ),
    ),
    (
        "How many, and what is no share of people",
        ("prevalence", "selection-rate", "balanced-accuracy", "f1-score", "treatment-equality"),
    ),
)
_ORDER: Final = ("index", "within", "between", "predictions", "outcomes", "amplification")
_SHARES: Final = ("balanced-accuracy",)


def outcomes(result: Mapping[str, Any], anchor: str) -> dict[str, Any] | None:
    """Return the group metrics of a result for the template; None where no true outcome was given."""
    found = result.get("outcomes")
    if not found:
        return None
    how = result["method"]["outcome"]
    drawn = outcome_pictures(found, prefix=f"{anchor}-outcome-")
    facts = [
        ("Prediction", found.get("prediction_rule", how["prediction_rule"])),
        ("Compared with", how["base_rule"]),
        ("Unknown", how["missing_rule"]),
    ]
    return {
        "anchor": f"{anchor}-outcomes",
        "facts": [*facts, *([("Scores", how["score_rule"])] if found["edges"] else [])],
        "notes": found["notes"],
        "tables": [{**_table(one, found["edges"]), "drawn": drawn.get(one["table"])} for one in found["tables"]],
        "methods": [
            (one["name"], one["formula"], one["reference"], "; ".join(METHODS[one["code"]].evidences))
            for one in found["methods"]
        ],
    }


def over_strata(result: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what the strata say together of each rate, and each stratum by itself; None where there are none."""
    found = (result.get("outcomes") or {}).get("over_strata")
    if not found:
        return None
    return {
        "notes": found["notes"],
        "tables": [_stratified(one, result["strata"]) for one in found["tables"]],
        "methods": [(one["name"], one["formula"], one["reference"]) for one in found["methods"]],
    }


def _stratified(one: Mapping[str, Any], strata: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    parts = []
    for stratum in strata:
        [table] = [each for each in stratum["outcomes"]["tables"] if each["table"] == one["table"]]
        parts.append((" / ".join(stratum["stratum"]) or "(blank)", [_in_stratum(group) for group in table["groups"]]))
    return {
        "title": TITLES[one["table"]],
        "reference": short(one["reference"]) if one["reference"] else "",
        "common": [
            (short(group["group"]), METHODS[rate["rate"]].name.split(" (")[0], *_common(rate))
            for group in one["groups"]
            for rate in group["rates"]
        ],
        "strata": parts,
    }


def _common(rate: Mapping[str, Any]) -> tuple[str, str, str, str, str]:
    values = rate["common"]["values"]
    ends = NONE if values["ratio_low"] is None else f"{_number(values['ratio_low'])} to {_number(values['ratio_high'])}"
    return _number(values["ratio"]), ends, _p(values["p"]), _p(values["p_holm"]), _p(rate["same"]["values"]["p"])


def _in_stratum(group: Mapping[str, Any]) -> tuple[str, list[str], list[str]]:
    named = ", ".join(filter(None, (group["sex"], group["race_ethnicity"])))
    counts = [words.count(group["counts"][name]) for name in ("tp", "fp", "fn", "tn")]
    rates = [NONE if value is None else percent(Fraction(value)) for value in group["rates"].values()]
    return short(named), [*counts, words.count(sum(group["missing"].values()))], rates


def _table(one: Mapping[str, Any], edges: list[str]) -> dict[str, Any]:
    groups = one["groups"]
    return {
        "title": TITLES[one["table"]],
        "counts": [
            (
                short(group["group"]),
                *(words.count(group["counts"][name]) for name in ("n", "tp", "fp", "fn", "tn")),
                words.count(sum(group["missing"].values())),
            )
            for group in groups
        ],
        "rates": [_rates(name, codes, groups) for name, codes in _FAMILIES],
        "gaps": [_gap(gap) for gap in one["gaps"]],
        "against": _against(one),
        "beside": short(one["reference"]) if one["reference"] else "everybody",
        "whole": [(METHODS[part["code"]].name, _whole(part)) for part in one["whole"]],
        "scores": [_scores(group) for group in groups if group.get("scores")],
        "bins": bin_names(edges),
        "notes": one["notes"][1:],
    }


def _rates(name: str, codes: tuple[str, ...], groups: list[Mapping[str, Any]]) -> dict[str, Any]:
    rows, why = [], []
    for group in groups:
        measures = {one["code"]: one for one in group["rates"]}
        rows.append((short(group["group"]), [_rate(code, measures[code], group["counts"]) for code in codes]))
        for code in codes:
            if reason := measures[code].get("undefined"):
                why.append(f"{short(group['group'])}, {METHODS[code].name.lower()}: {reason}")
    return {"name": name, "columns": [METHODS[code].name.split(" (")[0] for code in codes], "rows": rows, "why": why}


def _rate(code: str, measure: Mapping[str, Any], counts: Mapping[str, int]) -> tuple[str, str]:
    values = measure["values"]
    if values["rate"] is None:
        return NONE, ""
    value = Fraction(values["rate"])
    if code in RATES and RATES[code].is_share:
        part, people = RATES[code].parts(Confusion(counts["tp"], counts["fp"], counts["fn"], counts["tn"]))
        ends = " to ".join(percent(Fraction(values[end])) for end in ("low", "high"))
        return percent(value), f"{words.count(part)} of {words.count(people)}; {ends}"
    return percent(value) if code in _SHARES else decimals(value, 3), ""


def _gap(gap: Mapping[str, Any]) -> tuple[str, ...]:
    values = gap["values"]
    ends = [short(str(values.get(f"{end}_group") or "")) for end in ("lowest", "highest")]
    numbers = [
        _number(values.get(name)) for name in ("difference", "ratio", "difference_to_overall", "ratio_to_overall")
    ]
    return METHODS[gap["code"]].name.replace(" difference and ratio", ""), *ends, *numbers


def _against(one: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return, for each group, every rate beside the reference: difference with interval, ratio and adjusted p."""
    return [
        {
            "group": short(group["group"]),
            "rows": [
                (METHODS[part["code"]].name.split(" (")[0], *_beside(part["values"]))
                for part in group["against_reference"]
            ],
        }
        for group in one["groups"]
        if group["against_reference"]
    ]


def _beside(values: Mapping[str, Any]) -> tuple[str, str, str, str]:
    difference = _number(values.get("difference", values.get("average")))
    ends = NONE if values.get("low") is None else f"{_number(values['low'])} to {_number(values['high'])}"
    return difference, ends, _number(values.get("ratio")), _p(values.get("p_holm"))


def _p(value: str | None) -> str:
    if value is None:
        return NONE
    short_p = decimals(Fraction(value), 4)
    return short_p if Fraction(short_p) or not Fraction(value) else "<0.0001"


def _number(value: str | None) -> str:
    return NONE if value is None else decimals(Fraction(value), 4).replace("-", "−")


def _whole(part: Mapping[str, Any]) -> str:
    values = part["values"]
    said = [f"{name} {_number(values[name])}" for name in _ORDER if values.get(name) is not None]
    return "; ".join(said) or part.get("undefined", NONE)


def _scores(group: Mapping[str, Any]) -> tuple[str, list[str]]:
    measures = {one["code"]: one["values"] for one in group["scores"]}
    names = ("mean_score", "prevalence", "calibration_in_the_large", "expected_error", "largest_error")
    numbers = [_number(measures["calibration"][name]) for name in names]
    return short(group["group"]), [*numbers, _number(measures["brier"]["score"])]


def reference(result: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the people beside a reference population for the template; None where none was given."""
    found = result.get("representativeness")
    if not found:
        return None
    given = result["method"]["reference"]
    described = given["population"] or "not described"
    return {
        "facts": [("Population", described), ("Source", given["source"]), ("As of", given["date"])],
        "tables": [
            {
                "title": TITLES[one["table"]],
                "why": one.get("undefined", ""),
                "rows": [_share(group) for group in one.get("groups", ())],
                "fit": _fit(one),
            }
            for one in found["tables"]
        ],
        "notes": found["notes"],
    }


def _share(group: Mapping[str, Any]) -> tuple[str, ...]:
    values = group["values"]
    shares = [percent(Fraction(values[name]), 2) for name in ("share", "reference_share", "difference")]
    ends = " to ".join(percent(Fraction(values[end]), 2) for end in ("low", "high"))
    return short(group["group"]), words.count(group["people"]), *shares, ends, _p(values["p_holm"])


def _fit(one: Mapping[str, Any]) -> str:
    if "goodness_of_fit" not in one:
        return ""
    fit, distance = one["goodness_of_fit"], one["distance"]["values"]
    tested = fit.get("undefined") or f"Chi-square {_number(fit['values']['chi_square'])}, p {_p(fit['values']['p'])}."
    notes = "".join(f" {note}" for note in fit.get("notes", ()))
    return f"{tested}{notes} Total variation {_number(distance['total_variation'])}."
