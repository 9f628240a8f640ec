"""What is in a file, for the page on which a person says what its columns and values mean. Nothing is decided here.

A column with many different values shows none of them: names and numbers of people are no business of this page.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from audits.bias.aggregate import ragged
from audits.bias.intake import Source, open_source
from audits.bias.mapping import SCORE
from audits.bias.plan import DELIMITERS
from audits.bias.vocabulary import BUILT_IN, Role, key
from compliance.lib.problems import Problem, Refused

MOST_VALUES: Final = 100
_BATCH: Final = 10_000
_BATCH_CHARACTERS: Final = 4 * 1024 * 1024
_NAMES: Final[Mapping[str, frozenset[str]]] = {
    "sex": frozenset({"sex", "gender"}),
    "race_ethnicity": frozenset({"race", "ethnicity", "race ethnicity", "race and ethnicity", "ethnic group"}),
    "selected": frozenset(
        {"selected", "hired", "advanced", "outcome", "decision", "isselected", "is selected", "offer"}
    ),
    "score": frozenset({"score", "rating", "points", "aedt score"}),
    "count": frozenset({"applicants", "count", "n", "people", "number of applicants"}),
}


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a column as it stands in the file, and on how many lines."""

    raw: str
    lines: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the built-in list makes of a value: `known` with a category (None is unknown), or not known at all."""

    raw: str
    lines: int
    known: bool
    category: str | None


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `reference` names it in a plan. `values` is empty if there are `many`, over 100 different ones."""

    number: int
    name: str
    reference: str
    blank: int
    numeric: int
    many: bool
    values: tuple[Value, ...]
    proposed_role: str | None

    def proposals(self, role: Role) -> tuple[Proposal, ...]:
        """Return the proposed meaning of each value if this column had that role, the most frequent first."""
        known = BUILT_IN[role]
        return tuple(
            Proposal(value.raw, value.lines, key(value.raw) in known, known.get(key(value.raw)))
            for value in self.values
        )


@dataclass(frozen=True, slots=True)
class Profile:
    """A file as it was found: `lines` counts its rows without the header."""

    sha256: str
    bytes: int
    encoding: str
    delimiter: str
    lines: int
    columns: tuple[Column, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the profile for storing; :meth:`from_json` reads it again."""
        return asdict(self) | {"columns": [asdict(column) for column in self.columns]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Profile:
        """Read a stored profile."""
        columns = tuple(
            Column(**{**column, "values": tuple(Value(**value) for value in column["values"])})
            for column in data["columns"]
        )
        return cls(**{**data, "columns": columns})

    def column(self, reference: str) -> Column | None:
        """Return the column that a plan names so."""
        return next((column for column in self.columns if column.reference == reference), None)

    def proposed(self, role: str) -> Column | None:
        """Return the first column proposed for a role (`sex`, `race_ethnicity`, `selected`, `score`, `count`)."""
        return next((column for column in self.columns if column.proposed_role == role), None)


def profile(path: Path | str, *, encoding: str | None = None, delimiter: str | None = None) -> Profile:
    """Look through a file once and return what is in it; `Refused` with the problems of a file that is no table."""
    with tempfile.TemporaryDirectory(prefix="bias-profile-") as folder:
        source = open_source(Path(path), Path(folder), encoding=encoding, delimiter=delimiter)
        counters = [_Counter() for _ in source.header]
        lines = 0
        for batch in _batches(_whole_records(source)):
            lines += len(batch)
            for counter, values in zip(counters, zip(*batch, strict=True), strict=True):
                counter.add(values)
    if not lines:
        sentence = "The file has a header but no rows."
        raise Refused(Problem("no-rows", sentence, "Export it again with its rows.", row=2))
    times = Counter(source.header)
    columns = tuple(
        _column(source, place, counter, times[source.header[place]]) for place, counter in enumerate(counters)
    )
    return Profile(source.sha256, source.bytes, source.encoding, DELIMITERS[source.delimiter], lines, columns)


@dataclass(slots=True)
class _Counter:
    """The values of one column, as long as they are few."""

    found: Counter[str] = field(default_factory=Counter)
    blank: int = 0
    numeric: int = 0
    many: bool = False

    def add(self, values: tuple[str, ...]) -> None:
        batch = Counter(values)
        self.blank += sum(lines for value, lines in batch.items() if not value.strip())
        self.numeric += sum(lines for value, lines in batch.items() if SCORE.fullmatch(value))
        if not self.many:
            self.found.update(batch)
            self.many = len(self.found) > MOST_VALUES


def _whole_records(source: Source) -> Iterator[list[str]]:
    wrong: list[Problem] = []
    for number, record in source.records():
        if len(record) != len(source.header):
            wrong.append(ragged(number, len(record), len(source.header)))
            if len(wrong) == 50:
                break
        elif not wrong:
            yield record
    if wrong:
        raise Refused.all(wrong)


def _batches(records: Iterator[list[str]]) -> Iterator[list[list[str]]]:
    """Yield records in batches that are short in rows and in text, for a cell may hold a whole letter."""
    batch: list[list[str]] = []
    characters = 0
    for record in records:
        batch.append(record)
        characters += sum(map(len, record))
        if len(batch) == _BATCH or characters > _BATCH_CHARACTERS:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch


def _column(source: Source, place: int, counter: _Counter, times: int) -> Column:
    name = source.header[place]
    values = () if counter.many else sorted(counter.found.items(), key=lambda entry: (-entry[1], entry[0]))
    return Column(
        number=place + 1,
        name=name,
        reference=name if name and times == 1 else f"#{place + 1}",
        blank=counter.blank,
        numeric=counter.numeric,
        many=counter.many,
        values=tuple(Value(raw, lines) for raw, lines in values),
        proposed_role=_role(key(name), [raw for raw, _ in values if raw.strip()]),
    )


def _role(name: str, values: list[str]) -> str | None:
    """Propose a role from the header, or else from values that all stand in one built-in list."""
    bare = name.split(" male female")[0].split(" yes no")[0].strip()
    for role, names in _NAMES.items():
        if bare in names:
            return role
    for role in ("sex", "race_ethnicity"):
        known = BUILT_IN["sex" if role == "sex" else "race_ethnicity"]
        if values and all(known.get(key(raw)) for raw in values):
            return role
    return None
