"""`manage.py demo`: walk one piece of data through the whole house and verify what comes out."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from compliance.lib.problems import Refused


class Command(BaseCommand):
    help = "Run the worked example of 6 RCNY § 5-301 from applicants to a signed, verified dossier."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--out", type=Path, default=settings.OUT_DIR, metavar="DIR", help="where dossier.pdf goes")

    def handle(self, *args: Any, **options: Any) -> None:
        from audits import demo  # after the migration below its tables exist
        from audits.dossiers.verification import verify

        began = time.monotonic()
        out: Path = options["out"]
        try:
            out.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            self.stderr.write(f"The folder {out} cannot be made: {error.strerror}.")
            sys.exit(1)
        call_command("migrate", verbosity=0, interactive=False)
        self._say("The database is ready.")
        try:
            _dossier, path = demo.run(out, self._say)
        except Refused as refused:
            for problem in refused.problems:
                self.stderr.write(str(problem))
            sys.exit(1)
        self._say(f"The dossier lies at {path.resolve()}")
        report = verify(path.read_bytes(), [])
        self._say("The verifier says:")
        for check in report.checks:
            self.stdout.write(f"  {check.number:>2}. {check.outcome}: {check.sentence}")
        self._say(f"In sum: {report.sentence}")
        if report.exit_code == 1:
            sys.exit(1)
        key = settings.KEYS_DIR / "local-ca.pem"
        if not settings.SIGNING_PKCS12:
            command = f".venv/bin/python manage.py verify_dossier {path} --trust {key}"
            self._say(f"To trust this machine's own key: {command}")
        self._say(f"Done in {time.monotonic() - began:.0f} s. `make serve` shows all of it in the browser.")

    def _say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()
