"""What is in a file, for the page on which a person says what its columns and values mean. Nothing is decided here.

A column with many different values shows none of them: names and numbers of people are no business of this page.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from audits.bias import opening
from audits.bias.aggregate import Rows
from audits.bias.intake import Source
from audits.bias.mapping import SCORE
from audits.bias.opening import Given
from audits.bias.ragged import ragged
from audits.bias.sources import File, Opened, Room, Text
from audits.bias.vocabulary import BUILT_IN, Role, key
from audits.work.watching import check, step
from compliance.lib import canonical
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
    """One column. `reference` names it in a plan. `values` is empty if there are `many`, over 100 different ones.

    `type` is that of the source: text for every column of a text, else text, boolean, int64, float64 and so on.
    """

    number: int
    name: str
    reference: str
    blank: int
    numeric: int
    many: bool
    values: tuple[Value, ...]
    proposed_role: str | None
    type: str = "text"

    def proposals(self, role: Role) -> tuple[Proposal, ...]:
        """Return the proposed meaning of each value if this column had that role, the most frequent first."""
        known = BUILT_IN[role]
        return tuple(
            Proposal(value.raw, value.lines, key(value.raw) in known, known.get(key(value.raw)))
            for value in self.values
        )


@dataclass(frozen=True, slots=True)
class Profile:
    """A source as it was found: `lines` counts its rows without the header.

    `sha256` is empty for a table, `encoding` and `delimiter` for what is no text. `detected` says that nothing in the
    file shows its encoding: it was proposed from its bytes, and a person has to look at the letters.
    """

    sha256: str
    bytes: int
    encoding: str
    delimiter: str
    lines: int
    columns: tuple[Column, ...]
    format: str = "CSV"
    sheet: str | None = None
    detected: bool = False

    @property
    def shape(self) -> str:
        """Return the signature of the names and types of the columns: equal for the next file of the same shape."""
        return canonical.digest([[column.name, column.type] for column in self.columns])

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


def profile(
    given: Path | str | Given,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
    detect: bool = False,
) -> Profile:
    """Look through a source once and return what is in it; `Refused` with the problems of one that is no table.

    With `detect`, a text that is in no encoding it shows is read in the one its bytes look like, and the profile says
    so; whoever asks for this has to have it confirmed.
    """
    one: Given = File(Path(given)) if isinstance(given, Path | str) else given
    choices = opening.Choices(encoding, delimiter, sheet)
    try:
        return _profile(one, choices, detected=False)
    except Refused as refused:
        likely = opening.likely_encoding(one) if detect and encoding is None and refused.code == "encoding" else None
        if likely is None:
            raise
        return _profile(one, opening.Choices(likely, delimiter, sheet), detected=True)


def _profile(one: Given, choices: opening.Choices, *, detected: bool) -> Profile:
    with tempfile.TemporaryDirectory(prefix="bias-profile-") as folder, ExitStack() as stack:
        room = Room(Path(folder), stack)
        source = stack.enter_context(opening.opened(one, choices, room, "source"))
        lines, columns = _of_text(source.source) if isinstance(source, Text) else _of_rows(source)
        source.settle()
        said = source.stated()
    if not lines:
        sentence = "The file has a header but no rows."
        raise Refused(Problem("no-rows", sentence, "Export it again with its rows.", row=2))
    return Profile(
        said.get("sha256", ""),
        said.get("bytes", 0),
        said.get("encoding") or "",
        said.get("delimiter") or "",
        lines,
        columns,
        said.get("format", "table"),
        said.get("sheet"),
        detected,
    )


def _of_text(source: Source) -> tuple[int, tuple[Column, ...]]:
    counters = [_Counter() for _ in source.header]
    lines = 0
    size, of_a_line = source.text.stat().st_size, 0.0
    with step(lambda: None, lambda: 100 * lines * of_a_line / max(1, size)):
        for batch in _batches(_whole_records(source)):
            check()
            lines += len(batch)
            of_a_line = of_a_line or sum(sum(map(len, record)) + len(record) for record in batch) / len(batch)
            for counter, values in zip(counters, zip(*batch, strict=True), strict=True):
                counter.add(values)
    times = Counter(source.header)
    return lines, tuple(
        _column(place, name, counter, times[name])
        for place, (name, counter) in enumerate(zip(source.header, counters, strict=True))
    )


def _of_rows(source: Opened) -> tuple[int, tuple[Column, ...]]:
    """Look through columns where they are; those of lists or bytes can hold no category and are left out of sight."""
    columns = {f"c{place}": place for place in range(len(source.header))}
    try:
        with source.rows(columns) as rows:
            return _counted(source, rows, columns)
    except Refused as refused:
        odd = {problem.column for problem in refused.problems if problem.code == "column-type"}
        columns = {role: place for role, place in columns.items() if role not in odd}
        if not odd or not columns:
            raise
    with source.rows(columns) as rows:
        return _counted(source, rows, columns)


def _counted(source: Opened, rows: Rows, columns: Mapping[str, int]) -> tuple[int, tuple[Column, ...]]:
    lines, found = rows.looked_through(list(columns), MOST_VALUES)
    return lines, tuple(
        _column(
            place,
            source.header[place],
            _Counter(Counter(dict(found[role].values)), found[role].blank, found[role].numeric, found[role].many),
            1,
            found[role].type,
        )
        for role, place in columns.items()
    )


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


def _column(place: int, name: str, counter: _Counter, times: int, kind: str = "text") -> Column:
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
        type=kind,
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
