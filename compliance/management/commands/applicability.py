"""`manage.py applicability`: say which rows of a law bind one system, since when and why. Needs no database."""

from __future__ import annotations

import datetime
import json
import sys
import textwrap
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from compliance.catalogue.applicability import Applicability, RowState, applicability
from compliance.catalogue.classification import Classification, classify
from compliance.catalogue.known import Known, parse
from compliance.catalogue.loader import facts
from compliance.lib.problems import Problem, Refused

_HEADINGS = {
    "applies": "Applies",
    "later": "Will apply",
    "undetermined": "Undetermined: more must be known",
    "no": "Does not apply",
}


class Command(BaseCommand):
    help = (
        "Hold a system's facts against a law as of a day. Exit 0: printed. Exit 1: every problem with what was given."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "facts", help="a JSON file of facts, as manage.py facts_schema describes it; - for the input"
        )
        parser.add_argument("--law", required=True, help="such as eu-ai-act")
        parser.add_argument("--as-of", required=True, help="the day asked for, as YYYY-MM-DD")
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        as_json = options["format"] == "json"
        try:
            as_of, known = _given(options["as_of"], options["facts"])
            found = applicability(options["law"], known, as_of)
            classes = classify(options["law"], known, as_of)
        except Refused as refused:
            for problem in refused.problems:
                self.stderr.write(json.dumps(problem.as_json(), ensure_ascii=False) if as_json else str(problem))
            sys.exit(1)
        if as_json:
            self.stdout.write(json.dumps(_as_json(found, classes), ensure_ascii=False, indent=2))
        else:
            self.stdout.write("\n".join(_lines(found, classes)))


def _given(day: str, path: str) -> tuple[datetime.date, Known]:
    """Read the day and the facts; refused with the problems of both at once."""
    problems: list[Problem] = []
    as_of, known = datetime.date.min, Known()
    try:
        as_of = datetime.date.fromisoformat(day)
    except ValueError:
        sentence = "The day asked for must be given as YYYY-MM-DD."
        problems.append(Problem("wrong-day", sentence, found=day, expected="a day such as 2026-11-21"))
    try:
        data = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
        known = parse(data, facts())
    except OSError as error:
        problems.append(Problem("no-file", f"{path} cannot be read: {error.strerror}."))
    except Refused as refused:
        problems += refused.problems
    if problems:
        raise Refused.all(problems)
    return as_of, known


def _as_json(found: Applicability, classes: Classification) -> dict[str, Any]:
    return {
        "law": found.law.law,
        "text_version": found.law.text_version,
        "digest": found.law.digest,
        "as_of": found.as_of.isoformat(),
        "facts": found.known.as_json(),
        "classification": [one.as_json() for one in classes.outcomes],
        "steps": [one.as_json() for one in classes.steps],
        "rows": [one.as_json() for one in found.rows],
        "to_come": [
            {"text_version": one.law.text_version, "rows": [row.as_json() for row in one.differing_from(found)]}
            for one in found.to_come
        ],
    }


def _lines(found: Applicability, classes: Classification) -> Iterator[str]:
    yield f"{found.law.title}"
    yield f"Text version {found.law.text_version}, as of {found.as_of}"
    for outcome in classes.outcomes:
        since = f" from {outcome.since}" if outcome.since else ""
        yield f"  {outcome.title} ({outcome.name}): {outcome.state}{since}; {'; '.join(outcome.citation)}"
    for state, heading in _HEADINGS.items():
        rows = [one for one in found.rows if one.state == state]
        yield from ("", f"{heading}: {len(rows)} rows")
        for one in rows:
            since = f", from {one.since}" if one.since else ""
            yield f"  {one.row.id}  {one.row.title} ({one.row.citation_text}{since})"
            if one.needs:
                yield textwrap.fill(", ".join(one.needs), 110, initial_indent="    needs ", subsequent_indent="      ")
            if state == "no":
                yield textwrap.fill(_ground(one), 110, initial_indent="    ", subsequent_indent="    ")
    open_facts = Counter(name for one in found.rows for name in one.needs)
    if open_facts:
        yield from ("", "Questions that would settle more, those that most rows wait for first:")
    for name, count in open_facts.most_common():
        question = f"{name} ({count} rows): {facts()[name].question}"
        yield textwrap.fill(question, 110, initial_indent="  ", subsequent_indent="    ")
    for coming in found.to_come:
        yield from ("", f"Known to come with the text of {coming.law.text_version}:")
        for one in coming.differing_from(found):
            yield f"  {one.row.id}  {one.row.title}: {one.state}{f' from {one.since}' if one.since else ''}"


def _ground(row: RowState) -> str:
    """The first thing that the row asks for and that is not so."""
    missing = (one.sentence for one in row.reasons if one.kind in ("term", "track") and one.value is False)
    return next(missing, row.reasons[-1].sentence)
