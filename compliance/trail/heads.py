"""Ends of chains that were noted elsewhere, read from the files in which they stand.

Whoever owns the database can write a whole new chain; what left the house earlier still names the old one.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from compliance.trail import exported

Noted = tuple[UUID, int, str]
Reader = Callable[[Path], list[Noted] | None]
_readers: list[Reader] = []


def reads_heads(reader: Reader) -> Reader:
    """Register a function that returns what a file notes, or None where the file is of another kind."""
    if reader not in _readers:
        _readers.append(reader)
    return reader


def read(path: Path) -> list[Noted]:
    """Return (organisation, place, digest) of each end that a file names; ValueError where it names none."""
    for reader in _readers:
        found = reader(path)
        if found is not None:
            return found
    with path.open("rb") as file:
        first = file.readline()
        try:
            organisation, seq, sha256 = exported.noted(json.loads(first))
        except ValueError:
            return _of_report(json.loads(first + file.read()))
    return [(UUID(organisation), seq, sha256)]


def _of_report(report: dict[str, list[dict[str, str]]]) -> list[Noted]:
    """Read what `trail_check --format json` wrote."""
    return [
        (UUID(one["organisation"]), int(one["entries"]), one["head"])
        for one in report["organisations"]
        if int(one["entries"])
    ]
