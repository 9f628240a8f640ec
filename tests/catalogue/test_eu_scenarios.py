"""The EU AI Act held against known cases: each with its classes, the rows that bind and do not, and since when."""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from compliance.catalogue.applicability import Applicability, applicability
from compliance.catalogue.classification import classify
from compliance.catalogue.known import Known, read
from compliance.catalogue.loader import facts

DATA: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "eu_scenarios.yaml").read_text("utf-8"))
SCENARIOS: dict[str, dict[str, Any]] = DATA["scenarios"]
TODAY = date(2026, 11, 21)
# Who supervises and which way conformity is assessed follow from the class; a scenario names them where it wants to.
ASIDE = ("supervised_", "conformity_")


def given(name: str) -> dict[str, Any]:
    scenario = SCENARIOS[name]
    if "like" in scenario:
        below = given(scenario["like"])
    else:
        base = dict(DATA["base"])
        below = {**dict.fromkeys(base.pop("no"), False), **base}
    return below | scenario.get("facts", {})


def as_json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


@cache
def known(name: str) -> Known:
    return read({fact: as_json(value) for fact, value in given(name).items()}, facts())


@cache
def held(name: str) -> Applicability:
    return applicability("eu-ai-act", known(name), SCENARIOS[name].get("as_of", TODAY))


@pytest.mark.parametrize("name", [name for name, one in SCENARIOS.items() if "classes" in one])
def test_classes(name: str) -> None:
    found = classify("eu-ai-act", known(name), SCENARIOS[name].get("as_of", TODAY))
    wanted = SCENARIOS[name]["classes"]
    assert [one for one in found.names("applies", "later") if one in wanted or not one.startswith(ASIDE)] == wanted


@pytest.mark.parametrize("name", SCENARIOS)
def test_rows(name: str) -> None:
    scenario, found = SCENARIOS[name], held(name)
    states = {id: found.row(f"EUAIA-{id}") for id in (*scenario.get("binds", {}), *scenario.get("free", []))}
    as_of = scenario.get("as_of", TODAY)
    assert {id: (one.state, one.since) for id, one in states.items()} == {
        **{id: ("applies" if day <= as_of else "later", day) for id, day in scenario.get("binds", {}).items()},
        **dict.fromkeys(scenario.get("free", []), ("no", None)),
    }


@pytest.mark.parametrize("name", [name for name, one in SCENARIOS.items() if "decided_by" in one])
def test_the_provision_that_decides_is_among_the_reasons(name: str) -> None:
    for id, citation in SCENARIOS[name]["decided_by"].items():
        one = held(name).row(f"EUAIA-{id}")
        assert citation in str(one.as_json()), id
