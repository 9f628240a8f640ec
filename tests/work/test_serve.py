"""`manage.py serve` as a person runs it, and what a wrong setting says."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tests.work.house import ROOT


def environment(home: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PROBANDA_")}
    for name in ("DATABASE_URL", "CELERY_BROKER_URL"):
        kept.pop(name, None)
    return {**kept, "PROBANDA_HOME": str(home), "PYTHONWARNINGS": "ignore", **more}


def manage(home: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", *words]
    return subprocess.run(
        command, cwd=ROOT, env=environment(home, **more), capture_output=True, text=True, timeout=60, check=False
    )


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def family(pid: int) -> list[int]:
    """Return the processes that a process started, and those that they started, from Linux's process table."""
    found: list[int] = []
    with contextlib.suppress(FileNotFoundError):
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            found += [int(child), *family(int(child))]
    return found


def alive(pids: list[int]) -> list[int]:
    """Return those of the processes that still run (one that ended and waits to be collected does not)."""
    running = []
    for pid in pids:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            if Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z":
                running.append(pid)
    return running


def gone(pids: list[int]) -> bool:
    """Wait a moment for processes that were killed to be gone."""
    end = time.monotonic() + 5
    while alive(pids) and time.monotonic() < end:
        time.sleep(0.05)
    return not alive(pids)


def told(log: Path, words: str) -> str:
    """Wait until the log holds the words, and return it."""
    end = time.monotonic() + 60
    while words not in (text := log.read_text()) and time.monotonic() < end:
        time.sleep(0.1)
    assert words in text
    return text


def test_serve_starts_answers_restarts_its_worker_and_stops_clean(tmp_path: Path, port: int) -> None:
    home, log = tmp_path / "home", tmp_path / "log"
    command = [sys.executable, "manage.py", "serve", "--port", str(port), "--workers", "1"]
    with log.open("wb") as out:
        server = subprocess.Popen(command, cwd=ROOT, env=environment(home), stdout=out, stderr=out)
    try:
        text = told(log, "Press Ctrl-C to stop.")
        assert f"Probanda is at http://127.0.0.1:{port}" in text
        assert "Nobody has an account yet" in text
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=20) as answer:
            assert answer.status == 200
            assert answer.url.endswith("/welcome/")

        second = manage(tmp_path / "other", "serve", "--port", str(port))
        assert second.returncode == 1
        assert f"Port {port} of 127.0.0.1 cannot be used (Address already in use)." in second.stderr
        assert "Traceback" not in second.stderr

        web, worker = [int(pid) for pid in Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()]
        orphans = family(worker)
        os.kill(worker, signal.SIGKILL)
        told(log, "The worker ended by itself (signal SIGKILL).")
        assert gone(orphans)
        everything = family(server.pid)
        assert web in everything

        said, began = log.read_text(), time.monotonic()
        server.send_signal(signal.SIGINT)
        assert server.wait(timeout=20) == 0
        assert time.monotonic() - began < 10  # far less on a machine that does nothing else
        assert log.read_text() == said
        assert gone(everything)
    finally:
        if server.poll() is None:
            server.terminate()
            server.wait(timeout=30)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("PROBANDA_WORKERS", "many", "PROBANDA_WORKERS is 'many'. Write a whole number of at least 1."),
        ("PROBANDA_DEBUG", "perhaps", "PROBANDA_DEBUG is 'perhaps'. Write yes or no."),
        ("PROBANDA_HOME", "/proc/nowhere", "PROBANDA_HOME is '/proc/nowhere', where no folder can be made"),
        ("DATABASE_URL", "mysql://me:secret@host/db", "DATABASE_URL begins with 'mysql'."),
        ("CELERY_BROKER_URL", "carrier-pigeon://", "CELERY_BROKER_URL begins with 'carrier-pigeon'."),
        ("PROBANDA_BASE_URL", "https://", "PROBANDA_BASE_URL is 'https://'. Write http:// or https:// and a host."),
        ("PROBANDA_BASE_URL", "http://host:many", "PROBANDA_BASE_URL is no whole address (Port could not be cast"),
        ("PROBANDA_STORAGE_URL", "file://evidence", "PROBANDA_STORAGE_URL is 'file://evidence'. Write file:// and a"),
        ("PROBANDA_STORAGE_URL", "s3://bucket?endpoint=x", "PROBANDA_STORAGE_URL is no bucket. Write s3://BUCKET"),
        ("PROBANDA_OIDC_URL", "https://issuer.example.org", "PROBANDA_OIDC_CLIENT_ID is empty, but PROBANDA_OIDC_URL"),
        ("PROBANDA_SECRET_KEY_FILE", "/nowhere", "PROBANDA_SECRET_KEY_FILE is '/nowhere', which cannot be read"),
    ],
)
def test_wrong_setting_stops_a_command_with_one_sentence(tmp_path: Path, name: str, value: str, sentence: str) -> None:
    done = manage(tmp_path / "home", "trail_check", **{name: value})
    assert done.returncode == 1
    assert done.stderr.startswith(sentence)
    assert len(done.stderr.splitlines()) == 1
    assert "secret" not in done.stderr.lower().replace("secret_key", "")
    assert done.stdout == ""
