"""Audit applicants in files, databases or on a cluster from the command line; nothing is kept.

Files need no database and no network. A table stays where it is: its engine counts, and only counts come back.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audits.bias import mapfile, outcome_options, planfile, text
from audits.bias.address import Table, tables_given
from audits.bias.audit import run
from audits.bias.opening import Given
from audits.bias.plan import DELIMITERS, ENCODINGS, Plan
from audits.bias.sources import File
from audits.bias.vocabulary import Role, category_named
from audits.metrics.conduct import conduct
from audits.metrics.ratios import BASES
from audits.metrics.readings import MEDIANS
from audits.metrics.result import CLASS_READINGS
from compliance.lib.problems import Refused

_DELIMITERS = {name.replace("vertical bar", "bar"): mark for mark, name in DELIMITERS.items()}


class Command(BaseCommand):
    """Print the sex, race/ethnicity and intersectional tables of NYC Local Law 144 (6 RCNY § 5-301).

    Exit 0: done. 1: the input is wrong, one problem a line (as text on stderr, as JSON on stdout). 2: wrong usage.
    3: an impact ratio is below what the caller set with --fail-below.
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
        measured = parser.add_mutually_exclusive_group()
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
            help="people of unknown sex or race: count where known (default), or leave out of every table",
        )
        parser.add_argument("--encoding", choices=ENCODINGS, help="the encoding, where the file does not show it")
        parser.add_argument(
            "--delimiter", choices=list(_DELIMITERS), help="the delimiter, where the header is not clear"
        )
        parser.add_argument("--format", choices=["text", "json"], default="text", help="the form of the result")
        self._add_choices(parser)
        outcome_options.add_options(parser)

    def _add_choices(self, parser: CommandParser) -> None:
        add = parser.add_argument
        add("--plan", metavar="FILE.json", type=Path, help="a plan; its choices hold where no option says otherwise")
        add("--median-basis", choices=MEDIANS, help="the full sample whose median divides everyone")
        add("--exclusion-base", choices=BASES, help="what the 2%% of 6 RCNY 5-301(d) are of (default: table)")
        add(
            "--exclude",
            metavar="[CLASS:]TABLE=CATEGORY",
            action="append",
            default=[],
            help="leave a category below 2%% out of the ratios of one table: sex, race_ethnicity or intersectional, as "
            "in 'intersectional=Male, Asian', or 'Coach:sex=Male' within a class; with --justification and --approver",
        )
        add(
            "--justification",
            metavar="TEXT",
            action="append",
            default=[],
            help="why the category of each --exclude is left out, in their order, or once for all; it is published",
        )
        add(
            "--approver",
            metavar="NAME",
            action="append",
            default=[],
            help="who approved each, in their order, or once for all; the command cannot witness it and says so",
        )
        add("--classes", metavar="COL", help="the column of the class into which a classifying tool sorts people")
        add("--class", metavar="NAME", action="append", default=[], dest="known_classes", help="a class that it knows")
        add("--class-reading", choices=CLASS_READINGS, help="what the rate of a class is (default: put-into)")
        add("--strata", metavar="COL", action="append", default=[], help="a column to compare within; needs --pooled")
        add("--unit", metavar="WHAT", help="what a row stands for: person, application, or another in words")
        add("--people-in-union", choices=["yes", "no"], help="whether people in the Union are among those assessed")
        add("--records", metavar="FILE.json", type=Path, help="the six records of Article 4a(1), by the letters a to f")
        add("--readings", action="store_true", help="also print what every other reading of the rule would change")
        add(
            "--fail-below",
            metavar="RATIO",
            type=_ratio,
            help="end with exit 3 if an impact ratio is below RATIO: your own threshold, for Local Law 144 sets none",
        )

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
        parser.add_argument(
            "--query",
            metavar="SELECT",
            action="append",
            default=[],
            help="one SELECT to count at an address of --table that names no table; its text stands in the result for "
            "all to read, so it holds no secret",
        )
        parser.add_argument("--engine", choices=["duckdb", "postgres", "spark"], help="what is to count; checked")
        parser.add_argument("--timeout", metavar="SECONDS", type=int, default=0, help="the longest a query may take")
        parser.add_argument("--pooled", metavar="WHY", help="why several files or tables may be counted as one")
        parser.add_argument("--sheet", metavar="NAME", help="the sheet of a spreadsheet")

    def handle(self, *args: Any, **options: Any) -> None:
        self._check_usage(options)
        as_json = options["format"] == "json"
        try:
            mapping = mapfile.read(options["map"]) if options["map"] else {}
            given = planfile.read(options["plan"]) if options["plan"] else None
            plan = self._plan(options, mapping, dict(given["document"]["choices"]) if given else {})
            said = conduct(plan=given, special_categories=_gate(options, given))
            result = run(self._sources(options), plan, conduct=said)
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
        self.stdout.write(result.data.decode() if as_json else text.report(document, with_readings=options["readings"]))
        if options["fail_below"] is not None:
            self._hold_against(document, options["fail_below"])

    def _hold_against(self, document: Mapping[str, Any], threshold: Fraction) -> None:
        """Exit 3 if a ratio is below what the caller set; the exact ratio decides, not the printed one."""
        below = list(text.below(document, threshold))
        for line in below:
            self.stderr.write(f"{line} That is your own threshold (--fail-below); Local Law 144 sets none.")
        if below:
            sys.exit(3)

    def _check_usage(self, options: dict[str, Any]) -> None:
        wrong = {
            "--favourable goes with --selected.": options["favourable"] is not None and options["selected"] is None,
            "Name a file, or a table with --table.": not options["files"] and not options["table"],
            "Name the column of outcomes, of scores or of classes: --selected, --score or --classes.": (
                options["selected"] is None and options["score"] is None and options["classes"] is None
            ),
            "--exclude goes with --justification and --approver, one for each or one for all.": any(
                len(options[name]) not in ({1, len(options["exclude"])} if options["exclude"] else {0})
                or not all(text.strip() for text in options[name])
                for name in ("justification", "approver")
            ),
            "--records goes with --people-in-union yes, or with a plan that says it.": options["records"] is not None
            and options["people_in_union"] != "yes"
            and options["plan"] is None,
            "--lower-is-better goes with --score.": options["lower_is_better"] and options["score"] is None,
            "--count-reading goes with --selected and --count.": options["count_reading"]
            and (options["selected"] is None or options["count"] is None),
        }
        wrong |= dict.fromkeys(outcome_options.wrong_usage(options), True)
        for sentence, applies in wrong.items():
            if applies:
                raise CommandError(sentence, returncode=2)

    def _sources(self, options: dict[str, Any]) -> list[Given]:
        """Return what to count, named by its file or table where there are several."""
        alone = len(options["files"]) + len(options["table"]) == 1
        found: list[Given] = [File(path, "" if alone else path.name) for path in options["files"]]
        try:
            found += [table if alone else replace(table, label=table.name) for table in tables_given(options)]
        except Refused as refused:
            if refused.code != "usage":
                raise
            raise CommandError(str(refused), returncode=2) from refused
        engines = {one.engine if isinstance(one, Table) else "duckdb" for one in found}
        if options["engine"] and engines != {options["engine"]}:
            counting = " and ".join(sorted(engines))
            sentence = f"--engine {options['engine']} was asked for, but what was named is counted by {counting}."
            raise CommandError(f"{sentence} An engine counts what it holds: name its table with --table.", returncode=2)
        return found

    def _plan(
        self,
        options: dict[str, Any],
        mapping: Mapping[Role, Mapping[str, str | None]],
        planned: Mapping[str, Any],
    ) -> Plan:
        """Return the plan of this run: what an option says, then what the given plan says, then the default."""
        scoring, classes = options["score"] is not None, options["classes"] is not None
        lower = options["lower_is_better"] or (scoring and planned.get("higher_is_better") is False)

        def said(option: str, name: str, default: Any = None) -> Any:
            return options[option] or planned.get(name) or default

        beyond = outcome_options.chosen(options, planned)
        try:
            return Plan(
                sex=options["sex"],
                race_ethnicity=options["race"],
                selected=options["selected"],
                favourable=said("favourable", "favourable") if not scoring else options["favourable"],
                score=options["score"],
                higher_is_better=not lower,
                count=options["count"],
                count_reading=options["count_reading"],
                unknowns=said("unknowns", "unknowns", "per-table"),
                mapping=mapping,
                encoding=options["encoding"],
                delimiter=_DELIMITERS.get(options["delimiter"]),
                sheet=options["sheet"],
                pooled=said("pooled", "pooled"),
                median_basis=said("median_basis", "median_basis") if scoring else options["median_basis"],
                exclusion_base=said("exclusion_base", "exclusion_base", "table"),
                exclusions=tuple(_exclusions(options) or _said_of(planned)),
                output_class=options["classes"],
                classes=tuple(options["known_classes"]),
                class_reading=said("class_reading", "class_reading") if classes else options["class_reading"],
                strata=tuple(said("strata", "strata", ())),
                unit_of_analysis=said("unit", "unit_of_analysis"),
                data=planned.get("data"),
                **beyond,
            )
        except Refused as refused:  # options that do not go together
            raise CommandError(str(refused), returncode=2) from refused


def _ratio(words: str) -> Fraction:
    try:
        ratio = Fraction(words)
    except (ValueError, ZeroDivisionError):
        ratio = Fraction(0)
    if not 0 < ratio <= 1:
        raise argparse.ArgumentTypeError("write a ratio above 0 and at most 1, such as 0.8")
    return ratio


_EXCLUDE = re.compile(r"(?:(?P<of>.+):)?(?P<table>sex|race_ethnicity|intersectional)=(?P<category>.+)", re.DOTALL)


def _exclusions(options: dict[str, Any]) -> list[dict[str, Any]]:
    named, found = options["exclude"], []
    said = [options[name] * (len(named) if len(options[name]) == 1 else 1) for name in ("justification", "approver")]
    for one, justification, approver in zip(named, *said, strict=True):
        parts = _EXCLUDE.fullmatch(one)
        try:
            table, category = (parts["table"], parts["category"]) if parts else ("", "")
            sex, _, race = category.partition(",") if table == "intersectional" else (category, "", category)
            found.append(
                {
                    **({"class": parts["of"]} if parts and parts["of"] else {}),
                    "table": table,
                    "sex": None if table == "race_ethnicity" else _known("sex", sex.strip()),
                    "race_ethnicity": None if table == "sex" else _known("race_ethnicity", race.strip()),
                    "justification": justification,
                    "approver": approver,
                }
            )
        except (KeyError, ValueError) as error:
            sentence = f"--exclude {one!r} names no category of a table, as in 'race_ethnicity=Asian'."
            raise CommandError(sentence, returncode=2) from error
    return found


def _said_of(planned: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the exclusions of a plan, but not that anybody approved them here: the command cannot witness it."""
    return [
        {name: value for name, value in one.items() if name not in ("proposed_by", "approved_at")}
        for one in planned.get("exclusions") or ()
    ]


def _known(role: Role, words: str) -> str:
    found = category_named(role, words)
    if found is None:
        raise KeyError(words)
    return found


def _gate(options: dict[str, Any], plan: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return what the options or the plan say of people in the Union; whoever says yes hands in the six records."""
    union = None if options["people_in_union"] is None else options["people_in_union"] == "yes"
    records = planfile.records(options["records"]) if options["records"] else {}
    return planfile.gate(plan, union, records)
