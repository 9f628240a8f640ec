"""Real files, where they are present, against rates and ratios that were computed with other tools."""

import csv
from pathlib import Path
from typing import Any

import pytest

from audits.bias.audit import run
from audits.bias.plan import Plan
from audits.bias.vocabulary import BUILT_IN, key

SHARED = Path(__file__).parents[3] / "shared"

pytestmark = pytest.mark.skipif(not (SHARED / "data").is_dir(), reason="the folder of real files is not present here")


def audited(name: str, sex: str, race: str, **options: Any) -> dict[str, Any]:
    return run(SHARED / "data" / name, Plan(sex, race, **options)).as_json()


def reference(dataset: str) -> dict[tuple[Any, ...], tuple[int, int]]:
    """Return (people, selected) by table and category; groups that are no category are left out."""
    with (SHARED / "golden" / "reference_realdata_audits.csv").open(newline="") as stream:
        lines = [line for line in csv.DictReader(stream) if line["dataset"] == dataset]
    known = {**BUILT_IN["race_ethnicity"], "": None}
    return {
        (line["table"], BUILT_IN["sex"].get(key(line["sex"])), known[key(line["race"])]): (
            int(line["n"]),
            int(line["selected"]),
        )
        for line in lines
        if key(line["race"]) in known
    }


def rows(result: dict[str, Any]) -> dict[tuple[Any, ...], tuple[int, int]]:
    return {
        (table["table"], row["sex"], row["race_ethnicity"]): (row["applicants"], row["selected"])
        for table in result["tables"]
        for row in table["rows"]
        if row["applicants"]
    }


def test_callbacks_to_resumes() -> None:
    result = audited("resume.csv", "gender", "race", selected="received_callback")
    assert rows(result) == reference("openintro_resume_callback")


def test_decile_scores_with_heavy_ties() -> None:
    mapping = {"race_ethnicity": {"Other": None}}
    result = audited("compas-scores-two-years.csv", "sex", "race", score="#8", mapping=mapping)
    assert rows(result) == reference("compas_decile_score")
    assert result["method"]["median"]["at_median"] == 769


def test_lower_scores_are_better_where_high_is_bad() -> None:
    mapping = {"race_ethnicity": {"Other": None}}
    options: dict[str, Any] = {"score": "#8", "mapping": mapping, "higher_is_better": False}
    median = audited("compas-scores-two-years.csv", "sex", "race", **options)["method"]["median"]
    assert (median["value"], median["above"], median["at_median"]) == ("4", 7214 - 3317 - 769, 769)


def test_an_export_of_an_employer_reads_only_the_mapped_columns() -> None:
    names = ("Sex (Male/Female)", "Race/Ethnicity")
    result = audited("qu_aedt_sample.csv", *names, selected="IsSelected (Yes/No)")
    with (SHARED / "data" / "qu_aedt_sample.csv").open(newline="") as stream:
        people = list(csv.DictReader(stream))
    chosen = [person for person in people if person["IsSelected (Yes/No)"] == "Yes"]
    assert result["input"]["rows"] == len(people)
    assert sum(cell["selected"] for cell in result["counts"]) == len(chosen)
    assert people[0]["Name"] not in str(result)
