"""Work in the background that the home page shows, whichever room it belongs to.

The other room says what runs by registering a function here when the application starts; so this room need not know it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from compliance.people.models import Membership


@dataclass(frozen=True, slots=True)
class Running:
    """One piece of work: `state` is the stored word, `state_label` its translation, `done` thousandths."""

    title: str
    kind: str
    url: str
    state: str
    state_label: str
    doing: str
    done: int


Source = Callable[[Membership], Iterable[Running]]
_sources: list[Source] = []


def shown_at_home(source: Source) -> Source:
    """Register a function that returns what runs in the member's organisation; usable as a decorator."""
    if source not in _sources:
        _sources.append(source)
    return source


def running(by: Membership) -> list[Running]:
    """Return what runs, or stopped a short while ago, in the order of the sources."""
    return [work for source in _sources for work in source(by)]
