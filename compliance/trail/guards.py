"""What the database itself refuses, whoever asks: to change, remove or insert an entry, or to set the chain back.

The guards are put in place again after every migration, since SQLite forgets them when it makes a table anew. Whoever
owns the database can drop them; `trail_check` says that they are gone, and the chain shows what was done meanwhile.
"""

from __future__ import annotations

from typing import Any

from django.db import connection

ENTRIES, HEADS, PERSONAL = "compliance_trailentry", "compliance_trailhead", "compliance_trailpersonal"
NO_CHANGE = "The trail is append-only."
NOT_NEXT = "An entry of the trail continues the last one."
NO_WAY_BACK = "The end of the trail only moves on."
ONLY_REMOVED = "A personal text of the trail is removed as a whole, and nothing else."

_OTHER = f"EXISTS (SELECT 1 FROM {ENTRIES} e WHERE e.organisation_id = NEW.organisation_id AND {{more}})"  # noqa: S608

# name: (table, acts, what must hold of the rows, the sentence); an empty condition refuses every such act.
GUARDS: dict[str, tuple[str, tuple[str, ...], str, str]] = {
    "trail_no_update": (ENTRIES, ("UPDATE",), "", NO_CHANGE),
    "trail_no_delete": (ENTRIES, ("DELETE",), "", NO_CHANGE),
    "trail_continues": (
        ENTRIES,
        ("INSERT",),
        f"(NEW.seq = 1 AND NEW.prev = '' OR {_OTHER.format(more='e.seq = NEW.seq - 1 AND e.sha256 = NEW.prev')})"
        f" AND NOT {_OTHER.format(more='e.seq = NEW.seq')}",
        NOT_NEXT,
    ),
    "trail_head_moves_on": (
        HEADS,
        ("UPDATE",),
        "NEW.organisation_id = OLD.organisation_id AND NEW.seq > OLD.seq",
        NO_WAY_BACK,
    ),
    "trail_head_stays": (HEADS, ("DELETE",), "", NO_WAY_BACK),
    "trail_personal_is_removed_only": (
        PERSONAL,
        ("UPDATE",),
        """NEW.organisation_id = OLD.organisation_id AND NEW.sha256 = OLD.sha256 AND NEW.person = OLD.person
           AND OLD.removed_seq IS NULL AND NEW.removed_seq IS NOT NULL AND NEW.salt = '' AND NEW.value = ''""",
        ONLY_REMOVED,
    ),
    "trail_personal_stays": (PERSONAL, ("DELETE",), "", ONLY_REMOVED),
}


def install(**_: Any) -> None:
    """Put every guard in place that is not there, in the migrated database."""
    absent = missing()
    if not absent or ENTRIES not in connection.introspection.table_names():
        return
    with connection.cursor() as cursor:
        for name in absent:
            for statement in _STATEMENTS[connection.vendor](name):
                cursor.execute(statement)


def missing() -> list[str]:
    """Return the names of the guards that are not in place, or are switched off."""
    query = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'A'",
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(query)
        found = {row[0] for row in cursor.fetchall()}
    wanted = [*GUARDS, *([f"{table}_stays_whole" for table in _TABLES] if connection.vendor == "postgresql" else [])]
    return [name for name in wanted if name not in found]


_TABLES = (ENTRIES, HEADS, PERSONAL)


def _sqlite(name: str) -> list[str]:
    table, acts, holds, sentence = GUARDS[name]
    when = f"WHEN NOT ({holds})" if holds else ""
    return [
        f"""CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW {when}
            BEGIN SELECT RAISE(ABORT, '{sentence}'); END"""
        for act in acts
    ]


def _postgresql(name: str) -> list[str]:
    # ALWAYS: also where a session calls itself a replica, which passes by other triggers.
    if name not in GUARDS:
        table, acts, holds, sentence = _whole(name)
    else:
        table, acts, holds, sentence = GUARDS[name]
    each = "ROW" if holds else "STATEMENT"
    inside = f"IF NOT ({holds}) THEN RAISE EXCEPTION '{sentence}'; END IF; RETURN NEW;"
    return [
        f"""CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN {inside if holds else f"RAISE EXCEPTION '{sentence}';"} END $$""",
        f"DROP TRIGGER IF EXISTS {name} ON {table}",
        f"""CREATE TRIGGER {name} BEFORE {" OR ".join(acts)} ON {table}
            FOR EACH {each} EXECUTE FUNCTION {name}()""",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}",
    ]


def _whole(name: str) -> tuple[str, tuple[str, ...], str, str]:
    return name.removesuffix("_stays_whole"), ("TRUNCATE",), "", NO_CHANGE


_STATEMENTS = {"sqlite": _sqlite, "postgresql": _postgresql}
