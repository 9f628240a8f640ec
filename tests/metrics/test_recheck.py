"""A result document is computed again from its counts; one changed value anywhere is found."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from audits.metrics.categories import RACES
from audits.metrics.counts import Cell
from audits.metrics.recheck import recheck
from audits.metrics.result import result_from_counts
from compliance.lib.canonical import dump, load

CELLS = [
    Cell("Male", RACES[1], 200, 99),
    Cell("Female", RACES[1], 150, 71),
    Cell("Female", RACES[4], 90, 40),
    Cell("Male", RACES[4], 5, 2),
    Cell(None, RACES[4], 8, 3),
    Cell("Male", None, 7, 4),
]


def document(kind: str = "scoring") -> dict[str, Any]:
    median = {"value": "3.5", "sample": "all-assessed", "sample_size": 460, "at_median": 30, "above": 219}
    exclusion = {
        "table": "intersectional",
        "sex": "Male",
        "race_ethnicity": RACES[4],
        "justification": "Five people.",
        "approver": "Bob",
    }
    return result_from_counts(
        CELLS,
        source={"sha256": "0" * 64, "bytes": 9, "rows": 460, "people": 460},
        method={
            "rate_kind": kind,
            "unknowns": "per-table",
            "median_basis": "all-assessed" if kind == "scoring" else None,
            "exclusions": [exclusion],
            "median": median if kind == "scoring" else None,
        },
    )


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(item, (*path, key))
    else:
        yield path


def changed(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    return "0.5" if value is None else value[:-1] + chr(ord(value[-1]) ^ 1)


@pytest.mark.parametrize("kind", ["selection", "scoring"])
def test_a_sound_document_holds_after_a_journey_through_json(kind: str) -> None:
    checks = recheck(load(dump(document(kind))))
    assert len(checks) > 150
    assert [check for check in checks if not check.holds] == []


def test_every_changed_value_that_follows_from_the_counts_is_found() -> None:
    sound = document()
    derived = [*leaves(sound["readings"], ("readings",))][::13]  # a thousand values; one in thirteen is enough to try
    derived += [("conduct", name) for name in ("label", "title", "plan_sentence", "special_sentence")]
    for part in ("unknown", "counts", "tables", "notes"):
        derived += leaves(sound[part], (part,))
    for part, *path in derived:
        if path:
            broken = copy.deepcopy(sound)
            place = broken[part]
            for key in path[:-1]:
                place = place[key]
            place[path[-1]] = changed(place[path[-1]])
            assert not all(check.holds for check in recheck(broken)), (part, path)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("above", 220),
        ("sample_size", 459),
        ("at_median", 500),
        ("at_median", 0),
        ("value", "NaN"),
        ("sample", "both-known"),
    ],
)
def test_a_median_that_cannot_belong_to_the_counts_is_found(field: str, value: Any) -> None:
    broken = document()
    broken["method"]["median"] = {**broken["method"]["median"], field: value}
    assert not all(check.holds for check in recheck(broken))


@pytest.mark.parametrize(
    "strange",
    [
        None,
        [],
        {},
        {"schema": "probanda/bias-audit/2"},
        {**document(), "counts": "many"},
        {**document(), "counts": [{"sex": [], "race_ethnicity": None, "applicants": 1, "selected": 0}]},
        {**document(), "counts": [{"sex": "Male", "race_ethnicity": None, "applicants": True, "selected": 0}]},
        {**document(), "method": {"rate_kind": "scoring", "unknowns": "guessed"}},
        {**document(), "method": {**document()["method"], "exclusions": [{"table": "sex"}]}},
        {**document(), "method": {**document()["method"], "median": {"value": 5, "at_median": "1"}}},
        {**document(), "tables": {"more": "(missing)"}},
        {**document(), "unknown": {**document()["unknown"], "extra": "(nothing)"}},
    ],
)
def test_a_strange_document_fails_without_an_exception(strange: Any) -> None:
    assert not all(check.holds for check in recheck(strange))
