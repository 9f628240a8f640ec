"""Who is named in a text: `@` and the name or the e-mail address of a member."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

_AT: Final = re.compile(r"(?<![\w.+-])@(?=\S)")
_WORD: Final = re.compile(r"[^\s,;:!?()]+")


@dataclass(frozen=True, slots=True)
class Found:
    """Whom a text names: members by their place in the list, names that several have, and names that nobody has."""

    members: tuple[int, ...]
    several: tuple[str, ...]
    nobody: tuple[str, ...]


def mentions(text: str, members: Sequence[tuple[str, str]]) -> Found:
    """Find whom a text names among members, each a name and an e-mail address. The longest name that fits counts.

    >>> people = [("Alice", "alice@example.org"), ("Bob", "b@x.org")]
    >>> mentions("@Bob, ask @alice@example.org and @Dora; b@x.org", people)
    Found(members=(1, 0), several=(), nobody=('Dora',))
    >>> mentions("@Bob Smith", [("Bob", "b@x.org"), ("Bob Smith", "s@x.org")]).members
    (1,)
    >>> mentions("@Bob", [("Bob", "b@x.org"), ("Bob", "c@x.org")]).several
    ('Bob',)
    """
    named: dict[str, list[int]] = {}
    for place, one in enumerate(members):
        for word in one:
            named.setdefault(" ".join(word.casefold().split()), []).append(place)
    found: list[int] = []
    several: list[str] = []
    nobody: list[str] = []
    for at in _AT.finditer(text):
        rest = text[at.end() :]
        fitting = _fitting(" ".join(rest.split()), named)
        if not fitting:
            unknown = _WORD.match(rest)
            nobody.append(unknown.group().rstrip(".") if unknown else rest[:20])
        elif len(named[fitting[0]]) > 1:
            several.append(members[named[fitting[0]][0]][0])
        else:
            found.append(named[fitting[0]][0])
    return Found(*(tuple(dict.fromkeys(some)) for some in (found, several, nobody)))  # type: ignore[arg-type]


def _fitting(rest: str, names: Iterable[str]) -> list[str]:
    start = rest.casefold()
    fits = [one for one in names if one and start.startswith(one) and not start[len(one) : len(one) + 1].isalnum()]
    return sorted(fits, key=len, reverse=True)
