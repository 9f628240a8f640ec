"""Systems and tools held against the laws: their classes, the rows that bind and do not, since when, and what decides.

Each scenario names for at least one class or row the provision that decides it. That provision must stand in the chain
of reasons, and not only on the row: so a row that came out right for another reason is found.
"""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from compliance.catalogue.applicability import Applicability, applicability
from compliance.catalogue.classification import Classification, classify
from compliance.catalogue.known import Known, read
from compliance.catalogue.loader import facts

FILES = sorted((Path(__file__).parent / "scenarios").glob("*.yaml"))
DATA: dict[str, dict[str, Any]] = {path.stem: yaml.safe_load(path.read_text("utf-8")) for path in FILES}
BASES: dict[str, dict[str, Any]] = {stem: data["base"] for stem, data in DATA.items() if "base" in data}
SCENARIOS: dict[str, dict[str, Any]] = {
    name: {"file": stem, **one} for stem, data in DATA.items() for name, one in data["scenarios"].items()
}
TODAY = date(2026, 11, 21)
# Who supervises and which way conformity is assessed follow from the class; a scenario names them where it wants to.
ASIDE = ("supervised_", "conformity_")


def base(stem: str) -> dict[str, Any]:
    found = dict(DATA[stem].get("base") or BASES[DATA[stem]["same_base_as"]])
    return {**dict.fromkeys(found.pop("no", []), False), **found}


def given(name: str) -> dict[str, Any]:
    scenario = SCENARIOS[name]
    below = given(scenario["like"]) if "like" in scenario else base(scenario["file"])
    return below | scenario.get("facts", {})


def as_json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def law(name: str) -> str:
    return str(DATA[SCENARIOS[name]["file"]]["law"])


def full(name: str, id: str) -> str:
    return f"{DATA[SCENARIOS[name]['file']]['prefix']}{id}"


def day(name: str) -> date:
    found: date = SCENARIOS[name].get("as_of", TODAY)
    return found


@cache
def known(name: str) -> Known:
    return read({fact: as_json(value) for fact, value in given(name).items()}, facts())


@cache
def held(name: str) -> Applicability:
    return applicability(law(name), known(name), day(name))


@cache
def sorted_into(name: str) -> Classification:
    return classify(law(name), known(name), day(name))


def test_the_table_is_as_long_as_it_should_be() -> None:
    assert sum(len(data["scenarios"]) for data in DATA.values()) == len(SCENARIOS) >= 100
    assert [name for name, one in SCENARIOS.items() if not one.get("decides")] == []
    assert [name for name, one in SCENARIOS.items() if not (one.keys() & {"classes", "binds", "free", "open"})] == []


@pytest.mark.parametrize("name", [name for name, one in SCENARIOS.items() if "classes" in one])
def test_classes(name: str) -> None:
    wanted = SCENARIOS[name]["classes"]
    found = sorted_into(name).names("applies", "later")
    assert [one for one in found if one in wanted or not one.startswith(ASIDE)] == wanted


@pytest.mark.parametrize("name", SCENARIOS)
def test_rows(name: str) -> None:
    scenario, found = SCENARIOS[name], held(name)
    binds, free, still_open = scenario.get("binds", {}), scenario.get("free", []), scenario.get("open", {})
    states = {id: found.row(full(name, id)) for id in (*binds, *free, *still_open)}
    assert {id: (one.state, one.since) for id, one in states.items()} == {
        **{id: ("applies" if since <= day(name) else "later", since) for id, since in binds.items()},
        **dict.fromkeys(free, ("no", None)),
        **dict.fromkeys(still_open, ("undetermined", None)),
    }
    assert {id: list(states[id].needs) for id in still_open} == still_open


@pytest.mark.parametrize("name", SCENARIOS)
def test_what_decides_is_among_the_reasons(name: str) -> None:
    outcomes = {one.name: one for one in sorted_into(name).outcomes}
    for id, citation in SCENARIOS[name]["decides"].items():
        reasons = outcomes[id].reasons if id in outcomes else held(name).row(full(name, id)).reasons
        assert citation in {one for reason in reasons for one in reason.citation}, id
