"""What an operator should know about bias audits before the first member meets it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, register


@register()
def queries_can_be_asked(**_: Any) -> list[CheckMessage]:
    """Every query of PROBANDA_QUERIES is of a database that is named, and one SELECT without a secret."""
    if not settings.QUERIES:
        return []
    from audits.bias.address import ENGINES  # heavy: only who has queries needs what reads them
    from audits.bias.engines import only_select
    from audits.bias.querytext import check_shown
    from compliance.lib.problems import Refused

    found: list[CheckMessage] = []
    for database, queries in settings.QUERIES.items():
        source = settings.SOURCES.get(database)
        if source is None:
            sentence = f"PROBANDA_QUERIES has queries for {database!r}, which PROBANDA_SOURCES does not name."
            found.append(
                checks.Error(sentence, hint="Name the database there, or leave these out.", id="probanda.E004")
            )
            continue
        scheme = urlsplit(source.url).scheme
        for name, query in queries.items():
            try:
                only_select(query, ENGINES.get(scheme, scheme))
                check_shown(query)
            except Refused as refused:
                problem = refused.problems[0]
                sentence = f"The query {name!r} of {database!r} in PROBANDA_QUERIES cannot be asked. {problem.sentence}"
                found.append(checks.Error(sentence, hint=problem.hint, id="probanda.E004"))
    return found
