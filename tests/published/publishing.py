"""An auditor who publishes: true counts become a printed table, under any reading and rounding, right or wrong."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from audits.metrics.categories import Category, TableName, categories
from audits.published.intake import read_text
from audits.published.printed import Rounding, rounded
from audits.published.report import Checked, check
from audits.published.tables import About, Document

DAY = datetime.date(2026, 1, 31)
ABOUT = About(DAY, DAY, 0, "Applications of 2025.", "Too few people.", DAY)

Counts = Mapping[Category, tuple[int, int]]


@dataclass(frozen=True)
class House:
    """How one auditor prints: digits, rounding, what is divided by what, which columns are shown."""

    digits: int = 3
    rate_digits: int = 3
    rounding: Rounding = "half-up"
    rounded_rates: bool = False
    percent: bool = False
    counts: bool = True
    zeros: bool = True
    left_out: Collection[Category] = field(default_factory=frozenset)
    benchmark: Category | None = None

    def table(self, counts: Counts) -> list[list[str]]:
        """Return lines of category, people, selected (where shown), rate, ratio."""
        exact = {key: Fraction(chosen, people) for key, (people, chosen) in counts.items() if people}
        printed_rates = {key: rounded(rate, self._rate_places, self._rates_way) for key, rate in exact.items()}
        used = printed_rates if self.rounded_rates else exact
        competing = [rate for key, rate in used.items() if key not in self.left_out]
        best = used[self.benchmark] if self.benchmark else max(competing, default=Fraction(0))
        lines = []
        for key, (people, chosen) in counts.items():
            ratio = ""
            if key in exact and key not in self.left_out and best:
                ratio = self._digits(rounded(used[key] / best, self.digits, self.rounding), self.digits)
            rate = self._rate(printed_rates[key]) if key in exact else "N/A"
            lines.append([str(key), f"{people}", *([f"{chosen}"] if self.counts else []), rate, ratio or "N/A"])
        return lines

    @property
    def _rates_way(self) -> Rounding:
        return "half-even" if self.rounding == "half-even" else "half-up"

    @property
    def _rate_places(self) -> int:
        return self.rate_digits + 2 * self.percent

    def _rate(self, value: Fraction) -> str:
        return (
            self._digits(value * 100, self.rate_digits) + "%" if self.percent else self._digits(value, self.rate_digits)
        )

    def _digits(self, value: Fraction, places: int) -> str:
        shown = f"{int(value * 10**places):0{places + 1}d}"
        text = f"{shown[:-places]}.{shown[-places:]}" if places else shown
        return text if self.zeros or not places else text.rstrip("0").rstrip(".") or "0"

    def header(self) -> str:
        return "Category\tApplicants\t" + ("Selected\t" if self.counts else "") + "Selection rate\tImpact ratio"

    def text(self, *tables: Counts) -> str:
        """Return the tables as they are copied from a page."""
        return as_text(self.header(), *(self.table(counts) for counts in tables))


def as_text(header: str, *tables: list[list[str]]) -> str:
    """Write tables below each other, each with the header."""
    return "\n\n".join("\n".join([header, *("\t".join(line) for line in lines)]) for lines in tables)


def summed(both: Counts, table: TableName) -> dict[Category, tuple[int, int]]:
    """Return the counts of one table from those of the intersectional one."""
    found = dict.fromkeys(categories(table), (0, 0))
    for key, (people, chosen) in both.items():
        row = Category(key.sex if table != "race_ethnicity" else None, key.race_ethnicity if table != "sex" else None)
        found[row] = (found[row][0] + people, found[row][1] + chosen)
    return found


def three(both: Counts) -> tuple[Counts, Counts, Counts]:
    return summed(both, "sex"), summed(both, "race_ethnicity"), both


def checked(text: str, about: About = ABOUT, earlier: Document | None = None) -> Checked:
    return check(read_text(text, about), earlier)


def codes(found: Checked, *levels: str) -> set[str]:
    """Return the codes of what was found, of some levels or of all."""
    return {finding.code for finding in found.findings if not levels or finding.level in levels}
