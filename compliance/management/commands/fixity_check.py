"""`manage.py fixity_check`: read every kept byte again, now, and say which are gone or changed."""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from compliance.evidence import fixity
from compliance.evidence.jobs import claim
from compliance.evidence.keeping import FixityRun
from compliance.people.models import Organisation


class Command(BaseCommand):
    help = "Read all kept bytes again. Exit 0: every one has its digest. Exit 1: some are gone or changed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--format", choices=["text", "json"], default="text")
        parser.add_argument("--organisation", metavar="SLUG", help="only of this one")

    def handle(self, *args: Any, **options: Any) -> None:
        organisations = Organisation.objects.order_by("slug")
        if options["organisation"]:
            organisations = organisations.filter(slug=options["organisation"])
            if not organisations:
                raise CommandError(f"There is no organisation {options['organisation']!r}.")
        report = [self._read(one) for one in organisations]
        damaged = any(one["damaged"] for one in report)
        if options["format"] == "json":
            self.stdout.write(json.dumps({"whole": not damaged, "organisations": report}, indent=2))
        else:
            for one in report:
                self.stdout.write(f"{one['organisation']}: {one['checked']} digests, {one['bytes']} bytes read.")
                for found in one["damaged"]:
                    self.stdout.write(f"  {found['sentence']} Kept as: {'; '.join(found['kept_as'])}")
            self.stdout.write("Some bytes are gone or changed." if damaged else "All bytes are as they were kept.")
        if damaged:
            sys.exit(1)

    def _read(self, organisation: Organisation) -> dict[str, Any]:
        run = claim(FixityRun, fixity.begin(organisation).pk)
        if run is None:
            raise CommandError("A worker took the check over; its report is on the page of the library.")
        fixity.check(run)
        found = run.findings.order_by("sha256").values("sha256", "code", "sentence", "kept_as")
        return {
            "organisation": organisation.slug,
            "checked": run.checked,
            "bytes": run.bytes,
            "damaged": list(found),
        }
