"""A result document in a file, as a person hands it to a command."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from compliance.lib.canonical import load
from compliance.lib.problems import Problem, Refused

LARGEST: Final = 64 * 2**20


def read(path: Path) -> tuple[bytes, Any]:
    """Return the bytes of a result and what they say; what cannot be read is `Refused`."""
    try:
        with path.open("rb") as stream:
            data = stream.read(LARGEST + 1)
    except OSError as error:
        sentence = f"The result {path.name} cannot be read: {error.strerror or error}."
        raise Refused(Problem("result-unreadable", sentence)) from error
    if len(data) > LARGEST:
        raise Refused(Problem("result-unreadable", f"The result {path.name} is larger than 64 MiB."))
    try:
        return data, load(data)
    except (ValueError, RecursionError) as error:
        raise Refused(Problem("result-unreadable", f"The result is no JSON that has one reading: {error}")) from error
