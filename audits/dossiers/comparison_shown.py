"""A comparison of two dossiers as people read it: one list a part, one line a thing, one before and after a field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audits.bias.drift_shown import ratios
from audits.dossiers import words
from audits.metrics.display import TITLES

FIELDS = {
    "text_version": gettext_lazy("text of the law"),
    "text_as_of": gettext_lazy("text read on"),
    "sha256": gettext_lazy("SHA-256"),
    "name": gettext_lazy("name"),
    "version": gettext_lazy("version"),
    "vendor": gettext_lazy("vendor"),
    "intended_purpose": gettext_lazy("intended purpose"),
    "deployer": gettext_lazy("deploying organisation"),
    "first_use_on": gettext_lazy("first use"),
    "positions": gettext_lazy("positions"),
    "status": gettext_lazy("status"),
    "verdict": gettext_lazy("verdict"),
    "progress": gettext_lazy("progress"),
    "reason": gettext_lazy("reason"),
    "note": gettext_lazy("note"),
    "owner": gettext_lazy("owner"),
    "due_on": gettext_lazy("due"),
    "title": gettext_lazy("title"),
    "question": gettext_lazy("question"),
    "citation": gettext_lazy("citation"),
    "expected_evidence": gettext_lazy("expected evidence"),
    "confirm_again": gettext_lazy("to be confirmed again"),
    "evidence": gettext_lazy("evidence"),
    "decision": gettext_lazy("last decision"),
    "state": gettext_lazy("state"),
    "since": gettext_lazy("since"),
    "ground": gettext_lazy("ground"),
    "override": gettext_lazy("said otherwise"),
    "valid_until": gettext_lazy("valid until"),
    "withdrawn": gettext_lazy("withdrawn"),
    "kind": gettext_lazy("kind"),
    "severity": gettext_lazy("severity"),
}
PARTS = {
    "rows": gettext_lazy("Rows of the checklist"),
    "applicability": gettext_lazy("What binds the system"),
    "evidence": gettext_lazy("Evidence"),
    "findings": gettext_lazy("Findings"),
}


def shown(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return the comparison for a template: about both, the parts with their lines, the audits that moved."""
    return {
        "about": [(label, *values) for label, *values in _about(found["earlier"], found["later"])],
        "parts": [one for one in _parts(found) if one["lines"]],
        "alike": [str(name) for name in _alike(found)],
        "moved": [_moved(one) for one in found["bias"]["moved"]],
    }


def _about(one: Mapping[str, Any], two: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    yield _("Title"), one["title"], two["title"]
    yield _("Kind"), *(_("final") if each["status"] == "final" else _("draft") for each in (one, two))  # type: ignore[misc]
    yield _("Frozen"), *(f"{words.when(each['frozen_at'])}, {each['frozen_by']}" for each in (one, two))  # type: ignore[misc]
    yield _("AI system"), one["system"], two["system"]
    yield _("Law"), *(f"{each['law']}, {words.day(each['text_version'])}" for each in (one, two))  # type: ignore[misc]
    yield _("Name in the signatures"), *(", ".join(each["signers"]) or _("nobody yet") for each in (one, two))  # type: ignore[misc]
    yield _("Statement"), one["statement"], two["statement"]


def _parts(found: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    yield {"title": _("Law"), "lines": _whole(_("The text of the law"), found["law"])}
    yield {"title": _("AI system"), "lines": _whole(_("What is known of the AI system"), found["system"])}
    for name, title in PARTS.items():
        several = found[name]
        lines = _whole(_("The determination that it rests on"), several.get("determination", ()))
        yield {"title": str(title), "lines": [*lines, *_lines(several)]}
    yield {
        "title": _("Bias audits"),
        "lines": [
            {"how": how, "name": one["title"], "fields": [], "more": _audit(one)}
            for how, several in ((_("new"), found["bias"]["came"]), (_("gone"), found["bias"]["gone"]))
            for one in several
        ],
    }


def _alike(found: Mapping[str, Any]) -> Iterator[Any]:
    for one in _parts(found):
        if not one["lines"]:
            yield one["title"]


def _whole(name: str, fields: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{"how": _("changed"), "name": name, "fields": _fields(fields), "more": ""}] if fields else []


def _lines(several: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for how, key in ((_("new"), "came"), (_("gone"), "gone"), (_("changed"), "changed")):
        for one in several[key]:
            name = one["title"] if one["title"] == one["id"] or len(one["id"]) > 30 else f"{one['id']}: {one['title']}"
            yield {"how": how, "name": name, "fields": _fields(one.get("fields", ())), "more": ""}


def _fields(several: Sequence[Mapping[str, Any]]) -> list[tuple[str, str, str]]:
    return [
        (
            str(FIELDS.get(one["field"], one["field"])),
            _said(one["field"], one["before"]),
            _said(one["field"], one["after"]),
        )
        for one in several
    ]


def _said(field: str, value: Any) -> str:
    if value in (None, "", []):
        return _("nothing")
    if field in ("verdict", "progress", "state", "kind", "severity"):
        return {**words.PROGRESS, **words.VERDICT, **words.STANDING}.get(str(value), words.plain(str(value)))
    if isinstance(value, list):
        return "; ".join(map(str, value))
    if isinstance(value, Mapping):
        return "; ".join(f"{name.replace('_', ' ')}: {each}" for name, each in value.items())
    return str(value)


def _audit(one: Mapping[str, Any]) -> str:
    told = _("{label} of {people} people, {when}, result SHA-256 {sha256}")
    return told.format(
        label=one["label"], people=one["people"], when=words.when(one["ran_at"]), sha256=one["result_sha256"]
    )


def _moved(one: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "earlier": one["earlier"],
        "later": one["later"],
        "notes": one["drift"]["notes"],
        "tables": [{"title": TITLES[table["table"]], **ratios(table)} for table in one["drift"]["tables"]],
    }
