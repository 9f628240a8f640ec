"""How much time of one core the server takes for the page of all rows of all laws, for a search, and for one row.

python -m bench.laws
"""

from __future__ import annotations

import os
import tempfile
import time

PAGES = [
    ("all rows of every text", "laws/rows/?text=every"),
    ("the newest texts", "laws/rows/"),
    ("a citation", "laws/rows/?text=every&q=26(7)"),
    ("a word", "laws/rows/?text=every&q=oversight"),
    ("one row", "laws/eu-ai-act/2026-07-27/rows/EUAIA-26.7/"),
]


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"PROBANDA_HOME": home, "DJANGO_SETTINGS_MODULE": "compliance.settings"}
        import django

        django.setup()
        from django.conf import settings
        from django.core.management import call_command

        settings.ALLOWED_HOSTS = ["testserver"]
        call_command("migrate", verbosity=0)
        from tests.people import client_of, founder

        by = founder("Alice", "Example")
        client = client_of(by)
        for name, path in PAGES:
            took = []
            for _ in range(11):
                began = time.process_time()
                answer = client.get(f"/o/{by.organisation.slug}/{path}")
                took.append(time.process_time() - began)
            size, rest = len(answer.content) // 1024, sorted(took[1:])
            first = f"first {took[0] * 1000:.0f} ms, then {rest[len(rest) // 2] * 1000:.0f} ms"
            print(f"{name}: {first} (best {rest[0] * 1000:.0f} ms), {size} KiB, status {answer.status_code}")


if __name__ == "__main__":
    main()
