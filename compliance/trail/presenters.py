"""Tell entries as sentences, with links to what they speak of. The words come from what was hashed, nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import NoReverseMatch, reverse
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, gettext_lazy

from compliance.trail import chain, queries, verbs
from compliance.trail.actions import REMOVED
from compliance.trail.models import TrailEntry, TrailPersonal

UNREADABLE = gettext_lazy("This entry cannot be read any more: it was changed.")

# What an entry may speak of: the page that shows it, and its kind in words.
PAGES: dict[str, tuple[str, Any]] = {
    "item": ("checklists_item", gettext_lazy("checklist row")),
    "checklist": ("checklists_detail", gettext_lazy("checklist")),
    "evidence": ("evidence_detail", gettext_lazy("evidence")),
    "system": ("systems_detail", gettext_lazy("AI system")),
    "determination": ("systems_determination", gettext_lazy("determination")),
    "framework": ("frameworks_detail", gettext_lazy("framework")),
    "bias_audit": ("bias_detail", gettext_lazy("bias audit")),
    "bias_plan": ("bias_plan", gettext_lazy("bias audit plan")),
    "independence": ("bias_declarations", gettext_lazy("declaration of independence")),
    "dossier": ("dossiers_detail", gettext_lazy("dossier")),
    "room": ("rooms_detail", gettext_lazy("room")),
    "tool_use": ("publication_use", gettext_lazy("use of a tool")),
    "notice": ("publication_notice", gettext_lazy("notice")),
    "data_request": ("publication_request", gettext_lazy("written request")),
    "engagement": ("engagements_detail", gettext_lazy("engagement")),
    "request": ("requests_detail", gettext_lazy("request for evidence")),
    "finding": ("findings_detail", gettext_lazy("finding")),
    "member": ("people_detail", gettext_lazy("person")),
    "organisation": ("org_home", gettext_lazy("organisation")),
}
ORIGINS = {
    "command": gettext_lazy("by a command on the server"),
    "worker": gettext_lazy("by the worker, in the background"),
    "request": gettext_lazy("over the network, from an address that is not known"),
}


@dataclass(frozen=True, slots=True)
class Removal:
    """A personal text that an entry held: when it was removed, by whom and why."""

    what: str
    at: datetime
    by: str
    reason: str

    def __str__(self) -> str:
        sentence = gettext("{what} was removed on {day} by {who}: {reason}")
        return sentence.format(what=self.what, day=self.at.date().isoformat(), who=self.by, reason=self.reason)


@dataclass(frozen=True, slots=True)
class Told:
    """An entry as a sentence (`html` with links), with what it changed as (field, before, after), and its origin."""

    entry: TrailEntry
    sentence: str
    html: str
    actor: str = ""
    subject: str = ""
    url: str = ""
    origin: str = ""
    changes: tuple[tuple[str, str, str], ...] = ()
    removals: tuple[Removal, ...] = ()
    texts: tuple[TrailPersonal, ...] = ()

    @property
    def personal(self) -> list[dict[str, str]]:
        """The texts that the entry holds under their digests, as they are handed on."""
        return [{"sha256": one.sha256, "salt": one.salt, "value": one.value} for one in self.texts]


def told(rows: Iterable[TrailEntry], org: str = "", *, here: object = "") -> list[Told]:
    """Tell entries of one organisation; with `org`, its name in addresses, the sentences hold links.

    `here` is the id of the thing whose page shows them: a page does not lead to itself.
    """
    found = [(row, queries.body_of(row)) for row in rows]
    if not found:
        return []
    organisation_id = found[0][0].organisation_id
    personal = queries.personal_of(organisation_id, [body for _row, body in found])
    kept = {sha256: one for sha256, one in personal.items() if one.removed_seq is None}
    gone = _removals(organisation_id, personal)
    return [_told(row, body, kept, gone, org, str(here)) for row, body in found]


def sentence_of(row: TrailEntry) -> str:
    """Tell one entry as plain text."""
    return told([row])[0].sentence


def _told(
    row: TrailEntry,
    body: dict[str, Any],
    kept: Mapping[str, TrailPersonal],
    gone: Mapping[str, Removal],
    org: str,
    here: str,
) -> Told:
    sealed = list(chain.seals(body))
    texts = {sha256: kept[sha256] for _pointer, sha256 in sealed if sha256 in kept}
    try:
        opened = chain.opened(body, {sha256: one.value for sha256, one in texts.items()})
        data, subject = opened.get("data", {}), opened["subject"]
        actor, label = str(opened["actor"]["name"]), str(subject["label"])
        url = "" if subject["id"] == here else _address(str(subject["type"]), str(subject["id"]), org)
        return Told(
            row,
            verbs.sentence(opened),
            _with_links(opened, label, url, org),
            actor,
            label,
            url,
            _origin(opened.get("origin")),
            tuple(_changes(data)),
            tuple(replace(gone[sha256], what=_place(pointer)) for pointer, sha256 in sealed if sha256 in gone),
            tuple(texts[sha256] for sha256 in sorted(texts)),
        )
    except (KeyError, TypeError, AttributeError, ValueError):
        return Told(row, str(UNREADABLE), conditional_escape(UNREADABLE))


def _changes(data: Mapping[str, Any]) -> Iterable[tuple[str, str, str]]:
    before, after = data.get("before"), data.get("after")
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in {**before, **after}:
            yield name.replace("_", " "), _in_words(before.get(name)), _in_words(after.get(name))


def _in_words(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_in_words(one) for one in value)
    return "" if value is None else str(value)


def _with_links(opened: Mapping[str, Any], label: str, url: str, org: str) -> SafeString:
    links = {"subject": _link(url, label)} if url else {}
    data = opened.get("data", {})
    evidence = _address("evidence", str(data.get("evidence_id", "")), org) if "evidence" in data else ""
    if evidence:
        links["evidence"] = _link(evidence, str(data["evidence"]))
    return mark_safe(verbs.sentence(opened, escape=conditional_escape, links=links))  # noqa: S308 - escaped one by one


def _link(url: str, text: str) -> SafeString:
    return format_html('<a href="{}">{}</a>', url, text)


def _address(type: str, id: str, org: str) -> str:
    if not org or type not in PAGES:
        return ""
    name, keys = PAGES[type][0], ({"org": org, "pk": id}, {"org": org})
    for one in keys:
        try:
            return reverse(name, kwargs=one)
        except NoReverseMatch:
            continue
    return ""


def _origin(origin: Mapping[str, str] | None) -> str:
    if not origin:
        return ""
    return origin.get("address") or str(ORIGINS.get(origin["kind"], origin["kind"]))


def _place(pointer: str) -> str:
    named = {
        "/actor/name": gettext("The name of the person who acted"),
        "/origin/address": gettext("The address"),
        "/subject/label": gettext("The name of the person whom it is about"),
    }
    return named.get(pointer) or gettext("The text at {place}").format(place=pointer)


def _removals(organisation_id: UUID, personal: Mapping[str, TrailPersonal]) -> dict[str, Removal]:
    """Return who removed what is gone, by digest, in two more queries where anything is."""
    places = {one.removed_seq for one in personal.values() if one.removed_seq is not None}
    if not places:
        return {}
    rows = {row.seq: row for row in queries.entries(organisation_id).filter(seq__in=places, verb=REMOVED)}
    bodies = {seq: queries.body_of(row) for seq, row in rows.items()}
    names = queries.personal_of(organisation_id, bodies.values())
    texts = {sha256: one.value for sha256, one in names.items() if one.removed_seq is None}
    found = {}
    for sha256, one in personal.items():
        if one.removed_seq in bodies:
            body = chain.opened(bodies[one.removed_seq], texts)
            who, why = str(body["actor"]["name"]), str(body["data"].get("reason", ""))
            found[sha256] = Removal("", rows[one.removed_seq].at, who, why)
    return found
