"""`manage.py catalogue_diff`: print what differs between two versions of a law, row by row. Needs no database."""

from __future__ import annotations

import json
import sys
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from compliance.catalogue.diff import Change, changes
from compliance.catalogue.loader import load
from compliance.catalogue.schema import Catalogue
from compliance.lib.problems import Problem, Refused


class Command(BaseCommand):
    help = (
        "Print rows added, removed, reworded, re-dated and re-scoped. Exit 0: printed. Exit 1: no such law or version."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("before", metavar="A", help="a law in a version, such as eu-ai-act@2024-07-12")
        parser.add_argument("after", metavar="B", help="the same law in another, such as eu-ai-act@2026-07-27")
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        as_json = options["format"] == "json"
        try:
            before, after = (_read(options[name]) for name in ("before", "after"))
            if before.law != after.law:
                sentence = "Two versions of one law are compared, not two laws."
                raise Refused(Problem("two-laws", sentence, found=f"{before.law}, {after.law}"))
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


def _read(named: str) -> Catalogue:
    law, at, version = named.partition("@")
    if not at or not version:
        sentence = "A version is named as LAW@VERSION."
        raise Refused(Problem("no-such-version", sentence, found=named, expected="such as eu-ai-act@2026-07-27"))
    return load(law, version)


def _lines(change: Change) -> list[str]:
    lines = [f"{change.kind}: {change.id}  {change.title} ({change.citation})"]
    if change.why:
        lines.append(f"  {change.why}")
    for field, before, after in change.fields:
        lines += [f"  {field}", f"    - {_shown(before)}", f"    + {_shown(after)}"]
    return lines


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
