"""Where the scores of a large text probably lie, from blocks of it: so that one reading of the whole may be enough.

A guess decides how the whole is divided while it is counted, and never what is counted: where it was wrong, the text is
read once more.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from math import sqrt
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from audits.metrics import scores

if TYPE_CHECKING:
    import duckdb

SMALL: Final = 8 * 1024 * 1024
"""A text of no more bytes is read twice as quickly as it is sampled."""
_BLOCKS: Final = 256
_BLOCK: Final = 48 * 1024
MOST_WITHIN: Final = 150_000
"""No more lines than this are expected in the window, for each may come back with a score of its own."""
_DEVIATIONS: Final = 3.0
_PARTS: Final = 10
"""Halves and fifths of a bin are whole parts, so that the next broader bins begin where parts do."""
_FAR: Final = 1_000
"""Scores more bins away than this are counted together."""
_SURE: Final = 0.001


class Grid(NamedTuple):
    """Bins of one width from `edges[0]` on, each in `parts` equal ranges, and a window from `low` to `high`.

    The median probably lies in the window, whose scores come back as they stand. Both ends are doubles and belong to
    it. `broken` says that some score of the sample has a fraction, so that the whole need not be asked.
    """

    edges: tuple[Decimal, ...]
    parts: int
    low: float
    high: float
    broken: bool = False

    @property
    def step(self) -> Decimal:
        """Return the width of a range."""
        return (self.edges[1] - self.edges[0]) / self.parts

    def side_of(self, number: float) -> int:
        """Return -1 for a double below the window, 1 above it, 0 in it; decimals that share a double share its side."""
        return -1 if number < self.low else int(number > self.high)

    @property
    def lowest(self) -> float:
        """Return the score that stands for all lower ones."""
        return max(-sys.float_info.max, float(self.edges[0] - _FAR * (self.edges[1] - self.edges[0])))

    @property
    def highest(self) -> float:
        """Return the score that stands for all higher ones."""
        return min(sys.float_info.max, float(self.edges[-1] + _FAR * (self.edges[1] - self.edges[0])))

    def bin_of(self, place: int, bounds: Sequence[Decimal]) -> int | None:
        """Return the bin among `bounds` that holds all of a range, None where it lies in two, in none, or far away."""
        if abs(place) >= (_FAR - 1) * self.parts:
            return None
        low = self.edges[0] + place * self.step
        high = low + self.step
        return next((nth for nth, (start, end) in enumerate(pairwise(bounds)) if start <= low and high <= end), None)


def tolerance(edges: Sequence[Decimal], parts: int, *, single: bool = False) -> float:
    """Return by how much arithmetic with doubles may be off, in parts of a bin; 1 where it tells nothing."""
    farthest = max(abs(edges[0]), abs(edges[-1])) / (edges[1] - edges[0])
    return min(1.0, (float(farthest) + len(edges)) * parts * 2.0 ** (-20 if single else -48))


def grid(connection: duckdb.DuckDBPyConnection, sql: str, column: str, size: int, sampled: int) -> Grid | None:
    """Return how to divide scores, from a sample that `sql` reads; None where a guess would help nothing.

    `sampled` of `size` bytes are in the sample.
    """
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE guessed AS SELECT x FROM "  # noqa: S608 - names of ours
        f"(SELECT TRY_CAST({column} AS DOUBLE) AS x FROM {sql}) WHERE isfinite(x)"
    )
    (found,) = connection.execute("SELECT count(x), min(x), max(x), count_if(x <> floor(x)) FROM guessed").fetchall()
    lines, low, high, broken = found
    if not lines or low == high:
        return None
    reach = _DEVIATIONS / 2 / sqrt(lines)
    if 2 * reach * lines * size / sampled > MOST_WITHIN:
        return None
    ((ends,),) = connection.execute(
        f"SELECT quantile_disc(x, [{0.5 - reach}, {0.5 + reach}]) FROM guessed"  # noqa: S608 - numbers of ours
    ).fetchall()
    edges = scores.edges(Decimal(repr(low)), Decimal(repr(high)), whole=not broken)
    if tolerance(edges, _PARTS) > _SURE:
        return None
    return Grid(edges, _PARTS, ends[0], ends[1], bool(broken))


def blocks(text: Path, into: Path) -> int:
    """Write whole lines from blocks all over a text, each beginning after a line's end; return how many bytes."""
    size, written = text.stat().st_size, 0
    with text.open("rb") as stream, into.open("wb") as out:
        for nth in range(_BLOCKS):
            stream.seek(size * nth // _BLOCKS)
            block = stream.read(_BLOCK)
            start, end = block.find(b"\n") + 1, block.rfind(b"\n") + 1
            written += out.write(block[start:end])
    return written
