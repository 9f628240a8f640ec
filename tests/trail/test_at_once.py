"""Many people at one row, one AI system and one member at once: nothing is lost, and the chain stays whole."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.work.house import ROOT, House, house

pytestmark = pytest.mark.processes

PEOPLE, TIMES = ("a", "b", "c"), 12


def start(made: House, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.trail.writer", *arguments]
    return subprocess.Popen(command, cwd=ROOT, env=made.environment, stdout=subprocess.PIPE, text=True)


def answer(process: subprocess.Popen[str]) -> str:
    told, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    return told


def test_no_change_is_lost_and_the_chain_holds_when_many_write_at_once(tmp_path: Path) -> None:
    with house(tmp_path) as made:
        answer(start(made, "prepare"))
        acts = [*(("write", name) for name in PEOPLE), ("register",), ("freeze",)]
        for process in [start(made, *act, str(TIMES)) for act in acts]:
            answer(process)
        found = json.loads(answer(start(made, "tell")))
    assert sorted(found["words"]) == sorted(f"{name}{number}" for name in PEOPLE for number in range(TIMES))
    assert found["changed"] == len(PEOPLE) * TIMES
    assert found["attached"] == len(PEOPLE) * TIMES
    assert found["revision"] == len(PEOPLE) * TIMES * 2
    assert (found["frozen"], found["system_changed"], found["role_changed"]) == (TIMES, TIMES, TIMES)
    assert found["breaks"] == []
