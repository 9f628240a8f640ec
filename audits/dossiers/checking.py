"""Verification of a file that a stranger sent: in a process of its own, so that it can neither swell nor linger."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from threading import BoundedSemaphore

from django.conf import settings

from audits.dossiers import child
from audits.dossiers.verification import Report, verify
from compliance.lib.problems import Problem, Refused

MEMORY = 2 * 1024**3
SECONDS = 60
AT_ONCE = 2
PATIENCE = 3.0  # seconds; a thread that waits here answers nobody else
_room = BoundedSemaphore(AT_ONCE)


def verify_in_child(
    data: bytes, trust: Sequence[bytes] = (), *, memory: int = MEMORY, seconds: float = SECONDS
) -> Report:
    """Return what :func:`audits.dossiers.verification.verify` returns.

    Raises Refused for a `trust` that holds no certificate; for a file that takes too much time or memory; and when
    others are being checked and none ends soon: the page is open to everybody, so only a few are checked at once.
    """
    if not _room.acquire(timeout=PATIENCE):
        sentence = "Other files are being checked just now."
        raise Refused(Problem("busy", sentence, "Try again in a minute, or check it with manage.py verify_dossier."))
    try:
        told = child.run("verify", [data, *trust], memory=memory, seconds=seconds)
    except Refused as refused:
        if not refused.code.startswith("child-"):
            raise
        # No verdict: a machine under load stops a sound file too.
        sentence = f"The check took more than the {seconds:g} seconds or {memory // 1024**2} MiB that it may take here."
        raise Refused(Problem("check-stopped", sentence, "Check it with manage.py verify_dossier.")) from refused
    finally:
        _room.release()
    return Report.from_json(json.loads(told))


def trusted_here() -> list[bytes]:
    """Return the certificates (PEM) that the operator trusts, for signers and for time."""
    paths = dict.fromkeys(one for one in (settings.SIGNING_TRUST, settings.TIMESTAMP_TRUST) if one)
    return [Path(one).read_bytes() for one in paths]


def verify_packed(parts: list[bytes]) -> bytes:
    """Verify what :func:`verify_in_child` sent to the child."""
    data, *trust = parts
    return json.dumps(verify(data, trust).as_json()).encode()
