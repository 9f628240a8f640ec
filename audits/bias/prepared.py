"""Columns as they come, made ready to be counted: which texts are numbers, which numbers are counts of people.

Everything is an Ibis expression, and every engine reads a text, a missing value and a number that is none alike.
"""

from __future__ import annotations

import sys
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from audits.bias.mapping import COUNT, SCORE

if TYPE_CHECKING:
    import ibis.expr.types as ir

LARGEST_COUNT: Final = 10**15 - 1
_TRIES: Final = frozenset({"duckdb", "pyspark", "snowflake", "bigquery", "trino", "clickhouse", "databricks"})
"""Engines that have a cast which gives nothing where a text is no number; others are asked for the pattern first."""
_HAVE_NAN: Final = _TRIES | {"postgres"}


def read(raw: ir.Table, dialect: str) -> ir.Table:
    """Return raw columns named by role, and a `double` of the score where an engine reads one from a text safely.

    It is a step of its own so that an engine reads every text once.
    """
    if dialect != "duckdb" or "score" not in raw.columns or not raw.score.type().is_string():
        return raw
    return raw.mutate(double=raw.score.try_cast("float64"))


def prepared(raw: ir.Table, dialect: str) -> ir.Table:
    """Return the rows as they are counted: what :func:`read` gives becomes groups, `number`, `people` and `line`.

    `raw` may have a `score`, a `count` and a `line`; every other column is a role to group by. `number` is the score as
    a double, or null where it is no finite number; `people` the count, or null where it is none.
    """
    import ibis

    columns = {name: raw[name] for name in raw.columns if name not in ("line", "double")}
    if "score" in raw.columns:
        columns["number"] = _number_read(raw) if "double" in raw.columns else _number(raw.score, dialect)
    columns["people"] = _people(raw["count"]) if "count" in raw.columns else ibis.literal(1, "int64")
    if "line" in raw.columns:
        columns["line"] = raw.line
    return raw.select(**columns)


def _number_read(raw: ir.Table) -> Any:
    """Return the double that was read; only texts that may be read too kindly, such as 1_000, pay for the pattern."""
    import ibis

    odd = raw.score.contains("_") | raw.score.contains("e") | raw.score.contains("E")
    # To DuckDB NaN is above all numbers, so the bounds alone leave it out.
    finite = raw.double.between(exact(-sys.float_info.max), exact(sys.float_info.max))
    sound = finite & (~odd | matches(raw.score, SCORE.pattern))
    return ibis.cases((sound, raw.double), else_=ibis.null("float64"))


def _number(score: Any, dialect: str) -> Any:
    import ibis

    nothing = ibis.null("float64")
    if score.type().is_string():
        text = score.fill_null("").strip()
        if dialect != "postgres":
            number = text.try_cast("float64") if dialect in _TRIES else text.cast("float64")
            return ibis.cases((matches(score, SCORE.pattern) & _finite(number, dialect), number), else_=nothing)
        # PostgreSQL stops the query on a number that no double can hold: its own exact numbers are asked first.
        exact = text.cast("decimal")
        fits = ibis.cases(
            (exact.abs() > Decimal(repr(sys.float_info.max)), nothing),
            (exact.abs() < Decimal("1e-300"), ibis.literal(0.0, "float64")),
            else_=text.cast("float64"),
        )
        return ibis.cases((matches(score, SCORE.pattern), fits), else_=nothing)
    number = score.cast("float64")
    return ibis.cases((_finite(number, dialect), number), else_=nothing)


def _finite(number: Any, dialect: str) -> Any:
    """Say whether a double is finite; to every engine NaN is above all numbers."""
    bounded = number.between(exact(-sys.float_info.max), exact(sys.float_info.max))
    return bounded & ~number.isnan() if dialect in _HAVE_NAN else bounded


def _people(count: Any) -> Any:
    import ibis

    nothing = ibis.null("int64")
    if count.type().is_string():
        return ibis.cases((matches(count, COUNT.pattern), count.strip().cast("int64")), else_=nothing)
    fits = count.between(0, LARGEST_COUNT)
    if not count.type().is_integer():
        fits &= count == count.floor()
    return ibis.cases((fits, count.cast("int64")), else_=nothing)


def matches(text: Any, pattern: str) -> Any:
    return text.re_search(f"^({pattern})$")


def cases(*branches: tuple[Any, int], otherwise: Any, kind: str = "int64") -> Any:
    import ibis

    last = ibis.literal(otherwise, kind) if isinstance(otherwise, int) else otherwise.cast(kind)
    if not branches:
        return last
    return ibis.cases(*((when, ibis.literal(then, kind)) for when, then in branches), else_=last)


def exact(number: float) -> Any:
    """Write a double so that every engine reads the same one: a bare 0.1 would be a decimal to some."""
    import ibis

    return ibis.literal(repr(number)).cast("float64")
