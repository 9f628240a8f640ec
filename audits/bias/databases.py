"""Databases that the operator named (PROBANDA_SOURCES), whose tables members may have counted where they are.

A member chooses a name and a table, and never types or sees an address. The address and its password are read from the
settings when they are used; neither is kept in a row, a result, a trail entry or a sentence.

For a database with queries (PROBANDA_QUERIES) a member chooses one of these by its name, and no table. The text is the
operator's alone: nothing that a member sends becomes part of a query. It is kept and shown, since a result states it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
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
    queries: Mapping[str, str] = field(default_factory=dict)
    """The texts of its queries by their names; where there are some, no table is offered."""


def offered(by: Membership) -> list[Database]:
    """Return the databases that the organisation of `by` may count in, by name."""
    return [_seen(name, one.url) for name, one in sorted(settings.SOURCES.items()) if _may(by.organisation, one)]


def asked(name: str, chosen: str) -> str:
    """Return the text of an operator's query as it stands now; empty for a table."""
    found: str = settings.QUERIES.get(name, {}).get(chosen, "")
    return found


def _may(organisation: Organisation, one: env.Source) -> bool:
    """Say whether a database is for an organisation: the one it names, or the only one that there is."""
    if one.organisation:
        return one.organisation == organisation.slug
    return not Organisation.objects.exclude(pk=organisation.pk).exists()


def _seen(name: str, url: str) -> Database:
    parts = urlsplit(url)
    return Database(name, ENGINES.get(parts.scheme, parts.scheme), _only(url), settings.QUERIES.get(name, {}))


def _only(url: str) -> str:
    parts = urlsplit(url)
    files = parse_qs(parts.query)
    return parts.fragment or next((files[kind][0] for kind in ("parquet", "csv") if kind in files), "")


def tables(by: Membership, name: str) -> list[tuple[str, str]]:
    """Return the tables and views of a database, each as an address calls it and as a person reads it.

    Where it has queries, these are returned and no table. Refused where the database cannot be asked.
    """
    one = find(by, name)
    if one.queries:
        return [(query, query) for query in one.queries]
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


def table(organisation: Organisation, name: str, chosen: str, label: str = "", query: str = "") -> Table:
    """Return a table to be counted, with the address and password that the operator gave just now.

    `query` is the text of the operator's query as it was looked at; one that reads otherwise by now is Refused, since a
    person confirmed what its columns mean. So is a table where members may choose queries only.
    """
    one = settings.SOURCES.get(name)
    if one is None or not _may(organisation, one) or _only(one.url) not in ("", chosen):
        sentence = _("The table is no longer in a database that the operator named: “{name}”.").format(name=name)
        raise Refused(Problem("no-database", sentence, _("Ask the operator.")))
    if not query and name not in settings.QUERIES:
        return replace(_table(name, chosen), label=label)
    if not query or not (now := asked(name, chosen)):
        sentence = _("The operator offers no query of the name “{query}” in “{name}” any more, nor its tables.")
        raise Refused(Problem("no-query", sentence.format(query=unquote(chosen), name=name), _("Ask the operator.")))
    if now != query:
        sentence = _("The operator changed the query “{query}” after it was looked at.").format(query=chosen)
        raise Refused(Problem("query-changed", sentence, _("Choose it again, and look at what it gives now.")))
    return _of(name, settings.SOURCES[name].url, query=query, label=label)


def _table(name: str, chosen: str) -> Table:
    url: str = settings.SOURCES[name].url
    return _of(name, url if _only(url) else f"{url}#{chosen}")


def _of(name: str, url: str, **more: str) -> Table:
    return Table(url, password=env.source_password(name), timeout=settings.SOURCES_TIMEOUT, **more)


def _part(name: str) -> str:
    return quote(name, safe=" ").replace(".", "%2E")
