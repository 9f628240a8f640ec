"""What a result says of itself beyond its numbers: what contradicts itself, and what no file can show.

Words, such as what one row stands for, cannot be computed again from data. A plan that was locked before binds those
that it names; the rest is listed as stated, so that nobody takes it for recomputed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from audits.bias.mapping import BUILT_IN_SOURCE
from audits.bias.vocabulary import BUILT_IN, LIST, SELECTED, Role, key, word
from audits.metrics.conduct import FIELDS
from audits.metrics.recheck import Check

FAVOURABLE: Final = "favourable value"
_WORDS: Final = ("unit_of_analysis", "pooled", "data", "reasons", "exclusions")
_BOUND: Final = "the plan that was locked before, by its digest"


@dataclass(frozen=True, slots=True)
class Stated:
    """A part of the document at `where` that no data shows; `bound_by` names what else holds it, or is empty."""

    where: str
    value: Any
    bound_by: str = ""

    def as_json(self) -> dict[str, Any]:
        return {"where": self.where, "value": self.value, "bound_by": self.bound_by}


def stated(result: Mapping[str, Any]) -> list[Stated]:
    """Return what the document states and nothing can compute again, as far as it says anything there."""
    method, conduct = result["method"], result["conduct"]
    found = [Stated(f"method.{name}", method[name], _bound(conduct, name)) for name in _WORDS if method.get(name)]
    for where, read in _readings(result):
        for role, sources in read["mapping_source"].items():
            if named := sorted(set(sources) - {FAVOURABLE, BUILT_IN_SOURCE}):
                found.append(Stated(f"{where}.mapping_source.{role}", named))
    found += [
        Stated(f"input.sources[{place}].encoding", source["encoding"])
        for place, source in enumerate(result["input"]["sources"])
        if source.get("encoding") not in (None, "utf-8")
    ]
    for name in ("system", "independence"):
        if conduct.get(name):
            found.append(Stated(f"conduct.{name}", conduct[name]))
    if conduct["special_categories"].get("people_in_union") is not None:
        found.append(Stated("conduct.special_categories", conduct["special_categories"]))
    return found


def _bound(conduct: Mapping[str, Any], name: str) -> str:
    plan = conduct["plan"]
    if not plan or not plan.get("locked_at") or name not in FIELDS or name not in plan["document"]["choices"]:
        return ""
    departs = any(one["field"].split(".")[0] == name for one in conduct["deviations"])
    return "" if departs else _BOUND


def contradictions(result: Mapping[str, Any]) -> Iterator[Check]:
    """Yield checks of what a document says in two places: files, favourable value, and where meanings come from."""
    method, sources = result["method"], result["input"]["sources"]
    if len(sources) == 1:
        said = {name: sources[0][name] for name in ("encoding", "delimiter") if name in sources[0]}
        yield Check("method.file", method.get("file"), said)
    if method["pooled"] is None:
        yield Check("method.pooled (a word on why)", len(sources) > 1 or bool(method["strata"]), False)
    else:
        yield Check("method.pooled (there is something to pool)", len(sources) > 1 or bool(method["strata"]), True)
    for where, read in _readings(result):
        yield from _words(where, read, same_list=_same_list(method))


def _readings(result: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield how words were read: by all sources alike, or by each as it says itself."""
    if result["method"]["mapping"]:
        yield "method", result["method"]
    for place, source in enumerate(result["input"]["sources"]):
        if "mapping" in source:
            yield f"input.sources[{place}]", source


def _words(where: str, read: Mapping[str, Any], *, same_list: bool) -> Iterator[Check]:
    for role, meanings in read["mapping"].items():
        sources = read["mapping_source"].get(role, {})
        listed = sorted(raw for raws in sources.values() for raw in raws)
        yield Check(f"{where}.mapping_source.{role} (every word, once)", listed, sorted(meanings))
        for raw in sources.get(BUILT_IN_SOURCE, ()) if same_list else ():
            known = BUILT_IN[cast(Role, role)].get(key(raw), "(no word of the list)")
            yield Check(f"{where}.mapping_source.{role} ({raw!r} by the {BUILT_IN_SOURCE})", meanings.get(raw), known)
    favourable, outcomes = read.get("favourable"), read["mapping"].get("outcome")
    if outcomes is None:
        return
    by_value = read["mapping_source"].get("outcome", {}).get(FAVOURABLE, [])
    yield Check(f"{where}.favourable (values were read by it)", bool(by_value), favourable is not None)
    if favourable is not None:
        chosen = sorted({word(raw) for raw in by_value if outcomes.get(raw) == SELECTED})
        yield Check(f"{where}.favourable", [word(favourable)] if chosen else [], chosen)


def _same_list(method: Mapping[str, Any]) -> bool:
    listed = method.get("category_list") or {}
    return all(listed.get(name) == LIST[name] for name in ("id", "version"))
