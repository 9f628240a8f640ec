"""Where applicants come from: files of several kinds and tables of several engines, opened alike.

An opened source names its columns, gives its rows to be counted where they are, and says what it is: a file by the
digest of its bytes, a table by its engine and name. Secrets of an address are never part of what it says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from audits.bias import engines, guess
from audits.bias.aggregate import Rows
from audits.bias.intake import Source
from audits.bias.locate import locate_in_text
from audits.bias.plan import DELIMITERS
from audits.bias.ragged import plain_copy
from compliance.lib.problems import Problem, Refused

if TYPE_CHECKING:
    import duckdb

    from audits.bias.locate import Judge


@dataclass(frozen=True, slots=True)
class File:
    """A file of applicants; `label` names the employer or the period where several are pooled."""

    path: Path
    label: str = ""


class Unread(Exception):
    """DuckDB could not read a text that may yet be sound."""

    def __init__(self, source: Text, reason: str):
        self.source, self.reason = source, reason


class Opened(Protocol):
    """A source that can be counted."""

    label: str

    @property
    def header(self) -> tuple[str, ...]:
        """Return the names of the columns."""
        ...

    def stated(self) -> dict[str, Any]:
        """Return what a result says of the source; called when everything was read."""
        ...

    def rows(self, columns: Mapping[str, int]) -> AbstractContextManager[Rows]:
        """Give the columns at these places, by role, for counting."""
        ...

    def locate(self, judges: Mapping[str, tuple[int, Judge]], number: tuple[int, int] | None) -> list[Problem] | None:
        """Return the problems of single rows by reading them one by one, or None where rows have no such order."""
        ...

    def settle(self) -> None:
        """Raise what reading the source to its end has shown to be wrong with it."""
        ...


@dataclass(slots=True)
class Room:
    """A scratch folder and one embedded engine, shared by all sources of a run."""

    scratch: Path
    stack: ExitStack = field(default_factory=ExitStack)
    _connection: duckdb.DuckDBPyConnection | None = None

    def connection(self) -> duckdb.DuckDBPyConnection:
        """Return the engine, opened when it is first needed."""
        if self._connection is None:
            self._connection = self.stack.enter_context(engines.duckdb_connection(self.scratch))
        return self._connection

    def folder(self, name: str) -> Path:
        """Return a new folder of this name."""
        made = self.scratch / name
        made.mkdir()
        return made


@dataclass(slots=True)
class Text:
    """A text of delimited columns, in any encoding, compressed or from a spreadsheet; `form` says which."""

    label: str
    source: Source
    room: Room
    scratch: Path
    form: dict[str, Any]
    digest: Callable[[], tuple[str, int]] | None = None
    plain: tuple[Source, list[int]] | None = None

    @property
    def header(self) -> tuple[str, ...]:
        """Return the names of the columns."""
        return self.source.header

    def stated(self) -> dict[str, Any]:
        """Return the digest of the bytes that were given, and how they were read."""
        sha256, size = self.digest() if self.digest else (self.source.sha256, self.source.bytes)
        form = {"encoding": self.source.encoding, "delimiter": DELIMITERS[self.source.delimiter]}
        return {"kind": "file", "sha256": sha256, "bytes": size, "format": "CSV", **form, **self.form}

    @contextmanager
    def rows(self, columns: Mapping[str, int]) -> Iterator[Rows]:
        """Count with DuckDB; every column is read as text and nothing is sniffed."""
        import duckdb

        source, places = self.plain or (self.source, list(columns.values()))
        relation = self._relation(source, source.text, "header = true")
        named = {role: f"c{place}" for role, place in zip(columns, places, strict=True)}
        try:
            yield self._counted(source, engines.Relation(relation, named))
        except duckdb.Error as error:
            self.settle()
            raise Unread(self, str(error).splitlines()[0]) from error

    def _counted(self, source: Source, relation: engines.Relation) -> Rows:
        """Return the rows: a large text is divided by a guess, or where many passes are to come written down once."""
        connection, size = self.room.connection(), source.text.stat().st_size
        if "score" not in relation.columns or size <= guess.SMALL:
            return engines.duckdb_rows(connection, relation)
        if set(relation.columns) - {"sex", "race_ethnicity", "score", "count"}:
            return engines.duckdb_rows(connection, engines.kept(connection, relation, self._new("parquet")))
        sample = self._new("sample")
        sampled = guess.blocks(source.text, sample)
        some = self._relation(source, sample, "header = false, ignore_errors = true")
        grid = guess.grid(connection, some, relation.columns["score"], size, sampled) if sampled else None
        return replace(engines.duckdb_rows(connection, relation), grid=grid)

    def _relation(self, source: Source, text: Path, how: str) -> str:
        # A link with a plain name, since a star or a bracket in a file name would be a pattern.
        link = self._new("csv")
        link.symlink_to(text.resolve())
        names = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(len(source.header)))
        return f"""read_csv({engines.literal(str(link))}, auto_detect = false, {how}, quote = '"', escape = '"',
                delim = {engines.literal(source.delimiter)}, columns = {{{names}}}, strict_mode = true,
                null_padding = false{"" if "ignore_errors" in how else ", ignore_errors = false"})"""

    def _new(self, kind: str) -> Path:
        return self.scratch / f"input-{len(list(self.scratch.iterdir()))}.{kind}"

    def mend(self, places: list[int], reason: str) -> None:
        """Write the mapped columns anew for a second reading; a row that is no row is `Refused`."""
        if self.plain is not None:
            sentence = "The file cannot be read as a table."
            raise Refused(Problem("unreadable-file", sentence, reason))
        self.plain = plain_copy(self.source, places, self.scratch)

    def locate(self, judges: Mapping[str, tuple[int, Judge]], number: tuple[int, int] | None) -> list[Problem]:
        """Read the text row by row."""
        return locate_in_text(self.source, judges, number)

    def settle(self) -> None:
        """Raise if a byte is no text."""
        self.source.reading.result()


@dataclass(slots=True)
class Columnar:
    """A Parquet file, or an Arrow file that was written anew as one."""

    label: str
    header: tuple[str, ...]
    room: Room
    path: Path
    digest: Callable[[], tuple[str, int]]
    form: dict[str, Any]

    def stated(self) -> dict[str, Any]:
        """Return the digest of the bytes that were given, and their format."""
        sha256, size = self.digest()
        return {"kind": "file", "sha256": sha256, "bytes": size, **self.form}

    @contextmanager
    def rows(self, columns: Mapping[str, int]) -> Iterator[Rows]:
        """Count with DuckDB; only the mapped columns are read."""
        import duckdb

        relation = engines.Relation(
            f"read_parquet({engines.literal(str(self.path))}, file_row_number = true)",
            {role: engines.quoted(self.header[place]) for role, place in columns.items()},
            "file_row_number + 1",
        )
        try:
            yield engines.duckdb_rows(self.room.connection(), relation)
        except duckdb.Error as error:
            sentence = f"The {self.form['format']} file cannot be read to its end."
            raise Refused(Problem("unreadable-file", sentence, "Export it again; it may be damaged.")) from error

    def locate(self, judges: Mapping[str, tuple[int, Judge]], number: tuple[int, int] | None) -> None:
        """Leave it to the counts, which know the first row of every value."""

    def settle(self) -> None:
        """Wait for the digest."""
        self.digest()


@dataclass(slots=True)
class Remote:
    """A table or a query of an engine that counts where the data is."""

    label: str
    header: tuple[str, ...]
    said: dict[str, Any]
    relation: Callable[[dict[str, str]], Rows]
    errors: tuple[type[Exception], ...]
    explain: Callable[[Exception], Problem]

    def stated(self) -> dict[str, Any]:
        """Return engine and name, without secrets."""
        return {"kind": "table", **self.said}

    @contextmanager
    def rows(self, columns: Mapping[str, int]) -> Iterator[Rows]:
        """Count there; only groups and counts come back."""
        try:
            yield self.relation({role: self.header[place] for role, place in columns.items()})
        except self.errors as error:
            raise Refused(self.explain(error)) from error

    def locate(self, judges: Mapping[str, tuple[int, Judge]], number: tuple[int, int] | None) -> None:
        """Leave it to the counts: rows of a table have no order."""

    def settle(self) -> None:
        """Nothing is read to its end here."""
