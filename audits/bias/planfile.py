"""Plans and records that a person hands to the command as JSON, read with what is wrong in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from audits.bias.rules import check_document
from audits.metrics.conduct import CONDITIONS, PLAN_SCHEMA
from compliance.lib.canonical import digest, load
from compliance.lib.problems import Problem, Refused

LARGEST = 1024 * 1024
_LOCKED = ("sha256", "document", "locked_at", "locked_by", "approved_by", "timestamp")


def read(path: Path) -> dict[str, Any]:
    """Return a plan as a result states it: a locked one as it was exported, or a bare document, which nobody locked.

    A locked plan that does not give its digest is `Refused`.
    """
    found = _json(path)
    if isinstance(found, dict) and found.get("schema") == PLAN_SCHEMA:
        found = {**dict.fromkeys(_LOCKED), "document": found, "sha256": digest(found)}
    if not isinstance(found, dict) or set(found) != set(_LOCKED) or not isinstance(found["document"], dict):
        raise Refused(Problem("plan", f"The file {path.name} is no plan.", f"It names the schema {PLAN_SCHEMA}."))
    check_document(found["document"])
    if digest(found["document"]) != found["sha256"]:
        sentence = f"The plan {path.name} does not give the digest that it states."
        raise Refused(Problem("plan-changed", sentence, found=digest(found["document"]), expected=found["sha256"]))
    return found


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
