"""Every figure that 6 RCNY § 5-301 prints, to its last digit; each known error of the rule's own examples by name."""

import csv
from fractions import Fraction
from pathlib import Path

import pytest

from audits.metrics.categories import HISPANIC, RACES, Category, TableName
from audits.metrics.counts import Cell
from audits.metrics.ratios import Row, Table, excludable, table
from audits.metrics.rounding import decimals, percent

GOLDEN = Path(__file__).parent.parent / "golden"
TRUNCATED = ("scoring", "race_ethnicity", HISPANIC)


def printed(kind: str, name: str) -> list[dict[str, str]]:
    with (GOLDEN / f"dcwp_{kind}_{name}.csv").open(newline="") as stream:
        return list(csv.DictReader(stream))


def cells(kind: str, name: str) -> list[Cell]:
    chosen = "selected" if kind == "selection" else "implied_above_median"
    return [
        Cell(row["sex"] or None, row["race_ethnicity"] or None, int(row["applicants"]), int(row[chosen]))
        for row in printed(kind, name)
    ]


def computed(kind: str, name: TableName) -> Table:
    return table(cells(kind, name), name)


def places(text: str) -> int:
    return len(text.rstrip("%").partition(".")[2])


@pytest.mark.parametrize("kind", ["selection", "scoring"])
@pytest.mark.parametrize("name", ["sex", "race_ethnicity", "intersectional"])
def test_published_figures(kind: str, name: TableName) -> None:
    rows = {row.category: row for row in computed(kind, name).rows}
    for line in printed(kind, name):
        row = rows[Category(line["sex"] or None, line["race_ethnicity"] or None)]
        rate, ratio = line[f"published_{kind}_rate"], line["published_impact_ratio"]
        assert row.rate is not None
        assert row.impact_ratio is not None
        if (kind, name, line["race_ethnicity"]) != TRUNCATED:
            assert percent(row.rate, places(rate)) == rate
        assert decimals(row.impact_ratio, places(ratio)) == ratio.rjust(places(ratio) + 2, "0")


def row_of(found: Table, sex: str | None, race: str | None) -> Row:
    return next(row for row in found.rows if row.category == (sex, race))


def test_anomaly_hispanic_scoring_rate_is_cut_and_not_rounded() -> None:
    row = row_of(computed("scoring", "race_ethnicity"), None, HISPANIC)
    assert row.rate == Fraction(18, 28)
    assert percent(row.rate) == "64.3%"
    assert printed("scoring", "race_ethnicity")[0]["published_scoring_rate"] == "64.2%"


def test_anomaly_hispanic_row_differs_between_the_race_and_intersectional_tables() -> None:
    alone = row_of(computed("selection", "race_ethnicity"), None, HISPANIC)
    summed = row_of(table(cells("selection", "intersectional"), "race_ethnicity"), None, HISPANIC)
    assert (alone.applicants, alone.selected) == (408, 204)
    assert (summed.applicants, summed.selected) == (395, 172)
    for race in RACES[1:]:  # nothing else may differ
        one = row_of(computed("selection", "race_ethnicity"), None, race)
        other = row_of(table(cells("selection", "intersectional"), "race_ethnicity"), None, race)
        assert (one.applicants, one.selected) == (other.applicants, other.selected)


def test_anomaly_female_hispanic_cells_are_exchanged_in_the_codified_text() -> None:
    row = row_of(computed("selection", "intersectional"), "Female", HISPANIC)
    assert row.rate is not None
    assert row.impact_ratio is not None
    assert (percent(row.rate), decimals(row.impact_ratio, 3)) == ("43.2%", "0.827")


def test_anomaly_missing_percent_sign_and_leading_zero() -> None:
    found = computed("scoring", "intersectional")
    native, black = row_of(found, "Male", RACES[5]), row_of(found, "Female", RACES[2])
    assert native.rate == Fraction(5, 8)
    assert black.impact_ratio == Fraction(2, 3)


def test_anomaly_mixed_precision_in_the_sex_table() -> None:
    ratios = [line["published_impact_ratio"] for line in printed("selection", "sex")]
    assert [places(ratio) for ratio in ratios] == [2, 3]


def test_anomaly_category_below_two_percent_keeps_its_ratio() -> None:
    found = computed("selection", "race_ethnicity")
    native = row_of(found, None, RACES[5])
    assert native.share == Fraction(41, 2584)
    assert excludable(found) == (native.category,)
    assert native.impact_ratio is not None


def test_anomaly_half_of_the_known_people_score_above_the_median() -> None:
    for name in ("sex", "race_ethnicity", "intersectional"):
        rows = computed("scoring", name).rows
        assert (sum(row.selected for row in rows), sum(row.applicants for row in rows)) == (84, 168)


def test_every_known_anomaly_has_its_test() -> None:
    with (GOLDEN / "dcwp_known_anomalies.csv").open(newline="") as stream:
        listed = list(csv.DictReader(stream))
    assert len(listed) == sum(name.startswith("test_anomaly_") for name in globals())
