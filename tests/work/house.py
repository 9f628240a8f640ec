"""A house of its own for a test of the worker: private folder, database and queue, and a real worker to kill."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

from compliance.management.supervision import tied

ROOT = Path(__file__).resolve().parents[2]
LEASE_SECONDS = 1
PATIENCE = 90.0


@dataclass
class House:
    """Processes that share one database and one queue which no other test sees."""

    home: Path
    environment: dict[str, str]
    running: list[subprocess.Popen[Any]] = field(default_factory=list)
    driver: subprocess.Popen[str] | None = None

    def ask(self, name: str, **arguments: Any) -> Any:
        """Call a function of `driver.py` in a process of this house and return what it returns."""
        if self.driver is None:
            command = [sys.executable, "-m", "tests.work.driver"]
            pipe = subprocess.PIPE
            self.driver = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdin=pipe, stdout=pipe, text=True, bufsize=1
            )
            self.running.append(self.driver)
        assert self.driver.stdin is not None
        assert self.driver.stdout is not None
        self.driver.stdin.write(json.dumps({"name": name, "arguments": arguments}) + "\n")
        return json.loads(self.driver.stdout.readline())

    def worker(self, app: str = "compliance.celery", concurrency: int = 1) -> subprocess.Popen[Any]:
        """Start a worker with its beat, in a process group of its own."""
        words = f"-m celery --quiet --app {app} worker --beat --without-gossip --without-mingle --without-heartbeat"
        command = [sys.executable, *words.split(), "--concurrency", str(concurrency), "--loglevel", "WARNING"]
        with (self.home / "worker.log").open("ab") as log:
            process: subprocess.Popen[Any] = subprocess.Popen(
                tied(command), cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        self.running.append(process)
        return process

    def kill(self, process: subprocess.Popen[Any]) -> None:
        """SIGKILL a worker and all its processes at once, as a machine that loses its power would."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def until(self, wanted: Callable[[dict[str, Any]], bool], **row: str) -> dict[str, Any]:
        """Look at a row until it is as wanted, and return it."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            found: dict[str, Any] = self.ask("row", **row)
            if wanted(found):
                return found
        log = (self.home / "worker.log").read_text(errors="replace")
        raise AssertionError(f"The row is still {found}. The worker said:\n{log[-4000:]}")

    def over(self, **row: str) -> dict[str, Any]:
        """Wait for the end of the work."""
        return self.until(lambda found: found["state"] in ("finished", "failed"), **row)

    def sweep(self) -> None:
        """End all workers and take away the messages they left."""
        for process in self.running:
            if process is not self.driver:
                self.kill(process)
        self.running = [process for process in self.running if process is self.driver]
        self.ask("forget_messages")

    def close(self) -> None:
        """End every process that was started here."""
        for process in self.running:
            if process is self.driver:
                process.kill()
                process.wait()
            else:
                self.kill(process)
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()


@contextlib.contextmanager
def house(home: Path) -> Iterator[House]:
    """Make a house with a migrated database; on the services, a database and a queue of its own there."""
    with contextlib.ExitStack() as stack:
        environment = stack.enter_context(_environment(home, os.environ.get("DATABASE_URL", "")))
        environment["PROBANDA_LEASE_SECONDS"] = str(LEASE_SECONDS)
        if (broker := environment.get("CELERY_BROKER_URL", "")).startswith("redis"):
            environment["CELERY_BROKER_URL"] = _own_queue(broker)
        made = House(home, environment)
        stack.callback(made.close)
        made.ask("migrate")
        yield made


@contextlib.contextmanager
def empty_house(home: Path, address: str) -> Iterator[dict[str, str]]:
    """Give the environment of a house without anybody, on SQLite where `address` is empty, else in a database of its
    own beside the one at `address`."""
    with _environment(home, address) as environment:
        command = [sys.executable, "manage.py", "migrate", "-v0"]
        subprocess.run(command, cwd=ROOT, env=environment, check=True)
        yield environment


@contextlib.contextmanager
def _environment(home: Path, address: str) -> Iterator[dict[str, str]]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PROBANDA_")}
    environment |= {"PROBANDA_HOME": str(home), "TMPDIR": str(home)}
    environment["PYTHONWARNINGS"] = "ignore"  # Celery tells root not to run it
    environment.pop("DATABASE_URL", None)
    with _own_database(address) if address else contextlib.nullcontext("") as own:
        yield environment | ({"DATABASE_URL": own} if own else {})


@contextlib.contextmanager
def _own_database(address: str) -> Iterator[str]:
    import psycopg
    from psycopg import sql

    name = f"work_{uuid4().hex[:12]}"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield urlunsplit(urlsplit(address)._replace(path=f"/{name}"))
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _own_queue(address: str) -> str:
    import redis

    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    own = urlunsplit(urlsplit(address)._replace(path=f"/{1 + int(worker) % 15}"))
    with redis.Redis.from_url(own) as client:
        client.flushdb()
    return own
