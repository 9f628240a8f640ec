"""`manage.py bias_drift`: hold two results of a system beside each other. Needs no database and no network."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from audits.bias.resultfile import read
from audits.metrics.display import TITLES
from audits.metrics.recheck import recheck
from audits.metrics.run_drift import drifted
from compliance.lib.problems import Problem, Refused, one_line


class Command(BaseCommand):
    """Exit 0: compared. 1: a result does not follow from its own counts. 2: a result cannot be read or compared."""

    help = (
        "Compares every rate, impact ratio and group metric of two bias audit results of different people, each with "
        "the test of whether it moved. Exit 0: compared. 1: a result contradicts its counts. 2: unreadable."
    )
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("earlier", metavar="EARLIER.json", type=Path, help="the result of the earlier run")
        parser.add_argument("later", metavar="LATER.json", type=Path, help="the result of the later run")
        parser.add_argument("--format", choices=["text", "json"], default="text", help="the form of the answer")

    def handle(self, *args: Any, **options: Any) -> None:
        as_json = options["format"] == "json"
        try:
            earlier, later = (read(options[name])[1] for name in ("earlier", "later"))
            for name, result in (("earlier", earlier), ("later", later)):
                self._check(options[name].name, result, as_json)
            found = _compared(earlier, later)
        except Refused as refused:
            self._refuse(refused, as_json)
            sys.exit(2)
        if as_json:
            self.stdout.write(json.dumps(found, ensure_ascii=False))
        else:
            for line in _lines(found):
                self.stdout.write(line)

    def _check(self, name: str, result: Any, as_json: bool) -> None:
        """Exit 1 where a result does not follow from its counts: what it holds would be compared as if it did."""
        wrong = [check for check in recheck(result) if not check.holds]
        if not wrong:
            return
        first = wrong[0]
        if first.where == "document":
            raise Refused(Problem("result-unreadable", f"{name} is no bias audit result: {first.got}"))
        sentence = f"In {name}, {first.where} does not follow from the counts; {len(wrong)} values differ."
        self._refuse(Refused(Problem("result-contradicts", sentence, "Run: manage.py reperform")), as_json)
        sys.exit(1)

    def _refuse(self, refused: Refused, as_json: bool) -> None:
        for problem in refused.problems:
            if as_json:
                self.stdout.write(json.dumps(problem.as_json(), ensure_ascii=False))
            else:
                self.stderr.write(one_line(str(problem)))


def _compared(earlier: Mapping[str, Any], later: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return drifted(earlier, later)
    except ValueError as error:
        raise Refused(Problem("not-comparable", str(error))) from error


def _lines(found: Mapping[str, Any]) -> Iterator[str]:
    yield f"Earlier run: {found['before']['people']:,} people, result SHA-256 {found['before']['result_sha256']}"
    yield f"Later run:   {found['after']['people']:,} people, result SHA-256 {found['after']['result_sha256']}"
    yield from found["notes"]
    for table in found["tables"]:
        yield ""
        yield TITLES[table["table"]]
        for one in table["rates"]:
            yield f"  rate, {_line(one, 'difference', found['notes'])}"
        for one in table["ratios"]:
            yield f"  impact ratio, {_line(one, 'ratio', found['notes'])}"
        outcomes = table.get("outcomes") or {"metrics": [], "gaps": [], "reference": None}
        for metric in outcomes["metrics"]:
            for one in metric["groups"]:
                yield f"  {metric['metric']}, {_line(one, 'difference', found['notes'])}"
        for metric in outcomes["gaps"]:
            for one in metric["groups"]:
                told = _line(one, "difference", found["notes"])
                yield f"  {metric['metric']} less that of {outcomes['reference']}, {told}"


def _line(one: Mapping[str, Any], name: str, notes: Sequence[str]) -> str:
    """Tell one group: what has no value is left out, with its reason unless the notes above gave it for all."""
    values = one["values"]
    before, after = ("none" if values.get(key) is None else values[key] for key in ("before", "after"))
    line = f"{one['group']}: {before} -> {after}"
    if values.get(name) is not None:
        line += f", {name} {values[name]}"
    if values.get("low") is not None or values.get("high") is not None:
        line += f" ({values.get('low') or 'no lower end'} to {values.get('high') or 'no upper end'})"
    p = values.get("p_fisher") if one.get("parameters", {}).get("test") == "fisher" else values.get("p")
    if p is not None:
        line += f", p {p}, adjusted {values.get('p_holm') or 'none'}"
    why = one.get("undefined")
    return f"{line}. {why}" if why and why not in notes else line
