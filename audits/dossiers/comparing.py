"""Two dossiers side by side: what of the second is not as in the first. Only the two manifests go in.

What changed is told and never judged: a ratio that moved stands with its test, a verdict with both words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from audits.metrics.run_drift import drifted
from compliance.lib.problems import Problem, Refused

SCHEMA: Final = "probanda/dossier-comparison/1"
ROW_FIELDS: Final = (
    *("verdict", "progress", "reason", "note", "owner", "due_on", "title", "question", "citation", "expected_evidence"),
    *("confirm_again",),
)
_SYSTEM: Final = ("name", "version", "vendor", "intended_purpose", "deployer", "first_use_on", "positions", "status")
_LAW: Final = ("text_version", "text_as_of", "sha256")
_APPLIED: Final = ("state", "since", "ground", "citation", "override")
_FINDING: Final = ("state", "kind", "severity", "title")


def compare(
    earlier: Mapping[str, Any], later: Mapping[str, Any], signers: tuple[Sequence[str], Sequence[str]] = ((), ())
) -> dict[str, Any]:
    """Return the comparison of two manifests as one document; of two AI systems or two laws it is refused.

    `signers` are the names in the signatures of both files, in order.
    """
    for part, name, what in (("system", "id", "AI systems"), ("catalogue", "law", "laws")):
        if earlier[part][name] != later[part][name]:
            found = [one[part].get("name") or one[part]["short_title"] for one in (earlier, later)]
            sentence = f"The two dossiers are of different {what}: {found[0]} and {found[1]}."
            raise Refused(Problem("not-comparable", sentence))
    return {
        "schema": SCHEMA,
        "earlier": _about(earlier, signers[0]),
        "later": _about(later, signers[1]),
        "law": _changed(earlier["catalogue"], later["catalogue"], _LAW),
        "system": _changed(earlier["system"], later["system"], _SYSTEM),
        "rows": _rows(earlier, later),
        "applicability": _applied(earlier, later),
        "evidence": _evidence(earlier["evidence"], later["evidence"]),
        "findings": _listed(earlier.get("findings", ()), later.get("findings", ()), _FINDING),
        "bias": _bias(earlier["bias_audits"], later["bias_audits"]),
    }


def _about(manifest: Mapping[str, Any], signers: Sequence[str]) -> dict[str, Any]:
    dossier = manifest["dossier"]
    told = {name: dossier[name] for name in ("id", "title", "status", "frozen_at", "statement")}
    return {
        **told,
        "frozen_by": dossier["frozen_by"]["name"],
        "signers": list(signers),
        "law": manifest["catalogue"]["short_title"],
        "text_version": manifest["catalogue"]["text_version"],
        "system": f"{manifest['system']['name']} {manifest['system']['version']}".strip(),
        "trail_seq": manifest["trail"]["head"]["seq"],
    }


def _changed(before: Mapping[str, Any], after: Mapping[str, Any], names: Iterable[str]) -> list[dict[str, Any]]:
    return [
        {"field": name, "before": before.get(name), "after": after.get(name)}
        for name in names
        if (before.get(name) or None) != (after.get(name) or None)
    ]


def _listed(
    before: Iterable[Mapping[str, Any]], after: Iterable[Mapping[str, Any]], names: Sequence[str], key: str = "id"
) -> dict[str, list[dict[str, Any]]]:
    """Return what came, went and changed among things that have an id."""
    old, new = ({one[key]: one for one in several} for several in (before, after))
    both = [(old[pk], new[pk]) for pk in new if pk in old]
    return {
        "came": [_named(new[pk], key) for pk in new if pk not in old],
        "gone": [_named(old[pk], key) for pk in old if pk not in new],
        "changed": [
            {**_named(two, key), "fields": fields} for one, two in both if (fields := _changed(one, two, names))
        ],
    }


def _named(one: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {"id": one[key], "title": one.get("title") or one[key]}


def _rows(earlier: Mapping[str, Any], later: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Rows, with the evidence that they rest on and the last decision on each as fields of their own."""
    return _listed(_whole(earlier), _whole(later), (*ROW_FIELDS, "evidence", "decision"))


def _whole(manifest: Mapping[str, Any]) -> list[dict[str, Any]]:
    titles = {one["id"]: f"{one['title']} ({one['sha256'][:12]})" for one in manifest["evidence"]}
    return [
        {
            **row,
            "evidence": sorted(titles[one] for one in row["evidence"]),
            "decision": _decision(row["reviews"]),
        }
        for row in manifest["rows"]
    ]


def _decision(reviews: Sequence[Mapping[str, Any]]) -> str:
    if not reviews:
        return ""
    last = max(reviews, key=lambda one: one["at"])
    return f"{last['decision']} by {last['by']}, {last['at'][:10]}" + (f": {last['reason']}" if last["reason"] else "")


def _applied(earlier: Mapping[str, Any], later: Mapping[str, Any]) -> dict[str, Any]:
    before, after = ((one.get("applicability") or {}) for one in (earlier, later))
    rests = [(one.get("determination") or {}).get("sha256") for one in (before, after)]
    return {
        "determination": [] if rests[0] == rests[1] else [{"field": "sha256", "before": rests[0], "after": rests[1]}],
        **_listed(before.get("rows", ()), after.get("rows", ()), _APPLIED, key="row"),
    }


def _evidence(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Pieces that came and went, and those of which another version, or another standing, is in the second dossier."""
    old, new = ([{**one, "id": one.get("piece") or one["id"]} for one in several] for several in (before, after))
    return _listed(old, new, ("version", "sha256", "title", "valid_until", "withdrawn"))


def _bias(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Audits by their results; the newest of each kind of rate in both dossiers are held against each other."""
    old, new = ({one["result_sha256"]: one for one in several} for several in (before, after))
    told = {
        "came": [_audit(one) for sha256, one in new.items() if sha256 not in old],
        "gone": [_audit(one) for sha256, one in old.items() if sha256 not in new],
        "moved": [],
    }
    newest = [{one["result"]["method"]["rate_kind"]: one for one in several} for several in (before, after)]
    for kind, second in newest[1].items():
        first = newest[0].get(kind)
        if first is not None and first["result_sha256"] != second["result_sha256"]:
            told["moved"].append(
                {
                    "earlier": _audit(first),
                    "later": _audit(second),
                    "drift": drifted(first["result"], second["result"], ratios_only=True),
                }
            )
    return told


def _audit(one: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "title": one["title"],
        "ran_at": one["ran_at"],
        "rate_kind": one["result"]["method"]["rate_kind"],
        "label": one["result"]["conduct"]["label"],
        "people": one["result"]["input"]["people"],
        "result_sha256": one["result_sha256"],
    }


def is_alike(found: Mapping[str, Any]) -> bool:
    """Say whether the two dossiers say the same of law, system, rows, evidence, findings and bias audits."""
    lists = [
        found["law"],
        found["system"],
        *(part for name in ("rows", "applicability", "evidence", "findings", "bias") for part in found[name].values()),
    ]
    return not any(lists)
