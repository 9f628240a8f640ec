"""Two people who ask for one thing at the same moment, each in a process of their own, get one thing."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.work.house import House, house

pytestmark = pytest.mark.processes


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("at-once") / "home") as made:
        yield made


def test_two_people_who_apply_a_decision_at_once_get_one_audit(home: House) -> None:
    other = House(home.home, home.environment)
    try:
        pk = home.ask("accept_leaving_out")
        assert (home.ask("audits"), other.ask("audits")) == (1, 1)  # both processes are awake
        at = time.time() + 0.5
        with ThreadPoolExecutor(2) as both:
            made = list(both.map(lambda one: one.ask("leave_out", pk=pk, at=at), (home, other)))
        assert made[0] == made[1]
        assert home.ask("audits") == 2
    finally:
        other.close()
