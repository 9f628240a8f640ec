"""`manage.py verify_dossier`: check a signed dossier. Needs no database and no network."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from audits.dossiers.verification import command


class Command(BaseCommand):
    help = command.HELP
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        command.arguments(parser)
        parser.add_argument(
            "--pages",
            action="store_true",
            help="also print the manifest again and compare the pages byte for byte; takes as long as making it did",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        reprint = _reprint() if options["pages"] else None
        told = {"out": self.stdout.write, "complain": self.stderr.write}
        sys.exit(command.run(options["file"], options["trust"], options["format"], reprint=reprint, **told))


def _reprint() -> Any:
    from audits.dossiers.render import render_in_child  # heavy: only when the pages are asked for

    return render_in_child
