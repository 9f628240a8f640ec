"""Facts are checked all at once, and the schema says the same as the check."""

import datetime
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from compliance.catalogue.known import Chosen, parse, read, schema
from compliance.catalogue.loader import facts
from compliance.lib.problems import Refused

LAMPS = facts(Path(__file__).parent / "lamps")
GOOD = {
    "is_lamp": True,
    "blinding": None,
    "uses": {"chosen": ["street"], "not_known": ["mine"]},
    "roles": ["maker", "keeper"],
    "part_of": "ship",
    "candles": 12,
    "first_lit_on": "2001-02-03",
}


def codes(given: dict[str, Any]) -> list[tuple[str, str | None]]:
    with pytest.raises(Refused) as refused:
        read(given, LAMPS)
    return [(problem.code, problem.column) for problem in refused.value.problems]


def test_answers_have_their_types_and_null_is_not_known() -> None:
    known = read(GOOD, LAMPS)
    assert known.answers["first_lit_on"] == datetime.date(2001, 2, 3)
    assert known.answers["uses"] == Chosen(frozenset({"street"}), frozenset({"mine"}))
    assert "blinding" not in known.answers
    assert read(known.as_json(), LAMPS) == known
    assert known.shown("uses", LAMPS["uses"]) == "Street; not known yet: Mine"


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("lit", True, "no-such-fact"),
        ("is_lamp", "yes", "wrong-type"),
        ("is_lamp", 1, "wrong-type"),
        ("candles", True, "wrong-type"),
        ("candles", "12", "wrong-type"),
        ("candles", 1e25, "not-exact"),
        ("part_of", "train", "no-such-value"),
        ("part_of", ["ship"], "wrong-type"),
        ("uses", "street", "wrong-type"),
        ("uses", ["street", "cellar"], "no-such-value"),
        ("uses", ["street", "none"], "none-and-more"),
        ("uses", ["street", "street"], "double-value"),
        ("uses", [], "nothing-chosen"),
        ("uses", {"chosen": ["mine"], "not_known": ["mine"]}, "chosen-and-not-known"),
        ("uses", {"chosen": ["mine"]}, "wrong-type"),
        ("first_lit_on", "2001-02-30", "wrong-type"),
        ("first_lit_on", "20010203", "wrong-type"),
    ],
)
def test_every_wrong_answer_is_named(name: str, value: Any, code: str) -> None:
    assert codes({name: value}) == [(code, name)]


def test_all_problems_come_at_once() -> None:
    data = b'{"is_lamp": "yes", "lamp": 1, "candles": 1e25, "candles": 1e25, "uses": ["cellar"], "blinding": true}'
    with pytest.raises(Refused) as refused:
        parse(data, LAMPS)
    assert [problem.code for problem in refused.value.problems] == [
        "double-fact", "wrong-type", "no-such-fact", "not-exact", "no-such-value",
    ]  # fmt: skip
    assert refused.value.problems[2].hint == "Did you mean is_lamp?"


@pytest.mark.parametrize(("data", "code"), [(b"[1]", "not-a-map"), (b"{", "not-json"), (b"\xff", "not-json")])
def test_what_is_no_object_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        parse(data, LAMPS)
    assert refused.value.code == code


def test_the_schema_accepts_and_refuses_what_the_check_does() -> None:
    validator = jsonschema.Draft202012Validator(schema(LAMPS))
    jsonschema.Draft202012Validator.check_schema(schema(facts()))
    validator.validate(GOOD)
    wrong = [{"is_lamp": "yes"}, {"lit": True}, {"part_of": "train"}, {"uses": ["cellar"]}, {"uses": {"chosen": []}}]
    assert [one for one in wrong if validator.is_valid(one)] == []
    assert json.loads(json.dumps(schema(LAMPS))) == schema(LAMPS)
