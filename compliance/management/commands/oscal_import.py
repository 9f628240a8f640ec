"""`manage.py oscal_import`: read an OSCAL catalog; print it as a framework in YAML, or keep it as a draft."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from compliance.catalogue.document import Document
from compliance.catalogue.oscal_import import read
from compliance.frameworks import actions, catalogues, yaml_file
from compliance.lib.canonical import sha256
from compliance.lib.problems import Problem, Refused
from compliance.people.models import Membership


class Command(BaseCommand):
    help = (
        "Read an OSCAL catalog in JSON. Exit 0: printed or kept. Exit 1: every problem of the file, on standard error."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the catalog; - for the input")
        parser.add_argument("--organisation", help="keep it as a draft here: the organisation as in its address")
        parser.add_argument("--by", help="the email address of the member who keeps it")
        parser.add_argument("--format", choices=["text", "json"], default="text", help="how problems are told")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            data = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
            self.stdout.write(_taken_in(data, path.name, options["organisation"], options["by"]), ending="")
        except OSError as error:
            self._tell((Problem("no-file", f"{path} cannot be read: {error.strerror}."),), options["format"])
        except Refused as refused:
            self._tell(refused.problems, options["format"])

    def _tell(self, problems: tuple[Problem, ...], form: str) -> None:
        for one in problems:
            where = f"{one.column}: " if one.column else ""
            as_json = json.dumps(one.as_json(), ensure_ascii=False)
            self.stderr.write(as_json if form == "json" else f"{where}{one}")
        sys.exit(1)


def _taken_in(data: bytes, name: str, organisation: str | None, email: str | None) -> str:
    if not organisation and not email:
        return yaml_file.write(read(data)).decode()
    member = Membership.objects.filter(
        organisation__slug=organisation or "", user__email=email or "", is_active=True, user__is_active=True
    ).first()
    if member is None:
        sentence = "There is no such member of this organisation; give --organisation and --by."
        raise Refused(Problem("no-such-member", sentence, found=f"{email} in {organisation}"))
    document: Document = read(data, rows_of=catalogues.rows_of(member.organisation))
    draft = actions.make(by=member, document=document, came_from=name, file_sha256=sha256(data))
    return f"{draft.framework.law}: {len(document.rows)} rows are kept as a draft.\n"
