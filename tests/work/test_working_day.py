"""People who work at once, on the same rows too, on the real server with its worker: a short form of `make load`."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.working_day.day import spend
from tests.work.house import house


@pytest.mark.services
def test_nothing_is_lost_when_many_work_at_once(tmp_path: Path) -> None:
    """How quick the answers are is measured by `make load`: here others use the processor too."""
    with house(tmp_path) as made:
        day = spend(made, people=12, seconds=24, pause=1.5)
    assert day.faults() == []
    told = day.told
    assert min(len(told.changes), len(told.sent), len(told.decided), told.submitted) > 0
    assert len({one.row for one in told.changes}) < len(told.changes)  # they met at the same rows
