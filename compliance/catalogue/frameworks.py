"""Reference frameworks that rows of a law are mapped to: their ids, with titles in our own words.

>>> frameworks()["nist-ai-rmf-1.0"].items["MEASURE 2.11"]
'Fairness and bias'
>>> [(name, len(one.items)) for name, one in frameworks().items()]
[('nist-ai-rmf-1.0', 72), ('iso-42001-2023', 70)]
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from compliance.catalogue.conditions import Part
from compliance.catalogue.loader import DATA
from compliance.catalogue.reading import parse, problem
from compliance.lib.problems import Refused


class Framework(Part):
    """A framework by id and title; its items by their own ids, in its order. It asks nothing by itself."""

    title: str
    short_title: str
    note: str = ""
    items: Mapping[str, str]


_FRAMEWORKS = TypeAdapter(dict[str, Framework])


@lru_cache(maxsize=64)
def frameworks(folder: Path = DATA) -> Mapping[str, Framework]:
    """Return the reference frameworks in the order of `frameworks.yaml`; empty when there is no such file."""
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
    return found
