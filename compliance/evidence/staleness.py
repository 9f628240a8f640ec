"""Evidence that no longer speaks of what is in use, as the other room knows it.

A piece of evidence never changes, and this room does not know how it was made. Whoever made it registers a function
here when the application starts, and says of which pieces it holds that what they show has moved on.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from uuid import UUID

from compliance.people.models import Membership

Source = Callable[[Membership, Collection[UUID]], Mapping[UUID, list[str]]]
_sources: list[Source] = []


def tells_stale(source: Source) -> Source:
    """Register a function that returns, of the pieces asked about, why those that are stale are so, in sentences."""
    if source not in _sources:
        _sources.append(source)
    return source


def stale(by: Membership, pieces: Collection[UUID]) -> dict[UUID, list[str]]:
    """Return why each of these pieces is stale; a piece that nobody calls stale is left out."""
    found: dict[UUID, list[str]] = {}
    for source in _sources if pieces else ():
        for piece, sentences in source(by, pieces).items():
            found.setdefault(piece, []).extend(sentences)
    return found
