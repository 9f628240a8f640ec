"""Read an OSCAL catalog into a document: all problems at once, and nothing of the file lost.

A group becomes a section, a control a row, one inside another the rows after it. What has no field here is kept as it
stood, so that an export gives it back. A control that holds no question is given one from its title; the text of its
statement says why it is asked.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from compliance.catalogue.crosswalk import RELATIONS
from compliance.catalogue.document import LONGEST, Document
from compliance.catalogue.drafting import Path, Rows, Spot, checked
from compliance.catalogue.oscal import KEPT, NAMESPACE, made_question, token
from compliance.lib import canonical
from compliance.lib.problems import Problem, Refused, one_line

MOST_BYTES = 16 * 1024 * 1024
DEEPEST = 40
_ROW = "urn:probanda:row:"


def read(data: bytes, *, rows_of: Rows | None = None) -> Document:
    """Return the document that an OSCAL catalog in JSON holds; refused with all that is wrong with it."""
    if len(data) > MOST_BYTES:
        sentence = "The file is larger than 16 MiB."
        raise Refused(Problem("file-too-large", sentence, found=str(len(data)), expected=str(MOST_BYTES)))
    if _depth(data) > DEEPEST:
        raise Refused(Problem("too-deep", f"The file is more than {DEEPEST} levels deep."))
    try:
        value = canonical.load(data)
    except (ValueError, RecursionError) as error:
        raise Refused(Problem("not-json", f"The file is not JSON: {one_line(str(error))[:120]}.")) from error
    given = value.get("catalog") if isinstance(value, dict) else None
    if not isinstance(given, dict):
        found = ", ".join(value)[:80] if isinstance(value, dict) else None
        raise Refused(Problem("not-a-catalog", "The file is no OSCAL catalog.", found=found, expected="catalog"))
    reader = _Reader(given)
    raw = reader.read()
    problems = list(reader.problems)
    try:
        document = checked(raw, reader.where, rows_of=rows_of)
    except Refused as refused:
        problems += refused.problems
    if problems:
        raise Refused.all(problems)
    return document


def _depth(data: bytes) -> int:
    """Return how deep the brackets go, those inside of text left out, without building anything."""
    depth = deepest = 0
    for mark in re.findall(rb'"(?:[^"\\]|\\.)*"|[\[\]{}]', data):
        if mark in (b"[", b"{"):
            depth += 1
            deepest = max(deepest, depth)
        elif mark in (b"]", b"}"):
            depth -= 1
    return deepest


@dataclass(slots=True)
class _Own:
    """The properties of our own namespace, taken out of an object."""

    values: dict[str, list[str]] = field(default_factory=dict)
    more: dict[str, str] = field(default_factory=dict)

    def one(self, name: str) -> str:
        return self.values.get(name, [""])[0]

    def text(self, name: str) -> str:
        """Return a value that was written as a JSON string."""
        return self.texts(name)[0] if name in self.values else ""

    def texts(self, name: str) -> list[str]:
        return [_unquoted(one) for one in self.values.get(name, [])]


class _Reader:
    def __init__(self, given: dict[str, Any]):
        self.given = given
        self.raw: dict[str, Any] = {"framework": {}, "sections": [], "rows": [], "crosswalk": []}
        self.problems: list[Problem] = []
        self._paths: dict[tuple[str, int], str] = {}
        self._row_ids: set[str] = set()
        self._section_ids: set[str] = set()

    def where(self, path: Path) -> Spot:
        """Say where a part of the document stood, as a JSON pointer."""
        if len(path) > 1 and isinstance(path[1], int):
            field = ".".join(str(step) for step in path[2:3])
            return Spot(column=f"{self._paths.get((str(path[0]), path[1]), '')} {field}".strip() or None)
        return Spot(column="/catalog/metadata " + ".".join(str(step) for step in path[1:]))

    def read(self) -> dict[str, Any]:
        metadata = self.given.get("metadata")
        if not isinstance(metadata, dict) or not isinstance(metadata.get("title"), str):
            self._wrong("no-title", "The catalog has no title.", "/catalog/metadata/title")
            metadata = {}
        own, rest = _own(metadata)
        title = _line(str(metadata.get("title", "")))
        about = own.text("about")
        head: dict[str, Any] = {
            "title": title,
            "short_title": own.one("short-title") or title[:60].strip(),
            "row_prefix": own.one("row-prefix") or _prefix(title),
            "about": about,
            "published_by": own.one("published-by"),
        }
        head["more"] = dict(own.more)
        kept = self._catalog_kept(rest, bool(own.values))
        if kept:
            head["more"][f"{KEPT}catalog"] = canonical.dump(kept).decode()
        self.raw["framework"] = {name: value for name, value in head.items() if value}
        self.prefix = head["row_prefix"]
        self.ours = bool(own.one("row-prefix"))
        loose = self._objects(self.given, "controls", "/catalog")
        for path, group in self._objects(self.given, "groups", "/catalog"):
            self._group(group, path, "", "")
        if loose:
            self._section("controls", "Controls", {f"{KEPT}loose": "yes"}, "/catalog/controls")
            for path, control in loose:
                self._control(control, path, self.raw["sections"][-1]["id"], "")
        for name in set(self.given) - {"uuid", "metadata", "groups", "controls", "params", "back-matter"}:
            self._wrong("unknown-field", "A catalog has no field of this name.", f"/catalog/{name}", name)
        if not self.raw["rows"]:
            self._wrong("no-rows", "The catalog holds no control.", "/catalog")
        return self.raw

    def _catalog_kept(self, metadata: dict[str, Any], ours: bool) -> dict[str, Any]:
        """Return what of the head has no field here; of our own export only what somebody else added."""
        drop = {"title", "last-modified", "version", "oscal-version"} if ours else {"title"}
        rest = {name: value for name, value in metadata.items() if name not in drop}
        kept: dict[str, Any] = {"metadata": rest} if rest else {}
        if not ours and "uuid" in self.given:
            kept["uuid"] = self.given["uuid"]
        kept |= {name: self.given[name] for name in ("params", "back-matter") if name in self.given}
        if ours and "back-matter" in kept:
            resources = kept["back-matter"].get("resources", []) if isinstance(kept["back-matter"], dict) else []
            theirs = [one for one in resources if not _own(one)[0].one("cite-as")]
            kept["back-matter"] = {"resources": theirs}
            if not theirs:
                del kept["back-matter"]
        return kept

    def _group(self, group: dict[str, Any], path: str, parent: str, above: str) -> None:
        own, rest = _own(group)
        title = group.get("title")
        if not isinstance(title, str) or not title.strip():
            self._wrong("no-title", "The group has no title.", f"{path}/title")
            title = "?"
        heading = own.text("heading") or (f"{above}: {_line(title)}" if above else _line(title))
        kept = {name: value for name, value in rest.items() if name not in ("groups", "controls")}
        more = dict(own.more)
        bare = {"id", "title"}
        if not own.one("id") or set(kept) - bare or group.get("id") != token(own.one("id")):
            more[f"{KEPT}group"] = canonical.dump(kept).decode()
        if parent and f"{KEPT}parent" not in more:
            more[f"{KEPT}parent"] = parent
        if not own.one("id") and above:
            more[f"{KEPT}heading"] = heading
        id = own.one("id") or str(group.get("id") or title)
        self._section(id, heading, more, path)
        mine = self.raw["sections"][-1]["id"]
        for at, control in self._objects(group, "controls", path):
            self._control(control, at, mine, "")
        for at, inner in self._objects(group, "groups", path):
            self._group(inner, at, mine, heading)

    def _section(self, id: str, title: str, more: dict[str, str], path: str) -> None:
        wanted = re.sub(r"[^a-z0-9]+", "-", id.lower()).strip("-")[:50] or "section"
        plain, number = wanted, 1
        while plain in self._section_ids:
            number += 1
            plain = f"{wanted}-{number}"
        self._section_ids.add(plain)
        self._paths["sections", len(self.raw["sections"])] = path
        self.raw["sections"].append({"id": plain, "title": title[:300], **({"more": more} if more else {})})

    def _control(self, control: dict[str, Any], path: str, section: str, parent: str) -> None:
        own, rest = _own(control)
        id, title = control.get("id"), control.get("title")
        for name, value in (("id", id), ("title", title)):
            if not isinstance(value, str) or not value.strip():
                self._wrong(f"no-{name}", f"The control has no {name}.", f"{path}/{name}", one_line(str(value))[:80])
        parts, mine = _own_parts(rest.get("parts"))
        links, ties = _own_links(rest.get("links"))
        kept = {name: value for name, value in rest.items() if name not in ("controls", "parts", "links", "title")}
        kept |= {name: value for name, value in (("parts", parts), ("links", links)) if value}
        row_id = own.one("id") or self._row_id(str(id or "?"))
        shown = _line(str(title or "?"))
        row: dict[str, Any] = {
            "id": row_id,
            "section": section,
            "title": shown[:300],
            "question": mine.get("question", [made_question(shown[:280])])[0],
            "why": mine["why"][0] if "why" in mine else "" if own.one("id") else _statement(rest, self._labels(rest)),
            "kind": own.one("kind") if own.one("kind") in _KINDS else "control",
            "reference": own.texts("reference"),
            "roles": own.values.get("role", []),
            "timing": own.text("timing"),
            "in_force_from": own.one("in-force-from") or None,
            "evidence": mine.get("evidence", []),
            "note": "\n".join(mine.get("note", [])),
        }
        words, condition = mine.get("applies-when", [""])[0], own.one("condition")
        if words and not condition:
            row["note"] = "\n".join(one for one in (row["note"], f"Applies when: {words}") if one)
        else:
            row |= {"applies_when": words, "condition": _json(condition) if condition else None}
        more = dict(own.more)
        if not own.one("id") or set(kept) - {"id"} or id != token(row_id):
            original = {**kept, **({"title": title} if not own.one("id") and shown != title else {})}
            more[f"{KEPT}control"] = canonical.dump(original).decode()
        if parent and f"{KEPT}parent" not in more:
            more[f"{KEPT}parent"] = parent
        self._also(own, more)
        self._paths["rows", len(self.raw["rows"])] = path
        self.raw["rows"].append({name: value for name, value in {**row, "more": more}.items() if value})
        for tie in ties:
            self._paths["crosswalk", len(self.raw["crosswalk"])] = path
            self.raw["crosswalk"].append({"row": row_id, **tie})
        for at, inner in self._objects(control, "controls", path):
            self._control(inner, at, section, row_id)

    def _also(self, own: _Own, more: dict[str, str]) -> None:
        """Keep what our own export says of a law's row and a document has no field for."""
        known = {"id", "kind", "reference", "role", "timing", "in-force-from", "condition"}
        for name, values in own.values.items():
            if name not in known or (name == "kind" and own.one("kind") not in _KINDS):
                more[name] = canonical.dump(values).decode()

    def _labels(self, control: dict[str, Any]) -> dict[str, str]:
        """Return the labels of the parameters, to stand in the text where a parameter is put in."""
        found = {}
        for one in [*_listed(self.given.get("params")), *_listed(control.get("params"))]:
            if isinstance(one, dict) and isinstance(one.get("id"), str):
                found[one["id"]] = str(one.get("label") or one["id"])
        return found

    def _row_id(self, id: str) -> str:
        plain: str = self.prefix + (re.sub(r"[^A-Za-z0-9().-]", ".", id) or "1")[:40]
        if plain in self._row_ids:  # told as standing twice, unless only its form was changed here
            number = 2
            while f"{plain}-{number}" in self._row_ids:
                number += 1
            plain = plain if plain == self.prefix + id else f"{plain}-{number}"
        self._row_ids.add(plain)
        return plain

    def _objects(self, of: dict[str, Any], name: str, path: str) -> list[tuple[str, dict[str, Any]]]:
        given = of.get(name)
        if given is None:
            return []
        if not isinstance(given, list):
            self._wrong("not-a-list", f"{name} must be a list.", f"{path}/{name}", one_line(str(given))[:80])
            return []
        found = []
        for at, one in enumerate(given):
            if isinstance(one, dict):
                found.append((f"{path}/{name}/{at}", one))
            else:
                self._wrong("not-an-object", "It must be an object.", f"{path}/{name}/{at}", one_line(str(one))[:80])
        return found

    def _wrong(self, code: str, sentence: str, path: str, found: str | None = None) -> None:
        self.problems.append(Problem(code, sentence, column=path, found=found))


_KINDS = ("control", "duty", "prohibition", "condition", "option", "guidance", "context")


def _listed(given: Any) -> list[Any]:
    return given if isinstance(given, list) else []


def _own(of: Any) -> tuple[_Own, dict[str, Any]]:
    """Split an object into the properties of our namespace and the rest of it."""
    found = _Own()
    if not isinstance(of, dict):
        return found, {}
    rest = dict(of)
    theirs = []
    for prop in _listed(of.get("props")):
        if not isinstance(prop, dict) or prop.get("ns") != NAMESPACE:
            theirs.append(prop)
        elif prop.get("name") == "more":
            pair = _json(str(prop.get("value")))
            if isinstance(pair, list) and len(pair) == 2 and all(isinstance(one, str) for one in pair):
                found.more[pair[0]] = pair[1]
        else:
            found.values.setdefault(str(prop.get("name")), []).append(str(prop.get("value")))
    rest.pop("props", None)
    return found, {**rest, **({"props": theirs} if theirs else {})}


def _own_parts(parts: Any) -> tuple[list[Any], dict[str, list[str]]]:
    theirs, mine = [], dict[str, list[str]]()
    for part in _listed(parts):
        if isinstance(part, dict) and part.get("ns") == NAMESPACE:
            mine.setdefault(str(part.get("name")), []).append(str(part.get("prose", "")))
        elif _own(part)[0].one("is") != "question":
            theirs.append(part)
    return theirs, mine


def _own_links(links: Any) -> tuple[list[Any], list[dict[str, str]]]:
    theirs, mine = [], []
    for link in _listed(links):
        href = str(link.get("href", "")) if isinstance(link, dict) else ""
        law, _colon, row = href.removeprefix(_ROW).partition(":")
        relation = str(link.get("rel", "")).replace("-", "_") if isinstance(link, dict) else ""
        if href.startswith(_ROW) and relation in RELATIONS:
            note = _json(str(link["text"])) if "text" in link else None
            said = note[0] if isinstance(note, list) and note and isinstance(note[0], str) else ""
            mine.append({"law": law, "to": row, "relation": relation, **({"note": said} if said else {})})
        else:
            theirs.append(link)
    return theirs, mine


def _statement(control: dict[str, Any], labels: dict[str, str]) -> str:
    """Return the text of a control's statement with its items, a line each, as long as a field may be."""
    lines = []
    for part in _listed(control.get("parts")):
        if isinstance(part, dict) and part.get("name") == "statement":
            lines += list(_prose(part, labels, 0))
    return "\n".join(lines)[:LONGEST].strip()


def _prose(part: dict[str, Any], labels: dict[str, str], depth: int) -> Iterator[str]:
    label = next(
        (
            str(prop.get("value"))
            for prop in _listed(part.get("props"))
            if isinstance(prop, dict) and prop.get("name") == "label"
        ),
        "",
    )
    text = part.get("prose")
    if isinstance(text, str) and text.strip():
        shown = re.sub(
            r"\{\{\s*insert:\s*param,\s*([^\s}]+)\s*\}\}", lambda one: f"[{labels.get(one[1], one[1])}]", text
        )
        for line in shown.splitlines():
            if clean := _line(line):
                yield f"{label} {clean}".strip()
                label = ""
    for inner in _listed(part.get("parts")):
        if isinstance(inner, dict) and depth < DEEPEST:
            yield from _prose(inner, labels, depth + 1)


def _line(text: str) -> str:
    """Return text on one line, without characters that act; spaces that hold words together stay."""
    plain = re.sub(r"[ \t-\r\x1c-\x1f\x85\u2028\u2029]+", " ", text).strip(" ")
    return "".join(one for one in plain if one.isprintable() or unicodedata.category(one) == "Zs")


def _prefix(title: str) -> str:
    letters = re.sub(r"[^A-Z0-9]", "", "".join(word[0] for word in title.upper().split() if word[0].isalnum()))
    return f"{letters[:12] or 'X'}-"


def _json(text: str) -> Any:
    try:
        return canonical.load(text.encode())
    except (ValueError, RecursionError):
        return text


def _unquoted(text: str) -> str:
    value: object = _json(text)
    return value if isinstance(value, str) else text
