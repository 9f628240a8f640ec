"""Check the tables of a published bias audit against themselves: no database, no network, nothing kept."""

from __future__ import annotations

import datetime
import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audits.bias.text import problem_line
from audits.published import text
from audits.published.columns import ROLES, Role, blocks
from audits.published.grid import of_bytes
from audits.published.intake import earlier_of, read, read_bytes
from audits.published.report import check
from audits.published.tables import About, Document
from compliance.lib.canonical import dump
from compliance.lib.problems import Problem, Refused


class Command(BaseCommand):
    """Say for each printed impact ratio whether it follows from the figures printed beside it, and how.

    Exit 0: every figure follows and nothing is missing. 1: something does not follow or is missing. 2: the input cannot
    be read; every problem is said, as text on stderr or as JSON lines on stdout.
    """

    help = (
        "Checks a published bias audit of NYC Local Law 144: which impact ratios follow from the printed figures, "
        "under which reading and rounding, and which do not. Exit 0: all follow and nothing is missing; 1: something "
        "does not follow or is missing; 2: the input cannot be read. Needs no database."
    )
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file",
            metavar="FILE",
            help="the tables (CSV, XLSX, text, a result), or a report to perform again; - is standard input",
        )
        parser.add_argument("--format", choices=["text", "json"], default="text", help="the form of the report")
        parser.add_argument("--earlier", metavar="FILE", help="the tables of the audit before this one")
        parser.add_argument("--audit-date", metavar="DATE", type=_date, help="the date of the bias audit (2026-11-22)")
        parser.add_argument(
            "--distribution-date", metavar="DATE", type=_date, help="the date on which the use of the tool began"
        )
        parser.add_argument("--as-of", metavar="DATE", type=_date, help="the day on which the audit is to be current")
        parser.add_argument("--unknown", metavar="NUMBER", type=int, help="the people of unknown category")
        parser.add_argument("--data-source", metavar="TEXT", default="", help="the source of the data, as published")
        parser.add_argument(
            "--exclusion-reason", metavar="TEXT", default="", help="why categories were left out, as published"
        )
        parser.add_argument(
            "--column",
            metavar="HEADER=ROLE",
            action="append",
            default=[],
            help=f"what a column holds, where its header does not say ({', '.join(ROLES)})",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        about = About(
            audit_date=options["audit_date"],
            distribution_date=options["distribution_date"],
            as_of=options["as_of"],
            unknown=options["unknown"],
            data_source=options["data_source"],
            exclusion_reason=options["exclusion_reason"],
        )
        columns = dict(_column(given) for given in options["column"])
        as_json = options["format"] == "json"
        try:
            data = _bytes(options["file"])
            document = _document(data, about, columns)
            earlier = (
                _document(_bytes(options["earlier"]), About(), columns) if options["earlier"] else earlier_of(data)
            )
        except Refused as refused:
            for problem in refused.problems:
                if as_json:
                    self.stdout.write(json.dumps(problem.as_json(), ensure_ascii=False))
                else:
                    self.stderr.write(problem_line(problem))
            sys.exit(2)
        checked = check(document, earlier)
        self.stdout.write(dump(checked.as_json()).decode() if as_json else text.report(checked))
        if not checked.clean:
            sys.exit(1)


def _bytes(name: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise Refused(Problem("no-file", f"The file {name} cannot be read: {error.strerror}.")) from error


def _document(data: bytes, about: About, columns: dict[str, Role]) -> Document:
    if not columns or data.lstrip()[:1] == b"{":
        return read_bytes(data, about)
    lines = of_bytes(data)
    chosen = {
        (place, column): columns[header]
        for place, block in enumerate(blocks(lines))
        for column, header in enumerate(block.names)
        if header in columns
    }
    return read(lines, about, chosen)


def _column(given: str) -> tuple[str, Role]:
    header, _, role = given.rpartition("=")
    if not header or role not in ROLES:
        raise CommandError(f"--column {given!r} is not HEADER=ROLE; a role is one of {', '.join(ROLES)}.", returncode=2)
    return header, next(name for name in ROLES if name == role)


def _date(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)
