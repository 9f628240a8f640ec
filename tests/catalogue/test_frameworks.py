"""The frameworks that ship are whole, ask in our own words, and bind nobody as if they were law."""

import datetime
from pathlib import Path

import pytest

from compliance.catalogue import loader
from compliance.catalogue.applicability import applicability, read
from compliance.catalogue.crosswalk import RELATIONS, Crosswalk, Tie, crosswalk, mapped
from compliance.catalogue.frameworks import frameworks
from compliance.catalogue.loader import facts, load

NIST = [
    *(f"GOVERN {one}.{two}" for one, last in enumerate([7, 3, 2, 3, 2, 2], 1) for two in range(1, last + 1)),
    *(f"MAP {one}.{two}" for one, last in enumerate([6, 3, 5, 2, 2], 1) for two in range(1, last + 1)),
    *(f"MEASURE {one}.{two}" for one, last in enumerate([3, 13, 3, 3], 1) for two in range(1, last + 1)),
    *(f"MANAGE {one}.{two}" for one, last in enumerate([4, 4, 2, 3], 1) for two in range(1, last + 1)),
]
TODAY = datetime.date(2026, 11, 22)


def test_every_subcategory_and_every_control_is_there_once() -> None:
    nist, iso = load("nist-ai-rmf"), load("iso-iec-42001")
    assert [row.citation_text.removeprefix("NIST AI RMF ") for row in nist.rows] == NIST
    assert (len(NIST), len(iso.rows)) == (72, 38)
    assert {row.id.replace("ISO42001-", "") for row in iso.rows} == {
        id for id in frameworks()["iso-42001-2023"].items if id.startswith("A.")
    }


@pytest.mark.parametrize("law", ["nist-ai-rmf", "iso-iec-42001"])
def test_a_framework_counts_its_controls_and_is_for_anyone(law: str) -> None:
    found = load(law)
    assert found.framework
    assert found.counted_rows == found.rows
    assert {row.kind for row in found.rows} == {"control"}
    states = applicability(law, read({}, facts()), TODAY)
    assert {one.state for one in states.rows} == {"applies"}
    assert {one.since for one in states.rows} == {None}


def test_no_law_counts_a_control() -> None:
    for ref in loader.laws():
        one = load(ref.law, ref.text_version)
        assert one.framework or not {row.kind for row in one.rows} & {"control"}
        assert one.framework == (one.progress_kinds == ("control",))


def test_the_standard_that_was_not_opened_says_so() -> None:
    iso = load("iso-iec-42001")
    assert {row.checked.text for row in iso.rows} == {"none"}
    assert iso.texts["none"].read_on is None


def test_a_tie_is_read_from_both_sides() -> None:
    walk = crosswalk()
    for law in ("eu-ai-act", "nist-ai-rmf"):
        for row in load(law).rows:
            for one in walk.mapped(law, row.id):
                assert (law, row.id) in {(back.law, back.row) for back in walk.mapped(one.law, one.row)}
    assert {one.law for one in mapped("nist-ai-rmf", "RMF-MEASURE-2.11")} == {"eu-ai-act"}


def test_what_nobody_stated_is_reached_only_when_asked_for() -> None:
    ties = [
        Tie("bells", "B-1", "towers", "T-1", "subset_of", "guild"),
        Tie("towers", "T-1", "ropes", "R-1", "equal", "guild"),
        Tie("towers", "T-1", "bells", "B-2", "related", "guild"),
    ]
    walk = Crosswalk(ties)
    assert [one.row for one in walk.mapped("bells", "B-1")] == ["T-1"]
    far = walk.mapped("bells", "B-1", through=True)
    assert [(one.row, one.relation, one.via) for one in far] == [
        ("T-1", "subset_of", None),
        ("R-1", "related", ("towers", "T-1")),
    ]
    assert [one.relation for one in walk.between("towers", "bells")] == ["superset_of", "related"]


def test_turning_a_tie_twice_gives_it_back() -> None:
    for relation in RELATIONS:
        tie = Tie("a", "1", "b", "2", relation, "x")
        assert tie.turned.turned == tie


def test_frameworks_without_a_file_are_none(tmp_path: Path) -> None:
    assert frameworks(tmp_path) == {}
