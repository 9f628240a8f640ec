"""Several laws, several dated versions of one, and every problem of a file at once."""

import shutil
from pathlib import Path

import pytest

from compliance.catalogue.check import check_all
from compliance.catalogue.conditions import facts_named
from compliance.catalogue.loader import LawVersionRef, facts, laws, load
from compliance.lib import canonical
from compliance.lib.problems import Refused

LAWS = Path(__file__).parent / "laws"
OLD, NEW = "2001-01-01", "2002-02-02"


def refusal(folder: Path, version: str = OLD) -> Refused:
    with pytest.raises(Refused) as refused:
        load("tiny", version, folder=folder)
    return refused.value


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(LAWS, tmp_path / "laws")


def change(folder: Path, old: str, new: str, version: str = OLD) -> None:
    path = folder / "tiny" / f"{version}.yaml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_each_version_is_listed_and_the_newest_is_the_default() -> None:
    assert laws(LAWS) == (LawVersionRef("tiny", OLD), LawVersionRef("tiny", NEW))
    assert load("tiny", folder=LAWS).text_version == NEW
    assert load("tiny", folder=LAWS) is load("tiny", NEW, folder=LAWS)


def test_an_amended_version_holds_only_what_changed() -> None:
    old, new = load("tiny", OLD, folder=LAWS), load("tiny", NEW, folder=LAWS)
    assert [row.id for row in new.rows] == ["BELL-1A", "BELL-1C", "BELL-2"]
    assert new.row("BELL-2").why == "Each breach costs two crowns."
    assert new.row("BELL-2").question == old.row("BELL-2").question
    assert new.title == old.title
    assert [one.id for one in new.removed] == ["BELL-1B"]
    assert old.digest != new.digest


def test_a_date_set_that_moved_moves_every_row_that_names_it() -> None:
    dates = load("tiny", NEW, folder=LAWS).row("BELL-1A").dates
    assert dates is not None
    assert {track: day.isoformat() for track, day in dates.in_force_from.items()} == {"all": "2003-03-01"}
    assert {track: day.isoformat() for track, day in dates.originally_from.items()} == {"all": "2001-03-01"}


def test_the_small_law_passes_the_check_in_both_versions() -> None:
    assert check_all(LAWS) == ()


def test_json_is_canonical_and_the_digest_is_over_it() -> None:
    catalogue = load("tiny", OLD, folder=LAWS)
    written = canonical.dump(catalogue.as_json())
    assert canonical.sha256(written) == catalogue.digest
    row = canonical.load(written)["rows"][0]
    assert row["condition"] == {"all": [{"fact": "uses_bells", "is": True}, {"not": {"fact": "bells", "at_least": 2}}]}
    assert row["dates"]["in_force_from"] == {"all": "2001-03-01"}
    assert row["penalty"]["basis"] == ["Bells Act § 2"]


def test_only_duties_prohibitions_and_conditions_are_counted() -> None:
    assert [row.id for row in load("tiny", OLD, folder=LAWS).counted_rows] == ["BELL-1A", "BELL-1B"]


def test_what_is_not_there_is_refused_with_what_is() -> None:
    with pytest.raises(Refused) as no_law:
        load("teeny", folder=LAWS)
    with pytest.raises(Refused) as no_version:
        load("tiny", "1999-09-09", folder=LAWS)
    with pytest.raises(Refused) as no_row:
        load("tiny", folder=LAWS).row("BELL-9")
    codes = [refused.value.code for refused in (no_law, no_version, no_row)]
    assert codes == ["no-such-law", "no-such-version", "no-such-row"]
    assert no_version.value.problems[0].expected == f"{OLD}, {NEW}"


@pytest.mark.parametrize(
    ("old", "new", "code", "where", "expected"),
    [
        ("kind: duty", "kind: dutty", "wrong-field", "BELL-1A.kind", None),
        ("    kind: duty\n", "", "wrong-field", "BELL-1A.kind", None),
        ("title: Notice", "titel: Notice", "wrong-field", "BELL-1A.titel", None),
        ("title: Notice", "title: 1.5", "wrong-field", "BELL-1A.title", None),
        ("three days before?", "three days before.", "wrong-field", "BELL-1A.question", None),
        ("Days on the calendar count.", "Days on the calendar", "wrong-field", "BELL-1A.why", None),
        ("Bells Act § 1(a)]", "Bells Act § 1(z)]", "no-such-provision", "BELL-1A.citation", None),
        ("Bells Act § 1(a)]", "Bell Act § 1(a)]", "no-such-provision", "BELL-1A.citation", None),
        ("roles: [ringer]", "roles: [singer]", "no-such-role", "BELL-1A.roles", "owner, ringer"),
        ("section: ringing", "section: singing", "no-such-section", "BELL-1A.section", "keeping, ringing"),
        ("event: ringing", "event: singing", "no-such-event", "BELL-1A.clock", "notice, ringing"),
        ("fact: uses_bells", "fact: has_bells", "no-such-fact", "BELL-1A.condition", "bells, uses_bells"),
        ("at_least: 2}", "at_least: 2, is: yes}", "wrong-field", "BELL-1A.condition", None),
        ("dates: general", "dates: special", "no-such-set", "BELL-1A.dates", "general"),
        ("penalty: fine", "penalty: jail", "no-such-set", "BELL-1A.penalty", "fine"),
        ("checked: act", "checked: fact", "no-such-text", "BELL-1A.checked", "act"),
        ("kind: duty", "kind: duty\n    computed: direct", "computed-without-how", "BELL-1A.computed", None),
        ("kind: condition", "kind: condition\n    tier: high", "no-such-tier", "BELL-1B.tier", None),
        (
            "    applies_when: There is a single bell.\n",
            "",
            "condition-without-words",
            "BELL-1A.condition",
            None,
        ),
        ("id: BELL-1B", "id: BELL-1A", "double-id", "BELL-1A", None),
        ("id: BELL-2", "id: GONG-2", "wrong-prefix", "GONG-2.id", "BELL-"),
        ("title: Rust", "title: Rust\n    title: Dust", "double-key", "title", None),
        ("law: tiny", "law: small", "wrong-path", "law", "tiny"),
        ("id: BELL-2", "id: 2", "row-without-id", "rows", None),
    ],
)
def test_a_wrong_file_says_where(folder: Path, old: str, new: str, code: str, where: str, expected: str | None) -> None:
    change(folder, old, new)
    lines = (folder / "tiny" / f"{OLD}.yaml").read_text("utf-8").splitlines()
    every = refusal(folder).problems
    problem = next(one for one in every if one.code == code and (one.column or "").startswith(where))
    assert problem.sentence.startswith(f"tiny/{OLD}.yaml, line {problem.row}, ")
    assert problem.sentence.endswith(".")
    assert problem.row is not None
    assert problem.row <= len(lines)
    assert expected is None or problem.expected == expected


def test_the_line_is_that_of_the_field(folder: Path) -> None:
    change(folder, "roles: [owner]", "roles: [loaner]")
    lines = (folder / "tiny" / f"{OLD}.yaml").read_text("utf-8").splitlines()
    line = refusal(folder).problems[0].row
    assert line is not None
    assert "loaner" in lines[line - 1]


def test_every_problem_comes_at_once(folder: Path) -> None:
    change(folder, "roles: [ringer]", "roles: [singer]")
    change(folder, "citation: [Bells Act § 1(b)]", "citation: [Bells Act § 7]")
    change(folder, "title: Fine", "title: Fine\n    title: Fee")
    assert {problem.code for problem in refusal(folder).problems} == {
        "no-such-role",
        "no-such-provision",
        "double-key",
    }


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('based_on: "2001-01-01"', 'based_on: "2000-01-01"', "no-base"),
        ('based_on: "2001-01-01"', 'based_on: "2002-02-02"', "no-base"),
        ("after: BELL-1A", "after: BELL-7", "no-such-row"),
        ("{id: BELL-1B,", "{id: BELL-7,", "no-such-row"),
        ("Each breach costs two crowns.", "Each breach costs one crown.", "unchanged-row"),
    ],
)
def test_a_wrong_amendment_says_so(folder: Path, old: str, new: str, code: str) -> None:
    change(folder, old, new, version=NEW)
    found = refusal(folder, NEW).problems
    assert code in [problem.code for problem in found]
    assert all(problem.sentence.startswith(f"tiny/{NEW}.yaml, line ") for problem in found if problem.code == code)


def test_a_change_may_empty_a_field(folder: Path) -> None:
    assert load("tiny", NEW, folder=LAWS).row("BELL-2").dates is not None
    change(folder, "Each breach costs two crowns.", "Each breach costs two crowns.\n    dates: null", version=NEW)
    assert load("tiny", NEW, folder=folder).row("BELL-2").dates is None


@pytest.mark.parametrize("text", ["", "- one\n- two\n", "law: [", "law: tiny\n\x00"])
def test_what_is_no_catalogue_is_refused(folder: Path, text: str) -> None:
    (folder / "tiny" / f"{OLD}.yaml").write_text(text, "utf-8")
    assert refusal(folder).code in ("not-yaml", "not-a-map")


def test_a_wrong_fact_says_where(folder: Path) -> None:
    path = folder / "facts.yaml"
    path.write_text(path.read_text("utf-8").replace("type: number", "type: numeral"), "utf-8")
    with pytest.raises(Refused) as refused:
        facts(folder)
    assert refused.value.problems[0].sentence.startswith("facts.yaml, line 3, bells.type: ")


def into_parts(folder: Path) -> Path:
    """Move the row BELL-2 out of the file of the older version, into a part of its own."""
    path = folder / "tiny" / f"{OLD}.yaml"
    head, row = path.read_text("utf-8").split("  - id: BELL-2\n")
    path.write_text(head, "utf-8")
    part = folder / "tiny" / OLD / "rows-keeping.yaml"
    part.parent.mkdir()
    row = row.replace("    section: keeping\n", "").replace("    kind: exposure\n", "")
    part.write_text("shared: {kind: exposure}\nrows:\n  - id: BELL-2\n" + row, "utf-8")
    return part


def test_rows_may_stand_in_parts(folder: Path) -> None:
    into_parts(folder)
    for version in (OLD, NEW):
        assert load("tiny", version, folder=folder).digest == load("tiny", version, folder=LAWS).digest


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("    title: Fine", "    section: ringing\n    title: Fine", "wrong-part"),
        ("id: BELL-2", "id: BELL-1A", "double-id"),
        ("shared:", "sahred:", "wrong-part"),
        ("citation: [Bells Act § 2]", "citation: [Bells Act § 7]", "no-such-provision"),
    ],
)
def test_a_wrong_part_says_which(folder: Path, old: str, new: str, code: str) -> None:
    part = into_parts(folder)
    text = part.read_text("utf-8")
    assert old in text
    part.write_text(text.replace(old, new, 1), "utf-8")
    problem = next(one for one in refusal(folder).problems if one.code == code)
    assert problem.sentence.startswith(f"tiny/{OLD}/rows-keeping.yaml, line ")


def test_a_part_of_a_later_version_takes_rows_away(folder: Path) -> None:
    head = folder / "tiny" / f"{NEW}.yaml"
    line = "  - {id: BELL-1B, why: Rust was found to be harmless.}\n"
    head.write_text(head.read_text("utf-8").replace(f"removed:\n{line}", ""), "utf-8")
    part = folder / "tiny" / NEW / "rows-keeping.yaml"
    part.parent.mkdir()
    part.write_text(f"removed:\n{line}", "utf-8")
    assert load("tiny", NEW, folder=folder).digest == load("tiny", NEW, folder=LAWS).digest


TERMS = """terms:
  quiet: {words: It is quiet., citation: [Bells Act § 1], condition: {not: {fact: uses_bells, is: yes}}}
  calm: {words: It is calm., condition: {term: quiet}}
tracks:
  all: {words: Every bell.}
"""


def test_a_row_names_a_term(folder: Path) -> None:
    change(folder, "date_sets:\n", TERMS + "date_sets:\n")
    change(folder, "{fact: uses_bells, is: yes}, {not", "{term: calm}, {not")
    law = load("tiny", OLD, folder=folder)
    condition = law.row("BELL-1A").condition
    assert condition is not None
    assert list(facts_named(condition)) == ["bells"]
    assert list(facts_named(condition, law.terms)) == ["uses_bells", "bells"]
    assert check_all(folder) == ()


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("{term: calm}", "{term: clam}", "no-such-term"),
        ("condition: {term: quiet}", "condition: {term: quit}", "no-such-term"),
        ("{not: {fact: uses_bells, is: yes}}", "{not: {term: calm}}", "circular-term"),
        ("{not: {fact: uses_bells, is: yes}}", "{fact: is_quiet, is: yes}", "no-such-fact"),
        ("[Bells Act § 1], condition", "[Bells Act § 8], condition", "no-such-provision"),
        ("  all: {words: Every bell.}", "  some: {words: Some bells.}", "no-such-track"),
    ],
)
def test_a_wrong_term_says_so(folder: Path, old: str, new: str, code: str) -> None:
    change(folder, "date_sets:\n", TERMS + "date_sets:\n")
    change(folder, "{fact: uses_bells, is: yes}, {not", "{term: calm}, {not")
    change(folder, old, new)
    assert code in [problem.code for problem in refusal(folder).problems]
