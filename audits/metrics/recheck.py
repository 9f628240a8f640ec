"""Compute every number of a result document again from its own counts, and say where it differs.

This needs no database, no network and nothing but the document.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from audits.metrics.result import RATE_KINDS, SCHEMA, cells_of, derived


@dataclass(frozen=True, slots=True)
class Check:
    """One number (or word) of the document at `where`: what stands there and what the counts give."""

    where: str
    got: Any
    expected: Any

    @property
    def holds(self) -> bool:
        """Say whether both are the same, in kind as well: `True` is not 1."""
        return type(self.got) is type(self.expected) and bool(self.got == self.expected)


_MISSING = "(missing)"


def recheck(result: Any) -> list[Check]:
    """Return one check for every value that follows from the counts; a sound document has only checks that hold.

    A document that cannot be read at all gives one check that does not hold, never an exception.

    >>> [check.holds for check in recheck({"schema": "other"})]
    [False]
    """
    try:
        return list(_checks(result))
    except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError) as error:
        return [Check("document", f"{type(error).__name__}: {error}"[:300], "a readable bias audit result")]


def _checks(result: Any) -> Iterator[Check]:
    if not isinstance(result, dict) or result.get("schema") != SCHEMA:
        raise ValueError(f"The document does not say that it is {SCHEMA}.")
    method, cells = result["method"], cells_of(result)
    if method["rate_kind"] not in RATE_KINDS:
        raise ValueError("The kind of rate is not known.")
    expected = derived(cells, method)
    people = sum(cell.applicants for cell in cells)
    yield Check("document (fields)", sorted(result), sorted({"schema", "input", "method", *expected}))
    yield Check("input.people", result["input"].get("people", _MISSING), people)
    for name, value in expected.items():
        yield from _compare(name, result.get(name, _MISSING), value)
    if method["rate_kind"] == "scoring":
        yield from _median(method["median"], result)
    else:
        yield Check("method.median", method.get("median"), None)


def _compare(where: str, got: Any, expected: Any) -> Iterator[Check]:
    """Walk two documents side by side, down to single values; what one of them has more is a difference too."""
    if isinstance(got, dict) and isinstance(expected, dict):
        yield Check(f"{where} (fields)", sorted(got), sorted(expected))
        for key in sorted(expected.keys() & got.keys()):
            yield from _compare(f"{where}.{key}", got[key], expected[key])
    elif isinstance(got, list) and isinstance(expected, list):
        yield Check(f"{where} (number of entries)", len(got), len(expected))
        for place, (one, other) in enumerate(zip(got, expected, strict=False)):
            yield from _compare(f"{where}[{place}]", one, other)
    else:
        yield Check(where, got, expected)


def _median(median: Mapping[str, Any], result: Mapping[str, Any]) -> Iterator[Check]:
    """Check what counts alone can say about the median: its sample, and no more than half on either side."""
    complete = result["method"]["unknowns"] == "complete-case"
    sample = [cell for cell in cells_of(result) if not complete or (cell.sex and cell.race_ethnicity)]
    size, above = sum(cell.applicants for cell in sample), sum(cell.selected for cell in sample)
    yield Check("method.median.sample", median["sample"], "complete cases" if complete else "all assessed")
    yield Check("method.median.sample_size", median["sample_size"], size)
    yield Check("method.median.above", median["above"], above)
    at_median = median["at_median"]
    if type(at_median) is not int:
        raise ValueError("The number of people at the median is not a whole number.")
    fits = at_median >= 0 and 2 * above <= size and at_median + above <= size and 2 * (above + at_median) >= size
    yield Check("method.median (no more than half are above it, no more than half below)", fits, True)
    try:
        exact = Decimal(median["value"]).is_finite()
    except InvalidOperation:
        exact = False
    yield Check("method.median.value (an exact decimal)", exact, True)
