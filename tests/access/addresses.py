"""Every address of the URL configuration, and what the table of expectations says of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from compliance.people.models import Reach

TABLE = Path(__file__).with_name("expected.txt")
UNDER = "o/<slug:org>/"  # what belongs to an organisation
COLUMNS = 5
ANY = "*"  # in the column of what sending needs: what is sent decides, and who sends it is asked after that
GUESTS = {"team": Reach.ENGAGEMENT, "asked": Reach.REQUESTS}


@dataclass(frozen=True, slots=True)
class Address:
    """One pattern of the URL configuration, with all that stands before it."""

    route: str
    pattern: URLPattern
    converters: dict[str, Any]

    @property
    def name(self) -> str:
        return str(self.pattern.name)

    @property
    def view(self) -> Any:
        return self.pattern.callback

    @property
    def parts(self) -> list[str]:
        """The names of what the address takes besides the organisation; those of an endpoint are in its pattern."""
        inside = [name for name in self.pattern.pattern.regex.groupindex if name not in self.converters]
        return [name for name in [*self.converters, *inside] if name != "org"]

    @property
    def ability(self) -> str:
        """What looking needs."""
        return str(self.view.cls.ability if self.is_api else getattr(self.view, "ability", ""))

    @property
    def writing(self) -> str:
        """What sending needs; of an endpoint, the action that it calls says so."""
        return ANY if self.is_api else str(getattr(self.view, "writing", ""))

    @property
    def methods(self) -> list[str]:
        """How it can be asked."""
        return [one for one in self.view.actions if one != "head"] if self.is_api else ["get", "post"]

    @property
    def is_api(self) -> bool:
        """Whether programs ask it: those are told by a status, and not led to a page where people sign in."""
        return "api/" in self.route

    def path(self, organisation: str, **named: Any) -> str:
        return reverse(self.name, kwargs={**self.pattern.default_args, **named, "org": organisation})


@dataclass(frozen=True, slots=True)
class Expected:
    """One line of the table: the abilities that looking and sending need, the guests it is open to, and its things.

    `things` is (part of the address, kind of thing or fixed text, whether it is a thing). Where `elusive`, the thing is
    not everybody's, so that one who may open the page may still be told that it is not there.
    """

    look: str
    send: str
    guests: frozenset[str]
    things: tuple[tuple[str, str, bool], ...]
    elusive: bool

    def named(self, things: dict[str, Any]) -> dict[str, Any]:
        """Return what the address is made with, the things being those of `things`."""
        return {part: things[value] if is_thing else value for part, value, is_thing in self.things}

    @property
    def has_things(self) -> bool:
        return any(is_thing for _part, _value, is_thing in self.things)


def addresses(
    under: URLResolver | None = None, route: str = "", given: dict[str, Any] | None = None
) -> Iterator[Address]:
    for one in (under or get_resolver()).url_patterns:
        converters = {**(given or {}), **one.pattern.converters}
        if isinstance(one, URLResolver):
            yield from addresses(one, route + str(one.pattern), converters)
        else:
            yield Address(route + str(one.pattern), one, converters)


OF_AN_ORGANISATION = [one for one in addresses() if one.route.startswith(UNDER)]


@cache
def expected() -> dict[str, Expected]:
    """Return the table by the names of the addresses."""
    found = {}
    for number, line in enumerate(TABLE.read_text(encoding="utf-8").splitlines(), 1):
        words = line.partition("#")[0].split()
        if not words:
            continue
        if len(words) not in (COLUMNS, COLUMNS - 1):
            raise ValueError(f"Line {number} of {TABLE.name} has {len(words)} words; it takes {COLUMNS}: {line!r}.")
        name, look, send, guests, *rest = words
        given = rest[0] if rest else ""
        things = []
        named = given.rstrip("!")
        for one in named.split(",") if named else ():
            is_thing = ":" in one
            part, _mark, value = one.partition(":" if is_thing else "=")
            things.append((part, value, is_thing))
        open_to = frozenset() if guests == "-" else frozenset(guests.split(","))
        found[name] = Expected(look, send, open_to, tuple(things), given.endswith("!"))
    return found


def missing_line(address: Address) -> str:
    """Return the sentence for an address that nobody has thought about, with the line that it wants."""
    things = ",".join(f"{part}:KIND" for part in address.parts)
    wanted = f"{address.name} {address.ability} {address.writing} - {things}".strip()
    return (
        f"Nobody has said yet who may open /{address.route}. Add a line to tests/access/{TABLE.name}, such as: {wanted}"
        " (its name; the ability that looking needs; the one that sending needs, or * for an endpoint; the guests it is"
        " open to, or -; for each id in it the kind of thing, of those in tests/access/things.py, or part=text for what"
        " names no thing)."
    )
