"""A real worker, killed in the middle: the row is the truth and a message only a nudge."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from typing import Any

import pytest

from audits.work.models import MOST_ATTEMPTS
from tests.work.house import House, house

pytestmark = pytest.mark.processes

MANY = 150  # copies of the worked example: some 400,000 rows, which take a worker a while


@pytest.fixture(scope="module")
def only_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("work") / "home") as made:
        yield made


@pytest.fixture
def home(only_house: House) -> Iterator[House]:
    """The one house, without a worker and without a message."""
    only_house.sweep()
    yield only_house
    only_house.sweep()


def is_running(found: dict[str, Any]) -> bool:
    return bool(found["state"] == "running")


def test_worker_killed_in_the_middle_loses_nothing_and_doubles_nothing(home: House) -> None:
    worker = home.worker()
    row = {"kind": "bias", "pk": home.ask("start_bias_audit", copies=MANY)}
    home.until(is_running, **row)
    home.kill(worker)
    left = home.ask("row", **row)
    assert is_running(left), "The worker was quicker than the test; give it more rows."
    home.worker()
    found = home.over(**row)
    assert found["state"] == "finished"
    assert found["attempts"] > 1
    assert home.ask("told", pk=row["pk"]) == ["bias.uploaded", "bias.started", "bias.finished"]


@pytest.mark.thorough
def test_worker_killed_at_twenty_moments_loses_nothing_and_doubles_nothing(home: House) -> None:
    moments = random.Random(20)
    row = {"kind": "bias", "pk": home.ask("start_bias_audit", copies=MANY)}
    kills = 0
    while kills < 20:
        worker = home.worker()
        time.sleep(moments.uniform(0.5, 4.0))
        home.kill(worker)
        kills += 1
        found = home.ask("row", **row)
        if found["state"] in ("finished", "failed"):
            # However often it was taken up, it ended once.
            ended = "bias.finished" if found["state"] == "finished" else "bias.failed"
            assert home.ask("told", pk=row["pk"]) == ["bias.uploaded", "bias.started", ended]
            assert bool(found["result"]) == (found["state"] == "finished")
            row = {"kind": "bias", "pk": home.ask("start_bias_audit", copies=MANY)}
    home.worker()
    assert home.over(**row)["state"] in ("finished", "failed")
    assert len(home.ask("told", pk=row["pk"])) == 3


def test_cancelled_work_stops_its_worker_at_once_and_can_be_started_again(home: House) -> None:
    home.worker()
    pk = home.ask("start_bias_audit", copies=10 * MANY)
    home.until(is_running, kind="bias", pk=pk)
    home.ask("cancel", pk=pk)
    asked = time.monotonic()
    # The one worker is free for what stands behind it, which is small.
    after = home.over(kind="bias", pk=home.ask("start_bias_audit"))
    assert after["state"] == "finished"
    assert time.monotonic() - asked < 20
    left = home.ask("row", kind="bias", pk=pk)
    assert (left["state"], left["result"], left["problems"]) == ("cancelled", "", [])
    home.ask("start_again", pk=pk)
    assert home.over(kind="bias", pk=pk)["state"] == "finished"
    assert home.ask("told", pk=pk) == [
        "bias.uploaded",
        "bias.started",
        "bias.cancelled",
        "bias.started",
        "bias.finished",
    ]


def test_same_dossier_asked_for_again_is_signed_once(home: House) -> None:
    row = {"kind": "dossier", "pk": home.ask("freeze_dossier")}
    home.ask("send_again", **row, times=3)
    first = home.worker(concurrency=2)
    home.until(is_running, **row)
    home.kill(first)  # in the middle of rendering
    home.ask("send_again", **row, times=2)
    home.worker(concurrency=2)
    assert home.over(**row)["state"] == "finished"
    home.ask("send_again", **row, times=2)
    # A bias audit behind it in the queue: when it is finished, the messages before it were looked at.
    home.over(kind="bias", pk=home.ask("start_bias_audit"))
    assert home.ask("told", pk=row["pk"]) == ["dossier.frozen", "dossier.signed"]
    # The rendered file and the signed one.
    assert home.ask("files_that_begin_with", text="%PDF") == 2


def test_lost_and_garbled_messages_leave_the_row_to_the_beat(home: House) -> None:
    if home.environment.get("CELERY_BROKER_URL"):
        pytest.skip("Messages are files only in the queue of the private folder.")
    pk = home.ask("start_bias_audit")
    messages = home.home / "broker" / "messages"
    (lost,) = messages.iterdir()
    lost.write_bytes(b"{half a mess")
    home.worker()
    found = home.over(kind="bias", pk=pk)
    assert found["state"] == "finished"
    # The first row was taken up at the worker's start; this one by the beat of the worker that runs.
    later = home.ask("start_bias_audit_unsent")
    assert home.over(kind="bias", pk=later)["state"] == "finished"
    assert not list(messages.glob("*.new"))


def test_work_that_always_kills_its_worker_stops_with_a_sentence(home: House) -> None:
    pk = home.ask("start_bias_audit")
    home.worker(app="tests.work.deadly", concurrency=MOST_ATTEMPTS + 1)  # Celery replaces a lost one slowly
    found = home.over(kind="bias", pk=pk)
    assert found["state"] == "failed"
    assert found["attempts"] == MOST_ATTEMPTS + 1
    assert found["problems"][0]["sentence"] == f"The worker stopped {MOST_ATTEMPTS} times while it was at this."
    assert home.ask("told", pk=pk) == ["bias.uploaded", "bias.started", "bias.failed"]
