"""What many tests start from."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from tests.authority import Authority, authority
from tests.build import ROOM
from tests.people import People, alice_bob_charlie

SHOWN = (
    *("tests/bias/test_pages", "tests/dossiers/", "tests/published/", "tests/web/", "tests/rooms/", "tests/guide/"),
    *("tests/systems/", "tests/laws/", "tests/determinations/", "tests/frameworks/"),
)
"""Tests of what is printed, signed and shown, where the time goes into what is the same whatever the services."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--on-services",
        action="store_true",
        help="only the tests that use the database, Redis or Spark: the others do the same whatever the services",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--on-services"):
        return
    marks, fixtures = ("processes", "services", "spark"), {"db", "transactional_db"}
    touch = [
        any(map(one.get_closest_marker, marks))
        or (
            not one.nodeid.startswith(SHOWN)
            and (bool(one.get_closest_marker("django_db")) or bool(fixtures & set(getattr(one, "fixturenames", ()))))
        )
        for one in items
    ]
    config.hook.pytest_deselected(items=[one for one, kept in zip(items, touch, strict=True) if not kept])
    items[:] = [one for one, kept in zip(items, touch, strict=True) if kept]


@pytest.fixture(autouse=True)
def _english_again() -> Iterator[None]:
    """A page leaves its language in the thread that made it, as it does on a server; the next test forgets it."""
    yield
    translation.deactivate()


@pytest.fixture
def people(db: None) -> People:
    """Alice, Bob and Charlie in one organisation, and a stranger in another."""
    return alice_bob_charlie()


@pytest.fixture(autouse=True)
def uncommitted_work_is_not_looked_at(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second thread does not see what a test has not committed, and would take its work to be called off."""
    marker = request.node.get_closest_marker("django_db")
    commits = marker is not None and marker.kwargs.get("transaction")
    if not commits and not {"transactional_db", "live_server"} & set(request.fixturenames):
        monkeypatch.setattr("audits.work.models.LOOK_SECONDS", 600)
        monkeypatch.setattr(settings, "LEASE_SECONDS", 3600)  # or a slow machine looks after a fifth of the usual lease


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system with room for 256 KiB."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "probanda-test", str(place)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("it mounts a small file system, which only root may")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


@pytest.fixture(scope="session")
def time_authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    """A time authority on loopback, for the whole session."""
    with authority(tmp_path_factory.mktemp("authority")) as running:
        yield running
