"""From the manifest to what the print templates show: strings only, in the order of the page.

Templates get no numbers and no dates, so nothing depends on a locale or on any setting.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from audits.dossiers import applicability_pages, bias_pages, finding_pages, words
from audits.dossiers.typefaces import FACES, printable_all
from compliance.lib import canonical

#: Fills of the bars, as in tokens.css: WeasyPrint takes no style sheet inside SVG. Each stands beside its word.
FILL = {
    "met": "#0b5fa5",
    "partly_met": "#6fb1e0",
    "not_met": "#b8500c",
    "not_applicable": "#8b949e",
    "undetermined": "#e3b341",
    "": "#ffffff",
    "to_do": "#ffffff",
    "in_progress": "#d3e3f0",
    "submitted": "#9cc3e0",
    "in_review": "#5a94c2",
    "done": "#123f63",
}


def faces() -> list[dict[str, Any]]:
    """Return the typefaces, each with the address under which a print finds it."""
    return [
        {"url": f"asset:///{name}", "family": family, "weight": weight, "style": style}
        for name, _, family, weight, style in FACES
    ]


def build(manifest: dict[str, Any]) -> dict[str, Any]:
    """Return the template context for a validated manifest."""
    digest = canonical.digest(manifest)
    shown = printable_all(manifest)
    evidence = _evidence(shown)
    applied = applicability_pages.by_row(shown.get("applicability"))
    raised = finding_pages.by_row(shown)
    rows = [
        _row(row, evidence) | applied.get(row["id"], {}) | {"findings": raised.get(row["id"], [])}
        for row in shown["rows"]
    ]
    audits = [bias_pages.audit(number, one, evidence) for number, one in enumerate(shown["bias_audits"], 1)]
    context = {
        "dossier": shown["dossier"],
        "draft": shown["dossier"]["status"] == "draft",
        "frozen_at": words.when(shown["dossier"]["frozen_at"]),
        "organisation": shown["organisation"],
        "system": shown["system"],
        "first_use_on": words.day(shown["system"]["first_use_on"]),
        "catalogue": shown["catalogue"],
        "digest": digest,
        "digest_short": digest[:12],
        "faces": faces(),
        "glance": _glance(shown),
        "audits": audits,
        "determination": _determination(shown.get("determination")),
        "applicability": applicability_pages.statement(shown),
        "findings": finding_pages.statement(shown),
        "sections": _sections(
            shown["catalogue"]["sections"], [row for row in rows if applicability_pages.is_told(row)]
        ),
        "evidence": list(evidence.values()),
        "trail": _trail(shown["trail"]),
        "attachments": [{**one, "size": words.size(one["bytes"])} for one in shown["attachments"]],
        "signing": _signing(shown.get("signing")),
        "software": shown["software"],
        "rows_total": words.amount(len(rows), "row", "rows"),
        "evidence_total": words.amount(len(evidence), "item", "items"),
    }
    context["chapters"] = _chapters(context)
    return context


def _chapters(context: dict[str, Any]) -> dict[str, Any]:
    """Number the chapters and list them, each with the parts that stand in the contents."""
    listed: list[dict[str, Any]] = []

    def chapter(anchor: str, title: str, parts: list[dict[str, str]] | None = None) -> dict[str, Any]:
        found = {"anchor": anchor, "number": str(len(listed) + 1), "title": title, "parts": parts or []}
        listed.append(found)
        return found

    named = {
        "scope": chapter("scope", "Scope"),
        "glance": chapter("glance", "Findings at a glance"),
    }
    if context["determination"]:
        parts = [{"anchor": one["anchor"], "title": one["title"]} for one in context["determination"]["parts"]]
        named["determination"] = chapter("determination", "Classification and determination", parts)
    if context["applicability"]:
        parts = [{"anchor": one["anchor"], "title": one["title"]} for one in context["applicability"]["groups"]]
        named["applicability"] = chapter("applicability", "Statement of applicability", parts)
    for audit in context["audits"]:
        parts = [{"anchor": table["anchor"], "title": table["title"]} for table in audit["tables"]]
        audit["chapter"] = chapter(audit["anchor"], audit["title"], parts)
    if context["findings"]:
        groups = context["findings"]["groups"]
        parts = [{"anchor": one["anchor"], "title": f"{one['title']} severity"} for one in groups]
        named["findings"] = chapter("findings", "Nonconformities and observations", parts)
    parts = [{"anchor": section["anchor"], "title": section["title"]} for section in context["sections"]]
    named["rows"] = chapter("rows", "Row by row", parts)
    named["evidence"] = chapter("evidence", "Evidence")
    named["trail"] = chapter("trail", "Who did what, and when")
    named["digests"] = chapter("digests", "Digests")
    named["check"] = chapter("check", "How to check this document")
    if context["signing"]:
        named["signatures"] = chapter("signatures", "Signatures")
    return {**named, "all": listed}


def _signing(one: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return those who are to sign, numbered; nothing where the house alone seals the dossier."""
    if not one or not one["signers"]:
        return None
    signers = [{**each, "number": str(number)} for number, each in enumerate(one["signers"], 1)]
    return {**one, "signers": signers, "asked": words.amount(len(signers), "is", "are")}


def _determination(one: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return the determination for print, every state with its day in words."""
    if one is None:
        return None
    says = one["says"]
    parts = [
        ("outcomes", "Classes", says["outcomes"]),
        ("steps", "Step by step", says["steps"]),
        ("overrides", "Overrides", says["overrides"]),
        ("answers", "The facts it rests on", says["answers"]),
    ]
    return {
        **one,
        "made_at": words.when(one["made_at"]),
        "signed_at": words.when(one["signed_at"]),
        "title": says["title"],
        "text_version": says["text_version"],
        "as_of": words.day(says["as_of"]),
        "parts": [{"anchor": f"determination-{name}", "title": title} for name, title, some in parts if some],
        "outcomes": [{**item, "standing": words.standing(item["state"], item["since"])} for item in says["outcomes"]],
        "steps": [
            {**item, "number": words.count(item["number"]), "may_be": "; ".join(item["may_be"])}
            for item in says["steps"]
        ],
        "answers": says["answers"],
        "overrides": [
            {
                **item,
                "found": words.standing(item["found_state"], item["found_since"]),
                "said": words.standing(item["state"], item["since"]),
                "proposed_at": words.when(item["proposed_at"]),
                "decided_at": words.when(item["decided_at"]),
                "decision": words.DECISION[item["decision"]],
            }
            for item in says["overrides"]
        ],
        "tally": [
            (word, words.amount(says["tally"].get(state, 0), "row", "rows")) for state, word in words.STANDING.items()
        ],
    }


def _evidence(manifest: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        one["id"]: {
            **{key: value for key, value in one.items() if isinstance(value, str)},
            "label": f"E{number}",
            "anchor": f"evidence-{number}",
            "kind": words.plain(one["kind"]),
            "size": words.size(one["bytes"]),
            "version": one.get("version", 1),
            "systems": ", ".join(one.get("systems", ())),
            "files": [{**file, "size": words.size(file["bytes"])} for file in one.get("files", ())],
            "effective_on": words.day(one["effective_on"]),
            "valid_until": words.day(one["valid_until"]),
            "added_at": words.when(one["added_at"]),
            "withdrawn": {**one["withdrawn"], "at": words.when(one["withdrawn"]["at"])} if one["withdrawn"] else None,
        }
        for number, one in enumerate(manifest["evidence"], 1)
    }


def _row(row: dict[str, Any], evidence: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {
        **row,
        "citation": "; ".join(row["citation"]),
        "kind": words.plain(row["kind"]),
        "roles": ", ".join(words.plain(role) for role in row["roles"]),
        "verdict_code": row["verdict"] or "none",
        "verdict": words.VERDICT[row["verdict"]],
        "progress": words.PROGRESS[row["progress"]],
        "expected_evidence": "; ".join(row["expected_evidence"]),
        "due_on": words.day(row["due_on"]),
        "evidence": [evidence[one] for one in row["evidence"]],
        "submitted": {**row["submitted"], "at": words.when(row["submitted"]["at"])} if row["submitted"] else None,
        "reviews": [
            {
                **one,
                "decision": words.DECISION[one["decision"]],
                "role": words.plain(one["role"]),
                "at": words.when(one["at"]),
                "text_version": one.get("text_version", ""),
            }
            for one in row["reviews"]
        ],
    }


def _sections(sections: list[dict[str, str]], rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found = []
    for number, section in enumerate(sections, 1):
        mine = [row for row in rows if row["section"] == section["id"]]
        if mine:
            total = words.amount(len(mine), "row", "rows")
            found.append({"anchor": f"section-{number}", "title": section["title"], "rows": mine, "total": total})
    return found


def _trail(trail: dict[str, Any]) -> dict[str, Any]:
    return {
        "head_seq": words.count(trail["head"]["seq"]),
        "head_sha256": trail["head"]["sha256"],
        "total": words.amount(len(trail["entries"]), "entry", "entries"),
        "entries": [{**one, "seq": words.count(one["seq"]), "at": words.when(one["at"])} for one in trail["entries"]],
    }


def _glance(manifest: dict[str, Any]) -> dict[str, Any]:
    """Count rows by verdict and by progress: those the checklist counts, by section, and all others, by kind.

    Rows that do not apply, as the determination says, are in neither; the statement of applicability has them.
    """
    counted_kinds = manifest["catalogue"]["progress_kinds"]
    aside = applicability_pages.rows_aside(manifest.get("applicability"))
    asked = [row for row in manifest["rows"] if row["id"] not in aside]
    counted = [row for row in asked if row["kind"] in counted_kinds]
    others = [row for row in asked if row["kind"] not in counted_kinds]
    sections = [
        _tally(section["title"], [row for row in counted if row["section"] == section["id"]])
        for section in manifest["catalogue"]["sections"]
    ]
    kinds = [
        _tally(words.plain(kind), [row for row in others if row["kind"] == kind])
        for kind in dict.fromkeys(row["kind"] for row in others)
    ]
    verdicts = Counter(row["verdict"] for row in counted)
    progress = Counter(row["progress"] for row in counted)
    return {
        "heads": list(words.VERDICT.values()),
        "sections": [one for one in sections if one["total"] != "0"],
        "sections_all": _tally("All of them", counted),
        "kinds": kinds,
        "verdicts": _bar(verdicts, words.VERDICT, len(counted)),
        "progress": _bar(progress, words.PROGRESS, len(counted)),
        "counted": words.count(len(counted)),
        "others": words.count(len(others)),
        "aside": words.amount(len(aside), "row", "rows") if aside else "",
        "counted_kinds": ", ".join(words.plain(kind).lower() for kind in counted_kinds),
    }


def _tally(title: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    verdicts = Counter(row["verdict"] for row in rows)
    return {
        "title": title,
        "total": words.count(len(rows)),
        "cells": [words.count(verdicts[code]) if verdicts[code] else "·" for code in words.VERDICT],
    }


def _bar(counted: Counter[str], names: dict[str, str], total: int) -> list[dict[str, str]]:
    """Return the segments of a stacked bar of 660 units, each with its code, words, count, start and width."""
    segments, start = [], 0
    for code, name in names.items():
        end = start + counted[code]
        left, right = (660 * start // total, 660 * end // total) if total else (0, 0)
        segments.append(
            {
                "code": code or "none",
                "name": name,
                "fill": FILL[code],
                "count": words.count(counted[code]),
                "x": str(left),
                "width": str(right - left),
            }
        )
        start = end
    return segments
