"""`manage.py renew_dossiers`: put a fresh time stamp over dossiers of level B-LTA before the last one ages out."""

from __future__ import annotations

import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from audits.dossiers import signatures
from compliance.lib.problems import Refused


class Command(BaseCommand):
    help = (
        "Put a fresh time stamp over each dossier of level B-LTA whose last one ends soon, so that it can still be "
        "checked when keys and certificates of today have ended. Run it again at any time: what is fresh is left "
        "alone. Exit 1: one could not be renewed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--days",
            type=int,
            default=settings.RENEW_DAYS,
            help="renew what ends within so many days (default: PROBANDA_RENEW_DAYS)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        failed = False
        found = list(signatures.aging(options["days"]))
        for dossier in found:
            try:
                done = signatures.renew(dossier)
            except Refused as refused:
                failed = True
                self.stderr.write(f"{dossier} ({dossier.pk}): {refused}")
                continue
            told = "renewed" if done else "left alone: the authority's new time stamp would end no later"
            self.stdout.write(f"{dossier} ({dossier.pk}): {told}.")
        if not found:
            self.stdout.write(f"No time stamp ends within {options['days']} days.")
        if failed:
            sys.exit(1)
