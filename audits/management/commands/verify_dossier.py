"""`manage.py verify_dossier`: check a signed dossier. Needs no database and no network."""

from __future__ import annotations

import json
import sys
import textwrap
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from audits.dossiers.verification import BYTES_MOST, Report, verify
from compliance.lib.problems import Problem, Refused


class Command(BaseCommand):
    help = (
        "Check a signed dossier: the signature and what it covers, the signer, the manifest, every embedded file, and "
        "each figure computed again. Exit 0: all checks hold. Exit 1: something is broken. Exit 2: cannot tell, for "
        "want of trust in the signer for example."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="the signed PDF")
        parser.add_argument(
            "--trust",
            metavar="PEM",
            action="append",
            default=[],
            help="a file with certificates that you trust, in PEM form; may be given more than once",
        )
        parser.add_argument(
            "--pages",
            action="store_true",
            help="also print the manifest again and compare the pages byte for byte; takes as long as making it did",
        )
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        as_json = options["format"] == "json"
        try:
            data = _read(Path(options["file"]), BYTES_MOST)
            trust = [_read(Path(one), BYTES_MOST) for one in options["trust"]]
            report = verify(data, trust, reprint=_reprint() if options["pages"] else None)
        except Refused as refused:
            for problem in refused.problems:
                if as_json:
                    self.stdout.write(json.dumps(problem.as_json(), ensure_ascii=False))
                else:
                    self.stderr.write(str(problem))
            sys.exit(1)
        if as_json:
            self.stdout.write(json.dumps({"file": options["file"], **report.as_json()}, ensure_ascii=False, indent=2))
        else:
            self.stdout.write("\n".join(_lines(options["file"], report)))
        sys.exit(report.exit_code)


def _read(path: Path, most: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(most + 1)
    except OSError as error:
        sentence = f"The file {path} cannot be read: {error.strerror or error}."
        raise Refused(Problem("file-unreadable", sentence, "Check the path and who may read it.")) from None


def _reprint() -> Any:
    from audits.dossiers.render import render_in_child  # heavy: only when the pages are asked for

    return render_in_child


def _lines(file: str, report: Report) -> list[str]:
    lines = [file, f"SHA-256 {report.sha256}", ""]
    for check in report.checks:
        lines.append(f"{check.number:>2}. {check.outcome.upper():<11}  {check.title}")
        for text in (check.sentence, f"Got: {check.got or 'nothing'}", f"Expected: {check.expected}"):
            lines.append(textwrap.fill(text, 110, initial_indent=" " * 17, subsequent_indent=" " * 19))
    return [*lines, "", report.sentence]
