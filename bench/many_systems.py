"""What pages cost in a house with 60 systems, 24,000 rows and 24,000 pieces of evidence, on SQLite and on PostgreSQL.

    python -m bench.many_systems

Each database is filled by one process and asked by another, through Django's own test client and the application's own
settings: what that process holds at its peak is what a web process holds. On PostgreSQL (where DATABASE_URL names it)
the time is that of the clock, since the database works in processes of its own. Exit 1: an aim is missed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import django

if __name__ == "__main__" and len(sys.argv) > 1:
    os.environ["DJANGO_SETTINGS_MODULE"] = "compliance.settings"
    django.setup()

ROOT: Final = Path(__file__).resolve().parent.parent
SYSTEMS, ROWS, PIECES = 60, 24_000, 24_000
ROUNDS: Final = 5
MEGABYTES: Final = 200

# what is asked: (milliseconds at most, kilobytes at most or None)
AIMS: Final[dict[str, tuple[int, int | None]]] = {
    "checklist page": (300, 300),
    "save one row": (40, None),
    "rows by the API, filtered": (100, None),
    "search, a word of many rows": (100, None),
    "search, a system": (100, None),
    "search, a citation": (100, None),
    "search, nothing holds it": (100, None),
    "progress by law": (100, None),
    "progress by article": (100, None),
    "list of checklists": (100, None),
    "library of evidence": (100, None),
    "search in the library": (100, None),
    "workbook of one audit": (700, None),
    "home page": (150, None),
}


def fill() -> None:
    """Make the house: checklists by the real action, pieces of evidence at once."""
    from compliance.checklists.models import ChecklistItem
    from tests import build
    from tests.people import alice_bob_charlie

    people = alice_bob_charlie()
    for number in range(SYSTEMS):
        system = build.system(people.alice, f"Tool {number}")
        build.checklist(people.alice, system, law="eu-ai-act" if number % 4 else "nist-ai-rmf")
        if number % 4 == 0:
            build.checklist(people.alice, system, law="nyc-ll144")
    left = ROWS - ChecklistItem.objects.count()
    assert left <= 0, f"{left} rows are lacking"
    some = ChecklistItem.objects.filter(position__lt=6)
    some.update(owner=people.alice, due_on="2026-12-01", progress="in_progress", note="Ask the vendor.")
    _evidence(people.alice)


def _evidence(by: Any) -> None:
    from compliance.evidence import words
    from compliance.evidence.keeping import PieceWords
    from compliance.evidence.models import Evidence, EvidenceFile, EvidenceVersion

    pieces = [
        Evidence(organisation=by.organisation, title=f"Report {n} on topic {n % 97}", added_by=by)
        for n in range(PIECES)
    ]
    Evidence.objects.bulk_create(pieces, batch_size=2000)
    versions = [
        EvidenceVersion(
            evidence=one, number=1, kind="file", sha256=f"{place:064x}", size=20_000, added_by=by, source="The vendor"
        )
        for place, one in enumerate(pieces)
    ]
    EvidenceVersion.objects.bulk_create(versions, batch_size=2000)
    EvidenceFile.objects.bulk_create(
        [
            EvidenceFile(version=one, file_name="report.pdf", media_type="application/pdf", sha256=one.sha256, size=1)
            for one in versions
        ],
        batch_size=2000,
    )
    for one, version in zip(pieces, versions, strict=True):
        one.latest = version
    Evidence.objects.bulk_update(pieces, ["latest"], batch_size=1000)
    PieceWords.objects.bulk_create(
        [
            PieceWords(evidence=one, words=" ".join([words.house(by.organisation_id), *words.words(one.title)]))
            for one in pieces
        ],
        batch_size=2000,
    )


def ask() -> None:
    """Ask for each page and tell what it cost, as JSON."""
    from django.db import connection

    from compliance.checklists.models import Checklist
    from compliance.people.models import Membership
    from tests.api.caller import caller
    from tests.people import client_of

    by = Membership.objects.get(user__name="Alice")
    browser, api, root = client_of(by), caller(by), f"/o/{by.organisation.slug}/"
    checklist = Checklist.objects.filter(law="eu-ai-act").order_by("pk")[0]
    item = checklist.items.filter(position=40)[0]

    def save() -> Any:
        item.refresh_from_db()
        given = {"note": f"Saved at {time.monotonic()}", "revision": item.revision}
        return browser.post(f"{root}checklists/rows/{item.pk}/quick/", given, headers={"X-Part": "1"})

    def page(path: str, **data: str) -> Callable[[], Any]:
        return lambda: browser.get(f"{root}{path}", data)

    asked: dict[str, Callable[[], Any]] = {
        "checklist page": page(f"checklists/{checklist.pk}/"),
        "save one row": save,
        "rows by the API, filtered": lambda: api.get("rows/", {"progress": "to_do"}),
        "search, a word of many rows": page("search/", q="logs"),
        "search, a system": page("search/", q="tool 7"),
        "search, a citation": page("search/", q="26(1)"),
        "search, nothing holds it": page("search/", q="nothing-holds-this"),
        "progress by law": page("progress/", by="law"),
        "progress by article": page("progress/", by="article"),
        "list of checklists": page("checklists/"),
        "library of evidence": page("evidence/"),
        "search in the library": page("evidence/", q="topic 42"),
        "workbook of one audit": page(f"sheets/rows/{checklist.pk}/xlsx/"),
        "home page": page(""),
    }
    told = {}
    for name, one in asked.items():
        _answered(one())  # what a process does only once is not what a page costs
        spent = []
        for _ in range(ROUNDS):
            began = time.process_time(), time.perf_counter()
            size = _answered(one())
            spent.append((time.process_time() - began[0], time.perf_counter() - began[1]))
        cpu, clock = (1000 * min(some) for some in zip(*spent, strict=True))
        told[name] = {"cpu": cpu, "clock": clock, "kilobytes": size / 1000}
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines() if ":" in line)
    print(json.dumps({"asked": told, "megabytes": int(status["VmHWM"].split()[0]) // 1024, "on": connection.vendor}))


def _answered(answer: Any) -> int:
    body = b"".join(answer)
    assert answer.status_code == 200, f"{answer.status_code} {body[:2000]!r}"
    return len(body)


def tell(found: dict[str, Any]) -> list[str]:
    """Print what was measured, and return what is over its aim."""
    over = []
    counted = "cpu" if found["on"] == "sqlite" else "clock"
    for name, (most, kilobytes) in AIMS.items():
        one = found["asked"][name]
        missed = one[counted] >= most or (kilobytes is not None and one["kilobytes"] >= kilobytes)
        cost = f"{one['cpu']:.0f} ms CPU, {one['clock']:.0f} ms, {one['kilobytes']:.0f} kB"
        aim = f"under {most} ms" + (f" and {kilobytes} kB" if kilobytes else "")
        print(f"{found['on']}, {name}: {cost} (aim: {aim}){' MISSED' if missed else ''}", flush=True)
        over += [f"{found['on']}, {name}: {cost}; the aim is {aim}."] if missed else []
    print(f"{found['on']}, a web process that answered all of these: {found['megabytes']} MB (aim: under {MEGABYTES})")
    return over + ([f"{found['on']}: {found['megabytes']} MB"] if found["megabytes"] >= MEGABYTES else [])


def measured(environment: dict[str, str]) -> dict[str, Any]:
    """Fill a house and ask it, each in a process of its own."""

    def run(verb: str) -> str:
        command = [sys.executable, "-m", "bench.many_systems", verb]
        return subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout

    run("fill")
    found: dict[str, Any] = json.loads(run("ask"))
    return found


def main() -> int:
    """Measure on each database that is here; 1 where an aim is missed."""
    from tests.work.house import empty_house

    missed = []
    for address in dict.fromkeys(["", os.environ.get("DATABASE_URL", "")]):
        with tempfile.TemporaryDirectory() as home, empty_house(Path(home), address) as environment:
            missed += tell(measured(environment))
    return int(bool(missed))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        {"fill": fill, "ask": ask}[sys.argv[1]]()
    else:
        raise SystemExit(main())
