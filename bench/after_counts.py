"""Everything after the counts: 14 cells to three tables with every interval and test, and every other reading.

The counts are those of the official worked example, times a factor so that they look like a large vendor's, with people
of unknown category. The readings are all that the rule leaves open, with the range over their combinations. Libraries
are loaded before, and nothing is kept from one run to the next.

    python -m bench.after_counts [--factor N] [--runs N]
"""

from __future__ import annotations

import argparse
import time
from statistics import median

from audits.metrics import tails
from audits.metrics.battery import measures_of
from audits.metrics.categories import HISPANIC, RACES, SEXES
from audits.metrics.counts import Cell
from audits.metrics.result import Counted, result_from_counts
from compliance.lib.canonical import dump

LIMIT = 0.050
# 6 RCNY § 5-301, the intersectional example: (applicants, selected) of men, then of women.
MEN = ((205, 90), (412, 215), (226, 95), (87, 37), (321, 167), (24, 11), (115, 52))
WOMEN = ((190, 82), (385, 197), (164, 75), (32, 15), (295, 135), (17, 7), (98, 44))


def cells(factor: int) -> list[Cell]:
    """Return 14 cells of known people and a few of unknown sex or race."""
    known = [
        Cell(sex, race, people * factor, selected * factor)
        for sex, counts in zip(SEXES, (MEN, WOMEN), strict=True)
        for race, (people, selected) in zip(RACES, counts, strict=True)
    ]
    unknown = [(None, None, 150, 61), ("Male", None, 40, 17), ("Female", None, 35, 14), (None, HISPANIC, 25, 11)]
    return known + [Cell(sex, race, people * factor, chosen * factor) for sex, race, people, chosen in unknown]


def everything(counted: list[Cell]) -> int:
    """Return the size of a whole result as JSON: tables, every other reading, intervals and tests, both medians."""
    method = {"rate_kind": "scoring", "unknowns": "per-table", "median_basis": "all-assessed", "median": None}
    other = [Cell(cell.sex, cell.race_ethnicity, cell.applicants, max(0, cell.selected - 1)) for cell in counted]
    return len(dump(result_from_counts(Counted(counted, other), source={}, method=method)))


def main() -> int:
    """Print the medians; 1 if one is above 50 ms."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--factor", type=int, action="append")
    parser.add_argument("--runs", type=int, default=9)
    options = parser.parse_args()
    slow = False
    for factor in options.factor or [1, 4_000]:
        counted = cells(factor)
        everything(counted)
        taken = []
        for _ in range(options.runs):
            measures_of.cache_clear()
            tails._log_factorial.cache_clear()
            began = time.process_time()
            size = everything(counted)
            taken.append(time.process_time() - began)
        people = sum(cell.applicants for cell in counted)
        print(
            f"{people:,} people in 14 cells and 4 of unknown category, all readings and tests ({size:,} bytes): "
            f"{median(taken) * 1000:.1f} ms of the processor"
        )
        slow = slow or median(taken) > LIMIT
    print("Slower than it should be." if slow else "As fast as it should be.")
    return int(slow)


if __name__ == "__main__":
    raise SystemExit(main())
