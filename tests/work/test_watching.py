"""A step of a worker that is watched and stopped from a second thread."""

from __future__ import annotations

import threading
import time

import pytest

from audits.bias.engines import duckdb_connection
from audits.work.watching import Stopped, Watch, check, step, watched

# Some minutes of work, unless somebody stops it.
ENDLESS = "SELECT count(*) FROM range(10000000) a, range(1000000) b WHERE a.range % 7 = b.range % 11"


def test_query_that_would_take_minutes_stops_within_a_second_of_being_told() -> None:
    watch = Watch()
    seen: list[tuple[int, float]] = []

    def stop() -> None:
        seen.append(watch.fraction())
        watch.stop()

    with duckdb_connection() as connection:
        timer = threading.Timer(0.5, stop)
        timer.start()
        began = time.monotonic()
        with watched(watch), pytest.raises(Stopped), step(connection.interrupt, connection.query_progress):
            connection.execute(ENDLESS)
        assert time.monotonic() - began < 10
        timer.join()
        assert seen[0][0] == 1
        # The connection can still be used, and what is not watched is not stopped.
        with step(connection.interrupt):
            assert connection.execute("SELECT 1").fetchall() == [(1,)]


def test_no_further_step_begins_once_the_work_is_to_end() -> None:
    watch = Watch()
    watch.stop()
    with watched(watch):
        with pytest.raises(Stopped), step(lambda: None):
            raise AssertionError("This step must not begin.")
        with pytest.raises(Stopped):
            check()
    check()


def test_fault_of_a_step_that_nobody_stopped_stays_what_it_is() -> None:
    with watched(Watch()), pytest.raises(KeyError), step(lambda: None):
        raise KeyError("ours")
