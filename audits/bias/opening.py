"""Opening a source: what kind of file it is by its first bytes, or which engine its address names."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, TypeAlias

from audits.bias import address, formats
from audits.bias.address import Table
from audits.bias.intake import PIECE, detected, open_source
from audits.bias.plan import SOURCE, Plan
from audits.bias.sources import Columnar, File, Opened, Room, Text
from compliance.lib.problems import Problem, Refused

Given: TypeAlias = File | Table


class Choices(NamedTuple):
    """How a file is read where it does not show it; a plan holds the same."""

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    wanted: tuple[str, ...] = ()

    @classmethod
    def of(cls, plan: Plan) -> Choices:
        """Return the choices of a plan, and the columns that it needs."""
        wanted = (*plan.columns().values(), *(column for column in plan.strata if column != SOURCE))
        return cls(plan.encoding, plan.delimiter, plan.sheet, wanted)


def likely_encoding(given: Given) -> str | None:
    """Return the encoding that the bytes of a file look like, or None."""
    if isinstance(given, Table) or formats.kind_of(given.path).name != "CSV":
        return None
    return detected(given.path)


def stamp(given: Given) -> tuple[int, int, int] | None:
    """Return what changes when a file is written to; None for what is no file."""
    if isinstance(given, Table):
        return None
    try:
        state = given.path.stat()
    except OSError:
        return None
    return state.st_size, state.st_mtime_ns, state.st_ino


@contextmanager
def opened(given: Given, choices: Choices, room: Room, name: str) -> Iterator[Opened]:
    """Open one source; `Refused` if it is no table, or not one that the choices fit."""
    if isinstance(given, Table):
        with address.opened(given, room.folder(name)) as table:
            yield table
    else:
        yield _file(given, choices, room, name)


def _file(given: File, choices: Choices, room: Room, name: str) -> Opened:
    scratch = room.folder(name)
    try:
        kind = formats.kind_of(given.path)
        if kind.refusal:
            raise Refused(kind.refusal)
        _check_fits(kind, choices)
        if kind.name == "CSV":
            source = open_source(
                given.path, scratch, encoding=choices.encoding, delimiter=choices.delimiter, columns=choices.wanted
            )
            return Text(given.label, source, room, scratch, {})
        digest = _digest_in_background(given.path)
        if kind.name in ("Parquet", "Arrow"):
            path = given.path if kind.name == "Parquet" else formats.arrow_to_parquet(given.path, scratch)
            header = formats.parquet_header(path)
            return Columnar(given.label, header, room, path, digest, {"format": kind.name})
        form: dict[str, object] = {"format": kind.name}
        if kind.name == "XLSX":
            copy, sheet = formats.xlsx_to_csv(given.path, scratch, choices.sheet)
            source = open_source(copy, scratch, encoding="utf-8", delimiter=",")
            form |= {"encoding": None, "delimiter": None, "sheet": sheet}
        else:
            copy = formats.gunzip(given.path, scratch)
            inner = scratch / "inner"
            inner.mkdir()
            source = open_source(
                copy, inner, encoding=choices.encoding, delimiter=choices.delimiter, columns=choices.wanted
            )
            form = {"format": "CSV", "compression": "gzip"}
        return Text(given.label, source, room, scratch, form, digest)
    except OSError as error:
        raise Refused(Problem("unreadable-file", f"The file cannot be read: {error.strerror or error}.")) from error


def _check_fits(kind: formats.Kind, choices: Choices) -> None:
    if choices.sheet is not None and kind.name != "XLSX":
        sentence = "A sheet was named, but the file is no spreadsheet."
        raise Refused(Problem("sheet", sentence, "Leave the sheet out.", found=kind.name, expected="XLSX"))
    if kind.name in ("XLSX", "Parquet", "Arrow") and (choices.encoding or choices.delimiter):
        sentence = f"An encoding or a delimiter was given, but a file of {kind.name} has neither."
        raise Refused(Problem("encoding", sentence, "Leave them out.", found=kind.name, expected="CSV"))


def _digest_in_background(path: Path) -> Callable[[], tuple[str, int]]:
    def read() -> tuple[str, int]:
        digest, size = hashlib.sha256(), 0
        with path.open("rb") as stream:
            while piece := stream.read(PIECE):
                digest.update(piece)
                size += len(piece)
        return digest.hexdigest(), size

    pool = ThreadPoolExecutor(1, thread_name_prefix="digest")
    future: Future[tuple[str, int]] = pool.submit(read)
    pool.shutdown(wait=False)
    return future.result
