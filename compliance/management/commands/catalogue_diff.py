"""`manage.py catalogue_diff`: print what differs between two versions of a law, row by row. Needs no database."""

from __future__ import annotations

import json
import sys
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from compliance.catalogue.diff import Change, changes
from compliance.catalogue.loader import load
from compliance.lib.problems import Refused


class Command(BaseCommand):
    help = (
        "Print rows added, removed, reworded, re-dated and re-scoped. Exit 0: printed. Exit 1: no such law or version."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("law", help="such as eu-ai-act")
        parser.add_argument("before", help="a text version, such as 2024-07-12")
        parser.add_argument("after", help="a text version, such as 2026-07-27")
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        as_json = options["format"] == "json"
        try:
            before, after = (load(options["law"], options[name]) for name in ("before", "after"))
        except Refused as refused:
            for problem in refused.problems:
                self.stderr.write(json.dumps(problem.as_json(), ensure_ascii=False) if as_json else str(problem))
            sys.exit(1)
        found = list(changes(before, after))
        if as_json:
            value = {
                "law": after.law,
                "before": before.text_version,
                "after": after.text_version,
                "changes": [change.as_json() for change in found],
            }
            self.stdout.write(json.dumps(value, ensure_ascii=False, indent=2))
            return
        for change in found:
            self.stdout.write("\n".join(_lines(change)))
        counts = Counter(change.kind for change in found)
        self.stdout.write(", ".join(f"{counts[kind]} {kind}" for kind in counts) or "Nothing differs.")


def _lines(change: Change) -> list[str]:
    lines = [f"{change.kind}: {change.id}  {change.title} ({change.citation})"]
    if change.why:
        lines.append(f"  {change.why}")
    for field, before, after in change.fields:
        lines += [f"  {field}", f"    - {_shown(before)}", f"    + {_shown(after)}"]
    return lines


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
