"""The people of an audit beside a reference population that a person named, as a result document holds it.

Article 10(3) of the AI Act wants data sets that are sufficiently representative of those whom the system is meant for.
Which population that is, a person states, with where its figures come from and of what day they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any, Final

from audits.metrics.categories import TABLES, Category, TableName, categories
from audits.metrics.counts import Cell, by_category
from audits.metrics.methods import METHODS
from audits.metrics.representativeness import representativeness

FIELDS: Final = ("source", "date", "population", "tables")
METHODS_USED: Final = ("goodness-of-fit", "group-share", "distance", "holm")
NOTES: Final = (
    "Article 10(3) of the AI Act asks for data that are sufficiently representative. It sets no measure and no "
    "threshold, and whether this is the right population to compare with is for people to say.",
    "The figures of the reference population are taken as exact. People of unknown category are not compared.",
)


def checked_reference(given: Any) -> dict[str, Any]:
    """Return a reference in order: `{"source", "date", "population", "tables": [{"table", "rows"}]}`.

    A row is `{"sex", "race_ethnicity", "value"}`, its value a count or a share as plain decimal text. Every category of
    a table that is there has its row; anything else is a ValueError with a full sentence.

    >>> rows = [{"sex": "Male", "race_ethnicity": None, "value": "49.5"}]
    >>> checked_reference({"source": "Census", "date": "2024-07-01", "population": "", "tables": [
    ...     {"table": "sex", "rows": rows}]})
    Traceback (most recent call last):
    ValueError: The reference population says nothing of Female in the table sex; write 0 if nobody belongs there.
    """
    if not isinstance(given, Mapping) or set(given) != set(FIELDS):
        raise ValueError(f"A reference population states {', '.join(FIELDS)}.")
    if not isinstance(given["source"], str) or not given["source"].strip():
        raise ValueError("Say where the figures of the reference population come from.")
    try:
        day = date.fromisoformat(given["date"]).isoformat()
    except (TypeError, ValueError) as error:
        raise ValueError("Say of what day the figures of the reference population are, as in 2024-07-01.") from error
    tables = [_checked_table(one) for one in given["tables"]]
    names = [one["table"] for one in tables]
    if not tables or len(set(names)) < len(names):
        raise ValueError("A reference population has figures for at least one table, and for each once.")
    tables.sort(key=lambda one: TABLES.index(one["table"]))
    return {
        "source": given["source"].strip(),
        "date": day,
        "population": str(given["population"]).strip(),
        "tables": tables,
    }


def _checked_table(one: Mapping[str, Any]) -> dict[str, Any]:
    name = one["table"]
    if name not in TABLES:
        raise ValueError(f"{name!r} is no table; write one of {', '.join(TABLES)}.")
    values: dict[Category, str] = {}
    for row in one["rows"]:
        key = Category(row["sex"], row["race_ethnicity"])
        if key not in categories(name) or key in values:
            raise ValueError(f"{key} is no category of the table {name}, or stands there twice.")
        values[key] = _number(row["value"], key)
    for key in categories(name):
        if key not in values:
            sentence = f"The reference population says nothing of {key} in the table {name}"
            raise ValueError(f"{sentence}; write 0 if nobody belongs there.")
    if not sum(Fraction(value) for value in values.values()):
        raise ValueError(f"The reference population has nobody in the table {name}.")
    return {"table": name, "rows": [{**key._asdict(), "value": values[key]} for key in categories(name)]}


def _number(value: Any, key: Category) -> str:
    text = value.strip() if isinstance(value, str) else ""
    sound = text.replace(".", "", 1).isascii() and text.replace(".", "", 1).isdigit() and len(text) <= 20
    if not sound:
        raise ValueError(
            f"The figure for {key} is {value!r}; write a count or a share in digits, such as 1200 or 49.5."
        )
    return text


def beside_reference(cells: Iterable[Cell], reference: Mapping[str, Any], *, complete_case: bool) -> dict[str, Any]:
    """Return each table of the reference beside the people of the audit, with the methods used.

    >>> rows = [{"sex": sex, "race_ethnicity": None, "value": "50"} for sex in ("Male", "Female")]
    >>> census = {"source": "Census", "date": "2024-07-01", "population": ""}
    >>> census["tables"] = [{"table": "sex", "rows": rows}]
    >>> people = [Cell("Male", None, 70, 0), Cell("Female", None, 30, 0)]
    >>> beside_reference(people, census, complete_case=False)["tables"][0]["goodness_of_fit"]["values"]["chi_square"]
    '16.000000000000000'
    """
    given, kept, tables = checked_reference(reference), tuple(cells), []
    for one in given["tables"]:
        name: TableName = one["table"]
        counted = by_category(kept, name, complete_case=complete_case)
        people = {key: applicants for key, (applicants, _) in counted.items()}
        shares = {Category(row["sex"], row["race_ethnicity"]): Fraction(row["value"]) for row in one["rows"]}
        total = sum(people.values())
        if not total:
            tables.append({"table": name, "people": 0, "undefined": "Nobody of known category was assessed."})
            continue
        found = representativeness(people, shares).as_json()
        for row, key in zip(found["groups"], people, strict=True):
            row |= {**key._asdict(), "people": people[key]}
        tables.append({"table": name, "people": total, **found})
    return {
        "tables": tables,
        "methods": [METHODS[code].as_json() for code in METHODS_USED],
        "notes": list(NOTES),
    }
