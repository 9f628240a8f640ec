"""`manage.py oscal_export`: print a law or framework as an OSCAL catalog, or a determination as a profile of it."""

from __future__ import annotations

import sys
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandParser

from compliance.catalogue.oscal import catalog, dump
from compliance.determinations.models import Determination
from compliance.determinations.oscal import as_profile
from compliance.frameworks import catalogues
from compliance.lib.problems import Problem, Refused


class Command(BaseCommand):
    help = "Print OSCAL 1.2.1 as JSON, the same bytes each time. Exit 0: printed. Exit 1: there is no such thing."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("law", help="such as nist-ai-rmf; only the profile of a determination needs the database")
        parser.add_argument("--text-version", help="such as 2023-01-26; the newest when not given")
        parser.add_argument("--determination", type=UUID, help="the id of a determination of this law")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self.stdout.write(_written(options["law"], options["text_version"], options["determination"]), ending="")
        except Refused as refused:
            for problem in refused.problems:
                self.stderr.write(str(problem))
            sys.exit(1)


def _written(law: str, text_version: str | None, pk: UUID | None) -> str:
    if pk is None:
        return dump(catalog(catalogues.catalogue(law, text_version), catalogues.document(law, text_version))).decode()
    found = Determination.objects.filter(pk=pk, law=law).select_related("system").first()
    if found is None:
        raise Refused(Problem("no-such-determination", f"There is no determination {pk} of {law}.", found=str(pk)))
    return dump(as_profile(found)).decode()
