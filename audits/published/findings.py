"""What is found in one published table: a stable code, how much it says, and one full sentence.

No finding says anything about the law being met: `figures` contradict each other, something that the rule asks to be
published is `missing`, or a person should `ask`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Any, Final, Literal, TypeAlias

from audits.metrics.ratios import SMALL
from audits.metrics.rounding import percent
from audits.published.possible import contradicts, from_counts, rates_of, whole
from audits.published.printed import ROUNDINGS, Printed
from audits.published.readings import Reader, Reading, RowReading, TableReading
from audits.published.tables import PublishedRow

Level: TypeAlias = Literal["figures", "missing", "ask"]

LEVELS: Final[dict[Level, str]] = {
    "figures": "figures that do not follow from each other",
    "missing": "something the rule asks to be published is not there",
    "ask": "a question for whoever published it",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found; `lines` are lines of the source, `table` and `audit` name the place."""

    code: str
    level: Level
    sentence: str
    audit: str = ""
    table: str = ""
    lines: tuple[int, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "level": self.level,
            "sentence": self.sentence,
            "audit": self.audit,
            "table": self.table,
            "lines": list(self.lines),
        }


Found: TypeAlias = Iterator[tuple[str, Level, str, tuple[int, ...]]]


def of_table(reader: Reader, read: TableReading) -> list[Finding]:
    """Return every finding of one table, those about single rows first."""
    checks: tuple[Callable[[Reader, TableReading], Found], ...] = (
        _impossible,
        _rates,
        _empty,
        _above_one,
        _rows,
        _left_out,
        _benchmark,
        _method,
        _together,
        _twice,
    )
    name, table = reader.within.name, reader.table.name
    return [
        Finding(code, level, sentence, name, table, lines)
        for check in checks
        for code, level, sentence, lines in check(reader, read)
    ]


def _impossible(reader: Reader, read: TableReading) -> Found:
    for row in (*reader.table.rows, *reader.table.others):
        if row.applicants is not None and row.selected is not None and row.selected > row.applicants:
            sentence = f"{row.label}: {row.selected:,} selected of {row.applicants:,} people is impossible."
            yield "more-selected-than-people", "figures", sentence, (row.line,)
        for name, number in (("rate", row.rate), ("impact ratio", row.ratio)):
            if number is not None and number.value < 0:
                yield "negative-number", "figures", f"{row.label}: the {name} {number.text} is below 0.", (row.line,)
        if row.rate is not None and row.rate.value > 1:
            sentence = f"{row.label}: the rate {row.rate.text} is above 1, more than everyone."
            yield "rate-above-one", "figures", sentence, (row.line,)


def _rates(reader: Reader, read: TableReading) -> Found:
    truncated: list[PublishedRow] = []
    half_up = 0
    for row in reader.table.rows:
        exact = from_counts(row)
        if exact is not None and row.rate is not None:
            if contradicts(row):
                yield "rate-not-from-counts", "figures", _contradiction(row, exact, row.rate), (row.line,)
            elif row.rate.span("half-up").holds(exact):
                half_up += not row.rate.span("truncated").holds(exact)
            elif row.rate.span("truncated").holds(exact) and not row.rate.span("half-even").holds(exact):
                truncated.append(row)
        elif exact is None and row.rate is not None and row.applicants and 0 <= row.rate.value <= 1:
            ways = [way for way in ROUNDINGS if not whole(row.rate.span(way), row.applicants).empty]
            if ways == ["truncated"]:
                truncated.append(row)
            if ways:
                continue
            sentence = f"{row.label}: no whole number of {row.applicants:,} people gives the rate {row.rate.text}."
            yield "rate-of-no-count", "figures", sentence, (row.line,)
    if truncated:
        while_others = ", while other rates of the table are rounded" if half_up else ""
        sentence = f"Rates are cut off instead of rounded{while_others}: {_named(truncated)}."
        yield "rate-truncated", "figures", sentence, _lines(truncated)


def _contradiction(row: PublishedRow, exact: Fraction, rate: Printed) -> str:
    told = (
        f"{row.label}: {row.selected:,} of {row.applicants:,} is {rate.write(exact)}, but the rate is printed as "
        f"{rate.text}"
    )
    fits = whole(rate.span("half-up"), row.applicants or 1)
    if fits.empty:
        return f"{told}."
    first, last = (int(end * (row.applicants or 1)) for end in (fits.low, fits.high))
    return (
        f"{told}, which {first:,} selected would give."
        if first == last
        else (f"{told}, which {first:,} to {last:,} selected would give.")
    )


def _empty(reader: Reader, read: TableReading) -> Found:
    for row in reader.table.rows:
        if row.nobody and (row.rate or row.ratio):
            shown = " and ".join(
                f"{name} {number.text}" for name, number in (("rate", row.rate), ("ratio", row.ratio)) if number
            )
            sentence = f"{row.label} has nobody, so there is no rate and no ratio; printed is {shown}."
            yield "empty-group-with-figures", "figures", sentence, (row.line,)
    for row in reader.table.others:
        if row.use == "unknown" and row.ratio is not None:
            sentence = f"People of unknown category ({row.label}) are given the impact ratio {row.ratio.text}."
            yield "unknown-with-ratio", "figures", sentence, (row.line,)
    spans = [rates for row in reader.table.rows if (rates := rates_of(row)) is not None]
    if spans and all(rates.span.high == 0 for rates in spans) and any(row.ratio for row in reader.table.rows):
        yield "nobody-selected", "figures", "Nobody is selected in any category, so no ratio can be computed.", ()


def _above_one(reader: Reader, read: TableReading) -> Found:
    rows = [row for row in reader.table.rows if row.ratio is not None and row.ratio.value > 1]
    if rows:
        ratios = ", ".join(f"{row.label} {row.ratio.text}" for row in rows if row.ratio)
        sentence = f"An impact ratio above 1 means that another category was not the most selected one: {ratios}."
        yield "ratio-above-one", "figures", sentence, _lines(rows)


def _rows(reader: Reader, read: TableReading) -> Found:
    wrong = [one for one in read.rows if one.status == "does not follow"]
    reading = read.reading
    swapped: set[int] = set()
    if reading is None:
        return
    for one in read.rows:
        if _cells_swapped(one):
            swapped.add(one.row.line)
            sentence = (
                f"{one.row.label}: the rate and the impact ratio stand in each other's place "
                f"({_text(one.row.rate)} and {_text(one.row.ratio)})."
            )
            yield "rate-and-ratio-swapped", "figures", sentence, (one.row.line,)
    for first, second in combinations([one.row for one in wrong if one.row.line not in swapped], 2):
        if reader.fits_with(first, second, reading) and reader.fits_with(second, first, reading):
            swapped |= {first.line, second.line}
            sentence = (
                f"The ratios of {first.label} ({_text(first.ratio)}) and {second.label} ({_text(second.ratio)}) "
                "follow when each is given to the other."
            )
            yield "rows-swapped", "figures", sentence, (first.line, second.line)
    for one in wrong:
        if one.row.line in swapped or one.row.ratio is None:
            continue
        would = f"; {' to '.join(one.expected)} would follow" if one.expected else ""
        digit = _one_digit(one)
        ending = f", which differs in one digit ({digit})" if digit and len(one.expected) > 1 else ""
        ending = ", which differs in one digit" if digit and len(one.expected) == 1 else ending
        sentence = f"{one.row.label}: the ratio {one.row.ratio.text} follows under no reading{would}{ending}."
        yield "ratio-one-digit-off" if digit else "ratio-does-not-follow", "figures", sentence, (one.row.line,)


def _cells_swapped(one: RowReading) -> bool:
    """Say whether rate and ratio contradict the counts (or the table) where they stand, and fit each other's place."""
    row = one.row
    exact = from_counts(row)
    if row.rate is None or row.ratio is None or one.span is None or exact is None or not contradicts(row):
        return False
    if not row.ratio.span("half-up").holds(exact) or not row.ratio.span("half-up").low >= 0:
        return False
    return one.status != "follows" or row.rate.percent != row.ratio.percent


def _one_digit(one: RowReading) -> str:
    """Return the number that would follow and differs from the printed one in exactly one digit."""
    ratio = one.row.ratio
    if ratio is None or one.span is None:
        return ""
    shown = ratio.write(ratio.value)
    for place, mark in enumerate(shown):
        for digit in "0123456789" if mark.isdigit() else "":
            other = shown[:place] + digit + shown[place + 1 :]
            value = Fraction(other.rstrip("%")) / (100 if ratio.percent else 1)
            if digit != mark and Printed(other, value, ratio.places, ratio.percent).span("half-up").meets(one.span):
                return other
    return ""


def _left_out(reader: Reader, read: TableReading) -> Found:
    table = reader.table
    if not any(row.ratio is not None or row.names_benchmark for row in table.rows):
        if any(rates.span.low > 0 for row in table.rows if (rates := rates_of(row)) is not None):
            yield "ratios-missing", "missing", "No impact ratio is printed in this table (6 RCNY § 5-303(a)(1)).", ()
        return
    for row in table.rows:
        if row.ratio is not None or row.names_benchmark or row.nobody:
            continue
        share = table.share(row)
        if row.applicants is None or (row.rate is None and from_counts(row) is None):
            sentence = (
                f"{row.label} has no impact ratio; a category left out of the ratios keeps its number of people and "
                "its rate (6 RCNY § 5-301(d)), which are not both printed."
            )
            yield "left-out-without-figures", "missing", sentence, (row.line,)
        elif share is not None and share >= SMALL:
            sentence = (
                f"{row.label} is {percent(share, 2)} of the people in the table and has no impact ratio; only a "
                "category below 2% of the data may be left out (6 RCNY § 5-301(d))."
            )
            yield "left-out-at-two-percent-or-more", "missing", sentence, (row.line,)


def _benchmark(reader: Reader, read: TableReading) -> Found:
    reading, rows = read.reading, reader.table.rows
    if reading is None:
        return
    left_out = reader.left_out
    divided = [one for one in read.rows if _divided_by_left_out(one, left_out)]
    if divided:
        sentence = (
            f"The ratio of {_named([one.row for one in divided])} follows only when divided by the rate of a category "
            f"that is left out of the ratios ({_named(left_out)})."
        )
        yield "left-out-category-as-benchmark", "figures", sentence, _lines([one.row for one in divided])
    elsewhere = [
        one
        for one in read.rows
        if one.status == "follows otherwise"
        and one.reading is not None
        and (one.reading.benchmark, one.reading.fixed) != (reading.benchmark, reading.fixed)
        and one not in divided
    ]
    for one in elsewhere:
        sentence = (
            f"{one.row.label}: the ratio {_text(one.row.ratio)} follows only when divided by "
            f"{_benchmark_words(one.reading or reading)}, unlike the rest of the table."
        )
        yield "ratio-of-another-benchmark", "figures", sentence, (one.row.line,)
    odd = [row for row in rows if row.ratio is not None and rates_of(row) and row.label not in read.competing]
    if reading.benchmark in ("kept", "kept-of-assessed") and odd:
        sentence = (
            f"The benchmark is taken among categories of at least 2%, and yet smaller "
            f"categories have a ratio: {_named(odd)}."
        )
        yield "left-out-category-with-ratio", "ask", sentence, _lines(odd)
    if reading.benchmark in ("fixed", "pooled", "unknown"):
        follow = [one.row for one in read.rows if one.status == "follows"]
        if follow:
            sentence = (
                f"{len(follow)} of {read.printed} ratios follow only when divided by {_benchmark_words(reading)}, "
                "which is not the highest rate of the table's categories."
            )
            yield "benchmark-not-highest", "figures", sentence, _lines(follow)


def _benchmark_words(reading: Reading) -> str:
    return str(reading).split(", ", 1)[0] if not reading.fixed else f"the rate of {reading.fixed}"


def _divided_by_left_out(one: RowReading, left_out: list[PublishedRow]) -> bool:
    reading = one.reading
    if reading is None or not left_out or one.by_rule or one.status not in ("follows", "follows otherwise"):
        return False
    if reading.benchmark == "fixed":
        return reading.fixed in {row.label for row in left_out}
    return reading.benchmark == "all"


def _method(reader: Reader, read: TableReading) -> Found:
    """Ratios that follow, but not by the rule's arithmetic: from rounded rates, with digits cut off, and the like."""
    causes: dict[str, list[RowReading]] = {}
    for one in read.rows:
        reading = one.reading
        if reading is None or one.row.ratio is None or _plain(one):
            continue
        if reading.basis == "rounded-rates":
            causes.setdefault("ratio-of-rounded-rates", []).append(one)
        if reading.rounding == "truncated":
            causes.setdefault("ratio-truncated", []).append(one)
        if reading.rounding == "half-even":
            causes.setdefault("ratio-half-to-even", []).append(one)
        if reading.fewer_digits:
            causes.setdefault("ratio-with-fewer-digits", []).append(one)
    told: dict[str, tuple[Level, str]] = {
        "ratio-of-rounded-rates": ("figures", "Ratios are computed from rates already rounded"),
        "ratio-truncated": ("figures", "Ratios are cut off instead of rounded"),
        "ratio-half-to-even": ("ask", "Ratios follow when a half is rounded to the even digit"),
        "ratio-with-fewer-digits": ("ask", "Ratios follow when they are read with fewer digits than the column has"),
    }
    for code, ones in causes.items():
        level, sentence = told[code]
        shown = ", ".join(
            f"{one.row.label} {_text(one.row.ratio)}" + (f" for {' to '.join(one.expected)}" if one.expected else "")
            for one in ones
        )
        yield code, level, f"{sentence}: {shown}.", _lines([one.row for one in ones])


def _plain(one: RowReading) -> bool:
    """Say whether the printed ratio is what the rule's arithmetic gives as well, whatever reading was chosen."""
    return one.span is not None and one.row.ratio is not None and one.row.ratio.span("half-up").meets(one.span)


def _together(reader: Reader, read: TableReading) -> Found:
    if read.reading is None or read.reading.basis != "exact":
        return
    joint = reader.joint(read.reading)
    if joint is not None and joint.empty:
        sentence = "Each ratio alone agrees with the rounded rates, but no one benchmark rate agrees with all of them."
        yield "no-single-benchmark-rate", "figures", sentence, ()


def _twice(reader: Reader, read: TableReading) -> Found:
    rows = reader.table.rows
    for first, second in combinations(rows, 2):
        if first.category == second.category:
            sentence = f"{first.label} stands twice in the table."
            yield "category-twice", "figures", sentence, (first.line, second.line)
        elif _same(first, second) and sum(row.applicants == first.applicants for row in rows) == 2:
            sentence = f"{first.label} and {second.label} have the same figures in every column."
            yield "rows-identical", "ask", sentence, (first.line, second.line)


def _same(first: PublishedRow, second: PublishedRow) -> bool:
    if not first.applicants or first.ratio is None or second.ratio is None:
        return False
    return (first.applicants, first.selected, _value(first.rate), first.ratio.value) == (
        second.applicants,
        second.selected,
        _value(second.rate),
        second.ratio.value,
    )


def _value(number: Printed | None) -> Fraction | None:
    return number.value if number else None


def _text(number: Printed | None) -> str:
    return number.text if number else "none"


def _named(rows: list[PublishedRow]) -> str:
    return "; ".join(row.label for row in rows)


def _lines(rows: list[PublishedRow]) -> tuple[int, ...]:
    return tuple(row.line for row in rows)
