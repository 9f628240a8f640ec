"""`manage.py catalogue_check`: load every law in every version and report all that is wrong. Needs no database."""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from compliance.catalogue.check import check_all
from compliance.catalogue.loader import laws, load


class Command(BaseCommand):
    help = "Check the catalogue files. Exit 0: all is well. Exit 1: one problem a line on standard error."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        as_json = options["format"] == "json"
        problems = check_all()
        for problem in problems:
            self.stderr.write(json.dumps(problem.as_json(), ensure_ascii=False) if as_json else str(problem))
        if problems:
            sys.exit(1)
        found = [load(ref.law, ref.text_version) for ref in laws()]
        if as_json:
            value = [
                {"law": one.law, "text_version": one.text_version, "rows": len(one.rows), "digest": one.digest}
                for one in found
            ]
            self.stdout.write(json.dumps({"laws": value}, indent=2))
        else:
            for one in found:
                self.stdout.write(f"{one.law} {one.text_version}: {len(one.rows)} rows, SHA-256 {one.digest}")
