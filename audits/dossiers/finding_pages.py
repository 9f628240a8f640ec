"""Findings in print: by severity, each with its state, who does what by when, who saw it, and what a breach costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from audits.dossiers import words

KIND = {"major": "Major nonconformity", "minor": "Minor nonconformity", "observation": "Observation"}
SEVERITY = {"critical": "Critical", "high": "High", "medium": "Medium", "low": "Low"}
STATE = {
    "open": "Open",
    "acting": "Being corrected",
    "to_verify": "Waits for verification",
    "closed": "Closed, verified",
    "accepted": "Risk accepted",
    "withdrawn": "Withdrawn",
}
ACTION = {"planned": "Planned", "done": "Done", "dropped": "Dropped"}
DECISION = {"": "Waits for a second person", "accepted": "Accepted", "refused": "Refused"}
SAID = {"": "not said", "yes": "yes", "no": "no"}


def statement(manifest: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the chapter, or None for a manifest from before findings stood in dossiers.

    >>> statement({})
    >>> statement({"findings": []})["total"]
    'none'
    """
    if "findings" not in manifest:
        return None
    frozen_on, version = (manifest.get(part, {}) for part in ("dossier", "catalogue"))
    day, text = frozen_on.get("frozen_at", "")[:10], version.get("text_version", "")
    shown = [_finding(one, day, text) for one in manifest["findings"]]
    groups = [
        {"anchor": f"findings-{code}", "title": name, "findings": some}
        for code, name in SEVERITY.items()
        if (some := [one for one in shown if one["severity_code"] == code])
    ]
    states = Counter(one["state"] for one in shown)
    return {
        "groups": groups,
        "total": words.amount(len(shown), "finding", "findings") if shown else "none",
        "states": [(name, words.count(states[name])) for name in STATE.values() if states[name]],
    }


def by_row(manifest: Mapping[str, Any]) -> dict[str, list[dict[str, str]]]:
    """Return for each row id the findings on it, as links."""
    found: dict[str, list[dict[str, str]]] = {}
    for one in manifest.get("findings", ()):
        link = {"anchor": _anchor(one), "name": _name(one), "title": one["title"], "state": STATE[one["state"]]}
        found.setdefault(one["row"], []).append(link)
    return found


def _finding(one: Mapping[str, Any], frozen_on: str, text_version: str) -> dict[str, Any]:
    return {
        **{name: one[name] for name in ("row", "title", "statement", "cause", "extent", "exposure")},
        "anchor": _anchor(one),
        "name": _name(one),
        "kind": KIND[one["kind"]],
        "severity_code": one["severity"],
        "severity": SEVERITY[one["severity"]],
        "state": STATE[one["state"]],
        "under": one["text_version"] if one["text_version"] != text_version else "",
        "incident": SAID[one["incident"]] if one["incident"] else "",
        "risk": SAID[one["risk"]] if one["risk"] else "",
        "raised": f"{one['raised_by']['name']}, {words.when(one['raised_at'])}",
        "handed_in": one["handed_in_by"]["name"] if one["handed_in_by"] else "",
        "actions": [_action(action, frozen_on) for action in one["actions"]],
        "verifications": [
            {**verified, "by": verified["by"]["name"], "at": words.when(verified["at"])}
            for verified in one["verifications"]
        ],
        "acceptances": [_acceptance(accepted, frozen_on) for accepted in one["acceptances"]],
    }


def _action(one: Mapping[str, Any], frozen_on: str) -> dict[str, Any]:
    late = one["state"] == "planned" and one["due_on"] < frozen_on
    return {
        **{name: one[name] for name in ("what", "said", "shows", "evidence")},
        "owner": one["owner"]["name"],
        "due_on": words.day(one["due_on"]) + (", overdue when this dossier was frozen" if late else ""),
        "state": ACTION[one["state"]],
        "ended": f"{one['ended_by']['name']}, {words.when(one['ended_at'])}" if one["ended_by"] else "",
    }


def _acceptance(one: Mapping[str, Any], frozen_on: str) -> dict[str, Any]:
    lapsed = one["decision"] == "accepted" and one["until"] < frozen_on
    return {
        **{name: one[name] for name in ("reason", "decided_reason", "subject_sha256")},
        "until": words.day(one["until"]) + (", lapsed when this dossier was frozen" if lapsed else ""),
        "proposed": f"{one['proposed_by']['name']}, {words.when(one['proposed_at'])}",
        "decision": DECISION[one["decision"]],
        "decided": f"{one['decided_by']['name']}, {words.when(one['decided_at'])}" if one["decided_by"] else "",
    }


def _anchor(one: Mapping[str, Any]) -> str:
    return f"finding-{one['number']}"


def _name(one: Mapping[str, Any]) -> str:
    return f"F-{one['number']}"
