"""Frameworks that rows of a law are mapped to: their ids, with titles in our own words.

>>> frameworks()["nist-ai-rmf-1.0"].items["MEASURE 2.11"]
'Fairness and bias'
>>> [(name, len(one.items)) for name, one in frameworks().items()]
[('nist-ai-rmf-1.0', 72), ('iso-42001-2023', 70)]
>>> frameworks()["iso-42001-2023"].rows["A.7.4"]
'ISO42001-A.7.4'
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from compliance.catalogue.conditions import Part
from compliance.catalogue.loader import DATA, load
from compliance.catalogue.reading import parse, problem
from compliance.catalogue.schema import Row
from compliance.lib.problems import Refused


class Framework(Part):
    """A framework by id and title; its items by their own ids, in its order.

    `law` names its catalogue, if it has one, and `cite_as` what its rows put before an item's id; `rows` then leads
    from items to rows. An item without a row is a part that the catalogue does not ask, such as a clause.
    """

    title: str
    short_title: str
    note: str = ""
    law: str | None = None
    cite_as: str = ""
    items: Mapping[str, str] = {}
    rows: Mapping[str, str] = {}


_FRAMEWORKS = TypeAdapter(dict[str, Framework])


@lru_cache(maxsize=64)
def frameworks(folder: Path = DATA) -> Mapping[str, Framework]:
    """Return the frameworks in the order of `frameworks.yaml`; empty when there is no such file."""
    path = folder / "frameworks.yaml"
    if not path.is_file():
        return {}
    top, content, problems = parse(path, path.name)
    try:
        found = _FRAMEWORKS.validate_python(content.get("frameworks"))
    except ValidationError as error:
        problems += [
            problem("wrong-field", f"{one['msg']}.", top, ".".join(map(str, one["loc"])), path=one["loc"])
            for one in error.errors(include_url=False)
        ]
    if problems:
        raise Refused.all(problems)
    return {name: _with_rows(one, folder) for name, one in found.items()}


def _with_rows(one: Framework, folder: Path) -> Framework:
    if one.law is None:
        return one
    rows = [(item, row) for row in load(one.law, folder=folder).rows for item in _items(row, one.cite_as)]
    return one.model_copy(
        update={
            "items": {**one.items, **{item: row.title for item, row in rows}},
            "rows": {item: row.id for item, row in rows},
        }
    )


def _items(row: Row, cite_as: str) -> Iterator[str]:
    for citation in row.citation:
        if citation.startswith(f"{cite_as} "):
            yield citation.removeprefix(f"{cite_as} ")
