"""From where an act comes: from the address of a request, from a command, or from the worker."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from compliance.trail.personal import Personal

COMMAND, WORKER, REQUEST = "command", "worker", "request"
_now: ContextVar[tuple[str, str]] = ContextVar("origin", default=(COMMAND, ""))


@contextmanager
def coming_from(kind: str, address: str = "") -> Iterator[None]:
    """Say for the block from where its acts come; `address` is that of a request, or empty where it is not known."""
    token = _now.set((kind, address))
    try:
        yield
    finally:
        _now.reset(token)


def origin(actor: Mapping[str, str]) -> dict[str, str]:
    """Return the origin as an entry holds it; an address says something about the person who acts."""
    kind, address = _now.get()
    return {"kind": kind} | ({"address": Personal(address, person=actor["id"])} if address else {})
