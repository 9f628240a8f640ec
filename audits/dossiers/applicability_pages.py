"""The statement of applicability in print: every row by state; those that do not apply under the ground they share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from audits.dossiers import words

STATES = {
    "applies": "Applies",
    "later": "Will apply",
    "undetermined": "Undetermined",
    "no": "Does not apply",
}
CAPTIONS = {
    "applies": "Rows that apply, and since when",
    "later": "Rows that will apply, and from when",
    "undetermined": "Rows that are undetermined, and what decides",
    "no": "",
}


def by_row(applicability: Mapping[str, Any] | None) -> dict[str, dict[str, str]]:
    """Return for each row id whether it binds, in words, and the ground.

    >>> by_row({"rows": [{"row": "A-1", "state": "later", "since": "2027-12-02", "ground": "It is used.",
    ...     "citation": [], "override": None}]})
    {'A-1': {'state': 'later', 'binding': 'Will apply from 2 December 2027', 'ground': 'It is used.'}}
    """
    return {
        one["row"]: {"state": one["state"], "binding": _binding(one), "ground": one["ground"]}
        for one in (applicability or {}).get("rows", ())
    }


def rows_aside(applicability: Mapping[str, Any] | None) -> set[str]:
    """Return the ids of the rows that do not apply."""
    return {one["row"] for one in (applicability or {}).get("rows", ()) if one["state"] == "no"}


def is_told(row: Mapping[str, Any]) -> bool:
    """Say whether a row is told by itself: all are but those that do not apply and on which nobody said anything."""
    said = (row.get(part) for part in ("reason", "note", "evidence", "reviews", "findings"))
    return row.get("state") != "no" or row["verdict_code"] != "none" or any(said)


def statement(manifest: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the chapter, or None for a checklist that rests on no determination."""
    applicability = manifest.get("applicability")
    if not applicability:
        return None
    rows = {row["id"]: row for row in manifest["rows"]}
    determination = applicability["determination"]
    groups = []
    for state, title in STATES.items():
        some = [_row(one, rows[one["row"]]) for one in applicability["rows"] if one["state"] == state]
        if some:
            head = {"state": state, "anchor": f"applicability-{state}", "title": title, "caption": CAPTIONS[state]}
            listed = {"grounds": _by_ground(some)} if state == "no" else {"rows": some}
            groups.append({**head, "total": words.amount(len(some), "row", "rows"), **listed})
    silent = [one for one in applicability["rows"] if one["state"] == "no" and not _said(rows[one["row"]])]
    return {
        "as_of": words.day(determination["as_of"]),
        "signed_by": determination["signed_by"],
        "signed_at": words.when(determination["signed_at"]),
        "sha256": determination["sha256"],
        "groups": groups,
        "untold": words.amount(len(silent), "row", "rows") if silent else "",
    }


def _row(one: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": one["row"],
        "title": row["title"],
        "citation": "; ".join(row["citation"]),
        "since": words.day(one["since"]),
        "ground": one["ground"],
        "ground_citation": "; ".join(one["citation"]),
        "override": one["override"],
    }


def _by_ground(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault((row["ground"], row["ground_citation"]), []).append(row)
    told = sorted(found.items(), key=lambda one: -len(one[1]))
    return [
        {"ground": ground, "citation": citation, "override": some[0]["override"], "rows": some}
        for (ground, citation), some in told
    ]


def _binding(one: Mapping[str, Any]) -> str:
    joined = {"applies": "since", "later": "from"}.get(one["state"])
    since = f" {joined} {words.day(one['since'])}" if joined and one["since"] else ""
    return STATES[one["state"]] + since


def _said(row: Mapping[str, Any]) -> bool:
    return bool(row["verdict"] or row["reason"] or row["note"] or row["evidence"] or row["reviews"])
