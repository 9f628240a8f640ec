"""Verification of a file that a stranger sent: in a process of its own, so that it can neither swell nor linger."""

from __future__ import annotations

import json
from collections.abc import Sequence

from audits.dossiers import child
from audits.dossiers.verification import Check, Report, verify
from compliance.lib.canonical import sha256
from compliance.lib.problems import Refused

MEMORY = 2 * 1024**3
SECONDS = 60


def verify_in_child(
    data: bytes, trust: Sequence[bytes] = (), *, memory: int = MEMORY, seconds: float = SECONDS
) -> Report:
    """Return what :func:`audits.dossiers.verification.verify` returns; a file that takes too much is broken.

    Raises Refused only for a `trust` that holds no certificate.
    """
    try:
        told = child.run("verify", [data, *trust], memory=memory, seconds=seconds)
    except Refused as refused:
        if not refused.code.startswith("child-"):
            raise
        expected = f"a file that can be checked within {seconds:g} seconds and {memory // 1024**2} MiB"
        sentence = "The file cannot be checked: it takes more time or memory than any dossier."
        check = Check(1, "pdf", "The file is a PDF", "broken", str(refused)[:500], expected, sentence)
        return Report(sha256(data), (check,))
    return Report.from_json(json.loads(told))


def verify_packed(parts: list[bytes]) -> bytes:
    """Verify what :func:`verify_in_child` sent to the child."""
    data, *trust = parts
    return json.dumps(verify(data, trust).as_json()).encode()
