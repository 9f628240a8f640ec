"""Confirmed mappings kept as data, so that the next file of the same shape is offered what was confirmed for the last.

A mapping is kept under the signature of the shape (names and types of the columns) that it was confirmed for. It is
offered, never applied: values that it does not name stay open, and a run still stops at them.

    {"schema": "probanda/mapping/1", "shape": "<sha256>", "columns": [["sex", "text"], ...], "plan": {...}}
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from audits.bias.plan import Plan
from audits.bias.profile import Profile
from compliance.lib import canonical
from compliance.lib.problems import Problem, Refused

SCHEMA: Final = "probanda/mapping/1"


@dataclass(frozen=True, slots=True)
class Kept:
    """A mapping as it was confirmed for one shape."""

    shape: str
    columns: tuple[tuple[str, str], ...]
    plan: Plan

    @property
    def data(self) -> bytes:
        """Return it as canonical JSON, which is what is kept; :func:`load` reads it again."""
        columns = [list(column) for column in self.columns]
        return canonical.dump({"schema": SCHEMA, "shape": self.shape, "columns": columns, "plan": self.plan.as_json()})

    def fits(self, profile: Profile) -> bool:
        """Say whether a source has this shape."""
        return self.shape == profile.shape

    def open_values(self, profile: Profile) -> dict[str, list[str]]:
        """Return, by role, the values of a source that were not among those confirmed; a person has to say them."""
        roles = {"sex": self.plan.sex, "race_ethnicity": self.plan.race_ethnicity, "outcome": self.plan.selected}
        found: dict[str, list[str]] = {}
        for role, reference in roles.items():
            column = profile.column(reference) if reference else None
            known = self.plan.mapping.get(role, {})  # type: ignore[call-overload]  # one of the roles
            if column and (strange := [value.raw for value in column.values if value.raw not in known]):
                found[role] = strange
        return found


def keep(profile: Profile, plan: Plan) -> Kept:
    """Return what is kept of a mapping that a person confirmed for a source."""
    return Kept(profile.shape, tuple((column.name, column.type) for column in profile.columns), plan)


def load(data: bytes) -> Kept:
    """Read a kept mapping; one that is not in order, or whose shape is not that of its columns, is `Refused`."""
    try:
        found: Mapping[str, Any] = canonical.load(data)
        columns = tuple((str(name), str(kind)) for name, kind in found["columns"])
        if found["schema"] != SCHEMA or found["shape"] != canonical.digest([list(column) for column in columns]):
            raise ValueError("The shape is not that of the columns.")
        return Kept(found["shape"], columns, Plan.from_json(found["plan"]))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Refused(Problem("map-file", "The kept mapping is not in order.", "Confirm the mapping again.")) from error


def offered(profile: Profile, kept: Iterable[Kept]) -> Kept | None:
    """Return the first of the kept mappings, newest first, that fits the shape of a source."""
    return next((one for one in kept if one.fits(profile)), None)
