"""Audit applicants in files, databases or on a cluster from the command line; nothing is kept.

Files need no database and no network. A table stays where it is: its engine counts, and only counts come back.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audits.bias import mapfile, text
from audits.bias.address import Table
from audits.bias.audit import run
from audits.bias.opening import Given
from audits.bias.plan import DELIMITERS, ENCODINGS, Plan
from audits.bias.sources import File
from audits.bias.vocabulary import Role
from compliance.lib.problems import Refused

_DELIMITERS = {name.replace("vertical bar", "bar"): mark for mark, name in DELIMITERS.items()}


class Command(BaseCommand):
    """Print the sex, race/ethnicity and intersectional tables of NYC Local Law 144 (6 RCNY § 5-301).

    Exit 0: done. 1: the input is wrong, one problem a line (as text on stderr, as JSON on stdout). 2: wrong usage.
    """

    help = (
        "Computes the selection or scoring rates and impact ratios of NYC Local Law 144 (6 RCNY § 5-301) from files "
        "(CSV, also compressed, XLSX, Parquet, Arrow) or from tables that stay where they are."
    )
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "files",
            metavar="FILE",
            type=Path,
            nargs="*",
            help="a file, one row a person or a group",
        )
        self._add_sources(parser)
        parser.add_argument("--sex", required=True, metavar="COL", help="the column of sex")
        parser.add_argument("--race", required=True, metavar="COL", help="the column of race/ethnicity")
        measured = parser.add_mutually_exclusive_group(required=True)
        measured.add_argument("--selected", metavar="COL", help="the column that says who was selected")
        measured.add_argument("--score", metavar="COL", help="the column of scores")
        parser.add_argument(
            "--favourable",
            metavar="VALUE",
            help="the one value of --selected that means selected (case does not count)",
        )
        parser.add_argument("--lower-is-better", action="store_true", help="lower scores are better")
        parser.add_argument(
            "--count", metavar="COL", help="the file holds counts: the column of how many people a row is"
        )
        parser.add_argument(
            "--count-reading",
            choices=["outcome", "number"],
            help="whether --selected holds an outcome or the number selected of --count, where both could be meant",
        )
        parser.add_argument("--map", metavar="FILE.yaml", type=Path, help="what the values of the file mean")
        parser.add_argument(
            "--unknowns",
            choices=["per-table", "complete-case"],
            default="per-table",
            help="people of unknown sex or race: count where known (default), or leave out of every table",
        )
        parser.add_argument("--encoding", choices=ENCODINGS, help="the encoding, where the file does not show it")
        parser.add_argument(
            "--delimiter", choices=list(_DELIMITERS), help="the delimiter, where the header is not clear"
        )
        parser.add_argument("--format", choices=["text", "json"], default="text", help="the form of the result")

    def _add_sources(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--table",
            metavar="URL",
            action="append",
            default=[],
            help="a table, such as postgres://user@host/database#schema.table, duckdb:///file#table or "
            "spark://host:7077#table; a password may stand in BIAS_AUDIT_PASSWORD or a file that "
            "BIAS_AUDIT_PASSWORD_FILE names",
        )
        parser.add_argument("--query", metavar="SELECT", help="one SELECT to count instead of a table of --table")
        parser.add_argument("--engine", choices=["duckdb", "postgres", "spark"], help="what is to count; checked")
        parser.add_argument("--timeout", metavar="SECONDS", type=int, default=0, help="the longest a query may take")
        parser.add_argument("--pooled", metavar="WHY", help="why several files or tables may be counted as one")
        parser.add_argument("--sheet", metavar="NAME", help="the sheet of a spreadsheet")

    def handle(self, *args: Any, **options: Any) -> None:
        self._check_usage(options)
        as_json = options["format"] == "json"
        try:
            mapping = mapfile.read(options["map"]) if options["map"] else {}
            plan = self._plan(options, mapping)
            result = run(self._sources(options), plan)
        except Refused as refused:
            for problem in refused.problems:
                if as_json:
                    self.stdout.write(json.dumps(problem.as_json(), ensure_ascii=False))
                else:
                    self.stderr.write(text.problem_line(problem))
            sys.exit(1)
        document = result.as_json()
        if options["count"]:
            self.stderr.write(document["method"]["count_rule"])
        self.stdout.write(result.data.decode() if as_json else text.report(document))

    def _check_usage(self, options: dict[str, Any]) -> None:
        wrong = {
            "--favourable goes with --selected.": options["favourable"] is not None and options["selected"] is None,
            "Name a file, or a table with --table.": not options["files"] and not options["table"],
            "--query goes with one --table.": options["query"] is not None and len(options["table"]) != 1,
            "--timeout is a number of seconds, 0 or more.": options["timeout"] < 0,
            "--lower-is-better goes with --score.": options["lower_is_better"] and options["score"] is None,
            "--count-reading goes with --selected and --count.": options["count_reading"]
            and (options["selected"] is None or options["count"] is None),
        }
        for sentence, applies in wrong.items():
            if applies:
                raise CommandError(sentence, returncode=2)

    def _sources(self, options: dict[str, Any]) -> list[Given]:
        """Return what to count, named by its file or table where there are several."""
        alone = len(options["files"]) + len(options["table"]) == 1
        password = _password() if options["table"] else None
        found: list[Given] = [File(path, "" if alone else path.name) for path in options["files"]]
        for url in options["table"]:
            table = Table(url, options["query"], password=password, timeout=options["timeout"])
            found.append(table if alone else Table(url, None, table.name, password, options["timeout"]))
        engines = {one.engine if isinstance(one, Table) else "duckdb" for one in found}
        if options["engine"] and engines != {options["engine"]}:
            counting = " and ".join(sorted(engines))
            sentence = f"--engine {options['engine']} was asked for, but what was named is counted by {counting}."
            raise CommandError(f"{sentence} An engine counts what it holds: name its table with --table.", returncode=2)
        return found

    def _plan(self, options: dict[str, Any], mapping: Mapping[Role, Mapping[str, str | None]]) -> Plan:
        try:
            return Plan(
                sex=options["sex"],
                race_ethnicity=options["race"],
                selected=options["selected"],
                favourable=options["favourable"],
                score=options["score"],
                higher_is_better=not options["lower_is_better"],
                count=options["count"],
                count_reading=options["count_reading"],
                unknowns=options["unknowns"],
                mapping=mapping,
                encoding=options["encoding"],
                delimiter=_DELIMITERS.get(options["delimiter"]),
                sheet=options["sheet"],
                pooled=options["pooled"],
            )
        except Refused as refused:  # options that do not go together
            raise CommandError(str(refused), returncode=2) from refused


def _password() -> str | None:
    """Return the password of the tables from the environment, which no list of processes shows."""
    if path := os.environ.get("BIAS_AUDIT_PASSWORD_FILE"):
        try:
            return Path(path).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError("The file that BIAS_AUDIT_PASSWORD_FILE names cannot be read.", returncode=2) from error
    return os.environ.get("BIAS_AUDIT_PASSWORD")
