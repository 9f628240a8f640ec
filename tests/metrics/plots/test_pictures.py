"""Pictures: well formed, the same every time, nothing cut, and no number that the table beside them does not hold."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import pytest

from audits.metrics import plots
from audits.metrics.categories import RACES, SEXES
from audits.metrics.counts import Cell
from audits.metrics.outcome_counts import bin_names
from audits.metrics.plots.__main__ import main
from audits.metrics.plots.of_readings import NAMES
from audits.metrics.plots.outcomes import Kind, Share, Step, calibrations, errors
from audits.metrics.readings import SENTENCES
from audits.metrics.result import Counted, Result, result_from_counts
from audits.metrics.scores import Scores
from compliance.lib import canonical
from compliance.lib.pictures.lettering import width

SVG = "{http://www.w3.org/2000/svg}"
LONG = "Applicants <b>whose name</b> & “description” is far longer than any column, Verwaltungsgerichtshofentscheidung"
GROUPS = (
    plots.Group("Male", 1390, 667, is_benchmark=True),
    plots.Group("Tied", 2780, 1334, is_benchmark=True),
    plots.Group(LONG, 1000, 333),
    plots.Group("Above one", 20, 19),
    plots.Group("Few", 3, 1),
    plots.Group("Nobody", 0, 0),
    plots.Group("Small share", 9, 1, excluded=True),
    plots.Group("Sex unknown", 12, 4, unknown=True),
)
F = Fraction


def result(cells: list[Cell], **method: object) -> Result:
    return result_from_counts(cells, source={}, method={"rate_kind": "selection", "unknowns": "per-table", **method})


def cells() -> list[Cell]:
    """Fourteen cells, one without people and one with two, and people of unknown category."""
    every = [Cell(sex, race, 40 * n + 2, 15 * n) for n, (sex, race) in enumerate((s, r) for s in SEXES for r in RACES)]
    return [*every[:-1], Cell(None, None, 31, 9)]


def all_kinds() -> Iterator[plots.Picture]:
    for one in plots.pictures_of(result(cells())).values():
        yield from one.pictures
    yield plots.ratios("edge", LONG, GROUPS)
    yield plots.rates("edge", LONG, GROUPS)
    yield plots.shortfalls("edge", LONG, GROUPS)
    bounds = [F(10 * place) for place in range(11)]
    spreads = [plots.Spread(LONG, 9, (2, 0, 0, 0, 6, 0, 0, 0, 0, 0)), plots.Spread("Few", 3, (0,) * 10)]
    yield plots.distributions(
        "edge", LONG, bounds, [*spreads, plots.Spread("Nobody", 0, (0,) * 10)], everybody=F(87, 2)
    )
    far = [F(place * 10**306) for place in range(-100, 20, 5)]
    yield plots.distributions("far", LONG, far, [plots.Spread("A", 9, (1,) * 5 + (0,) * 17 + (4,))], everybody=F(1, 8))
    among = [plots.Reading(LONG, chosen=True), plots.Reading("another"), plots.Reading("a third")]
    rows = [plots.Read(LONG, (F(1), F(6, 5), F(1))), plots.Read("Out", ("left out", F(4, 5), "left out"))]
    yield plots.readings("edge", LONG, among, [*rows, plots.Read("Same", (F(1, 2),) * 3)])
    runs = [plots.Run("1 March 2025", date(2025, 3, 1)), plots.Run("2 March 2025", date(2025, 3, 2))]
    course = plots.Course(LONG, (plots.Point(F(4, 5), 0.7, None), plots.Point(None, why="no one")))
    yield plots.drift("edge", LONG, runs, [course], context=F(4, 5), context_words="four fifths")
    kinds = [Kind("False positive rate", "circle"), Kind("False negative rate", "square")]
    shares = [Share(994, 3066, 0.31, 0.34), Share(0, 0, why="nobody has the outcome")]
    yield errors("edge", LONG, kinds, {LONG: shares, "Few": [Share(1, 3, 0.06, 0.79)] * 2})
    steps = [Step(0, Share(3, 30, 0.03, 0.26), F(1, 10)), Step(2, Share(2, 3, 0.2, 0.94), F(7, 10))]
    yield calibrations("edge", LONG, bin_names(["0.25", "0.5"]), {LONG: steps, "Nobody": [], "Few": []}, {"Few": 3})
    many = [f"Age {n}" for n in range(6)]
    yield plots.heat_map("wide", LONG, [LONG, "Asian"], many, {})


KINDS = {picture.name: picture for picture in all_kinds()}


@pytest.mark.parametrize("name", KINDS)
def test_a_picture_is_well_formed_named_and_free_of_style_and_script(name: str) -> None:
    picture = KINDS[name]
    root = ElementTree.fromstring(picture.svg)
    title, desc = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert root.get("role") == "img"
    assert title is not None
    assert (title.text, title.get("id")) == (picture.title, root.get("aria-labelledby"))
    assert desc is not None
    assert desc.text
    assert desc.get("id") == root.get("aria-describedby")
    tags = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert tags <= {"svg", "title", "desc", "g", "path", "rect", "circle", "text"}
    assert not {key for element in root.iter() for key in element.attrib if key == "style" or key.startswith("on")}
    assert not re.search(
        "nan|inf", " ".join(value for one in root.iter() for key, value in one.attrib.items() if key == "d")
    )


@pytest.mark.parametrize("name", KINDS)
def test_no_text_leaves_the_sheet_and_no_word_of_a_name_is_lost(name: str) -> None:
    picture = KINDS[name]
    root = ElementTree.fromstring(picture.svg)
    _, _, wide, high = map(float, root.attrib["viewBox"].split())
    for text in root.iter(f"{SVG}text"):
        x, reach = float(text.attrib["x"]), width(text.text or "", float(text.attrib["font-size"]))
        start = {"end": x - reach, "middle": x - reach / 2}.get(text.get("text-anchor", ""), x)
        # An axis number may reach a little into the margin that the page leaves beside a picture.
        assert -8 <= start <= start + reach <= wide + 8, text.text
        assert 0 < float(text.attrib["y"]) <= high
    written = "".join("".join(text.itertext()) for text in root.iter(f"{SVG}text")).replace(" ", "")
    for row in picture.figures.rows:
        if "readings" not in name or row[-1] == "changes":
            assert row[0].replace(" ", "") in written


@pytest.mark.parametrize("name", KINDS)
def test_every_number_beside_a_mark_stands_in_the_table(name: str) -> None:
    picture = KINDS[name]
    held = " ".join(" ".join(row) for row in (picture.figures.columns, *picture.figures.rows))
    known = set(re.findall(r"\d[\d,.]*\d|\d", held + " " + picture.caption))
    root = ElementTree.fromstring(picture.svg)
    for text in root.iter(f"{SVG}text"):
        is_value = text.get("class", "").startswith(("ink", "on-step")) and text.get("font-size") in {"11", "12"}
        for number in re.findall(r"\d[\d,.]*\d|\d", text.text or "") if is_value else ():
            assert number in known, (number, text.text)


def test_the_same_counts_give_the_same_bytes() -> None:
    assert {picture.name: picture.svg for picture in all_kinds()} == {name: one.svg for name, one in KINDS.items()}


def test_what_cannot_be_drawn_is_said_in_words() -> None:
    rows = {row[0]: row for row in plots.ratios("t", "T", GROUPS).figures.rows}
    assert rows["Nobody"][3:] == ("not computable", "", "", "no one")
    assert rows["Small share"][3:] == ("not computable", "", "", "left out")
    assert rows["Sex unknown"][3:] == ("not computable", "", "", "category unknown")
    assert rows["Tied"][3:] == ("1.000", "", "", "benchmark")
    assert rows["Few"][-1] == "fewer than 5 people"
    assert rows["Above one"][3] == "1.980"


def test_where_nobody_is_selected_there_is_no_ratio_and_no_mark() -> None:
    drawn = plots.ratios("t", "T", [plots.Group("Male", 30, 0), plots.Group("Female", 20, 0)])
    assert [row[3] for row in drawn.figures.rows] == ["not computable", "not computable"]
    assert drawn.svg.count("<circle") == 1  # that of the key


def test_an_interval_that_goes_on_ends_in_an_arrow_and_keeps_its_end_in_the_table() -> None:
    few = [plots.Group("One of three", 3, 1, is_benchmark=True), plots.Group("Others", 4, 1)]
    drawn = plots.ratios("t", "T", few)
    assert float(drawn.figures.rows[1][5]) > 1.5
    assert "the interval goes on" in drawn.svg


def test_ratios_lie_where_their_axis_says() -> None:
    root = ElementTree.fromstring(plots.ratios("t", "T", GROUPS[:1] + GROUPS[3:4]).svg)
    ticks = {text.text: float(text.attrib["x"]) for text in root.iter(f"{SVG}text") if text.get("font-size") == "10.5"}
    zero, one = ticks["0.0"], ticks["1.0"]
    mark = next(root.iter(f"{SVG}circle"))
    assert float(mark.attrib["cx"]) == pytest.approx(zero + (one - zero) * (19 / 20) / (667 / 1390), abs=0.06)


def test_unknown_people_are_shown_below_and_not_in_complete_cases() -> None:
    assert plots.pictures_of(result(cells()))["sex"].figures[0].rows[-1][:3] == ("Sex unknown", "31", "9")
    complete = plots.pictures_of(result(cells(), unknowns="complete-case"))["sex"]
    assert [row[0] for row in complete.figures[0].rows] == ["Male", "Female"]


def test_readings_are_drawn_where_they_change_a_ratio() -> None:
    drawn = plots.pictures_of(result(cells()))["intersectional"]
    compared = next(picture for picture in drawn.pictures if picture.name.endswith("-readings"))
    assert compared.figures.columns[1] == "A: as this audit reads it (chosen)"
    assert compared.figures in drawn.figures
    assert any(row[-1] == "changes" for row in compared.figures.rows)


def test_every_option_of_a_reading_has_a_name() -> None:
    assert set(NAMES) == {(choice, option) for choice, options in SENTENCES.items() for option in options}


def test_the_median_of_a_group_lies_where_it_must_wherever_the_hidden_scores_are() -> None:
    bounds = [F(0), F(1), F(2), F(3)]
    assert plots.Spread("A", 6, (3, 2, 1)).median(bounds) == (F(0), F(2))  # the third and the fourth of six
    assert plots.Spread("A", 7, (3, 2, 1)).median(bounds) == (F(0), F(2))  # the third of six, or the fourth
    assert plots.Spread("A", 3, (0, 0, 0)).median(bounds) is None


def test_few_people_of_a_row_are_a_count_only() -> None:
    counted = [Cell("Male", RACES[0], 7, 3), Cell("Male", RACES[1], 2, 1), Cell("Female", RACES[1], 3, 1)]
    scores = Scores(tuple(map(Decimal, range(4))), {("Male", RACES[0]): (4, 2, 1), ("Male", RACES[1]): (1, 1, 0)})
    method = {"rate_kind": "scoring", "median_basis": "all-assessed", "unknowns": "per-table", "median": None}
    told = result_from_counts(Counted(counted, scores=scores), source={}, method=method)
    assert [cell["bins"] for cell in told["scores"]["cells"]] == [[4, 2, 1], None, None]
    picture = next(one for one in plots.pictures_of(told)["sex"].pictures if one.name == "sex-scores")
    assert picture.figures.rows == (
        ("Male", "9", "0 to 2", "0 to 1: 4; 1 to 2: 2; 2 to 3: 1; counted only: 2"),
        ("Female", "3", "", "a count only"),
    )


def test_runs_lie_apart_as_their_days_do() -> None:
    days = (date(2025, 1, 1), date(2025, 1, 11), date(2025, 4, 11))
    points = (plots.Point(F(1)), plots.Point(F(1)), plots.Point(F(1)))
    drawn = plots.drift("t", "T", [plots.Run(str(day), day) for day in days], [plots.Course("A", points)])
    first, second, third = (float(x) for x in re.findall(r'<circle[^>]*cx="([\d.]+)"', drawn.svg)[:3])
    assert (second - first) / (third - first) == pytest.approx(0.1, abs=0.002)


def test_the_command_writes_pictures_and_their_figures(tmp_path: Path) -> None:
    source = tmp_path / "result.json"
    source.write_bytes(canonical.dump(result(cells())))
    assert main([str(source), str(tmp_path / "out")]) == 0
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"sex-rates.svg", "sex-ratios.svg", "intersectional-heat.svg", "sex-1.csv"} <= names
    with (tmp_path / "out" / "sex-1.csv").open(encoding="utf-8", newline="") as file:
        assert next(csv.reader(file))[0] == "Category"
    source.write_bytes(b"{}")
    assert main([str(source), str(tmp_path / "out")]) == 2
