"""What the people of a working day were told: how long each answer took, and what they believe is kept."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple


class Change(NamedTuple):
    """A word that was written into the note of a row and acknowledged."""

    row: str
    word: str


class Sent(NamedTuple):
    """Bytes that were sent to a row, or to the library (""), and acknowledged."""

    row: str
    sha256: str


class Decided(NamedTuple):
    """A decision on a row that was acknowledged."""

    row: str
    reviewer: str
    decision: str


@dataclass
class Told:
    """Everything that was heard; `seconds` by kind of request."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    codes: Counter[int] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    overtaken: Counter[str] = field(default_factory=Counter)
    changes: list[Change] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    submitted: int = 0
    decided: list[Decided] = field(default_factory=list)

    def heard(self, kind: str, code: int, seconds: float, where: str, body: str) -> None:
        """Keep one answer; one that should never come is kept with where it came from."""
        self.seconds[kind].append(seconds)
        self.codes[code] += 1
        if code >= 500 or code in (403, 404):
            self.broken.append(f"{code} from {where}: {' '.join(body.split())[:400]}")

    @property
    def answers(self) -> int:
        return sum(self.codes.values())

    def p95(self, kind: str | None = None) -> float:
        """Return the 95th percentile in milliseconds, of one kind of request or of all."""
        found = self.seconds[kind] if kind else [one for some in self.seconds.values() for one in some]
        if len(found) < 2:
            return 1000 * sum(found)
        return 1000 * statistics.quantiles(found, n=100, method="inclusive")[94]

    def table(self) -> str:
        """Return a line for each kind of request."""
        lines = [f"{'request':<28}{'answers':>8}{'median':>10}{'p95':>10}{'longest':>10}  (ms)"]
        for kind, found in sorted(self.seconds.items()):
            half = 1000 * statistics.median(found)
            lines.append(f"{kind:<28}{len(found):>8}{half:>10.0f}{self.p95(kind):>10.0f}{1000 * max(found):>10.0f}")
        return "\n".join(lines)
