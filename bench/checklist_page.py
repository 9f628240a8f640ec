"""How long a whole checklist takes as a page, and one saved row of it; `many_systems.py` asks a whole house.

`python bench/checklist_page.py`. A checklist of the EU AI Act has 522 rows.

Everything is asked for real through Django's own test client, on a database of its own in memory.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
ROUNDS = 15


def main() -> None:
    import django

    django.setup()
    from django.test.utils import get_runner, setup_test_environment, teardown_test_environment

    setup_test_environment()
    runner = get_runner(django.conf.settings)(verbosity=0)
    kept = runner.setup_databases()
    try:
        measure()
    finally:
        runner.teardown_databases(kept)
        teardown_test_environment()


def measure() -> None:
    """Print the CPU time of the page (median of many), its size, and its number of queries."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from compliance.checklists import actions
    from tests import build
    from tests.people import alice_bob_charlie, client_of

    people = alice_bob_charlie()
    plain = build.checklist(people.alice, law="eu-ai-act")
    signed = build.signed(people.alice, people.bob, build.system(people.alice, "Another"))
    bound = actions.open_checklist(
        by=people.alice, system=signed.system, law=signed.law, text_version=signed.text_version, determination=signed
    )
    client = client_of(people.alice)
    for name, one in (("all rows asked", plain), ("rows told apart", bound)):
        for row in one.items.filter(row_id__startswith="EUAIA-26."):
            row.binding == "no" or build.accepted(people.alice, people.bob, row)
        for page in ("", "applicability/"):
            address = f"/o/{people.alice.organisation.slug}/checklists/{one.pk}/{page}"
            client.get(address)
            times = []
            for _round in range(ROUNDS):
                began = time.process_time()
                answer = client.get(address)
                times.append(time.process_time() - began)
            with CaptureQueriesContext(connection) as queries:
                client.get(address)
            told = f"{name}, {page or 'rows'}: {1000 * statistics.median(times):.0f} ms CPU"
            print(f"{told}, {len(answer.content) / 1000:.0f} kB, {len(queries)} queries")
    saving(people, client, bound)


def saving(people: Any, client: Any, checklist: Any) -> None:
    """Print the CPU time of saving one row: within the list, and on its own page, which is loaded again."""
    item = checklist.items.exclude(binding="no").filter(progress="to_do")[0]
    row = f"/o/{people.alice.organisation.slug}/checklists/rows/{item.pk}/"
    for name, address, headers in (("within the list", f"{row}quick/", {"X-Part": "1"}), ("on its page", row, {})):
        times = []
        for number in range(ROUNDS):
            item.refresh_from_db()
            given = {"note": f"{name} {number}", "revision": item.revision}
            began = time.process_time()
            answer = client.post(address, given, headers=headers)
            times.append(time.process_time() - began)
            assert answer.status_code in (200, 302), answer.content
        print(f"save one row {name}: {1000 * statistics.median(times):.0f} ms CPU")


if __name__ == "__main__":
    main()
