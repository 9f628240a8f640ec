"""A finished result as a page tells it: three tables with their plots, who is unknown, every choice that was made."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audits.bias.compared import TABLE_NAMES, in_words
from audits.bias.parts import APART
from audits.bias.vocabulary import NOT_SELECTED, SELECTED
from audits.metrics import display, plots
from audits.metrics.outcome_counts import PARTS, SUMS, bin_names

ORDER = ("sex", "race_ethnicity", "selected", "outcome", "score", "count", "truth", "decision")
_WITH: Mapping[str, Mapping[str | None, Any]] = {
    "truth": {SELECTED: gettext_lazy("has the outcome"), NOT_SELECTED: gettext_lazy("does not have it")},
    "decision": {SELECTED: gettext_lazy("decided for"), NOT_SELECTED: gettext_lazy("decided against")},
}


def told(result: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the result page shows; the pictures of the largest table have a page of their own."""
    drawn: dict[str, plots.TablePictures] = {
        name: one for name, one in plots.pictures_of(result).items() if name != APART
    }
    return {
        "result": result,
        "scoring": result["method"]["rate_kind"] == "scoring",
        "tables": [
            {"table": table, "pictures": drawn.get(table.name), "total": _total(table)}
            for table in display.shown(result)
        ],
        "method": method(result["method"]),
        "values": list(_values(result["method"])),
        "sources_read": sources(result["input"]["sources"]),
    }


def sources(stated: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return what a result says of each of several sources; nothing where there is one, which the method describes."""
    if len(stated) < 2:
        return []
    return [
        {
            **one,
            "columns_read": [(_role(role), name) for role, name in (one.get("columns") or {}).items()],
            "values": list(_values(one)) if "mapping" in one else [],
        }
        for one in stated
    ]


def _total(table: display.ShownTable) -> dict[str, int]:
    return {
        "applicants": sum(row.applicants for row in table.rows),
        "selected": sum(row.selected for row in table.rows),
    }


def method(made: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return every choice and rule of a result's method as (name, words); what does not apply is left out."""
    file, median = made.get("file") or {}, made.get("median")
    named = [
        (_("Law"), made["law"]),
        (_("Categories"), made["categories"]),
        *((_("Column of {role}").format(role=_role(role)), made["columns"].get(role)) for role in ORDER),
        (_("Encoding"), file.get("encoding")),
        (_("Separated by"), file.get("delimiter")),
        (_("Lines and people"), made.get("count_rule")),
        (_("What one row stands for"), made.get("unit_of_analysis")),
        (_("Data"), in_words(made["data"]) if made.get("data") else None),
        (_("Strata"), "; ".join(made.get("strata") or ())),
        (_("Why they are counted as one"), made.get("pooled")),
        (_("Favourable value"), made.get("favourable")),
        (_("People of unknown category"), made.get("unknowns_rule")),
        (_("Median"), made.get("median_rule")),
        *((_median(name), str(value)) for name, value in (median or {}).items()),
        *_beyond(made),
        (_("Benchmark"), made.get("benchmark_rule")),
        (_("Impact ratio"), made.get("ratio_rule")),
        (_("Rate of a class"), made.get("class_rule")),
        (_("Share"), made.get("share_base")),
        (_("Empty categories"), made.get("empty_rule")),
        (_("Rounding"), made.get("rounding_rule")),
        (_("Threshold"), made.get("threshold")),
        *((_("Left out of the ratios"), _excluded(one)) for one in made.get("exclusions", ())),
    ]
    return [(str(name), str(words)) for name, words in named if words]


def _beyond(made: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    """Yield how true outcomes were read, and with whom the people were compared."""
    outcome, reference = made.get("outcome") or {}, made.get("reference") or {}
    yield _("Favourable value of the true outcomes"), outcome.get("favourable")
    yield _("Held against the true outcome"), outcome.get("prediction_rule")
    yield _("Edges of the bins of scores"), "; ".join(outcome.get("edges") or ())
    yield _("Scores"), outcome.get("score_rule")
    yield _("Groups are compared with"), outcome.get("base_rule")
    if named := outcome.get("reference"):
        yield _("The group that was named"), f"{named['sex']}, {named['race_ethnicity']}"
    yield _("Unknown outcomes"), outcome.get("missing_rule")
    if reference:
        of = _("{source}, as of {day}").format(source=reference["source"], day=reference["date"])
        yield _("Reference population"), f"{reference['population']} ({of})" if reference["population"] else of


def _values(made: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    for role in ORDER:
        if (readings := made.get("mapping", {}).get(role)) is None:
            continue
        source = {raw: name for name, raws in made["mapping_source"].get(role, {}).items() for raw in raws}
        words = _WITH.get(role, {})
        lines = [
            (raw, str(words.get(meaning, meaning or _("unknown"))), source.get(raw, ""))
            for raw, meaning in readings.items()
        ]
        yield {"name": _role(role).capitalize(), "lines": lines}


def problems(found: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the problems of a run for the page: a hint that speaks of the command's options speaks of the page."""
    return [{**one, "hint": _hint(one)} if "--" in (one.get("hint") or "") else one for one in found]


def _hint(problem: Mapping[str, Any]) -> str:
    if problem.get("code") == "source":
        return _("Ask the operator to allow more time (PROBANDA_SOURCES_TIMEOUT).")
    if problem.get("code") == "pooling":
        return _("Say on the mapping page why the sources may be counted as one.")
    return _("Go back to the mapping and choose what it means.")


def _role(role: str) -> str:
    names = {
        "sex": _("sex"),
        "race_ethnicity": _("race/ethnicity"),
        "selected": _("outcomes"),
        "outcome": _("outcome"),
        "score": _("scores"),
        "count": _("numbers of people"),
        "truth": _("true outcomes"),
        "decision": _("decisions"),
    }
    return names.get(role, role)


def _median(name: str) -> str:
    return _("Median: {what}").format(what=name.replace("_", " "))


def _excluded(one: Mapping[str, Any]) -> str:
    category, of_class = ", ".join(filter(None, (one["sex"], one["race_ethnicity"]))), one.get("class")
    table = str(TABLE_NAMES[one["table"]])
    if of_class is not None:
        table = _("{table} of the class {name}").format(table=table, name=of_class)
    said = {"category": category, "table": table, "why": one["justification"], "who": one["approver"]}
    if not one.get("approved_at"):
        return _("{category}, in the table {table}: {why} Approved by {who}.").format(**said)
    sentence = _("{category}, in the table {table}: {why} Proposed by {by}, approved by {who} on {day}.")
    return sentence.format(**said, by=one["proposed_by"], day=one["approved_at"][:10])


def counts_csv(counts: Iterable[Mapping[str, Any]], by_outcome: Iterable[Mapping[str, Any]] | None = None) -> bytes:
    """Write the counts that everything follows from; an empty field means unknown.

    Where true outcomes are given, the same people stand beside by prediction and outcome.

    >>> counts_csv([{"sex": "Male", "race_ethnicity": None, "applicants": 3, "selected": 1}]).splitlines()[1]
    b'Male,,3,1'
    """
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["sex", "race_ethnicity", "applicants", "selected", *(PARTS if by_outcome is not None else ())])
    beside = {(one["sex"], one["race_ethnicity"]): [one[name] for name in PARTS] for one in by_outcome or ()}
    for cell in counts:
        more = beside.get((cell["sex"], cell["race_ethnicity"]), [0] * len(PARTS)) if by_outcome is not None else []
        table.writerow([cell["sex"] or "", cell["race_ethnicity"] or "", cell["applicants"], cell["selected"], *more])
    return text.getvalue().encode()


def counts_of(result: Mapping[str, Any]) -> bytes:
    """Write the counts of a result, by outcome too where it has them."""
    return counts_csv(result["counts"], result["outcomes"]["counts"] if "outcomes" in result else None)


def bins_csv(outcomes: Mapping[str, Any]) -> bytes:
    """Write the bins of scores of a result with true outcomes; sums are there where scores are chances."""
    names = bin_names(outcomes["edges"])
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["sex", "race_ethnicity", "bin", "scores", "people", "with_outcome", *SUMS])
    for one in outcomes["bins"]:
        row = [one["sex"] or "", one["race_ethnicity"] or "", one["place"], names[one["place"]]]
        table.writerow([*row, one["people"], one["positive"], *(one.get(name, "") for name in SUMS)])
    return text.getvalue().encode()
