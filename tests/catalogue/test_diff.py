"""What differs between two versions of a small law."""

from pathlib import Path

from compliance.catalogue.diff import changes
from compliance.catalogue.loader import load

LAMPS, LAWS = Path(__file__).parent / "lamps", Path(__file__).parent / "laws"


def test_each_change_of_a_row_is_named() -> None:
    before, after = (load("lamp-act", version, folder=LAMPS) for version in ("2001-01-01", "2002-06-01"))
    found = [(one.kind, one.id, [field for field, _, _ in one.fields]) for one in changes(before, after)]
    assert found == [
        ("added", "LAMP-2A", []),
        ("re-dated", "LAMP-3", ["dates"]),
        ("re-dated", "LAMP-3K", ["dates"]),
        ("removed", "LAMP-7N", []),
    ]
    assert [one.why for one in changes(before, after)][-1] == "Soot was found to be harmless."
    assert [one.kind for one in changes(after, before)] == ["added", "re-dated", "re-dated", "removed"]


def test_words_that_changed_are_shown_before_and_after() -> None:
    before, after = (load("tiny", version, folder=LAWS) for version in ("2001-01-01", "2002-02-02"))
    reworded = next(one for one in changes(before, after) if one.kind == "reworded")
    assert reworded.id == "BELL-2"
    assert reworded.fields == (("why", "Each breach costs one crown.", "Each breach costs two crowns."),)
