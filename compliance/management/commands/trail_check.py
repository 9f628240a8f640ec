"""`manage.py trail_check`: read every organisation's trail and name each entry that was changed, removed or moved."""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from compliance.trail import queries
from compliance.trail.models import TrailEntry, TrailHead


class Command(BaseCommand):
    help = (
        "Check the hash chain of the trail. Exit 0: every chain holds. Exit 1: an entry was changed, removed or moved."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        known = set(TrailHead.objects.values_list("organisation_id", flat=True))
        known |= set(TrailEntry.objects.values_list("organisation_id", flat=True).distinct())
        report: list[dict[str, Any]] = []
        for organisation_id in sorted(known):
            seq, sha256 = queries.head(organisation_id)
            faults = [{"entry": place, "sentence": text} for place, text in queries.breaks(organisation_id)]
            report.append({"organisation": str(organisation_id), "entries": seq, "head": sha256, "faults": faults})
        broken = any(found["faults"] for found in report)
        if options["format"] == "json":
            self.stdout.write(json.dumps({"holds": not broken, "organisations": report}, indent=2))
        else:
            for found in report:
                self.stdout.write(
                    f"{found['organisation']}: {found['entries']} entries, head {found['head'] or 'none'}"
                )
                for fault in found["faults"]:
                    self.stdout.write(f"  {fault['sentence']}")
            self.stdout.write("At least one chain is broken." if broken else "Every chain holds.")
        if broken:
            sys.exit(1)
