"""Sources of the same shape, with columns of the same names and types, share one mapping and are asked about once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from audits.bias.models import BiasSource
from audits.bias.plan import DELIMITERS, ENCODINGS, Plan
from audits.bias.profile import MOST_VALUES, Column, Profile, Value
from compliance.lib.problems import Refused


@dataclass(frozen=True, slots=True)
class Shape:
    """Sources that are read alike: the profile of all of them together, their places among all, their labels."""

    profile: Profile
    places: tuple[int, ...]
    labels: tuple[str, ...]


def shapes(sources: Sequence[BiasSource]) -> list[Shape]:
    """Return the shapes of an audit's sources, in the order in which they are first met; each source has a profile."""
    found: dict[str, list[tuple[int, str, Profile]]] = {}
    for place, source in enumerate(sources):
        profile = Profile.from_json(source.profile or {})
        found.setdefault(profile.shape, []).append((place, str(source), profile))
    return [
        Shape(_together([profile for *_, profile in of]), tuple(one[0] for one in of), tuple(one[1] for one in of))
        for of in found.values()
    ]


def _together(profiles: Sequence[Profile]) -> Profile:
    first = profiles[0]
    if len(profiles) == 1:
        return first
    columns = tuple(_column([profile.columns[at] for profile in profiles]) for at in range(len(first.columns)))
    detected = any(one.detected for one in profiles)
    return replace(first, lines=sum(one.lines for one in profiles), columns=columns, detected=detected)


def _column(columns: Sequence[Column]) -> Column:
    lines: dict[str, int] = {}
    for column in columns:
        for value in column.values:
            lines[value.raw] = lines.get(value.raw, 0) + value.lines
    many = any(column.many for column in columns) or len(lines) > MOST_VALUES
    ordered = sorted(lines.items(), key=lambda entry: (-entry[1], entry[0]))
    return replace(
        columns[0],
        blank=sum(column.blank for column in columns),
        numeric=sum(column.numeric for column in columns),
        many=many,
        values=() if many else tuple(Value(*entry) for entry in ordered),
    )


def form_of(source: BiasSource) -> dict[str, Any]:
    """Return how the bytes of one source are read, as a plan says it; nothing of it is part of a mapping."""
    profile = source.profile or {}
    marks = {name: mark for mark, name in DELIMITERS.items()}
    encoding = profile.get("encoding")
    return {
        "encoding": encoding if encoding in ENCODINGS else None,
        "delimiter": marks.get(profile.get("delimiter") or ""),
        "sheet": profile.get("sheet"),
    }


def own_of(sources: Sequence[BiasSource], read: Sequence[Mapping[str, Any]], of: Sequence[Shape]) -> tuple[Any, ...]:
    """Return what each source has for itself beside the first one, as :class:`audits.bias.plan.Plan` takes it.

    `read` are the columns and meanings of each shape. Empty where all sources are read alike.
    """
    by_place = {place: number for number, shape in enumerate(of) for place in shape.places}
    whole = [{**read[by_place[place]], **form_of(source)} for place, source in enumerate(sources)]
    own = tuple({name: value for name, value in one.items() if value != whole[0][name]} for one in whole)
    return own if any(own) else ()


def plans_of(stored: Mapping[str, Any] | None, of: Sequence[Shape]) -> list[Plan] | None:
    """Return the plan by which each shape was read before, or None; `Refused` where it cannot be read any more."""
    if not stored:
        return None
    plan = Plan.from_json(stored)
    if plan.sources and len(plan.sources) <= max(place for shape in of for place in shape.places):
        return None  # sources were added since
    return [plan.of_source(shape.places[0]) for shape in of]


def unreadable(error: Exception) -> str:
    """Say in one sentence why a plan or a profile that was kept cannot be read any more."""
    return error.problems[0].sentence if isinstance(error, Refused) else str(error)
