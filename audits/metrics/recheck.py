"""Compute every number of a result document again from its own counts, and say where it differs.

This needs no database, no network and nothing but the document.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from audits.metrics.conduct import settled
from audits.metrics.counts import Cell
from audits.metrics.outcome_counts import OutcomeCell, Outcomes
from audits.metrics.outcomes import rules
from audits.metrics.readings import MEDIANS
from audits.metrics.result import CLASSES, RATE_KINDS, RULES, SCHEMA, SHARES, VERSION, Counted, counted_of, derived
from audits.metrics.rounding import SIGNIFICANT
from audits.metrics.scores import FEWEST_PEOPLE, MOST, Scores
from audits.metrics.sufficiency import stated
from audits.metrics.tails import wide
from compliance.lib.canonical import digest


@dataclass(frozen=True, slots=True)
class Check:
    """One number (or word) of the document at `where`: what stands there and what the counts give."""

    where: str
    got: Any
    expected: Any
    rough: bool = False
    """Whether the number may differ in its tenth digit, where the mathematics of two machines may."""

    @property
    def holds(self) -> bool:
        """Say whether both are the same, in kind as well: `True` is not 1."""
        if type(self.got) is not type(self.expected):
            return False
        return bool(self.got == self.expected) or (self.rough and _near(self.got, self.expected))


def _near(got: Any, expected: Any) -> bool:
    """Say whether two texts are numbers of at most ten digits that differ by no more than one in the tenth.

    >>> _near("0.3634123456", "0.3634123457"), _near("0.300000000000000", "0.300000000000001")
    (True, False)
    >>> _near("1.000000001E-4000000", "1.000000002E-4000000"), _near("1E-4000000", "2E-4000000")
    (True, False)
    """
    if not isinstance(expected, str) or not _FLOAT.fullmatch(expected) or not _FLOAT.fullmatch(str(got)):
        return False
    one, other = Decimal(got), Decimal(expected)
    if max(len(one.as_tuple().digits), len(other.as_tuple().digits)) > SIGNIFICANT:
        return False
    with wide():
        return abs(one - other) <= Decimal(1).scaleb(max(one.adjusted(), other.adjusted()) - SIGNIFICANT + 1)


_FLOAT = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?(E[+-]?[0-9]{1,12})?")


_MISSING = "(missing)"
ROUGH = ("tests", "classes", "strata", "outcomes", "representativeness")
"""The parts of a document that hold numbers which are no fractions."""


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
    method, counted = result["method"], counted_of(result)
    if method["rate_kind"] not in RATE_KINDS:
        raise ValueError("The kind of rate is not known.")
    expected = derived(counted, method)
    people = sum(cell.applicants for cell in counted.cells)
    yield Check("document (fields)", sorted(result), sorted({"schema", "input", "method", "conduct", *expected}))
    yield Check("input.people", result["input"].get("people", _MISSING), people)
    yield from _input(result["input"], expected["counts"])
    yield Check("method.version", method.get("version", _MISSING), VERSION)
    yield Check("method.share_base", method.get("share_base", _MISSING), SHARES[method["exclusion_base"]])
    for name, sentence in RULES.items():
        yield Check(f"method.{name}", method.get(name, _MISSING), sentence)
    rule = CLASSES[method["class_reading"]] if counted.classes else None
    if method.get("classes"):
        yield Check(
            "classes (those that were declared)", [name for name, _ in counted.classes], list(method["classes"])
        )
    yield Check("method.class_rule", method.get("class_rule", _MISSING), rule)
    for name, value in expected.items():
        yield from compared(name, result.get(name, _MISSING), value, rough=name in ROUGH)
    yield from compared("conduct", result["conduct"], settled(result["conduct"], method, expected))
    if plan := result["conduct"]["plan"]:
        yield Check("conduct.plan.sha256", plan["sha256"], digest(plan["document"]))
    yield from _parts(counted, method)
    if counted.scores is not None:
        yield from _scores(counted.scores, counted, method)
    yield from _outcomes(counted, result)
    yield from _outcomes_within(counted, method)
    if analysis := (method.get("data") or {}).get("sufficiency"):
        yield from compared("method.data.sufficiency", analysis, stated(analysis), rough=True)
    if method["rate_kind"] == "scoring":
        yield from _median("median", method["median_basis"], method, counted.cells)
        if counted.other is not None and method.get("other_median") is not None:
            other = next(one for one in MEDIANS if one != method["median_basis"])
            yield from _median("other_median", other, method, counted.other)
    else:
        yield Check("method.median", method.get("median"), None)


def _input(stated_input: Mapping[str, Any], counts: list[dict[str, Any]]) -> Iterator[Check]:
    """Check what is said of the sources: the digest of the counts, and parts that add up to the whole."""
    if "counts_sha256" in stated_input:
        yield Check("input.counts_sha256", stated_input["counts_sha256"], digest(counts))
    sources = stated_input.get("sources") or []
    for name in ("rows", "people") if sources else ():
        yield Check(f"input.{name} (of all sources)", sum(one[name] for one in sources), stated_input[name])
    if len(sources) == 1:
        yield Check("input.sources[0].counts_sha256", sources[0]["counts_sha256"], digest(counts))


def _parts(counted: Counted, method: Mapping[str, Any]) -> Iterator[Check]:
    """Check that what was counted in parts is the same people: strata, the other median, classes."""
    whole = _people(counted.cells)
    if counted.strata:
        cells = [cell for _, part in counted.strata for cell in part]
        yield Check(
            "strata (people and selected of each category)",
            _people(cells, both=True),
            _people(counted.cells, both=True),
        )
    if counted.other is not None:
        yield Check("other_median (people of each category)", _people(counted.other), whole)
    if counted.classes and method["class_reading"] == "put-into":
        for name, part in counted.classes:
            yield Check(f"classes.{name} (people of each category)", _people(part), whole)
        chosen = sum(cell.selected for _, part in counted.classes for cell in part)
        yield Check("classes (nobody is put into two)", chosen <= sum(cell.applicants for cell in counted.cells), True)
    elif counted.classes:
        inside = sum(cell.applicants for _, part in counted.classes for cell in part)
        yield Check("classes (nobody is put into two)", inside <= sum(cell.applicants for cell in counted.cells), True)


def _scores(found: Scores, counted: Counted, method: Mapping[str, Any]) -> Iterator[Check]:
    """Check what counts can say about histograms: the same people, and as many beyond a median as its bins allow."""
    sides = [("median", counted.cells), ("other_median", counted.other or ())]
    yield Check("scores.edges (at most one bin more at either end)", len(found.edges) - 1 <= MOST + 2, True)
    for place, cell in enumerate(counted.cells):
        people, where = (cell.sex, cell.race_ethnicity), f"scores.cells[{place}]"
        bins = found.bins.get(people)
        yield Check(f"{where} (a count only)", bins is None, cell.applicants < FEWEST_PEOPLE)
        if bins is not None:
            yield Check(f"{where}.bins (people of the category)", sum(bins), cell.applicants)
    for name, cells in sides:
        if (median := method.get(name)) is None:
            continue
        value, higher = Decimal(median["value"]), method["higher_is_better"] is not False
        for cell in cells:
            people = (cell.sex, cell.race_ethnicity)
            if found.bins.get(people) is not None:
                fewest, most = found.around(people, value, higher=higher)
                where = f"scores ({name}, {cell.sex or 'unknown'}, {cell.race_ethnicity or 'unknown'})"
                yield Check(where, fewest <= cell.selected <= most, True)


def _outcomes(counted: Counted, result: Mapping[str, Any]) -> Iterator[Check]:
    """Check that those counted by outcome are the same people, predicted as the method says, and so are the bins."""
    found, how = counted.outcomes, result["method"].get("outcome")
    if found is None or how is None:
        return
    stated_digest = result["input"].get("outcome_counts_sha256", _MISSING)
    yield Check("input.outcome_counts_sha256", stated_digest, digest(found.merged().as_json()))
    for name, sentence in rules(
        {**how, "higher_is_better": result["method"].get("higher_is_better") is not False}
    ).items():
        yield Check(f"method.outcome.{name}", how.get(name, _MISSING), sentence)
    yield Check("outcomes.edges", list(found.edges), how["edges"])
    same = how["prediction"] in ("selected", "above-median")
    cells = [Cell(one.sex, one.race_ethnicity, one.people, one.predicted) for one in found.cells]
    where = "outcomes.counts (people and predicted of each category)" if same else "outcomes.counts (people)"
    yield Check(where, _people(cells, both=same), _people(counted.cells, both=same))
    if found.edges:
        binned = [Cell(one.sex, one.race_ethnicity, one.people, one.positive) for one in found.bins]
        few = found.few()
        known = [
            Cell(one.sex, one.race_ethnicity, one.confusion.people, one.confusion.positive)
            for one in found.cells
            if one.key not in few
        ]
        where = "outcomes.bins (people and true outcomes of each category, none of fewer than five)"
        yield Check(where, _people(binned, both=True), _people(known, both=True))


def _outcomes_within(counted: Counted, method: Mapping[str, Any]) -> Iterator[Check]:
    """Check that those counted by outcome within classes and strata are the same people, predicted as it is said."""
    how = method.get("outcome") or {}
    if counted.strata_outcomes and counted.outcomes is not None:
        parts = Outcomes([cell for _, cells in counted.strata_outcomes for cell in cells]).merged().cells
        whole = counted.outcomes.merged().cells
        where = "strata (outcomes of each category)"
        yield Check(where, [one.as_json() for one in parts], [one.as_json() for one in whole])
    put_into, tables = method["class_reading"] == "put-into", dict(counted.classes)
    same = put_into or how.get("prediction") in ("selected", "above-median")
    truths = []
    for name, outcomes in counted.class_outcomes:
        cells = [Cell(one.sex, one.race_ethnicity, one.people, one.predicted) for one in outcomes]
        where = f"classes.{name} (people of each category, and predicted where that is the class or its outcome)"
        yield Check(where, _people(cells, both=same), _people(tables[name], both=same))
        truths.append(_truths(outcomes))
    if put_into and truths:
        everybody = _truths(counted.outcomes.cells) if counted.outcomes is not None else truths[0]
        for (name, _), found in zip(counted.class_outcomes, truths, strict=True):
            yield Check(f"classes.{name} (true outcomes of each category)", found, everybody)


def _truths(cells: Iterable[OutcomeCell]) -> dict[str, list[int]]:
    """Return, for each category, the people who have the outcome and those who do not."""
    found: dict[str, list[int]] = {}
    for one in cells:
        sums = found.setdefault(f"{one.sex or 'unknown'}, {one.race_ethnicity or 'unknown'}", [0, 0])
        sums[0] += one.confusion.positive
        sums[1] += one.confusion.people - one.confusion.positive
    return {name: sums for name, sums in sorted(found.items()) if any(sums)}


def _people(cells: Iterable[Cell], both: bool = False) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for cell in cells:
        sums = found.setdefault(f"{cell.sex or 'unknown'}, {cell.race_ethnicity or 'unknown'}", [0, 0])
        sums[0] += cell.applicants
        sums[1] += cell.selected if both else 0
    return {name: sums for name, sums in sorted(found.items()) if sums[0]}


def compared(where: str, got: Any, expected: Any, rough: bool = False) -> Iterator[Check]:
    """Walk two documents side by side, down to single values; what one of them has more is a difference too.

    >>> [(one.where, one.holds) for one in compared("rows", [1, 2], [1, 3])]
    [('rows (number of entries)', True), ('rows[0]', True), ('rows[1]', False)]
    """
    if isinstance(got, dict) and isinstance(expected, dict):
        yield Check(f"{where} (fields)", sorted(got), sorted(expected))
        for key in sorted(expected.keys() & got.keys()):
            yield from compared(f"{where}.{key}", got[key], expected[key], rough)
    elif isinstance(got, list) and isinstance(expected, list):
        yield Check(f"{where} (number of entries)", len(got), len(expected))
        for place, (one, other) in enumerate(zip(got, expected, strict=False)):
            yield from compared(f"{where}[{place}]", one, other, rough)
    else:
        yield Check(where, got, expected, rough)


def _median(name: str, basis: str, method: Mapping[str, Any], cells: Iterable[Cell]) -> Iterator[Check]:
    """Check what counts alone can say about a median: its sample, and no more than half on either side."""
    median, where = method[name], f"method.{name}"
    sample = [cell for cell in cells if basis == "all-assessed" or (cell.sex and cell.race_ethnicity)]
    size, above = sum(cell.applicants for cell in sample), sum(cell.selected for cell in sample)
    yield Check(f"{where}.sample", median["sample"], basis)
    yield Check(f"{where}.sample_size", median["sample_size"], size)
    yield Check(f"{where}.above", median["above"], above)
    at_median = median["at_median"]
    if type(at_median) is not int:
        raise ValueError("The number of people at the median is not a whole number.")
    fits = at_median >= 0 and 2 * above <= size and at_median + above <= size and 2 * (above + at_median) >= size
    yield Check(f"{where} (no more than half are above it, no more than half below)", fits, True)
    try:
        exact = Decimal(median["value"]).is_finite()
    except InvalidOperation:
        exact = False
    yield Check(f"{where}.value (an exact decimal)", exact, True)
