"""Verification for pages: in a process of its own, so that no file can hold up or bring down the web application."""

from __future__ import annotations

from collections.abc import Sequence
from threading import BoundedSemaphore
from typing import Any, Final

from audits.dossiers import child
from audits.dossiers.verification import verify
from compliance.lib.canonical import dump, load
from compliance.lib.problems import Problem, Refused

MEMORY: Final = 3 * 1024**3
SECONDS: Final = 45.0
AT_ONCE: Final = 2
_room = BoundedSemaphore(AT_ONCE)


def verify_in_child(data: bytes, trust: Sequence[bytes] = ()) -> dict[str, Any]:
    """Return the report on a file, as :meth:`Report.as_json` and its `sentence`.

    Refused when it takes too long, or when others are being checked and none of them ends soon.
    """
    if not _room.acquire(timeout=SECONDS):
        sentence = "Other files are being checked just now."
        raise Refused(Problem("busy", sentence, "Try again in a minute, or check it with manage.py verify_dossier."))
    try:
        report: dict[str, Any] = load(child.run("verify", [data, *trust], memory=MEMORY, seconds=SECONDS))
    finally:
        _room.release()
    return report


def verify_packed(parts: list[bytes]) -> bytes:
    """Verify the first part, trusting the certificates in the others; runs in the child."""
    report = verify(parts[0], parts[1:])
    return dump({**report.as_json(), "sentence": report.sentence})
