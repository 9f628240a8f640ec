"""Plans and records that a person hands to the command as JSON, read with what is wrong in them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from audits.bias.rules import check_document, check_gate, check_stated
from audits.metrics.conduct import CONDITIONS, PLAN_SCHEMA
from audits.timestamps.check import judge
from compliance.lib.canonical import digest, load
from compliance.lib.problems import Problem, Refused

LARGEST = 1024 * 1024
_STATED = ("sha256", "document", "locked_at", "locked_by", "approved_by", "authors", "timestamp")


def read(path: Path) -> dict[str, Any]:
    """Return a plan as a result states it: a locked one as it was exported, or a bare document, which nobody locked.

    The rules of the pages hold here too: a plan that says that it was locked gives its digest, names who locked it and
    when, and with thresholds a second person who did not write in it; anything else is `Refused`. Who it was is the
    file's word: `witnessed` says so in the result.
    """
    found = _json(path)
    if isinstance(found, dict) and found.get("schema") == PLAN_SCHEMA:
        found = {**dict.fromkeys(_STATED), "authors": [], "document": found, "sha256": digest(found)}
    if not isinstance(found, dict) or set(found) != set(_STATED) or not isinstance(found["document"], dict):
        raise Refused(Problem("plan", f"The file {path.name} is no plan.", f"It names the schema {PLAN_SCHEMA}."))
    check_document(found["document"])
    check_stated(found)
    if digest(found["document"]) != found["sha256"]:
        sentence = f"The plan {path.name} does not give the digest that it states."
        raise Refused(Problem("plan-changed", sentence, found=digest(found["document"]), expected=found["sha256"]))
    if (token := found["timestamp"]) is not None:
        judged = judge(token, found["sha256"])
        if judged.state == "broken":
            raise Refused(
                Problem("plan-stamp-broken", f"The plan {path.name} carries a broken time stamp. {judged.sentence}")
            )
    return {**found, "witnessed": "file"}


def gate(plan: Mapping[str, Any] | None, people_in_union: bool | None, records: Mapping[str, str]) -> dict[str, Any]:
    """Return what is said of people in the Union, by the caller or else by the plan, with the six records.

    A run on people in the Union without all six is `Refused` (AI Act Art 4a(1)); where nobody says anything, that is
    what the result says.
    """
    said = plan["document"].get("special_categories") or {} if plan else {}
    union = said.get("people_in_union") if people_in_union is None else people_in_union
    if records and not union:
        sentence = (
            "Records of Article 4a(1) were given, but nobody says that people in the Union are among those assessed."
        )
        raise Refused(Problem("union-unanswered", sentence, "Say --people-in-union yes, or leave the records out."))
    conditions = {**said.get("conditions", {}), **records} if union else {}
    if union is not None:
        check_gate(union, conditions)
    return {"people_in_union": union, "conditions": conditions}


def records(path: Path) -> dict[str, str]:
    """Return the six records of Article 4a(1), by the letters a to f."""
    found = _json(path)
    if not isinstance(found, dict) or set(found) - set(CONDITIONS):
        raise Refused(Problem("condition-missing", f"The file {path.name} holds records by the letters a to f."))
    return {letter: str(text) for letter, text in found.items()}


def _json(path: Path) -> Any:
    try:
        with path.open("rb") as stream:
            data = stream.read(LARGEST + 1)
    except OSError as error:
        raise Refused(Problem("plan", f"The file {path.name} cannot be read: {error.strerror or error}.")) from error
    if len(data) > LARGEST:
        raise Refused(Problem("plan", f"The file {path.name} is larger than 1 MiB."))
    try:
        return load(data)
    except (ValueError, RecursionError) as error:
        raise Refused(Problem("plan", f"The file {path.name} is no JSON that has one reading: {error}")) from error
