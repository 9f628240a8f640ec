"""The catalogue's own test finds what loading alone cannot see."""

import shutil
from pathlib import Path

import pytest

from compliance.catalogue.check import check_all
from compliance.catalogue.loader import load

LAWS = Path(__file__).parent / "laws"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("§ 2, § 3]", "§ 2, § 3, § 4]", "not-covered"),
        ("§ 2, § 3]", "§ 2, § 3, § 2]", "double-provision"),
        ("provisions: [§ 1, ", "provisions: [", "no-such-provision"),
        ("left_out: {§ 3:", "left_out: {§ 5:", "no-such-provision"),
        ("left_out: {§ 3:", "left_out: {§ 2:", "left-out-but-cited"),
        ("complete: true\n    provisions: [§ 1, ", "provisions: [§ 4, § 1, ", "not-covered"),
        ("owner: Owner}", "owner: Owner, crowd: Crowd}", "unused-role"),
        ("notice: the notice}", "notice: the notice, end: the end}", "unused-event"),
        ("keeping: Keeping}", "keeping: Keeping, end: End}", "unused-section"),
        ("evidence: [Photograph]", "evidence: []", "no-evidence"),
        ("kind: condition\n    dates: general", "kind: condition", "no-dates"),
        ("title: Fine", "title: Rust", "double-title"),
        ("dates: general", "dates: never", "no-such-set"),
    ],
)
def test_the_check_names_what_is_wrong(tmp_path: Path, old: str, new: str, code: str) -> None:
    folder = shutil.copytree(LAWS, tmp_path / "laws")
    path = folder / "tiny" / "2001-01-01.yaml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    assert code in [problem.code for problem in check_all(folder)]


def test_parts_are_left_out_with_their_whole(tmp_path: Path) -> None:
    folder = shutil.copytree(LAWS, tmp_path / "laws")
    path = folder / "tiny" / "2001-01-01.yaml"
    path.write_text(path.read_text("utf-8").replace("§ 2, § 3]", "§ 2, § 3, § 3(a), § 3(a)(i)]"), "utf-8")
    assert check_all(folder) == ()


@pytest.mark.parametrize(
    ("mapping", "code"),
    [("{tower: [A.1]}", None), ("{tower: [A.2]}", "no-such-item"), ("{steeple: [A.1]}", "no-such-framework")],
)
def test_each_id_of_the_crosswalk_exists(tmp_path: Path, mapping: str, code: str | None) -> None:
    folder = shutil.copytree(LAWS, tmp_path / "laws")
    (folder / "frameworks.yaml").write_text(
        "frameworks: {tower: {title: Guide to towers, short_title: Towers, items: {A.1: Ropes}}}\n", "utf-8"
    )
    (folder / "tiny" / "2001-01-01").mkdir()
    (folder / "tiny" / "2001-01-01" / "crosswalk.yaml").write_text(f"§ 1: {mapping}\n", "utf-8")
    assert load("tiny", "2001-01-01", folder=folder).row("BELL-1A").crosswalk
    assert {problem.code for problem in check_all(folder)} == ({code} if code else set())


def test_a_fact_that_no_condition_names_is_found(tmp_path: Path) -> None:
    folder = shutil.copytree(LAWS, tmp_path / "laws")
    with (folder / "facts.yaml").open("a", encoding="utf-8") as file:
        file.write("  tuned: {question: Is it tuned?}\n")
    assert [(problem.code, problem.found) for problem in check_all(folder)] == [("unused-fact", "tuned")]


@pytest.mark.parametrize("draft", [False, True])
def test_a_draft_is_not_asked_for_the_rows_that_it_lacks(tmp_path: Path, draft: bool) -> None:
    folder = shutil.copytree(LAWS, tmp_path / "laws")
    for path in (folder / "tiny").iterdir():
        text = path.read_text("utf-8").replace("§ 3]", "§ 3, § 4]").replace("owner: Owner}", "owner: Owner, x: X}")
        path.write_text(("draft: true\n" if draft else "") + text, "utf-8")
    assert {problem.code for problem in check_all(folder)} == (set() if draft else {"not-covered", "unused-role"})


@pytest.mark.parametrize(
    ("fact", "code"),
    [
        ("roles: {question: Who?, type: choices, values: [ringer], asked_by: the rows}", "role-nobody-has"),
        ("tuned: {question: Is it tuned?, citation: [Bells Act § 9], asked_by: the tuner}", "no-such-provision"),
    ],
)
def test_a_fact_is_held_against_the_laws(tmp_path: Path, fact: str, code: str) -> None:
    folder = shutil.copytree(LAWS, tmp_path / "laws")
    with (folder / "facts.yaml").open("a", encoding="utf-8") as file:
        file.write(f"  {fact}\n")
    assert {problem.code for problem in check_all(folder)} == {code}
