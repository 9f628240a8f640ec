"""Let many people work at once, and say how quick it was and whether anything was lost.

    python -m bench.working_day [--people 50] [--seconds 600] [--pause 6]

On PostgreSQL and Redis where DATABASE_URL and CELERY_BROKER_URL name them, else on SQLite. Everything runs on loopback,
in a private folder and a database of its own that are gone afterwards. Exit 1: something was lost or too slow.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

from bench.working_day.day import spend
from tests.work.house import house

MOST_PEOPLE, LONGEST = 200, 1800
AIM = 300.0
"""Milliseconds under which 95 of 100 answers come."""


def main() -> int:
    """Print the tables; return 1 where an aim is missed."""
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("--people", type=int, default=50)
    options.add_argument("--seconds", type=float, default=600)
    options.add_argument("--pause", type=float, default=6, help="seconds between two acts of a person, on average")
    options.add_argument("--processes", type=int, default=2, help="of the web application")
    given = options.parse_args()
    if not 0 < given.people <= MOST_PEOPLE or not 0 < given.seconds <= LONGEST:
        options.error(f"at most {MOST_PEOPLE} people and {LONGEST} seconds")
    where = "PostgreSQL" if os.environ.get("DATABASE_URL") else "SQLite"
    print(f"{given.people} people for {given.seconds:.0f} s on {where}; load before: {_load()}", flush=True)
    with tempfile.TemporaryDirectory() as home, house(Path(home)) as made:
        day = spend(
            made, people=given.people, seconds=given.seconds, pause=given.pause, processes=given.processes
        )  # fmt: skip
    told = day.told
    print(told.table())
    a_second = told.answers / given.seconds
    print(f"{told.answers} answers, {a_second:.1f} a second, p95 {told.p95():.0f} ms; load: {_load()}")
    print(f"Status: {dict(sorted(told.codes.items()))}. Overtaken by others: {dict(told.overtaken)}.")
    print(f"Acknowledged: {len(told.changes)} words, {len(told.sent)} files, {told.submitted} rows submitted, "
          f"{len(told.decided)} decisions.")  # fmt: skip
    print(f"Kept: {day.kept}")
    print(f"Peak of memory in MB: {day.memory}")
    faults = day.faults()
    if told.p95() >= AIM:
        faults.append(f"95 of 100 answers came within {told.p95():.0f} ms; the aim is {AIM:.0f} ms.")
    for fault in faults:
        print(fault)
    return 1 if faults else 0


def _load() -> str:
    return " ".join(f"{one:.1f}" for one in os.getloadavg())


if __name__ == "__main__":
    raise SystemExit(main())
