"""From catalogue files to one plain value, with the file and line of every part kept for the problems.

A version file that says `based_on: <version>` holds only what changed: a row with a known `id` changes the named
fields of that row (`null` empties one), a row with a new `id` is added (after the row it names in `after`, else at the
end), and `removed` takes rows away with a reason. Maps at the head (sources, roles, date sets ...) change key by key in
the same way, and a source may say `provisions_added` and `provisions_removed`. So a row that does not change is written
once.

The rows may stand in the version file or in parts beside it: `<law>/<version>/rows-<section>.yaml` holds rows of that
one section, and under `shared` the fields that all new rows of the part have unless they say otherwise. Rows come in
the order of the sections. The part `classification.yaml` holds the steps that classify a system, and `crosswalk.yaml`
says for provisions what they correspond to in other frameworks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from compliance.lib.problems import Problem, Refused

_MAPS = (
    *("in_force", "sources", "roles", "tiers", "events", "texts", "terms", "tracks", "date_sets", "penalty_sets"),
    *("classification", "performance_sets", "met_sets"),
)
_NEVER_INHERITED = ("text_version", "based_on", "removed", "draft", "published_on")


@dataclass(frozen=True, slots=True)
class Place:
    """A part of a YAML file: which file, and the node that holds it."""

    file: str
    node: yaml.Node

    def line(self, path: tuple[str | int, ...] = ()) -> int:
        """Return the line, from 1, of the deepest part of `path` that stands in the file."""
        node = self.node
        for step in path:
            inner = _child(node, step)
            if inner is None:
                break
            node = inner
        return int(node.start_mark.line) + 1


@dataclass(slots=True)
class Raw:
    """A version after all its files are laid over each other, not yet checked against the schema."""

    head: dict[str, Any]
    rows: list[dict[str, Any]]
    top: Place
    places: dict[str, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    crosswalk: dict[str, Any] = field(default_factory=dict)

    def place(self, row_id: str) -> Place:
        return self.places.get(row_id, self.top)


def problem(
    code: str, sentence: str, place: Place, what: str = "", *, path: tuple[str | int, ...] = (), **more: str
) -> Problem:
    """Make a problem whose sentence starts with the file and line, and the row or part that is wrong."""
    line = place.line(path)
    where = f"{place.file}, line {line}" + (f", {what}" if what else "")
    return Problem(code, f"{where}: {sentence}", row=line, column=what or None, **more)


@dataclass(slots=True)
class _Rows:
    """The rows that one version itself holds, from its head and its parts."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    places: dict[str, Place] = field(default_factory=dict)
    shared: dict[str, dict[str, Any]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def add(self, top: Place, content: dict[str, Any], shared: dict[str, Any]) -> None:
        rows = content.get("rows") or []
        if not isinstance(rows, list) or not all(
            isinstance(row, dict) and isinstance(row.get("id"), str) for row in rows
        ):
            raise Refused(problem("row-without-id", "Each row must be a map with an id.", top, "rows", path=("rows",)))
        places = dict(_row_places(top))
        for number, row in enumerate(rows):
            id = row["id"]
            if id in self.shared:
                sentence = f"The id stands twice in this version, first in {self.places.get(id, places[id]).file}."
                self.problems.append(problem("double-id", sentence, top, id, path=("rows", number)))
            self.shared[id] = shared
        self.rows += rows
        self.places = {**places, **self.places}


def read(folder: Path, law: str, version: str, seen: tuple[str, ...] = ()) -> Raw:
    """Read `folder/law/version.yaml`, its parts and, under it, every version that it is based on."""
    top, content, problems = parse(folder / law / f"{version}.yaml", f"{law}/{version}.yaml")
    own = _Rows(problems=problems)
    own.add(top, content, {})
    content.pop("rows", None)
    crosswalk: dict[str, Any] = {}
    for path in sorted((folder / law / version).glob("*.yaml")):
        if path.stem == "classification":
            _, content["classification"], wrong = parse(path, f"{law}/{version}/{path.name}")
            own.problems += wrong
            continue
        if path.stem == "crosswalk":
            _, crosswalk, wrong = parse(path, f"{law}/{version}/{path.name}")
            own.problems += wrong
            continue
        content["removed"] = [*(content.get("removed") or []), *_add_part(own, path, f"{law}/{version}/{path.name}")]
    base = content.get("based_on")
    if base is None:
        rows = [{**own.shared[row["id"]], **row} for row in own.rows]
        return _in_order(Raw(content, rows, top, own.places, own.problems, crosswalk))
    if str(base) in (*seen, version) or not (folder / law / f"{base}.yaml").is_file():
        sentence = "The version this one is based on does not exist or leads back to itself."
        raise Refused(problem("no-base", sentence, top, "based_on", path=("based_on",), found=str(base)))
    below = read(folder, law, str(base), (*seen, version))
    below.problems = own.problems + below.problems
    crosswalk = {**below.crosswalk, **crosswalk}
    return _in_order(_lay_over(below, content, own, top, crosswalk))


def _add_part(own: _Rows, path: Path, name: str) -> list[Any]:
    """Add the rows of one part, whose name says their section; return the rows that it takes away."""
    top, content, problems = parse(path, name)
    own.problems += problems
    section, shared = path.stem.removeprefix("rows-"), content.get("shared") or {}
    if (
        not path.stem.startswith("rows-")
        or not isinstance(shared, dict)
        or set(content) - {"shared", "rows", "removed"}
    ):
        sentence = "A part is named rows-<section>.yaml and holds a map, shared, and two lists, rows and removed."
        raise Refused(problem("wrong-part", sentence, top, found=", ".join(map(str, content))))
    for row in content.get("rows") or []:
        if isinstance(row, dict) and row.setdefault("section", section) != section:
            sentence = "The row names another section than the part that it stands in."
            own.problems.append(problem("wrong-part", sentence, top, str(row.get("id")), found=str(row["section"])))
    own.add(top, content, shared)
    return list(content.get("removed") or [])


def _in_order(raw: Raw) -> Raw:
    """Put the rows in the order of the sections; within one they stay as they stand."""
    sections = raw.head.get("sections")
    order = {id: number for number, id in enumerate(sections)} if isinstance(sections, dict) else {}
    raw.rows.sort(key=lambda row: order.get(str(row.get("section")), len(order)))
    return raw


def _lay_over(below: Raw, content: dict[str, Any], own: _Rows, top: Place, crosswalk: dict[str, Any]) -> Raw:
    head = {key: value for key, value in below.head.items() if key not in _NEVER_INHERITED}
    for key, value in content.items():
        if key in _MAPS and isinstance(value, dict) and isinstance(head.get(key), dict):
            head[key] = {**head[key], **{name: _over(head[key].get(name), part) for name, part in value.items()}}
        else:
            head[key] = value
    raw = Raw(head, list(below.rows), top, {**below.places, **own.places}, below.problems, crosswalk)
    gone = {str(one.get("id")) for one in content.get("removed") or [] if isinstance(one, dict)}
    known = {row["id"] for row in raw.rows}
    raw.problems += [
        problem("no-such-row", f"The row {id} cannot be removed: the version below has none.", top, "removed", found=id)
        for id in sorted(gone - known)
    ]
    raw.rows = [row for row in raw.rows if row["id"] not in gone]
    for row in own.rows:
        _lay_row(raw, row, own.shared[row["id"]], own.places[row["id"]])
    return raw


def _lay_row(raw: Raw, row: dict[str, Any], shared: dict[str, Any], place: Place) -> None:
    id, after = row["id"], row.pop("after", None)
    ids = [one["id"] for one in raw.rows]
    if id in ids:
        old = raw.rows[ids.index(id)]
        if all(key in old and old[key] == value for key, value in row.items()):
            raw.problems.append(problem("unchanged-row", "The row changes nothing; leave it out.", place, id))
        raw.rows[ids.index(id)] = {key: value for key, value in {**old, **row}.items() if value is not None}
    elif after is None:
        raw.rows.append({**shared, **row})
    elif after in ids:
        raw.rows.insert(ids.index(after) + 1, {**shared, **row})
    else:
        raw.problems.append(problem("no-such-row", "The row named in after is not there.", place, id, found=str(after)))


def _over(old: Any, new: Any) -> Any:
    if not isinstance(old, Mapping) or not isinstance(new, Mapping):
        return new
    merged = {**old, **new}
    added, removed = merged.pop("provisions_added", []), merged.pop("provisions_removed", [])
    if added or removed:
        merged["provisions"] = [one for one in merged.get("provisions", []) if one not in removed] + list(added)
    if isinstance(old.get("left_out"), Mapping) and isinstance(new.get("left_out"), Mapping):
        merged["left_out"] = {**old["left_out"], **new["left_out"]}
    return merged


def parse(path: Path, name: str) -> tuple[Place, dict[str, Any], list[Problem]]:
    """Read one YAML file: where it stands, its map of fields, and a problem for each key that stands twice in a map.

    Refused when it cannot be read, is not YAML, or is no map.
    """
    try:
        loader = yaml.CSafeLoader(path.read_bytes())
        node = loader.get_single_node()
        content = loader.construct_document(node) if node is not None else None
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else None
        what = getattr(error, "problem", None) or str(error)
        raise Refused(Problem("not-yaml", f"{name} is not YAML: {what}.", row=line)) from error
    except OSError as error:
        raise Refused(Problem("no-file", f"{name} cannot be read: {error.strerror}.")) from error
    if node is None or not isinstance(content, dict):
        raise Refused(Problem("not-a-map", f"{name} must hold one map of fields.", row=1))
    top = Place(name, node)
    return top, content, list(_double_keys(top, node))


def _double_keys(top: Place, node: yaml.Node) -> Iterator[Problem]:
    """YAML keeps the last of two equal keys in silence; a fact must not be lost like that."""
    if isinstance(node, yaml.SequenceNode):
        for inner in node.value:
            yield from _double_keys(top, inner)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                yield problem("double-key", "The key stands twice in one map.", Place(top.file, key), str(key.value))
            seen.add(key.value)
            yield from _double_keys(top, value)


def _row_places(top: Place) -> Iterator[tuple[str, Place]]:
    rows = _child(top.node, "rows")
    for node in rows.value if rows is not None else ():
        id = _child(node, "id")
        if id is not None:
            yield str(id.value), Place(top.file, node)


def _child(node: yaml.Node, step: str | int) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == str(step)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        inner: yaml.Node = node.value[step]
        return inner
    return None
