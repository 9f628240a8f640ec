"""What the database itself refuses to change: triggers for SQLite and PostgreSQL, as operations of a migration.

A migration that makes a guarded table anew takes its triggers with it on SQLite; a test of every guard says so.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


@dataclass(frozen=True, slots=True)
class Guard:
    """Rows of `table` for which `settled` holds are neither changed nor removed; `settled` speaks of the row `OLD`.

    >>> Guard("plans", "plan_settled", "OLD.locked_at IS NOT NULL", "A locked plan never changes.").statements("oracle")
    Traceback (most recent call last):
    KeyError: 'oracle'
    """

    table: str
    name: str
    settled: str
    sentence: str

    def statements(self, vendor: str) -> list[str]:
        """Return what puts the guard up."""
        return {"sqlite": self._sqlite, "postgresql": self._postgresql}[vendor]()

    def lifting(self, vendor: str) -> list[str]:
        """Return what takes it down."""
        if vendor == "sqlite":
            return [f"DROP TRIGGER {self.name}_no_{verb.lower()}" for verb in ("UPDATE", "DELETE")]
        rows, whole = f"{self.name}_no_change", f"{self.name}_no_truncate"
        return [
            f"DROP TRIGGER {rows} ON {self.table}",
            f"DROP TRIGGER {whole} ON {self.table}",
            f"DROP FUNCTION {rows}, {whole}",
        ]

    def operation(self) -> migrations.RunPython:
        """Return the operation of a migration that puts it up, and takes it down when undone."""

        def put_up(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
            for statement in self.statements(editor.connection.vendor):
                editor.execute(statement)

        def take_down(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
            for statement in self.lifting(editor.connection.vendor):
                editor.execute(statement)

        return migrations.RunPython(put_up, take_down)

    def _sqlite(self) -> list[str]:
        return [
            f"""CREATE TRIGGER {self.name}_no_{verb.lower()} BEFORE {verb} ON {self.table} WHEN {self.settled}
                BEGIN SELECT RAISE(ABORT, '{self.sentence}'); END"""
            for verb in ("UPDATE", "DELETE")
        ]

    def _postgresql(self) -> list[str]:
        rows, whole = f"{self.name}_no_change", f"{self.name}_no_truncate"
        refuse = f"RAISE EXCEPTION '{self.sentence}';"
        some = f"EXISTS (SELECT 1 FROM {self.table} WHERE {self.settled.replace('OLD.', '')})"  # noqa: S608
        return [
            f"CREATE FUNCTION {rows}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {refuse} END $$",
            f"""CREATE TRIGGER {rows} BEFORE UPDATE OR DELETE ON {self.table}
                FOR EACH ROW WHEN ({self.settled}) EXECUTE FUNCTION {rows}()""",
            f"""CREATE FUNCTION {whole}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF {some} THEN {refuse} END IF; RETURN NULL; END $$""",
            f"""CREATE TRIGGER {whole} BEFORE TRUNCATE ON {self.table}
                FOR EACH STATEMENT EXECUTE FUNCTION {whole}()""",
        ]
