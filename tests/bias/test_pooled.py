"""Several sources counted as one although their headers and words differ: each is read by itself, and counts add up."""

from __future__ import annotations

import statistics
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from audits.bias import text
from audits.bias.audit import run
from audits.bias.plan import SOURCE, Plan
from audits.bias.reperform import plan_of, reperformed
from audits.bias.sources import File
from audits.bias.vocabulary import Role
from audits.metrics.categories import RACES
from audits.metrics.recheck import recheck
from compliance.lib.problems import Refused

# In the first house 1 is a man and 2 a woman; in the second it is the other way round.
NORTH = [("12"[n % 2], ("White", "Black", "")[n % 3], "yes" if n % 4 else "no", n * 37 % 61) for n in range(90)]
SOUTH = [("12"[n % 2], ("weiss", "schwarz")[n % 2], "ja" if n % 5 else "nein", n * 11 % 53) for n in range(60)]
GENDER: tuple[dict[str, str | None], ...] = ({"1": "Male", "2": "Female"}, {"1": "Female", "2": "Male"})
WHITE, BLACK = RACES[1], RACES[2]
RACE: tuple[dict[str, str | None], ...] = (
    {"White": WHITE, "Black": BLACK, "": None},
    {"weiss": WHITE, "schwarz": BLACK},
)


def plan(**changed: Any) -> Plan:
    whole = {
        "selected": "hired",
        "mapping": {"sex": GENDER[0], "race_ethnicity": RACE[0], "outcome": {"yes": "selected", "no": "not selected"}},
        "vocabulary": False,
        "pooled": "One employer, one tool and the same post in two houses.",
        "sources": (
            {},
            {
                "sex": "Geschlecht",
                "race_ethnicity": "Herkunft",
                "selected": "eingestellt",
                "encoding": "cp1252",
                "mapping": {
                    "sex": GENDER[1],
                    "race_ethnicity": RACE[1],
                    "outcome": {"ja": "selected", "nein": "not selected"},
                },
            },
        ),
    }
    return Plan("sex", "race", **{**whole, **changed})


def scoring() -> Plan:
    of = plan()
    own = {**of.sources[1], "selected": None, "score": "Punkte"}
    own["mapping"] = {"sex": GENDER[1], "race_ethnicity": RACE[1]}
    mapping: dict[Role, dict[str, str | None]] = {"sex": GENDER[0], "race_ethnicity": RACE[0]}
    return replace(of, selected=None, score="points", mapping=mapping, sources=({}, own), strata=())


@pytest.fixture
def files(tmp_path: Path) -> list[File]:
    north, south = tmp_path / "north.csv", tmp_path / "süd.csv"
    north.write_text("sex,race,hired,points\n" + "".join(f"{a},{b},{c},{d}\n" for a, b, c, d in NORTH))
    rows = "".join(f"{d};{c};{b};{a};Müller\n" for a, b, c, d in SOUTH)
    south.write_bytes(("Punkte;eingestellt;Herkunft;Geschlecht;Name\n" + rows).encode("cp1252"))
    return [File(north, "North"), File(south, "South")]


def people() -> list[tuple[str | None, str | None, bool, int]]:
    """Return everyone as a person would read them by hand."""
    return [
        *((GENDER[0][sex], RACE[0][race], said == "yes", score) for sex, race, said, score in NORTH),
        *((GENDER[1][sex], RACE[1][race], said == "ja", score) for sex, race, said, score in SOUTH),
    ]


def cells(document: dict[str, Any]) -> dict[tuple[str | None, str | None], tuple[int, int]]:
    return {(one["sex"], one["race_ethnicity"]): (one["applicants"], one["selected"]) for one in document["counts"]}


def test_headers_and_words_that_differ_are_read_by_source(files: list[File]) -> None:
    document = run(files, plan()).as_json()
    everyone = Counter((sex, race) for sex, race, _, _ in people())
    chosen = Counter((sex, race) for sex, race, selected, _ in people() if selected)
    assert cells(document) == {key: (everyone[key], chosen[key]) for key in everyone}
    first, second = document["input"]["sources"]
    assert (first["label"], first["rows"], second["label"], second["rows"]) == ("North", 90, "South", 60)
    assert first["sha256"] != second["sha256"]
    assert second["columns"] == {"sex": "Geschlecht", "race_ethnicity": "Herkunft", "selected": "eingestellt"}
    assert second["mapping"]["sex"] == GENDER[1]
    assert first["mapping"]["sex"] == GENDER[0]
    # Nothing is said of all that is not so of all.
    assert document["method"]["columns"] == document["method"]["mapping"] == {}
    assert all(check.holds for check in recheck(document))
    told = text.report(document)
    assert "Source 2 (South) was read by itself:" in told
    assert "'1' is Female" in told


def test_the_median_is_that_of_everyone_whatever_their_words(files: list[File]) -> None:
    document = run(files, scoring()).as_json()
    median = statistics.median(score for *_, score in people())
    assert float(document["method"]["median"]["value"]) == median
    above = Counter((sex, race) for sex, race, _, score in people() if score > median)
    assert {key: selected for key, (_, selected) in cells(document).items() if selected} == dict(above)
    known = [score for sex, race, _, score in people() if race]
    other = run(files, replace(scoring(), unknowns="complete-case")).as_json()
    assert float(other["method"]["median"]["value"]) == statistics.median(known)


def test_people_and_counts_of_people_are_pooled(files: list[File], tmp_path: Path) -> None:
    counts = tmp_path / "counts.csv"
    counts.write_text("Sex,Race,Applicants,Hired\nM,White,40,10\nF,White,20,9\n")
    own = {
        "sex": "Sex",
        "race_ethnicity": "Race",
        "selected": "Hired",
        "count": "Applicants",
        "count_reading": "number",
        "mapping": {"sex": {"M": "Male", "F": "Female"}, "race_ethnicity": {"White": "White"}},
    }
    document = run([files[0], File(counts, "Counts")], plan(sources=({}, own), strata=(SOURCE,))).as_json()
    white_men = [said for sex, race, said, _ in NORTH if (sex, race) == ("1", "White")]
    assert cells(document)["Male", WHITE] == (len(white_men) + 40, white_men.count("yes") + 10)
    assert document["input"]["people"] == 150
    assert [one["stratum"] for one in document["strata"]] == [["Counts"], ["North"]]
    assert document["input"]["sources"][1]["count_reading"] == "number"
    assert all(check.holds for check in reperformed(document, [counts, files[0].path]))


def test_performed_again_from_the_files_in_any_order(files: list[File]) -> None:
    for document in (run(files, plan()).as_json(), run(files, scoring()).as_json()):
        paths = [one.path for one in reversed(files)]
        assert all(check.holds for check in reperformed(document, paths))
        assert len(plan_of(document).sources) == 2
        missing = [check for check in reperformed(document, paths[:1]) if not check.holds]
        assert [check.where for check in missing] == ["input.sources (SHA-256 of every file)"]


def test_problems_say_of_which_source_they_are(files: list[File]) -> None:
    of = plan()
    blind = {**of.sources[1], "mapping": {**of.sources[1]["mapping"], "sex": {"1": "Female"}}}
    with pytest.raises(Refused, match="South: The value '2' in row 3, column 'Geschlecht'"):
        run(files, plan(sources=({}, blind)))
    with pytest.raises(Refused, match="South: The column 'Gender' is not in the file"):
        run(files, plan(sources=({}, {**of.sources[1], "sex": "Gender"})))


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"pooled": None}, "Say why the sources may be pooled."),
        ({"sources": ({}, {"unknowns": "per-table"})}, "Source 2 decides unknowns for itself"),
        ({"sources": ({}, {"selected": None, "score": "points"})}, "measures something else than the others"),
        ({"sources": ({}, {"sex": "race"})}, "Source 2: One column cannot serve two purposes."),
        ({"sources": ({}, {"mapping": {"sex": {"1": "Martian"}}})}, "Source 2: '1' is mapped to 'Martian'"),
    ],
)
def test_sources_that_cannot_be_meant_are_refused(changed: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        plan(**changed)
