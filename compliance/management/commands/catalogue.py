"""`manage.py catalogue`: print one law in one version, row by row. Needs no database."""

from __future__ import annotations

import json
import sys
import textwrap
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from compliance.catalogue.loader import load
from compliance.catalogue.schema import Catalogue, Row
from compliance.lib.problems import Refused


class Command(BaseCommand):
    help = "Print every row of a law as text or JSON. Exit 0: printed. Exit 1: there is no such law or version."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("law", help="such as nyc-ll144")
        parser.add_argument("--text-version", help="such as 2023-05-06; the newest when not given")
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        as_json = options["format"] == "json"
        try:
            catalogue = load(options["law"], options["text_version"])
        except Refused as refused:
            for problem in refused.problems:
                self.stderr.write(json.dumps(problem.as_json(), ensure_ascii=False) if as_json else str(problem))
            sys.exit(1)
        if as_json:
            value = {**catalogue.as_json(), "digest": catalogue.digest}
            self.stdout.write(json.dumps(value, ensure_ascii=False, indent=2))
        else:
            self.stdout.write("\n".join(_lines(catalogue)))


def _lines(catalogue: Catalogue) -> list[str]:
    lines = [catalogue.title, f"Text version {catalogue.text_version}, SHA-256 {catalogue.digest}"]
    for section in catalogue.sections:
        lines += ["", section.title.upper()]
        for row in catalogue.rows_in(section.id):
            lines += ["", *_row(row)]
    counted = len(catalogue.counted_rows)
    return [*lines, "", f"{len(catalogue.rows)} rows, of which {counted} count in a progress figure."]


def _row(row: Row) -> list[str]:
    facts = [row.kind, ", ".join(row.roles), row.timing]
    if row.computed != "none":
        facts.append(f"computed: {row.computed}")
    parts = [f"{row.id}  {row.title}", row.question, row.citation_text, "; ".join(facts)]
    if row.applies_when:
        parts.append(f"When: {row.applies_when}")
    parts += [f"Evidence: {one}" for one in row.evidence]
    first, *rest = parts
    return [first, *(textwrap.fill(part, 110, initial_indent="  ", subsequent_indent="    ") for part in rest)]
