"""Databases that the operator named (PROBANDA_SOURCES), whose tables members may have counted where they are.

A member chooses a name and a table, and never types or sees an address. The address and its password are read from the
settings when they are used; neither is kept in a row, a result, a trail entry or a sentence.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import parse_qs, quote, unquote, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from audits.bias.address import ENGINES, Table, named_tables
from compliance import env
from compliance.lib.problems import Problem, Refused
from compliance.people.models import Membership, Organisation

LISTED: Final = frozenset({"postgres", "duckdb"})
"""Engines that say quickly what tables they have; for any other the operator's address names the one table."""
CONNECT_SECONDS: Final = 10


@dataclass(frozen=True, slots=True)
class Database:
    """One of the operator's databases as a member sees it."""

    name: str
    engine: str
    only: str
    """The one table that its address names, empty where a member chooses."""


def offered(by: Membership) -> list[Database]:
    """Return the databases that the organisation of `by` may count in, by name."""
    return [_seen(name, one.url) for name, one in sorted(settings.SOURCES.items()) if _may(by.organisation, one)]


def _may(organisation: Organisation, one: env.Source) -> bool:
    """Say whether a database is for an organisation: the one it names, or the only one that there is."""
    if one.organisation:
        return one.organisation == organisation.slug
    return not Organisation.objects.exclude(pk=organisation.pk).exists()


def _seen(name: str, url: str) -> Database:
    parts = urlsplit(url)
    return Database(name, ENGINES.get(parts.scheme, parts.scheme), _only(url))


def _only(url: str) -> str:
    parts = urlsplit(url)
    files = parse_qs(parts.query)
    return parts.fragment or next((files[kind][0] for kind in ("parquet", "csv") if kind in files), "")


def tables(by: Membership, name: str) -> list[tuple[str, str]]:
    """Return the tables and views of a database, each as an address calls it and as a person reads it.

    Refused where the database cannot be asked.
    """
    one = find(by, name)
    if one.only:
        return [(one.only, unquote(one.only))]
    found = named_tables(_table(name, "x.x"), CONNECT_SECONDS)
    return [(".".join(_part(part) for part in parts), ".".join(parts)) for parts in found]


def find(by: Membership, name: str) -> Database:
    """Return a database that the organisation may count in; Refused if it may not, or no longer."""
    one = next((one for one in offered(by) if one.name == name), None)
    if one is None:
        sentence = _("There is no database of the name “{name}” for this organisation.").format(name=name)
        raise Refused(Problem("no-database", sentence, _("The operator names databases in PROBANDA_SOURCES.")))
    return one


def table(organisation: Organisation, name: str, chosen: str, label: str = "") -> Table:
    """Return a table to be counted, with the address and password that the operator gave just now."""
    one = settings.SOURCES.get(name)
    if one is None or not _may(organisation, one) or _only(one.url) not in ("", chosen):
        sentence = _("The table is no longer in a database that the operator named: “{name}”.").format(name=name)
        raise Refused(Problem("no-database", sentence, _("Ask the operator.")))
    return replace(_table(name, chosen), label=label)


def _table(name: str, chosen: str) -> Table:
    url: str = settings.SOURCES[name].url
    if not _only(url):
        url = f"{url}#{chosen}"
    return Table(url, password=env.source_password(name), timeout=settings.SOURCES_TIMEOUT)


def _part(name: str) -> str:
    return quote(name, safe=" ").replace(".", "%2E")
