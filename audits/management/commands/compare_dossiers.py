"""`manage.py compare_dossiers`: hold two signed dossiers beside each other. Needs no database and no network."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from compliance.lib.problems import Problem, Refused


class Command(BaseCommand):
    """Exit 0: compared. 2: a file cannot be read or the two cannot be compared."""

    help = (
        "Says what of the later dossier is not as in the earlier: law, system, rows, evidence, findings, bias audits "
        "with the test of each ratio, signers. Whether the files are as they were signed, verify_dossier says."
    )
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("earlier", metavar="EARLIER.pdf", type=Path, help="the earlier dossier, or its manifest")
        parser.add_argument("later", metavar="LATER.pdf", type=Path, help="the later dossier, or its manifest")
        parser.add_argument("--format", choices=["text", "json"], default="text", help="the form of the answer")

    def handle(self, *args: Any, **options: Any) -> None:
        from audits.dossiers import comparing, comparison_shown  # heavy: not for --help

        try:
            (one, first), (two, second) = (_read(options[name]) for name in ("earlier", "later"))
            found = comparing.compare(one, two, (first, second))
        except Refused as refused:
            for problem in refused.problems:
                self.stderr.write(str(problem))
            sys.exit(2)
        if options["format"] == "json":
            self.stdout.write(json.dumps(found, ensure_ascii=False))
            return
        shown = comparison_shown.shown(found)
        for label, before, after in shown["about"]:
            self.stdout.write(f"{label}: {before}" + ("" if before == after else f" -> {after}"))
        for part in shown["parts"]:
            self.stdout.write(f"\n{part['title']}")
            for line in part["lines"]:
                self.stdout.write(f"  {line['name']} ({line['how']})" + (f" {line['more']}" if line["more"] else ""))
                for label, before, after in line["fields"]:
                    self.stdout.write(f"    {label}: {before} -> {after}")
        for moved in shown["moved"]:
            self.stdout.write(f"\n{moved['earlier']['title']} -> {moved['later']['title']}")
            for table in moved["tables"]:
                self.stdout.write(f"  {table['title']}")
                for group, cells, _other in table["rows"]:
                    self.stdout.write(f"    {group}: {cells[0]} -> {cells[1]}, p {cells[6]}")
        if shown["alike"]:
            self.stdout.write(f"\nAlike in both: {', '.join(shown['alike'])}.")


def _read(path: Path) -> tuple[dict[str, Any], list[str]]:
    """Return the manifest that a file holds, and the names in its signatures."""
    import pikepdf

    from audits.dossiers.manifest import MANIFEST_NAME, validate
    from audits.dossiers.verification.contents import embedded_files
    from audits.dossiers.verification.report import Broken
    from compliance.lib import canonical

    try:
        data, signers = path.read_bytes(), []
        if data[:5] == b"%PDF-":
            with pikepdf.open(path) as document:
                data = embedded_files(document).get(MANIFEST_NAME, b"")
                form = document.Root.get("/AcroForm")
                fields: list[Any] = [] if form is None else list(form.get("/Fields", []))
                signers = [
                    str(one["/V"].get("/Name", "")) for one in fields if "/V" in one and one.get("/FT") == "/Sig"
                ]
        if not canonical.is_canonical(data):
            raise Refused(Problem("no-manifest", f"{path.name} holds no manifest of a dossier."))
        manifest = canonical.load(data)
        validate(manifest)
    except (OSError, pikepdf.PdfError, Broken) as error:
        raise Refused(Problem("unreadable", f"{path.name} cannot be read: {error}.")) from error
    return manifest, [one for one in signers if one]
