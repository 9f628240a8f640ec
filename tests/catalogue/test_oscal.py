"""OSCAL as other tools read it: valid, the same bytes each time, and nothing lost on the way in or out."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator
from trestle.oscal import catalog as trestle_catalog
from trestle.oscal import profile as trestle_profile

from compliance.catalogue import oscal, oscal_import
from compliance.catalogue.document import Document, as_catalogue
from compliance.catalogue.loader import laws, load
from compliance.lib.problems import Refused
from tests.frameworks.example import documents, house

AT = datetime.datetime(2026, 11, 22, 9, 30, tzinfo=datetime.UTC)
CATALOG = Draft202012Validator(trestle_catalog.Model.model_json_schema(by_alias=True))
PROFILE = Draft202012Validator(trestle_profile.Model.model_json_schema(by_alias=True))
# The shape of a catalog that somebody else published: parameters, nested controls, groups in groups, back matter.
FOREIGN: dict[str, Any] = {
    "catalog": {
        "uuid": "5c0e0b0a-4c0f-4f7a-9f6a-2f1d0c3b4a59",
        "metadata": {
            "title": "Tower Controls",
            "last-modified": "2024-02-04T11:01:04-05:00",
            "version": "5.1",
            "oscal-version": "1.1.2",
            "props": [{"name": "keywords", "value": "towers"}],
            "roles": [{"id": "creator", "title": "Document creator"}],
        },
        "params": [{"id": "height", "label": "height of the tower"}],
        "groups": [
            {
                "id": "st",
                "class": "family",
                "title": "Stairs",
                "parts": [{"name": "overview", "prose": "On stairs."}],
                "controls": [
                    {
                        "id": "st-1",
                        "class": "SP",
                        "title": "Stair policy",
                        "params": [{"id": "st-1_prm_1", "label": "steps", "guidelines": [{"prose": "how many"}]}],
                        "props": [{"name": "label", "value": "ST-1"}],
                        "links": [{"href": "#0d2c3b4a-1111-4222-8333-444455556666", "rel": "reference"}],
                        "parts": [
                            {
                                "id": "st-1_smt",
                                "name": "statement",
                                "prose": "Count {{ insert: param, st-1_prm_1 }}.",
                                "parts": [
                                    {
                                        "id": "st-1_smt.a",
                                        "name": "item",
                                        "props": [{"name": "label", "value": "a."}],
                                        "prose": "Up to {{ insert: param, height }}.",
                                    }
                                ],
                            },
                            {"name": "guidance", "prose": "Guidance."},
                        ],
                        "controls": [{"id": "st-1.1", "title": "Worn steps"}],
                    }
                ],
            },
            {
                "id": "b",
                "title": "Bells",
                "groups": [{"id": "b-r", "title": "Ropes", "controls": [{"id": "r_1", "title": "Rope checked"}]}],
            },
        ],
        "controls": [{"id": "x-1", "title": "On its own"}],
        "back-matter": {"resources": [{"uuid": "0d2c3b4a-1111-4222-8333-444455556666", "title": "Stair Act"}]},
    }
}


def written(document: Document) -> bytes:
    return oscal.dump(oscal.catalog(as_catalogue(document, "own-1", "2026-11-22"), document))


def check_catalog(value: Any) -> None:
    """Hold a catalog against trestle's model and against the JSON schema that it makes of it."""
    trestle_catalog.Model.model_validate(value)
    assert [error.message for error in CATALOG.iter_errors(value)] == []


@pytest.mark.parametrize("ref", laws(), ids=str)
def test_every_law_and_framework_is_valid_oscal(ref: Any) -> None:
    law = load(ref.law, ref.text_version)
    value = oscal.catalog(law)
    check_catalog(json.loads(oscal.dump(value)))
    assert oscal.dump(value) == oscal.dump(oscal.catalog(law))
    ids = [one["id"] for group in value["catalog"]["groups"] for one in group["controls"]]
    assert len(set(ids)) == len(law.rows)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(documents())
def test_an_own_framework_comes_back_from_oscal_as_it_was(document: Document) -> None:
    data = written(document)
    check_catalog(json.loads(data))
    back = oscal_import.read(data)
    order = [one.id for one in document.sections]
    assert back.framework == document.framework
    assert back.sections == document.sections
    assert back.rows == tuple(sorted(document.rows, key=lambda row: order.index(row.section)))
    assert sorted(back.crosswalk, key=repr) == sorted(document.crosswalk, key=repr)
    assert oscal_import.read(written(back)) == back


def test_what_another_catalog_holds_is_kept_where_it_stood() -> None:
    document = oscal_import.read(json.dumps(FOREIGN).encode())
    assert [(row.id, row.section, row.title) for row in document.rows] == [
        ("TC-st-1", "st", "Stair policy"),
        ("TC-st-1.1", "st", "Worn steps"),
        ("TC-r.1", "b-r", "Rope checked"),
        ("TC-x-1", "controls", "On its own"),
    ]
    assert document.rows[0].why == "Count [steps].\na. Up to [height of the tower]."
    assert document.rows[0].question == "Is “Stair policy” in place?"
    assert [one.title for one in document.sections] == ["Stairs", "Bells", "Bells: Ropes", "Controls"]
    value = json.loads(written(document))
    check_catalog(value)
    assert_holds(value["catalog"], {**FOREIGN["catalog"], "uuid": None, "metadata": None})
    assert_holds(value["catalog"]["metadata"], {"roles": FOREIGN["catalog"]["metadata"]["roles"]})
    assert oscal_import.read(json.dumps(value).encode()).rows == document.rows


def assert_holds(whole: Any, part: Any, at: str = "") -> None:
    """Assert that everything in `part` stands in `whole` too, in its order; `None` is not asked for."""
    if isinstance(part, dict):
        for name, value in part.items():
            if value is not None:
                assert name in whole, f"{at}/{name}"
                assert_holds(whole[name], value, f"{at}/{name}")
    elif isinstance(part, list):
        for place, value in enumerate(part):
            assert_holds(whole[place], value, f"{at}/{place}")
    else:
        assert whole == part, at


def test_everything_wrong_with_a_catalog_is_told_at_once() -> None:
    value = json.loads(json.dumps(FOREIGN))
    del value["catalog"]["metadata"]["title"]
    group = value["catalog"]["groups"][0]
    group["controls"][0]["title"] = 7
    group["controls"].append({"id": "st-1", "title": "Again"})
    group["controls"].append("no object")
    value["catalog"]["extra"] = {}
    with pytest.raises(Refused) as refused:
        oscal_import.read(json.dumps(value).encode())
    found = {(one.code, (one.column or "").split()[0]) for one in refused.value.problems}
    assert {
        ("no-title", "/catalog/metadata/title"),
        ("no-title", "/catalog/groups/0/controls/0/title"),
        ("double-id", "/catalog/groups/0/controls/1"),
        ("not-an-object", "/catalog/groups/0/controls/2"),
        ("unknown-field", "/catalog/extra"),
    } <= found


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "not-json"),
        (b"{}", "not-a-catalog"),
        (b'{"profile": {}}', "not-a-catalog"),
        (b'{"catalog": {}, "catalog": {}}', "not-json"),
        (b"[" * 100_000, "too-deep"),
        (b'{"catalog": {"metadata": {"title": "X", "n": 1.5}}}', "not-json"),
    ],
)
def test_what_is_no_catalog_is_said_to_be_none(data: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        oscal_import.read(data)
    assert refused.value.code == code


def test_a_law_that_is_taken_in_keeps_its_rows() -> None:
    law = load("nist-ai-rmf")
    back = oscal_import.read(oscal.dump(oscal.catalog(law)))
    assert [(row.id, row.title, row.question, row.evidence) for row in back.rows] == [
        (row.id, row.title, row.question, row.evidence) for row in law.rows
    ]
    assert {(one.row, one.to) for one in back.crosswalk if one.law == "iso-iec-42001"} >= {
        ("RMF-GOVERN-6.1", "ISO42001-A.10.2")
    }


def test_a_determination_is_a_profile_that_hides_nothing_undetermined() -> None:
    law = load("nyc-ll144")
    states = ["applies", "later", "no", "undetermined"]
    rows = [
        oscal.Selected(row.id, states[at % 4], datetime.date(2026, 1, 1) if at % 4 < 2 else None, "Because.")
        for at, row in enumerate(law.rows)
    ]
    value = oscal.profile(law, rows, id="7", title="Sortwell Screen", at=AT, sha256="ab" * 32)
    trestle_profile.Model.model_validate(json.loads(oscal.dump(value)))
    assert [error.message for error in PROFILE.iter_errors(value)] == []
    [chosen] = value["profile"]["imports"][0]["include-controls"]
    assert chosen["with-ids"] == [oscal.token(one.row) for one in rows if one.state != "no"]
    told = {one["control-id"]: one["adds"][0]["props"][0]["value"] for one in value["profile"]["modify"]["alters"]}
    assert set(told.values()) == {"applies", "later", "undetermined"}
    known = {one["id"] for group in oscal.catalog(law)["catalog"]["groups"] for one in group["controls"]}
    assert set(chosen["with-ids"]) <= known


def test_a_determination_under_which_nothing_applies_is_a_profile_too() -> None:
    law = load("nyc-ll144")
    rows = [oscal.Selected(row.id, "no") for row in law.rows]
    value = oscal.profile(law, rows, id="7", title="Sortwell Screen", at=AT, sha256="ab" * 32)
    trestle_profile.Model.model_validate(json.loads(oscal.dump(value)))
    assert [error.message for error in PROFILE.iter_errors(value)] == []
    [imported] = value["profile"]["imports"]
    assert len(imported["exclude-controls"][0]["with-ids"]) == len(law.rows)


def test_another_house_framework_has_another_id() -> None:
    one, other = house(), house(crosswalk=[])
    ids = {json.loads(written(document))["catalog"]["uuid"] for document in (one, other)}
    assert len(ids) == 2
