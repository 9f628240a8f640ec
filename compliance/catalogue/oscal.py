"""Laws, frameworks and determinations in OSCAL (NIST's Open Security Controls Assessment Language), as JSON.

Everything comes from the data: ids from the digest, times from the text's dates. So the same catalogue gives the same
bytes. Rows are controls; what OSCAL has no field for stands in properties and parts of our own namespace, and what an
OSCAL file brought along that we have no field for stands where it stood.

>>> from compliance.catalogue.loader import load
>>> made = catalog(load("nist-ai-rmf"))["catalog"]
>>> made["groups"][0]["controls"][0]["id"], made["metadata"]["version"]
('RMF-GOVERN-1.1', '2023-01-26')
>>> token("EUAIA-5.1(a)")
'EUAIA-5.1_28_a_29_'
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from uuid import UUID, uuid5

from compliance.catalogue.conditions import Condition, terms_named
from compliance.catalogue.crosswalk import Tie, ties
from compliance.catalogue.document import Document, ties_of
from compliance.catalogue.schema import ANYONE, Catalogue
from compliance.lib import canonical

VERSION = "1.2.1"
NAMESPACE = "urn:probanda:oscal"
ROOT = UUID("6f2a3c52-3f0c-5d0b-9b1e-0d8f0a9c7e11")
KEPT = "oscal."
Json: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Control:
    """What is written of one row, whether it is of a law that ships or of a document."""

    id: str
    section: str
    title: str
    question: str
    why: str = ""
    applies_when: str = ""
    note: str = ""
    evidence: tuple[str, ...] = ()
    props: tuple[tuple[str, str], ...] = ()
    ties: tuple[Tie, ...] = ()
    more: Mapping[str, str] = field(default_factory=dict)


def dump(value: Json) -> bytes:
    """Return OSCAL as JSON that people can read, in the order of the standard's own examples."""
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def catalog(law: Catalogue, document: Document | None = None) -> Json:
    """Return an OSCAL catalog; with the `document` of an own framework, what stands beside its fields is in it too."""
    controls = _of_document(document, law.law) if document else _of_law(law)
    head_more: Mapping[str, str] = document.framework.more if document else {}
    original = _original(head_more, "catalog")
    metadata = {
        **original.get("metadata", {}),
        "title": law.title,
        "last-modified": f"{law.text_as_of.isoformat()}T00:00:00Z",
        "version": law.text_version,
        "oscal-version": VERSION,
    }
    own = [("law", law.law), ("digest", law.digest)]
    if document:
        head = document.framework
        own += [("short-title", head.short_title), ("row-prefix", head.row_prefix), ("published-by", head.published_by)]
        own += [("about", canonical.dump(head.about).decode())] if head.about else []
    else:
        own += [("short-title", law.short_title), ("row-prefix", law.row_prefix), ("about", _quoted(law.about))]
    metadata["props"] = [*metadata.get("props", []), *_props(own), *_more_props(head_more)]
    made: Json = {"uuid": str(uuid5(ROOT, document.digest if document else law.digest)), "metadata": metadata}
    made |= {name: original[name] for name in ("params",) if name in original}
    sections = [(one.id, one.title, one.more) for one in document.sections] if document else []
    sections = sections or [(one.id, one.title, {}) for one in law.sections]
    made |= _grouped(sections, controls)
    resources = [*original.get("back-matter", {}).get("resources", []), *([] if document else _sources(law))]
    if resources:
        made["back-matter"] = {"resources": resources}
    return {"catalog": made}


@dataclass(frozen=True, slots=True)
class Selected:
    """How one row stands in a determination; `state` is one of the four words of the engine."""

    row: str
    state: str
    since: datetime.date | None = None
    words: str = ""


def profile(
    law: Catalogue, rows: Iterable[Selected], *, id: str, title: str, at: datetime.datetime, sha256: str
) -> Json:
    """Return a determination as an OSCAL profile of the law's catalog.

    It selects every row but those that do not apply: what is undetermined is selected too, and says so. `id` and
    `sha256` are those of the determination, `at` the time when it was made.
    """
    rows = list(rows)
    chosen = [one for one in rows if one.state != "no"]
    source = catalog(law)
    where = source["catalog"]["uuid"]
    alters = [
        {
            "control-id": token(one.row),
            "adds": [
                {
                    "position": "ending",
                    "props": _props(
                        [
                            ("state", one.state),
                            *([("since", one.since.isoformat())] if one.since else []),
                            *([("ground", _quoted(one.words))] if one.words else []),
                        ]
                    ),
                }
            ],
        }
        for one in chosen
    ]
    left = len(rows) - len(chosen)
    return {
        "profile": {
            "uuid": str(uuid5(ROOT, f"{id} {sha256}")),
            "metadata": {
                "title": title,
                "last-modified": at.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                "version": sha256[:12],
                "oscal-version": VERSION,
                "props": _props(
                    [
                        *(("determination", id), ("digest", sha256), ("law", law.law)),
                        *(("text-version", law.text_version), ("rows-that-do-not-apply", str(left))),
                    ]
                ),
            },
            "imports": [{"href": f"#{where}", **_selection(rows, chosen)}],
            "merge": {"as-is": True},
            **({"modify": {"alters": alters}} if alters else {}),
            "back-matter": {
                "resources": [
                    {
                        "uuid": where,
                        "title": law.title,
                        "rlinks": [
                            {
                                "href": f"{law.law}-{law.text_version}.oscal.json",
                                "media-type": "application/json",
                                "hashes": [{"algorithm": "SHA-256", "value": canonical.sha256(dump(source))}],
                            }
                        ],
                    }
                ]
            },
        }
    }


def _selection(rows: list[Selected], chosen: list[Selected]) -> Json:
    """Name the chosen rows; a profile has to select something, so none is said as all without every single one."""
    if chosen:
        return {"include-controls": [{"with-ids": [token(one.row) for one in chosen]}]}
    return {"include-all": {}, "exclude-controls": [{"with-ids": [token(one.row) for one in rows]}]}


def token(id: str) -> str:
    """Return a row's id in letters that an OSCAL id may have; the id itself stands in a property."""
    plain = re.sub(r"[^A-Za-z0-9._-]", lambda found: f"_{ord(found.group()):x}_", id)
    return plain if re.match(r"[A-Za-z_]", plain) else f"_{plain}"


def made_question(title: str) -> str:
    """Return the question that a control without one is given when it is read."""
    return f"Is “{title}” in place?"


def _of_document(document: Document, law: str) -> list[Control]:
    stated: dict[str, list[Tie]] = {}
    for tie in ties_of(document, law):
        stated.setdefault(tie.row, []).append(tie)
    found = []
    for row in document.rows:
        props = [("id", row.id), ("kind", row.kind)]
        props += [("reference", _quoted(one)) for one in row.reference]
        props += [("role", one) for one in row.roles]
        props += [("timing", _quoted(row.timing))] if row.timing else []
        props += [("in-force-from", row.in_force_from.isoformat())] if row.in_force_from else []
        props += [("condition", _condition(row.condition))] if row.condition else []
        texts = (row.title, row.question, row.why, row.applies_when, row.note, row.evidence)
        found.append(
            Control(row.id, row.section, *texts, props=tuple(props), ties=tuple(stated.get(row.id, ())), more=row.more)
        )
    return found


def _of_law(law: Catalogue) -> list[Control]:
    stated: dict[str, list[Tie]] = {}
    for tie in ties(law):
        stated.setdefault(tie.row, []).append(tie)
    found = []
    for row in law.rows:
        props = [("id", row.id), ("kind", row.kind), *(("reference", _quoted(one)) for one in row.citation)]
        props += [("role", one) for one in row.roles if one != ANYONE]
        props += [("timing", _quoted(row.timing))]
        props += [("tier", row.tier)] if row.tier else []
        props += [("computed", row.computed)] if row.computed != "none" else []
        if row.condition is not None and not list(terms_named(row.condition)):
            props.append(("condition", _condition(row.condition)))
        if row.dates:
            props += [(f"from.{track}", day.isoformat()) for track, day in row.dates.in_force_from.items()]
        props += [("penalty", _quoted(one)) for one in (row.penalty.basis if row.penalty else ())]
        texts = (row.title, row.question, row.why, row.applies_when, row.note, row.evidence)
        found.append(Control(row.id, row.section, *texts, props=tuple(props), ties=tuple(stated.get(row.id, ()))))
    return found


def _grouped(sections: list[tuple[str, str, Mapping[str, str]]], controls: list[Control]) -> Json:
    """Put controls into their groups, and groups and controls into those that they stood in when they were read."""
    made = {
        id: {
            **_original(more, "group"),
            "id": _original(more, "group").get("id", token(id)),
            "title": _original(more, "group").get("title", title) if _shown_title(more) == title else title,
            "props": [*_original(more, "group").get("props", []), *_props([("id", id)]), *_more_props(more)],
        }
        for id, title, more in sections
    }
    for id, title, more in sections:
        if _shown_title(more) == title:
            made[id]["props"] += _props([("heading", _quoted(title))])
    for id, _title, _more in sections:
        mine = [one for one in controls if one.section == id]
        nested = _nested(mine)
        if nested:
            made[id]["controls"] = nested
    parents = {id: more.get(f"{KEPT}parent", "") for id, _title, more in sections}
    top: list[Json] = []
    loose: list[Json] = []
    for id, _title, more in sections:
        parent = parents[id]
        if more.get(f"{KEPT}loose"):
            loose += made[id].pop("controls", [])
            continue
        if parent in made and "controls" not in made[parent]:
            made[parent].setdefault("groups", []).append(made[id])
        else:
            top.append(made[id])
    return {**({"groups": top} if top else {}), **({"controls": loose} if loose else {})}


def _shown_title(more: Mapping[str, str]) -> str | None:
    """Return the heading that a group was given when it was read, where that is more than its own title."""
    return more.get(f"{KEPT}heading")


def _nested(controls: list[Control]) -> list[Json]:
    made = {one.id: _control(one) for one in controls}
    parents = {one.id: one.more.get(f"{KEPT}parent", "") for one in controls}
    top = []
    for id, value in made.items():
        if parents[id] in made and parents[id] != id:
            made[parents[id]].setdefault("controls", []).append(value)
        else:
            top.append(value)
    return top


def _control(one: Control) -> Json:
    original = _original(one.more, "control")
    value: Json = {**original, "id": original.get("id", token(one.id)), "title": one.title}
    value["props"] = [*original.get("props", []), *_props(one.props), *_more_props(one.more)]
    links = [_link(tie) for tie in one.ties]
    if original.get("links") or links:
        value["links"] = [*original.get("links", []), *links]
    parts = list(original.get("parts", []))
    if not original:
        parts.append({"name": "statement", "props": _props([("is", "question")]), "prose": one.question})
    parts.append(_part("question", one.question))
    parts += [
        _part(name, text)
        for name, text in (("why", one.why), ("applies-when", one.applies_when), ("note", one.note))
        if text
    ]
    parts += [_part("evidence", text) for text in one.evidence]
    value["parts"] = parts
    return value


def _link(tie: Tie) -> Json:
    """Tell a tie as a link; OSCAL's own words for relations stand in its `rel`."""
    told = canonical.dump([tie.note]).decode() if tie.note else ""
    link: Json = {"href": f"urn:probanda:row:{tie.other_law}:{tie.other_row}", "rel": tie.relation.replace("_", "-")}
    return {**link, **({"text": told} if told else {})}


def _sources(law: Catalogue) -> list[Json]:
    return [
        {
            "uuid": str(uuid5(ROOT, f"{law.law} {name}")),
            "title": one.title,
            "props": _props([("cite-as", one.cite_as), ("nature", one.nature)]),
            **({"remarks": one.note} if one.note else {}),
        }
        for name, one in law.sources.items()
    ]


def _part(name: str, prose: str) -> Json:
    return {"name": name, "ns": NAMESPACE, "prose": prose}


def _props(values: Iterable[tuple[str, str]]) -> list[Json]:
    return [{"name": name, "ns": NAMESPACE, "value": value} for name, value in values if value]


def _more_props(more: Mapping[str, str]) -> list[Json]:
    """Keep what stands beside the fields, but for what an OSCAL file brought: that stands where it stood."""
    kept = {f"{KEPT}{kind}" for kind in ("catalog", "group", "control") if _original(more, kind)}
    return _props(("more", canonical.dump([name, text]).decode()) for name, text in more.items() if name not in kept)


def _original(more: Mapping[str, str], kind: str) -> Json:
    """Return what an OSCAL file said there; empty where it is no such object, which then stays beside the fields."""
    text = more.get(f"{KEPT}{kind}")
    try:
        value = canonical.load(text.encode()) if text else {}
    except (ValueError, RecursionError):
        return {}
    lists = ("props", "links", "parts")
    fits = isinstance(value, dict) and all(isinstance(value.get(name, []), list) for name in lists)
    return dict(value) if fits else {}


def _quoted(text: str) -> str:
    """Return text as a JSON string, since a property's value is one line without spaces around it."""
    return canonical.dump(text).decode()


def _condition(condition: Condition) -> str:
    return canonical.dump(condition.model_dump(mode="json")).decode()
