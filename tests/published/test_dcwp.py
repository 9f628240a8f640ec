"""The worked examples of 6 RCNY § 5-301 as they are printed: every ratio follows, and each known anomaly is named."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from audits.published.report import Checked
from tests.published.publishing import ABOUT, checked, codes

GOLDEN = Path(__file__).parents[1] / "golden"


def example(name: str, unknown: int) -> Checked:
    parts = []
    for table in ("sex", "race_ethnicity", "intersectional"):
        with (GOLDEN / f"dcwp_{name}_{table}.csv").open(newline="") as stream:
            lines = list(csv.DictReader(stream))
        shown = [column for column in lines[0] if column not in ("table", "implied_above_median")]
        parts.append("\n".join(["\t".join(shown), *("\t".join(line[column] for column in shown) for line in lines)]))
    return checked("\n\n".join(parts), replace(ABOUT, unknown=unknown))


@pytest.mark.parametrize(("name", "unknown", "found"), [("selection", 250, 1), ("scoring", 15, 1)])
def test_every_ratio_of_the_rules_examples_follows(name: str, unknown: int, found: int) -> None:
    result = example(name, unknown)
    assert result.by_rule == sum(result.counts.values()) == 23
    assert len(result.findings) == found


def test_the_anomalies_of_the_examples_are_named_and_nothing_else() -> None:
    (selection,) = example("selection", 250).findings
    assert selection.code == "totals-do-not-add-up"
    assert "408 people with 204 selected" in selection.sentence
    assert "395 people with 172 selected" in selection.sentence
    (scoring,) = example("scoring", 15).findings
    assert (scoring.code, scoring.table) == ("rate-truncated", "race_ethnicity")
    assert scoring.sentence == "Rates are cut off instead of rounded: Hispanic or Latino."


def test_the_transposed_cells_of_the_codified_copy_are_named() -> None:
    codified = (
        "Category,Applicants,Selected,Selection rate,Impact ratio\n"
        'Male Hispanic or Latino,205,90,43.9%,0.841\n"Female, Hispanic or Latino",190,82,0.827,43.2%\n'
        '"Male, White",412,215,52.2%,1.000\n'
    )
    assert "rate-and-ratio-swapped" in codes(checked(codified), "figures")
