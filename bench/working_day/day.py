"""The day itself: the server as `manage.py serve` starts it, everybody at their browser, and what was kept of it."""

from __future__ import annotations

import asyncio
import json
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp
from yarl import URL

from bench.working_day.person import Person, Place
from bench.working_day.told import Told
from tests.work.house import ROOT, House

STARTS = 60.0
SETTLES = 120.0


@contextmanager
def serving(house: House, processes: int) -> Iterator[tuple[URL, int]]:
    """Run the web application and its worker on a free port of loopback; gives the address and the process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**house.environment, "PROBANDA_LEASE_SECONDS": "20"}
    command = [sys.executable, "manage.py", "serve", "--port", str(port), "--processes", str(processes)]
    with (house.home / "serve.log").open("wb") as log:
        server = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        _await(port, server)
        yield URL(f"http://127.0.0.1:{port}"), server.pid
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(30)


def spend(house: House, *, people: int, seconds: float, pause: float, seed: int = 1, processes: int = 1) -> Day:
    """Let `people` work for `seconds`, `pause` seconds between their acts on average, and return how the day was."""
    places = _inside(house, "prepare", str(people))
    told = Told()
    with serving(house, processes) as (url, server):
        asyncio.run(_everybody(places, url, told, seconds, pause, seed))
        found = _settled(house, told)
        memory = _peaks(server)
    return Day(told, found, memory, _complaints(house.home / "serve.log"))


class Day:
    """How it was: what people were told, what is kept, the peak of memory by process, and what the server wrote."""

    def __init__(self, told: Told, kept: dict[str, Any], memory: dict[str, int], complaints: list[str]):
        self.told, self.kept, self.memory, self.complaints = told, kept, memory, complaints

    def faults(self) -> list[str]:
        """Return a sentence for everything that must not be."""
        found = [f"An answer that must not be: {one}" for one in self.told.broken]
        found += [f"{name}: {value}" for name, value in self.kept.items() if name in LOST and value]
        return found + [f"The server wrote: {one}" for one in self.complaints]


LOST = (
    "lost words", "lost files", "lost decisions", "unknown decisions", "damaged files", "faults of the trail",
    "guards that are gone", "decisions without entry", "work left by the worker",
)  # fmt: skip


async def _everybody(
    places: list[dict[str, Any]], url: URL, told: Told, seconds: float, pause: float, seed: int
) -> None:
    end = time.monotonic() + seconds
    async with asyncio.TaskGroup() as day:
        for place in places:
            for one in place["people"]:
                dice = random.Random(f"{seed} {one['name']}")
                day.create_task(_one(place, one, url, told, end, pause, dice))


async def _one(
    place: dict[str, Any], one: dict[str, str], url: URL, told: Told, end: float, pause: float, dice: random.Random
) -> None:
    jar = aiohttp.CookieJar(unsafe=True)  # cookies of an address in digits
    jar.update_cookies({"sessionid": one["session"]}, url)
    limit = aiohttp.ClientTimeout(total=120)
    async with aiohttp.ClientSession(url, cookie_jar=jar, timeout=limit) as browser:
        known = Place(place["root"], place["checklists"], place["rows"], place["hot"])
        await Person(one["name"], one["role"], known, browser, url, told, pause, dice, end, one["token"]).work()


def _settled(house: House, told: Told) -> dict[str, Any]:
    """Say what is kept, once the worker has read the files that came in last."""
    believed = house.home / "believed.json"
    believed.write_text(json.dumps({"changes": told.changes, "sent": told.sent, "decided": told.decided}))
    until = time.monotonic() + SETTLES
    while True:
        found: dict[str, Any] = _inside(house, "tell", str(believed))
        if not found["work left by the worker"] or time.monotonic() > until:
            return found
        time.sleep(2)


def _inside(house: House, *words: str) -> Any:
    command = [sys.executable, "-m", "bench.working_day.prepare", *words]
    done = subprocess.run(command, cwd=ROOT, env=house.environment, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


def _await(port: int, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + STARTS
    while time.monotonic() < until and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("The server did not start.")


def _peaks(supervisor: int) -> dict[str, int]:
    """Return the peak of memory of each process of the server in megabytes, by what it runs."""
    found: dict[str, int] = {}
    for place in Path("/proc").glob("[0-9]*"):
        try:
            words = (place / "cmdline").read_bytes().decode().split("\0")
            status = dict(line.split(":", 1) for line in (place / "status").read_text().splitlines() if ":" in line)
        except (OSError, ValueError):
            continue
        if supervisor not in (int(status["PPid"]), _grandparent(int(status["PPid"]))):
            continue
        kind = "web" if "gunicorn" in words else "worker"
        found[kind] = max(found.get(kind, 0), int(status["VmHWM"].split()[0]) // 1024)
    return found


def _grandparent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
    except OSError:
        return 0


def _complaints(log: Path) -> list[str]:
    """Return the lines of the server's log that tell of an error."""
    lines = log.read_text(errors="replace").splitlines()
    marks = ("Traceback", " ERROR ", " CRITICAL ", "ended by itself", "deadlock", "Error: ")
    return [line for line in lines if any(mark in line for mark in marks)][:20]
