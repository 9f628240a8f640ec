"""A reference population that a person wrote by hand (`--reference FILE.yaml`).

source: American Community Survey 2024, table B03002
date: 2024-07-01
population: people of working age in New York City
sex: {Male: 48.2, Female: 51.8}
race_ethnicity: {Hispanic or Latino: 28.9, White: 31.0, Black: 20.2, Native Hawaiian: 0.05, ...}
intersectional: {"Male, White": 15.1, ...}

A figure is a count or a share; each table of the reference is divided by its own sum.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from audits.bias.vocabulary import category_named
from audits.metrics.categories import TABLES
from audits.metrics.reference import checked_reference
from compliance.lib.problems import Problem, Refused

LARGEST: Final = 1024 * 1024
_HINT: Final = (
    "Write source, date, and at least one of sex, race_ethnicity and intersectional, each category with its figure."
)


def read(path: Path) -> dict[str, Any]:
    """Return the reference in a file, for :class:`audits.bias.plan.Plan`; what is wrong in it is `Refused`."""
    try:
        with path.open("rb") as stream:
            data = stream.read(LARGEST + 1)
    except OSError as error:
        sentence = f"The reference population {path.name} cannot be read: {error.strerror or error}."
        raise Refused(Problem("reference-file", sentence)) from error
    if len(data) > LARGEST:
        raise Refused(Problem("reference-file", f"The reference population {path.name} is larger than 1 MiB."))
    try:
        return parse(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        sentence = f"The reference population {path.name} is not written in UTF-8."
        raise Refused(Problem("reference-file", sentence)) from error


def parse(text: str) -> dict[str, Any]:
    """Read a reference; figures are taken as they are written.

    >>> found = parse("source: Census\\ndate: 2024-07-01\\nsex: {Male: 48.2, Female: 51.8}")
    >>> found["tables"][0]["rows"][1]
    {'sex': 'Female', 'race_ethnicity': None, 'value': '51.8'}
    """
    import yaml

    try:
        top = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        sentence = "The reference population is not valid YAML."
        raise Refused(Problem("reference-file", sentence, _HINT, row=mark.line + 1 if mark else None)) from error
    if not isinstance(top, yaml.MappingNode):
        raise Refused(Problem("reference-file", "The reference population has no sections.", _HINT, row=1))
    given: dict[str, Any] = {"source": "", "date": "", "population": "", "tables": []}
    for name, section in top.value:
        if name.value in TABLES and isinstance(section, yaml.MappingNode):
            given["tables"].append({"table": name.value, "rows": [_row(name.value, *line) for line in section.value]})
        elif name.value in ("source", "date", "population") and isinstance(section, yaml.ScalarNode):
            given[name.value] = section.value
        else:
            sentence = f"The section {name.value!r} of the reference population is not known, or is of the wrong kind."
            raise Refused(Problem("reference-file", sentence, _HINT, row=name.start_mark.line + 1))
    try:
        return checked_reference(given)
    except ValueError as error:
        raise Refused(Problem("reference-file", str(error), _HINT)) from error


def _row(table: str, name: Any, figure: Any) -> dict[str, Any]:
    row = name.start_mark.line + 1
    words, value = str(name.value), str(figure.value)
    sex, _, race = words.partition(",") if table == "intersectional" else (words, "", words)
    try:
        found = {
            "sex": None if table == "race_ethnicity" else category_named("sex", sex.strip()),
            "race_ethnicity": None if table == "sex" else category_named("race_ethnicity", race.strip()),
        }
        if [one for role, one in found.items() if one is None and table in (role, "intersectional")]:
            raise KeyError(words)
    except KeyError as error:
        sentence = f"{words!r} is no category of the table {table}."
        raise Refused(Problem("reference-file", sentence, _HINT, row=row, found=words)) from error
    return {**found, "value": value}


def written(reference: Mapping[str, Any]) -> str:
    """Write a reference as :func:`parse` reads it.

    >>> parse(written(parse("source: Census\\ndate: 2024-07-01\\nsex: {Male: 1, Female: 2}")))["tables"][0]["table"]
    'sex'
    """
    import yaml

    tables = {
        one["table"]: {_category(one["table"], row): str(row["value"]) for row in one["rows"]}
        for one in reference["tables"]
    }
    said = {name: str(reference[name]) for name in ("source", "date", "population") if reference.get(name)}
    whole: str = yaml.safe_dump({**said, **tables}, sort_keys=False, allow_unicode=True, width=1000)
    return whole


def _category(table: str, row: Mapping[str, Any]) -> str:
    sex, race = row["sex"], row["race_ethnicity"]
    return f"{sex}, {race}" if table == "intersectional" else str(sex or race)
