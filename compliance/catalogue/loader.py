"""Which laws there are, and each of them as a checked, frozen catalogue.

>>> [ref.law for ref in laws() if ref.law == "nyc-ll144"]
['nyc-ll144']
>>> load("nyc-ll144").row("LL144-SEL-02").citation_text
'6 RCNY § 5-301(b)(2); 6 RCNY § 5-300 "Impact Ratio" (1)'
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from compliance.catalogue.conditions import Condition, Fact, facts_named, terms_named
from compliance.catalogue.fitting import misfits
from compliance.catalogue.provisions import above
from compliance.catalogue.reading import Raw, parse, problem, read
from compliance.catalogue.schema import Catalogue, Row
from compliance.lib.problems import Problem, Refused

DATA = Path(__file__).parent / "data"
_FACTS = TypeAdapter(dict[str, Fact])


@dataclass(frozen=True, slots=True, order=True)
class LawVersionRef:
    """One law as it stood in one dated version."""

    law: str
    text_version: str


def laws(folder: Path = DATA) -> tuple[LawVersionRef, ...]:
    """Return every law in every version that there is a file for, oldest version first within a law."""
    return tuple(sorted(LawVersionRef(path.parent.name, path.stem) for path in folder.glob("*/*.yaml")))


def load(law: str, text_version: str | None = None, *, folder: Path = DATA) -> Catalogue:
    """Return `law` in one version, the newest when none is named; read once in a process.

    Refused with every problem of the file at once, or with `no-such-law`, `no-such-version`.
    """
    versions = [ref.text_version for ref in laws(folder) if ref.law == law]
    if not versions:
        known = ", ".join(sorted({ref.law for ref in laws(folder)}))
        raise Refused(Problem("no-such-law", f"There is no law {law!r} in the catalogue.", found=law, expected=known))
    version = text_version or versions[-1]
    if version not in versions:
        sentence = f"The law {law!r} has no text version {version}."
        raise Refused(Problem("no-such-version", sentence, found=version, expected=", ".join(versions)))
    return _load(folder, law, version)


@lru_cache(maxsize=64)
def facts(folder: Path = DATA) -> Mapping[str, Fact]:
    """Return the facts that conditions may name, in the order of `facts.yaml`; empty when there is no such file."""
    path = folder / "facts.yaml"
    if not path.is_file():
        return {}
    top, content, problems = parse(path, path.name)
    try:
        found = _FACTS.validate_python(content.get("facts"))
    except ValidationError as error:
        problems += [
            problem("wrong-field", f"{one['msg']}.", top, ".".join(map(str, one["loc"])), path=("facts", *one["loc"]))
            for one in error.errors(include_url=False)
        ]
    if problems:
        raise Refused.all(problems)
    return found


@lru_cache(maxsize=64)
def _load(folder: Path, law: str, version: str) -> Catalogue:
    raw = read(folder, law, version)
    problems = list(raw.problems)
    rows = [_resolved(row, raw, problems) for row in raw.rows]
    sections = raw.head.get("sections")
    head = {**raw.head, "text_version": str(raw.head.get("text_version"))}
    if isinstance(sections, dict):
        head["sections"] = [{"id": id, "title": title} for id, title in sections.items()]
    try:
        catalogue = Catalogue.model_validate({**head, "rows": rows})
    except ValidationError as error:
        raise Refused.all([*problems, *_from_schema(error, raw, rows)]) from None
    problems += _wrong_head(catalogue, raw, law, version)
    problems += _wrong_terms(catalogue, raw, facts(folder))
    problems += _wrong_crosswalk(catalogue, raw)
    for row in catalogue.rows:
        problems += _wrong_names(row, catalogue, raw, facts(folder))
    for one in misfits(catalogue, facts(folder)):
        place, what = raw.place(one.row) if one.row else raw.top, ".".join([*([one.row] if one.row else []), *one.path])
        problems.append(
            problem(one.code, one.sentence, place, what, path=one.path, found=one.found, expected=one.expected)
        )
    if problems:
        raise Refused.all(problems)
    return catalogue


_SETS = (
    ("dates", "date_sets", "date set"),
    ("penalty", "penalty_sets", "penalty set"),
    ("performed", "performance_sets", "performance set"),
    ("met_through", "met_sets", "met set"),
)


def _resolved(row: dict[str, Any], raw: Raw, problems: list[Problem]) -> dict[str, Any]:
    """Put each named set, of dates, say, and the long form of `checked`, in place of its name."""
    full = dict(row)
    for field, head, noun in _SETS:
        sets, name = raw.head.get(head), row.get(field)
        sets = sets if isinstance(sets, dict) else {}
        if isinstance(name, str):
            full[field] = sets.get(name)
            if name not in sets:
                problems.append(
                    _wrong(raw, row["id"], field, "no-such-set", f"There is no {noun} {name!r}.", name, sets)
                )
    if raw.crosswalk and "crosswalk" not in row:
        full["crosswalk"] = _mapped(row, raw)
    if isinstance(row.get("checked"), str):
        full["checked"] = {"text": row["checked"]}
    return full


def _mapped(row: dict[str, Any], raw: Raw) -> dict[str, list[str]]:
    """Join what the provisions that a row cites correspond to: for each its own entry, or the nearest one above it."""
    sources = raw.head.get("sources")
    marks = [str(one.get("cite_as")) for one in sources.values()] if isinstance(sources, dict) else []
    found: dict[str, list[str]] = {}
    for citation in row.get("citation") or []:
        for mark in marks:
            if not str(citation).startswith(f"{mark} "):
                continue
            provision = str(citation).removeprefix(f"{mark} ")
            entry: dict[str, list[str]] = next(
                (raw.crosswalk[one] for one in (provision, *above(provision)) if one in raw.crosswalk), {}
            )
            for framework, ids in entry.items():
                known = found.setdefault(framework, [])
                known += [id for id in ids if id not in known]
    return found


def _from_schema(error: ValidationError, raw: Raw, rows: list[dict[str, Any]]) -> Iterator[Problem]:
    for one in error.errors(include_url=False):
        loc, sentence = one["loc"], f"{one['msg'].removeprefix('Value error, ').rstrip('.')}."
        found = None if one["type"] == "missing" else repr(one["input"])[:80]
        if len(loc) > 1 and loc[0] == "rows" and isinstance(loc[1], int):
            id, path = str(rows[loc[1]]["id"]), loc[2:]
            place, what = raw.place(id), ".".join([id, *map(str, path)])
        else:
            place, path, what = raw.top, loc, ".".join(map(str, loc))
        hint = {} if found is None else {"found": found}
        yield problem("wrong-field", sentence, place, what, path=path, **hint)


def _wrong_head(catalogue: Catalogue, raw: Raw, law: str, version: str) -> Iterator[Problem]:
    for field, got, expected in (("law", catalogue.law, law), ("text_version", catalogue.text_version, version)):
        if got != expected:
            sentence = "The file must say the same as its own path."
            yield problem("wrong-path", sentence, raw.top, field, path=(field,), found=got, expected=expected)


def _wrong_crosswalk(catalogue: Catalogue, raw: Raw) -> Iterator[Problem]:
    for provision in raw.crosswalk:
        if not any(f"{one.cite_as} {provision}" in one.citations for one in catalogue.sources.values()):
            sentence = f"The crosswalk names the provision {provision!r}, which the law does not have."
            yield problem("no-such-provision", sentence, raw.top, "crosswalk", found=provision)


def _wrong_terms(catalogue: Catalogue, raw: Raw, known_facts: Mapping[str, Fact]) -> Iterator[Problem]:
    """Yield a problem for each name in a term or track that nothing answers to, and for a term that leads to itself."""
    tests: list[tuple[str, str, Condition | None, tuple[str, ...]]] = [
        *(("terms", name, term.condition, term.citation) for name, term in catalogue.terms.items()),
        *(("tracks", name, track.condition, track.citation) for name, track in catalogue.tracks.items()),
    ]
    for field, name, condition, citation in tests:
        missing = [("provision", one) for one in citation if one not in catalogue.citations]
        if condition is not None:
            missing += [("fact", one) for one in facts_named(condition) if one not in known_facts]
            missing += [("term", one) for one in terms_named(condition) if one not in catalogue.terms]
        for noun, one in missing:
            sentence = f"There is no {noun} {one!r}."
            yield problem(f"no-such-{noun}", sentence, raw.top, f"{field}.{name}", path=(field, name), found=one)
        if field == "terms" and _leads_to_itself(name, catalogue):
            sentence = "The term leads back to itself."
            yield problem("circular-term", sentence, raw.top, f"{field}.{name}", path=(field, name), found=name)


def _leads_to_itself(name: str, catalogue: Catalogue) -> bool:
    seen: set[str] = set()
    ahead = [name]
    while ahead:
        term = catalogue.terms.get(ahead.pop())
        for one in terms_named(term.condition) if term else ():
            if one == name:
                return True
            if one not in seen:
                seen.add(one)
                ahead.append(one)
    return False


def _wrong_names(row: Row, catalogue: Catalogue, raw: Raw, known_facts: Mapping[str, Fact]) -> Iterator[Problem]:
    """Yield a problem for each name in `row` that nothing at the head of the file, or in the facts, answers to."""
    if not row.id.startswith(catalogue.row_prefix):
        sentence = "The id does not start with the prefix of this law."
        yield _wrong(raw, row.id, "id", "wrong-prefix", sentence, row.id, [catalogue.row_prefix])
    events = [row.clock.event, row.clock.subject] if row.clock else []
    tests = list(facts_named(row.condition)) if row.condition else []
    terms = list(terms_named(row.condition)) if row.condition else []
    tracks = list(row.dates.in_force_from) if row.dates and catalogue.tracks else []
    basis = list(row.penalty.basis) if row.penalty else []
    performed, met = row.performed, row.met_through
    tests += list(facts_named(met.condition)) if met else []
    terms += list(terms_named(met.condition)) if met else []
    checks: list[tuple[str, list[str], Any, str]] = [
        ("section", [row.section], {section.id for section in catalogue.sections}, "section"),
        ("citation", list(row.citation), catalogue.citations, "provision"),
        ("penalty", basis, catalogue.citations, "provision"),
        ("roles", list(row.roles), catalogue.roles, "role"),
        ("performed", list(performed.citation) if performed else [], catalogue.citations, "provision"),
        ("performed", list(performed.by) if performed else [], row.roles, "role"),
        ("met_through", list(met.citation) if met else [], catalogue.citations, "provision"),
        ("tier", [row.tier] if row.tier else [], catalogue.tiers, "tier"),
        ("clock", events, catalogue.events, "event"),
        ("checked", [row.checked.text], catalogue.texts, "text"),
        ("condition", tests, known_facts, "fact"),
        ("condition", terms, catalogue.terms, "term"),
        ("dates", tracks, catalogue.tracks, "track"),
    ]
    for field, names, known, noun in checks:
        for name in names:
            if name not in known:
                sentence = f"There is no {noun} {name!r}."
                yield _wrong(
                    raw, row.id, field, f"no-such-{noun}", sentence, name, () if noun == "provision" else known
                )
    if (row.computed == "none") != (not row.computed_how) or (row.computed == "none" and row.computed_rates):
        sentence = "A computed row says how, and a row that is not computed says neither how nor from which rates."
        yield _wrong(raw, row.id, "computed", "computed-without-how", sentence, row.computed, ())
    if (row.condition is None) != (not row.applies_when):
        sentence = "A condition stands in words (applies_when) and as data (condition), or in neither."
        yield _wrong(raw, row.id, "condition", "condition-without-words", sentence, row.applies_when, ())


def _wrong(raw: Raw, id: str, field: str, code: str, sentence: str, found: str, known: Any) -> Problem:
    more = {"expected": ", ".join(sorted(known))} if known else {}
    return problem(code, sentence, raw.place(id), f"{id}.{field}", path=(field,), found=found, **more)
