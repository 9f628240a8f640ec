"""A framework as its owner writes it: a head, sections, rows and ties to other frameworks, in one plain document.

A sheet, a YAML file, an OSCAL catalog and the pages are four ways into the same document; it is checked in one place,
and becomes a catalogue with :func:`as_catalogue`. What a file says beyond these fields stands in `more`, under a name.

>>> made = Document(
...     framework=Head(title="House rules for AI", short_title="House rules", row_prefix="HOUSE-"),
...     sections=(DocumentSection(id="people", title="People"),),
...     rows=(DocumentRow(id="HOUSE-1", section="people", title="Owner", question="Has the system an owner?"),),
... )
>>> as_catalogue(made, "own-1", "2026-11-22").row("HOUSE-1").citation_text
'House rules HOUSE-1'
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, TypeAdapter

from compliance.catalogue.conditions import Condition, Part
from compliance.catalogue.crosswalk import Relation, Tie
from compliance.catalogue.loader import facts
from compliance.catalogue.schema import ANYONE, Catalogue, Kind, Name, RowId
from compliance.lib import canonical

COUNTED: tuple[Kind, ...] = ("control", "duty", "prohibition", "condition")
MOST_ROWS, MOST_SECTIONS, MOST_TIES = 2_000, 200, 20_000
LONGEST, LONGEST_MORE = 8_000, 500_000


def _clean(text: str) -> str:
    if not all(one.isprintable() or one in "\n\u200c\u200d" or unicodedata.category(one) == "Zs" for one in text):
        raise ValueError("The text holds a character that acts instead of being seen, such as a tab.")
    return text


def _plain(text: str) -> str:
    if "\n" in text:
        raise ValueError("The text must stand on one line.")
    return _clean(text)


def _keepable(text: str) -> str:
    # What XML cannot hold, and what it reads back as something else.
    if any(
        one in "\u2028\u2029\ufffe\uffff" or (unicodedata.category(one) in ("Cc", "Cs") and one != "\n") for one in text
    ):
        raise ValueError("The text holds a control character.")
    return text


def _iso(value: object) -> object:
    """Take 2026-11-22 or a date, and no number: pydantic would read one as seconds since 1970."""
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value.strip()):
        return value.strip()
    if value is None or (isinstance(value, datetime.date) and not isinstance(value, datetime.datetime)):
        return value
    raise ValueError("It is no date; write it as 2026-11-22.")


def _text(longest: int, least: int = 0) -> StringConstraints:
    return StringConstraints(strict=True, strip_whitespace=True, min_length=least, max_length=longest)


Line = Annotated[str, _text(300, 1), AfterValidator(_plain)]
ShortLine = Annotated[str, _text(60, 1), AfterValidator(_plain)]
OptionalLine = Annotated[str, _text(300), AfterValidator(_plain)]
Prose = Annotated[str, _text(LONGEST), AfterValidator(_clean)]
Question = Annotated[str, _text(1_000, 1), AfterValidator(_plain), StringConstraints(pattern=r"\?$")]
Entry = Annotated[str, _text(1_000, 1), AfterValidator(_plain)]
More = Mapping[Line, Annotated[str, StringConstraints(strict=True, max_length=LONGEST_MORE), AfterValidator(_keepable)]]
DocumentKind = Literal["control", "duty", "prohibition", "condition", "option", "guidance", "context"]


class Head(Part):
    """What the framework is. `row_prefix` starts every row id; `published_by` is whoever wrote the framework."""

    title: Line
    short_title: ShortLine
    row_prefix: Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Z0-9]+-$", max_length=20)]
    about: Prose = ""
    published_by: OptionalLine = ""
    more: More = {}


class DocumentSection(Part):
    """A heading, in the order of the document."""

    id: Annotated[Name, StringConstraints(strict=True, max_length=60)]
    title: Line
    more: More = {}


class DocumentRow(Part):
    """One question. `reference` is where the framework itself says it, in its own numbering; the row's id if empty."""

    id: Annotated[RowId, StringConstraints(strict=True, max_length=60)]
    section: str
    title: Line
    question: Question
    why: Prose = ""
    kind: DocumentKind = "control"
    reference: tuple[Entry, ...] = ()
    roles: tuple[Name, ...] = ()
    applies_when: Prose = ""
    condition: Condition | None = None
    in_force_from: Annotated[datetime.date | None, BeforeValidator(_iso)] = None
    timing: OptionalLine = ""
    evidence: tuple[Entry, ...] = ()
    note: Prose = ""
    more: More = {}


class DocumentTie(Part):
    """A row corresponds to a row of another law or framework."""

    row: str
    law: Line
    to: Line
    relation: Relation = "related"
    note: OptionalLine = ""


class Document(Part):
    """A whole framework. Made by :func:`compliance.catalogue.drafting.checked`, which says all that is wrong."""

    framework: Head
    sections: tuple[DocumentSection, ...] = Field(default=(), max_length=MOST_SECTIONS)
    rows: tuple[DocumentRow, ...] = Field(default=(), max_length=MOST_ROWS)
    crosswalk: tuple[DocumentTie, ...] = Field(default=(), max_length=MOST_TIES)

    def as_json(self) -> dict[str, Any]:
        """Return what is said, without the fields that are empty, so that a field to come changes no digest."""
        whole = self.model_dump(mode="json")
        return {
            "framework": _said(whole["framework"]),
            **{name: [_said(one) for one in whole[name]] for name in ("sections", "rows", "crosswalk")},
        }

    @property
    def digest(self) -> str:
        """The SHA-256 of the canonical JSON."""
        return canonical.digest(self.as_json())

    def row(self, id: str) -> DocumentRow | None:
        """Return the row `id`, or None."""
        return next((one for one in self.rows if one.id == id), None)

    def ties_of(self, row: str) -> tuple[DocumentTie, ...]:
        """Return the ties that a row states."""
        return tuple(one for one in self.crosswalk if one.row == row)


_DOCUMENT: TypeAdapter[Document] = TypeAdapter(Document)


def from_json(value: Any) -> Document:
    """Read what :meth:`Document.as_json` wrote; ValueError when it is anything else."""
    return _DOCUMENT.validate_json(canonical.dump(value))


def as_catalogue(document: Document, law: str, text_version: str) -> Catalogue:
    """Return the document as a catalogue like those that ship, so that all pages and the engine take it as it is."""
    head, day = document.framework, datetime.date.fromisoformat(text_version)
    references = {row.id: row.reference or (row.id,) for row in document.rows}
    ties: dict[str, dict[str, list[str]]] = {}
    for tie in document.crosswalk:
        found = ties.setdefault(tie.row, {}).setdefault(tie.law, [])
        found += [tie.to] if tie.to not in found else []
    roles = sorted({role for row in document.rows for role in row.roles or (ANYONE,)})
    words = {**facts()["roles"].values, ANYONE: "Anyone who uses the framework"}
    about = head.about or f"A framework of the organisation's own: {head.title}"
    return Catalogue.model_validate(
        {
            "law": law,
            "text_version": text_version,
            "framework": True,
            "title": head.title,
            "short_title": head.short_title,
            "row_prefix": head.row_prefix,
            "about": _sentence(about),
            "text_as_of": day,
            "in_force": {"Published here": day},
            "progress_kinds": [kind for kind in COUNTED if any(row.kind == kind for row in document.rows)],
            "sources": {
                "own": {
                    "cite_as": head.short_title,
                    "title": head.title,
                    "nature": "standard",
                    "provisions": list(dict.fromkeys(one for row in document.rows for one in references[row.id])),
                }
            },
            "roles": {role: words.get(role, role) for role in roles},
            "texts": {"own": {"what": "The organisation's own text.", "as_of": day, "read_on": None}},
            "sections": [{"id": one.id, "title": one.title} for one in document.sections],
            "rows": [
                {
                    "id": row.id,
                    "section": row.section,
                    "citation": [f"{head.short_title} {one}" for one in references[row.id]],
                    "title": row.title,
                    "question": row.question,
                    "why": _sentence(row.why or f"{head.title} asks for it"),
                    "roles": list(row.roles or (ANYONE,)),
                    "kind": row.kind,
                    "applies_when": row.applies_when,
                    "condition": row.condition,
                    "dates": {"in_force_from": {"all": row.in_force_from}, "basis": head.title}
                    if row.in_force_from
                    else None,
                    "timing": row.timing or "No time is set",
                    "evidence": list(row.evidence),
                    "crosswalk": ties.get(row.id, {}),
                    "note": row.note,
                    "checked": {"text": "own"},
                }
                for section in document.sections
                for row in document.rows
                if row.section == section.id
            ],
        }
    )


def ties_of(document: Document, law: str) -> tuple[Tie, ...]:
    """Return what the document's crosswalk states, as ties of `law`; the framework itself is the source."""
    source = document.framework.short_title
    return tuple(Tie(law, one.row, one.law, one.to, one.relation, source, one.note) for one in document.crosswalk)


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."


def _said(part: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in part.items() if value not in ("", None, [], {})}
