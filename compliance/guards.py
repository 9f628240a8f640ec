"""What the database itself refuses, whoever asks: triggers for SQLite and PostgreSQL.

A slice declares what must not happen to its tables (`guards.py` of the slice); the guards are put in place after every
migration, since SQLite forgets them when it makes a table anew. Whoever owns the database can drop them: `trail_check`
and the page of the trail say which are gone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection

DECLARED: dict[str, Guard] = {}


@dataclass(frozen=True, slots=True)
class Guard:
    """An act (INSERT, UPDATE, DELETE or, on PostgreSQL alone, TRUNCATE) on a table is refused with a sentence.

    `unless` is the condition on the rows `OLD` and `NEW` under which it is allowed; without one it never is. Of a
    TRUNCATE it speaks of the table as a whole.
    """

    name: str
    table: str
    act: str
    sentence: str
    unless: str = ""

    def statements(self, vendor: str) -> list[str]:
        """Return what puts the guard up.

        >>> Guard("kept", "files", "DELETE", "A file stays.").statements("oracle")
        Traceback (most recent call last):
        KeyError: 'oracle'
        """
        return {"sqlite": self._sqlite, "postgresql": self._postgresql}[vendor]()

    def _sqlite(self) -> list[str]:
        when = f"WHEN NOT ({self.unless})" if self.unless else ""
        return [
            f"""CREATE TRIGGER {self.name} BEFORE {self.act} ON {self.table} FOR EACH ROW {when}
                BEGIN SELECT RAISE(ABORT, '{self.sentence}'); END"""
        ]

    def _postgresql(self) -> list[str]:
        # ALWAYS: also where a session calls itself a replica, which passes by other triggers.
        each = "ROW" if self.unless and self.act != "TRUNCATE" else "STATEMENT"
        when = f"NOT ({self.unless})" if self.unless else "true"
        row = {"DELETE": "OLD", "TRUNCATE": "NULL"}.get(self.act, "NEW") if self.unless else "NULL"
        return [
            f"""CREATE OR REPLACE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF {when} THEN RAISE EXCEPTION '{self.sentence}'; END IF; RETURN {row}; END $$""",
            f"DROP TRIGGER IF EXISTS {self.name} ON {self.table}",
            f"""CREATE TRIGGER {self.name} BEFORE {self.act} ON {self.table}
                FOR EACH {each} EXECUTE FUNCTION {self.name}()""",
            f"ALTER TABLE {self.table} ENABLE ALWAYS TRIGGER {self.name}",
        ]


def settled(name: str, table: str, sentence: str, when: str = "") -> list[Guard]:
    """Return the guards under which rows are neither changed nor removed, once `when` holds of them (of `OLD`).

    >>> [(one.name, one.unless) for one in settled("plan", "plans", "It stays.", "OLD.locked")]
    [('plan_no_update', 'NOT (OLD.locked)'), ('plan_no_delete', 'NOT (OLD.locked)'),
     ('plan_no_truncate', 'NOT EXISTS (SELECT 1 FROM plans WHERE locked)')]
    """
    unless = f"NOT ({when})" if when else ""
    none = f"NOT EXISTS (SELECT 1 FROM {table} WHERE {when.replace('OLD.', '')})" if when else ""  # noqa: S608
    conditions = {"UPDATE": unless, "DELETE": unless, "TRUNCATE": none}
    return [Guard(f"{name}_no_{act.lower()}", table, act, sentence, one) for act, one in conditions.items()]


def declare(guards: Iterable[Guard]) -> None:
    """Have guards put in place after every migration."""
    DECLARED.update((one.name, one) for one in guards)


def wanted() -> dict[str, Guard]:
    """Return the guards that this kind of database needs, by name."""
    return {name: one for name, one in DECLARED.items() if connection.vendor == "postgresql" or one.act != "TRUNCATE"}


def install(**_: Any) -> None:
    """Put every guard in place that is not there, where its table is."""
    absent = missing()
    tables = set(connection.introspection.table_names()) if absent else set()
    with connection.cursor() as cursor:
        for name in absent:
            if DECLARED[name].table in tables:
                for statement in DECLARED[name].statements(connection.vendor):
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
    return [name for name in wanted() if name not in found]
