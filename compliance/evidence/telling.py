"""What one room knows of pieces of evidence and the other asks: the arrow between the rooms stays one way.

A piece of evidence never changes, and this room does not know how it was made. Whoever made it registers a function
here when the application starts, and says of which pieces it holds what is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from uuid import UUID

Source = Callable[[UUID, Collection[UUID]], Mapping[UUID, list[str]]]


class Telling:
    """One kind of thing that is told of evidence, in sentences, by whoever registered for it."""

    def __init__(self) -> None:
        self._sources: list[Source] = []

    def add(self, source: Source) -> Source:
        """Register a function that returns, of the pieces of an organisation that are asked about, those of which it
        has something to tell, with the sentences."""
        if source not in self._sources:
            self._sources.append(source)
        return source

    def of(self, organisation_id: UUID, pieces: Collection[UUID]) -> dict[UUID, list[str]]:
        """Return what is told of each of these pieces; a piece of which nobody tells anything is left out."""
        found: dict[UUID, list[str]] = {}
        for source in self._sources if pieces else ():
            for piece, sentences in source(organisation_id, pieces).items():
                found.setdefault(piece, []).extend(sentences)
        return found
