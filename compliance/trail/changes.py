"""What an act changed on a row, told the same way by every slice."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Field, Model

from compliance.trail.recorded import recorded


def snapshot(row: Model, names: Iterable[str]) -> dict[str, str | None]:
    """Return the fields of a row as the trail writes them: text, or None where nothing is said."""
    return {name: _told(getattr(row, name)) for name in names}


def since(row: Model, before: dict[str, str | None]) -> dict[str, Any] | None:
    """Return what differs from an earlier snapshot as `{"fields", "before", "after"}`, or None when nothing does."""
    after = snapshot(row, before)
    changed = [name for name in before if before[name] != after[name]]
    if not changed:
        return None
    return {
        "fields": ", ".join(_label(row, name) for name in changed),
        "before": {name: before[name] for name in changed},
        "after": {name: after[name] for name in changed},
    }


@recorded
def _label(row: Model, name: str) -> str:
    field = row._meta.get_field(name)
    return str(field.verbose_name) if isinstance(field, Field) else name


def _told(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, Model):
        # A person's name stays personal, so that it can be removed from the trail later.
        for told in ("personal_name", "name"):
            if hasattr(value, told):
                return getattr(value, told)  # type: ignore[no-any-return]
    return str(value)
