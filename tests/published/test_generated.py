"""Tables made from counts under every reading and rounding: all explained, no false alarm, each error named."""

from __future__ import annotations

import datetime
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from audits.metrics.categories import Category, categories
from audits.metrics.ratios import SMALL
from audits.published.intake import read_text
from audits.published.printed import ROUNDINGS
from audits.published.tables import About
from tests.published.publishing import ABOUT, DAY, Counts, House, as_text, checked, codes, summed, three

pytestmark = pytest.mark.thorough

BOTH = categories("intersectional")
HOUSES = st.builds(
    House,
    digits=st.integers(2, 4),
    rate_digits=st.integers(2, 4),
    percent=st.booleans(),
    counts=st.booleans(),
)
ODD = {"figures", "missing"}


@st.composite
def people(draw: st.DrawFn) -> Counts:
    """Counts of all 14 cells, small and large, empty ones too."""
    sizes = draw(st.lists(st.one_of(st.integers(0, 60), st.integers(100, 20_000)), min_size=14, max_size=14))
    return {key: (size, draw(st.integers(0, size))) for key, size in zip(BOTH, sizes, strict=True)}


@given(people(), HOUSES)
@settings(deadline=None, max_examples=60)
def test_the_rules_own_arithmetic_raises_no_alarm(both: Counts, house: House) -> None:
    found = checked(house.text(*three(both)))
    assert codes(found, *ODD) == set()
    assert found.by_rule == sum(found.counts.values())


@given(people(), HOUSES)
@settings(deadline=None, max_examples=60)
def test_leaving_out_categories_below_two_percent_raises_no_alarm(both: Counts, house: House) -> None:
    tables = []
    for counts in three(both):
        known = sum(size for size, _ in counts.values())
        small = {key for key, (size, _) in counts.items() if size and Fraction(size, known) < SMALL}
        assume(any(chosen for key, (_, chosen) in counts.items() if key not in small))
        tables.append(replace(house, left_out=frozenset(small)).table(counts))
    found = checked(as_text(house.header(), *tables))
    assert codes(found, *ODD) == set()
    assert found.by_rule == sum(found.counts.values())


@given(
    people(), HOUSES, st.sampled_from(ROUNDINGS), st.booleans(), st.sampled_from([None, *categories("race_ethnicity")])
)
@settings(deadline=None, max_examples=100)
def test_every_reading_and_rounding_is_explained(
    both: Counts, house: House, rounding: str, rounded_rates: bool, fixed: Category | None
) -> None:
    counts = summed(both, "race_ethnicity")
    assume(fixed is None or counts[fixed][1])
    house = replace(house, rounding=rounding, rounded_rates=rounded_rates, benchmark=fixed)  # type: ignore[arg-type]
    assume(not rounded_rates or any(float(line[-2].strip("%N/A") or 0) for line in house.table(counts)))
    assume(
        fixed is None
        or not rounded_rates
        or any(line[0] == str(fixed) and float(line[-2].strip("%")) for line in house.table(counts))
    )
    found = checked(house.text(counts))
    assert found.counts["does not follow"] == found.counts["follows otherwise"] == found.counts["cannot be told"] == 0


@given(people(), HOUSES)
@settings(deadline=None, max_examples=30)
def test_zeros_that_a_spreadsheet_dropped_raise_no_alarm(both: Counts, house: House) -> None:
    found = checked(replace(house, zeros=False, percent=False).text(*three(both)))
    assert found.counts["does not follow"] == 0


@given(people(), st.integers(0, 13), st.integers(1, 9), st.integers(2, 4))
@settings(deadline=None, max_examples=60)
def test_a_changed_digit_is_named_where_counts_are_printed(both: Counts, row: int, by: int, place: int) -> None:
    house = House(digits=4, rate_digits=4)
    lines = house.table(both)
    assume(lines[row][-1] not in ("N/A", "1.0000") and sum(chosen > 0 for _, chosen in both.values()) > 4)
    ratio = lines[row][-1]
    lines[row][-1] = f"{ratio[:place]}{(int(ratio[place]) + by) % 10}{ratio[place + 1 :]}"
    changed = as_text(house.header(), lines)
    told = [finding for finding in checked(changed).findings if finding.level == "figures" and row + 2 in finding.lines]
    assert told, changed


SIZES = (412, 388, 1502, 640, 33, 905, 21, 160, 1410, 702, 29, 871, 18, 150)
CHOSEN = (201, 170, 790, 275, 17, 461, 9, 77, 760, 331, 11, 455, 12, 66)
TRUE: Counts = dict(zip(BOTH, zip(SIZES, CHOSEN, strict=True), strict=True))
HOUSE = House()


def with_lines(table: int, change: dict[int, list[str]] | None = None, house: House = HOUSE) -> str:
    tables = [house.table(counts) for counts in three(TRUE)]
    for row, line in (change or {}).items():
        tables[table][row] = line
    return as_text(house.header(), *tables)


def lines(table: int) -> list[list[str]]:
    return HOUSE.table(three(TRUE)[table])


def swapped(table: int, first: int, second: int, *columns: int) -> str:
    rows = lines(table)
    for column in columns:
        rows[first][column], rows[second][column] = rows[second][column], rows[first][column]
    return with_lines(table, {first: rows[first], second: rows[second]})


def changed(table: int, row: int, column: int, text: str) -> str:
    line = lines(table)[row]
    line[column] = text
    return with_lines(table, {row: line})


def cells_swapped(table: int, row: int) -> str:
    line = lines(table)[row]
    line[-1], line[-2] = line[-2], line[-1]
    return with_lines(table, {row: line})


def renamed(one: str, other: str) -> list[list[str]]:
    """Return the intersectional table with two names in each other's place."""
    return [[name.replace(one, "@").replace(other, one).replace("@", other), *rest] for name, *rest in lines(2)]


FIXED = replace(HOUSE, benchmark=categories("race_ethnicity")[2]).table(three(TRUE)[1])
SMALLEST = categories("race_ethnicity")[5]
ALL_SELECTED = {
    **TRUE,
    **{key: (size, size) for key, (size, _) in TRUE.items() if key.race_ethnicity == SMALLEST.race_ethnicity},
}
INJECTED = {
    "ratio-one-digit-off": changed(2, 3, -1, "0.635"),
    "ratio-does-not-follow": changed(2, 3, -1, "0.321"),
    "rows-swapped": swapped(2, 3, 9, -1),
    "labels-swapped": as_text(HOUSE.header(), lines(0), lines(1), renamed("White", "Asian")),
    "rate-and-ratio-swapped": cells_swapped(2, 3),
    "rows-identical": with_lines(2, {9: [lines(2)[9][0], *lines(2)[3][1:]]}),
    "totals-do-not-add-up": with_lines(2, {3: [lines(2)[3][0], *lines(2)[2][1:]]}),
    "category-twice": with_lines(1, {3: lines(1)[2]}),
    "rate-not-from-counts": changed(1, 2, 3, "0.111"),
    "rate-above-one": changed(1, 2, 3, "1.300"),
    "more-selected-than-people": changed(1, 2, 2, "99999"),
    "ratio-truncated": with_lines(0, house=replace(HOUSE, rounding="truncated")),
    "ratio-of-rounded-rates": with_lines(0, house=replace(HOUSE, digits=3, rate_digits=2, rounded_rates=True)),
    "benchmark-not-highest": as_text(HOUSE.header(), lines(0), FIXED, lines(2)),
    "ratio-above-one": as_text(HOUSE.header(), FIXED),
    "left-out-category-as-benchmark": as_text(
        HOUSE.header(),
        [
            [*line[:-1], "N/A"] if line[0] == str(SMALLEST) else line
            for line in HOUSE.table(summed(ALL_SELECTED, "race_ethnicity"))
        ],
    ),
    "left-out-at-two-percent-or-more": changed(1, 1, -1, "N/A"),
    "left-out-without-figures": with_lines(1, {5: [lines(1)[5][0], "39", "", "", "N/A"]}),
    "empty-group-with-figures": with_lines(1, {5: [lines(1)[5][0], "0", "0", "0", "0"]}),
    "unknown-with-ratio": with_lines(1, {6: [*lines(1)[6]], 5: lines(1)[5]}) + "\nUnknown\t50\t10\t0.200\t0.380",
    "sex-table-missing": as_text(HOUSE.header(), lines(1), lines(2)),
    "race-ethnicity-table-missing": as_text(HOUSE.header(), lines(0), lines(2)),
    "intersectional-table-missing": as_text(HOUSE.header(), lines(0), lines(1)),
}  # fmt: skip


def test_the_true_tables_have_no_finding() -> None:
    found = checked(with_lines(0))
    assert (found.findings, found.clean, found.by_rule) == ((), True, 23)


@pytest.mark.parametrize("code", INJECTED)
def test_an_injected_error_is_named(code: str) -> None:
    found = checked(INJECTED[code])
    assert code in codes(found), [finding.as_json() for finding in found.findings]


@pytest.mark.parametrize(
    ("code", "about"),
    [
        ("unknown-count-missing", replace(ABOUT, unknown=None)),
        ("distribution-date-missing", replace(ABOUT, distribution_date=None)),
        ("audit-date-missing", replace(ABOUT, audit_date=None)),
        ("data-source-missing", replace(ABOUT, data_source=" ")),
        ("audit-older-than-a-year", replace(ABOUT, as_of=datetime.date(2027, 2, 1))),
    ],
)
def test_what_is_not_said_is_named(code: str, about: About) -> None:
    assert codes(checked(with_lines(0), about)) == {code}


def test_an_audit_may_be_used_to_the_very_day_a_year_later() -> None:
    assert checked(with_lines(0), replace(ABOUT, as_of=datetime.date(DAY.year + 1, 1, 31))).clean


def test_last_years_ratios_beside_this_years_counts_are_named() -> None:
    earlier = read_text(with_lines(0))
    more: Counts = {key: (size + 7 * place, chosen + place) for place, (key, (size, chosen)) in enumerate(TRUE.items())}
    stale = [[*now[:-1], was[-1]] for now, was in zip(HOUSE.table(more), lines(2), strict=True)]
    fresh = [HOUSE.table(counts) for counts in three(more)[:2]]
    found = checked(as_text(HOUSE.header(), *fresh, stale), earlier=earlier)
    assert "ratios-of-earlier-audit" in codes(found, "figures")
    assert "rows-of-earlier-audit" in codes(checked(with_lines(0), earlier=earlier))
    honest = checked(HOUSE.text(*three(more)), earlier=earlier)
    assert codes(honest) == set()
