"""Group metrics and a reference population in the dossier: printed, embedded, and computed again by the verifier."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from audits.bias.audit import run
from audits.bias.plan import Plan
from audits.bias.telling import counts_of
from audits.dossiers import render
from audits.dossiers.manifest import validate
from audits.dossiers.verification.figures import check_figures, check_results
from audits.dossiers.verification.report import Broken
from audits.metrics.counts import Cell
from audits.metrics.outcome_counts import BinCell, OutcomeCell, Outcomes
from audits.metrics.outcomes import rules
from audits.metrics.result import Counted, result_from_counts
from compliance.lib import canonical
from tests.dossiers.example import RACES, example_attachments, example_manifest

EDGES = ["3", "6"]
COUNTS = {"Male": (1369, 805, 532, 990), "Female": (505, 349, 461, 1139)}
"""The truth tables that ProPublica published for COMPAS, of Black and white people, here by sex."""


def result() -> dict[str, Any]:
    """Return a result with outcomes of people in one category of race/ethnicity, and three women of unknown outcome."""
    cells = [OutcomeCell(sex, RACES[1], *counts, 0, 3 * (sex == "Female")) for sex, counts in COUNTS.items()]
    bins = [
        BinCell(sex, RACES[1], place, part, positive)
        for sex, (tp, fp, fn, tn) in COUNTS.items()
        for place, part, positive in ((0, fn + tn, fn), (2, tp + fp, tp))
    ]
    how = {
        "favourable": "1",
        "prediction": "selected",
        "cutoff": None,
        "decision_favourable": None,
        "edges": EDGES,
        "chance": False,
        "base": "largest",
        "reference": None,
    }
    rows = [
        {"sex": sex, "race_ethnicity": None, "value": value} for sex, value in (("Male", "49.5"), ("Female", "50.5"))
    ]
    reference = {"source": "Census 2020", "date": "2020-04-01", "population": "", "tables": []}
    counted = Outcomes(cells, EDGES, bins)
    return result_from_counts(
        Counted([Cell(one.sex, one.race_ethnicity, one.people, one.predicted) for one in cells], outcomes=counted),
        source={"sha256": "0" * 64, "outcome_counts_sha256": canonical.digest(counted.merged().as_json())},
        method={
            "rate_kind": "selection",
            "unknowns": "per-table",
            "median": None,
            "outcome": rules(how),
            "reference": {**reference, "tables": [{"table": "sex", "rows": rows}]},
        },
    )


def dossier(change: Callable[[dict[str, Any]], Any] = lambda _: None) -> tuple[dict[str, Any], dict[str, bytes]]:
    manifest, files, found = example_manifest(2), example_attachments(), result()
    change(found)
    files["bias-1-result.json"], files["bias-1-counts.csv"] = canonical.dump(found), counts_of(found)
    manifest["bias_audits"][0]["result"] = found
    manifest["bias_audits"][0]["result_sha256"] = manifest["evidence"][0]["sha256"] = canonical.digest(found)
    for one in manifest["attachments"]:
        one["sha256"], one["bytes"] = canonical.sha256(files[one["name"]]), len(files[one["name"]])
    return manifest, files


def test_the_chapter_prints_counts_rates_gaps_and_the_population() -> None:
    manifest, _files = dossier()
    page = re.sub(r"<[^>]+>", " ", render.html(manifest))
    text = re.sub(r"\s+", " ", page)
    for words in (
        "Male 3,696 1,369 805 532 990 0",
        "Female 2,454 505 349 461 1,139 3",
        "44.8% 805 of 1,795; 42.6% to 47.2%",
        "False positive rate Female Male 0.2139",
        "Equalized odds 0.2139 0.5230",
        "The true outcome of 3 of 6,153 people (0.0%) is not known; 0 of them were predicted to have it.",
        "sets no threshold for any of these metrics",
        "AI Act Art 13(3)(b)(v)",
        "Census 2020",
    ):
        assert words in text, words
    ids = re.findall(r' id="([^"]+)"', render.html(manifest))
    assert len(ids) == len(set(ids))


def test_the_verifier_computes_every_metric_again_and_reads_the_counts_by_outcome() -> None:
    manifest, files = dossier()
    document = validate(manifest)
    assert files["bias-1-counts.csv"].splitlines()[2].decode() == f"Female,{RACES[1]},2457,854,505,349,461,1139,0,3"
    assert "results and counts equal" in check_results(document, files)
    assert "computed again, all equal" in check_figures(document)
    files["bias-1-counts.csv"] = files["bias-1-counts.csv"].replace(b"505,349", b"506,348")
    with pytest.raises(Broken, match="embedded counts"):
        check_results(document, files)


@pytest.mark.parametrize(
    "change",
    [
        lambda found: found["outcomes"]["tables"][0]["groups"][1]["rates"][5]["values"].update(rate="0.5"),
        lambda found: found["outcomes"]["counts"][0].update(tp=1370, fn=531),
        lambda found: found["outcomes"]["bins"][0].update(positive=1),
        lambda found: found["representativeness"]["tables"][0]["groups"][0]["values"].update(share="0.5"),
        lambda found: found["method"]["reference"].update(source=""),
        lambda found: found.pop("representativeness"),
    ],
    ids=["metric", "count", "bin", "share", "source", "gone"],
)
def test_what_was_changed_is_found(change: Callable[[dict[str, Any]], Any]) -> None:
    manifest, _files = dossier(change)
    with pytest.raises(Broken):
        check_figures(validate(manifest))


def test_a_result_that_does_not_say_who_is_in_no_bin_is_printed_and_says_that() -> None:
    def older(found: dict[str, Any]) -> None:
        for table in found["outcomes"]["tables"]:
            for group in table["groups"]:
                del group["people_without_bins"]

    manifest, _files = dossier(older)
    page = render.html(manifest)
    assert "people in no bin: not stated" in page
    assert "The result does not say whether people are in no bin" in page


def test_outcomes_within_classes_and_strata_are_printed_and_computed_again(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text(
        "sex,race,hired,style,year,good\n"
        + "".join(
            f"{'MF'[n % 2]},White,{n % 3 % 2},{('coach', 'driver')[n % 5 % 2]},{2024 + n % 4 // 2},{n % 7 % 2}\n"
            for n in range(200)
        )
    )
    plan = Plan(
        "sex", "race", selected="hired", truth="good", output_class="style", class_reading="outcome-within",
        strata=("year",), pooled="One tool.",
    )  # fmt: skip
    within = run(path, plan).as_json()

    def replaced(found: dict[str, Any]) -> None:
        found.clear()
        found.update(within)

    manifest, files = dossier(replaced)
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", render.html(manifest)))
    for words in (
        "True outcomes over the strata",
        "each group beside Male, over all strata",
        "True outcomes and group metrics, the class coach",
        "2025, Female",
    ):
        assert words in text, words
    assert check_figures(validate(manifest))
    assert check_results(validate(manifest), files)
