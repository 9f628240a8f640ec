"""A framework as a YAML file, written and read: the same document gives the same bytes."""

from __future__ import annotations

import re
from typing import Any

import yaml

from compliance.catalogue.document import Document
from compliance.catalogue.drafting import Path, Rows, Spot, checked
from compliance.catalogue.reading import Place
from compliance.frameworks.columns import FIELD_NAMES
from compliance.lib.problems import Problem, Refused, one_line

MOST_BYTES = 5 * 1024 * 1024
DEEPEST = 40
_FIRST = "# A framework for Probanda. Fields: see the manual, Your own frameworks.\n"


class _Loader(yaml.CSafeLoader):
    """Reads days as text, so that 30 February is told with its line among all that is wrong, and not alone."""

    yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in known if tag != "tag:yaml.org,2002:timestamp"]
        for first, known in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }


def write(document: Document) -> bytes:
    """Return the document as YAML; reading it back gives the document."""
    text = yaml.safe_dump(document.as_json(), sort_keys=False, allow_unicode=True, width=110)
    return (_FIRST + text).encode()


def read(data: bytes, *, rows_of: Rows | None = None) -> Document:
    """Return the document that a YAML file holds; refused with all that is wrong with it, each with its line."""
    node, value, problems = _parse(data)
    top = Place("the file", node)

    def where(path: Path) -> Spot:
        fields = [step for step in path if isinstance(step, str)]
        column = FIELD_NAMES.get((fields[0], fields[1])) if len(fields) > 1 else None
        return Spot(None, top.line(path), column or ".".join(fields) or None)

    try:
        document = checked(value, where, rows_of=rows_of)
    except Refused as refused:
        problems += refused.problems
    if problems:
        raise Refused.all(problems)
    return document


def plain(text: str) -> Any:
    """Return the value of a short piece of YAML, such as a condition in a cell; refused when it is none."""
    _node, value, problems = _parse(text.encode("utf-8", "surrogatepass"))
    if problems:
        raise Refused.all(problems)
    return value


def _parse(data: bytes) -> tuple[yaml.Node, Any, list[Problem]]:
    if len(data) > MOST_BYTES:
        sentence = "The file is larger than 5 MiB."
        raise Refused(Problem("file-too-large", sentence, found=str(len(data)), expected=str(MOST_BYTES)))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise Refused(Problem("not-utf-8", "The file is not written in UTF-8.", row=line)) from error
    try:
        _check_events(text)
        loader = _Loader(text)
        node = loader.get_single_node()
        value = loader.construct_document(node) if node is not None else None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        what = one_line(str(getattr(error, "problem", None) or error))
        raise Refused(
            Problem("not-yaml", f"The file is not YAML: {what}.", row=mark.line + 1 if mark else None)
        ) from error
    if node is None:
        raise Refused(Problem("empty-file", "The file is empty."))
    return node, value, list(_double_keys(node))


def _check_events(text: str) -> None:
    """Refuse what a framework does not need and a small file can do harm with: aliases, tags, great depth."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else None
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise Refused(Problem("yaml-alias", "A name for a part (& or *) is not read; write it out.", row=line))
        if tag := getattr(event, "tag", None):
            raise Refused(Problem("yaml-tag", "A type of its own (!) is not read.", row=line, found=str(tag)))
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise Refused(Problem("too-deep", f"The file is more than {DEEPEST} levels deep.", row=line))


def _double_keys(node: yaml.Node) -> list[Problem]:
    found, ahead = [], [node]
    while ahead:
        one = ahead.pop()
        if isinstance(one, yaml.SequenceNode):
            ahead += one.value
        elif isinstance(one, yaml.MappingNode):
            seen: set[str] = set()
            for key, value in one.value:
                name = re.sub(r"\s+", " ", str(key.value))[:60]
                if name in seen:
                    line = key.start_mark.line + 1
                    found.append(Problem("double-key", "The key stands twice in one map.", row=line, found=name))
                seen.add(name)
                ahead.append(value)
    return found
