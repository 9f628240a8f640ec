"""`manage.py reperform`: compute a result again. Needs no database and no network."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from audits.bias.address import tables_given
from audits.bias.reperform import reperformed, stamp_of
from audits.bias.resultfile import read
from audits.bias.stated import Stated, stated
from audits.metrics.recheck import Check
from compliance.lib.canonical import digest, sha256
from compliance.lib.problems import Problem, Refused, one_line

SHOWN = 50


class Command(BaseCommand):
    """Exit 0: all equal. 1: something differs. 2: the result or a file cannot be read."""

    help = (
        "Computes every table, reading and test of a bias audit result again from its counts, and with --data the "
        "counts from the files, with --table from tables. Says equal, or shows each difference. Exit 0: equal. "
        "1: differs. 2: unreadable."
    )
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("result", metavar="RESULT.json", type=Path, help="the result document")
        parser.add_argument(
            "--data", metavar="FILE", type=Path, nargs="+", default=[], help="the files that were counted, in any order"
        )
        parser.add_argument(
            "--table",
            metavar="URL",
            action="append",
            default=[],
            help="a table that was counted, by the address that the result names, with a user where one is needed; a "
            "password may stand in BIAS_AUDIT_PASSWORD or a file that BIAS_AUDIT_PASSWORD_FILE names",
        )
        parser.add_argument(
            "--query",
            metavar="SELECT",
            action="append",
            default=[],
            help="the SELECT that was counted at an address of --table that names no table; the result holds its text",
        )
        parser.add_argument("--timeout", metavar="SECONDS", type=int, default=0, help="the longest a query may take")
        parser.add_argument(
            "--trust",
            metavar="PEM",
            type=Path,
            action="append",
            default=[],
            help="a file with certificates of time authorities that you trust; may be given more than once",
        )
        parser.add_argument("--format", choices=["text", "json"], default="text", help="the form of the answer")

    def handle(self, *args: Any, **options: Any) -> None:
        as_json = options["format"] == "json"
        try:
            data, document = read(options["result"])
            tables = tables_given(options)
            trusted = [_trusted(path) for path in options["trust"]]
            checks = reperformed(document, options["data"], tables)
            if [check.where for check in checks] == ["document"]:
                raise Refused(Problem("result-unreadable", f"This is no bias audit result: {checks[0].got}"))
        except Refused as refused:
            for problem in refused.problems:
                if as_json:
                    self.stdout.write(json.dumps(problem.as_json(), ensure_ascii=False))
                else:
                    self.stderr.write(one_line(str(problem)))
            sys.exit(2)
        wrong = [check for check in checks if not check.holds]
        told, judged = _stated(document), stamp_of(document, trusted)
        if as_json:
            answer = {
                "sha256": digest(document),
                "file_sha256": sha256(data),
                "equal": not wrong,
                "checked": len(checks),
                "counted_again": bool(options["data"] or tables),
                "differences": [_difference(check) for check in wrong],
                "stated": [one.as_json() for one in told],
                "timestamp": {"state": judged.state, "sentence": judged.sentence} if judged else None,
            }
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
        else:
            self._tell_digest(digest(document), sha256(data))
            self._tell(checks, wrong, counted=bool(options["data"] or tables))
            if judged:
                self.stdout.write(f"Time stamp of the plan: {judged.state}. {one_line(judged.sentence)}")
            self._tell_stated(told)
        sys.exit(1 if wrong else 0)

    def _tell_digest(self, result: str, file: str) -> None:
        """Name the result by the digest that pages, evidence and dossiers know it by, and the file where it differs."""
        self.stdout.write(f"Result SHA-256 {result}")
        if file != result:
            told = "The file is not the canonical bytes, if only by a line break at its end"
            self.stdout.write(f"{told}; its own SHA-256 is {file}")

    def _tell(self, checks: list[Check], wrong: list[Check], *, counted: bool) -> None:
        source = "from its counts, and its counts from the sources" if counted else "from its counts"
        if not wrong:
            self.stdout.write(f"Equal: {len(checks):,} values were computed again {source}, and none differs.")
        else:
            self.stdout.write(f"Different: {len(wrong):,} of {len(checks):,} values computed again {source} differ.")
        for check in wrong[:SHOWN]:
            shown = one_line(f"{check.where}: the result says {check.got!r}, again it is {check.expected!r}.")
            self.stdout.write(f"  {shown[:600]}")
        if len(wrong) > SHOWN:
            self.stdout.write(f"  and {len(wrong) - SHOWN:,} more; --format json shows all of them.")
        if not counted:
            self.stdout.write("The sources were not counted again; name files with --data, and tables with --table.")

    def _tell_stated(self, told: list[Stated]) -> None:
        if told:
            self.stdout.write("Stated, and not recomputable from any file or count:")
        for one in told:
            bound = f" (bound by {one.bound_by})" if one.bound_by else ""
            self.stdout.write(f"  {one_line(f'{one.where}: {one.value!r}')[:300]}{bound}")


def _stated(result: Any) -> list[Stated]:
    try:
        return stated(result)
    except (KeyError, TypeError, AttributeError):  # the checks say what is missing
        return []


def _trusted(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        sentence = f"The file {path.name} cannot be read: {error.strerror or error}."
        raise Refused(Problem("trust-unreadable", sentence)) from error


def _difference(check: Check) -> dict[str, Any]:
    return {"where": check.where, "result": check.got, "again": check.expected}
