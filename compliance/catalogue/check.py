"""The catalogue's own test: what loading alone cannot see, because it takes the whole file or all files at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from compliance.catalogue.conditions import Condition, Fact, facts_named, terms_named
from compliance.catalogue.fitting import conditions
from compliance.catalogue.frameworks import frameworks
from compliance.catalogue.loader import DATA, facts, laws, load
from compliance.catalogue.provisions import above, parent
from compliance.catalogue.schema import ANYONE, Catalogue, Source
from compliance.lib.problems import Problem, Refused


def check_all(folder: Path = DATA) -> tuple[Problem, ...]:
    """Load every law in every version and return every problem found in all of them; empty when all is well.

    Of a version that says `draft`, what its missing rows would cite and use is not asked for yet.
    """
    problems: list[Problem] = []
    try:
        frameworks(folder)
    except Refused as refused:
        return refused.problems
    used: set[str] = set()
    citations: set[str] = set()
    finished = 0
    for ref in laws(folder):
        try:
            catalogue = load(ref.law, ref.text_version, folder=folder)
        except Refused as refused:
            problems += refused.problems
            continue
        finished += not catalogue.draft
        problems += check(catalogue, facts(folder))
        problems += _crosswalk(catalogue, folder)
        citations |= catalogue.citations
        used |= {name for one in _conditions(catalogue) for name in facts_named(one, catalogue.terms)}
        used |= {track.not_before for track in catalogue.tracks.values() if track.not_before}
    used |= {name for name, fact in facts(folder).items() if fact.asked_by}
    if finished == len(laws(folder)):
        problems += [
            Problem("unused-fact", f"facts.yaml: no condition of any law names the fact {name!r}.", found=name)
            for name in facts(folder)
            if name not in used
        ]
    if not problems:
        problems += [
            Problem("no-such-provision", f"facts.yaml: {name} cites {one}, which no law has.", found=one)
            for name, fact in facts(folder).items()
            for one in fact.citation
            if one not in citations
        ]
    return tuple(problems)


def check(catalogue: Catalogue, known_facts: Mapping[str, Fact] | None = None) -> tuple[Problem, ...]:
    """Return what is wrong between the parts of one version: coverage of the law, unused names, rows without dates."""
    where = f"{catalogue.law}/{catalogue.text_version}"
    found = [
        *(one for source in catalogue.sources.values() for one in _coverage(source, catalogue)),
        *(() if catalogue.draft else _unused(catalogue)),
        *_roles(catalogue, known_facts or {}),
        *_rows(catalogue),
    ]
    return tuple(Problem(code, f"{where}: {sentence}", found=what) for code, sentence, what in found)


def _crosswalk(catalogue: Catalogue, folder: Path) -> Iterator[Problem]:
    """Each id that a row is mapped to exists in its framework."""
    known = {name: frozenset(one.items) for name, one in frameworks(folder).items()}
    where = f"{catalogue.law}/{catalogue.text_version}"
    for row in catalogue.rows:
        for name, ids in row.crosswalk.items():
            if name not in known:
                sentence = f"{where}: {row.id} is mapped to {name}, which is not there."
                yield Problem("no-such-framework", sentence, found=name, expected=", ".join(known))
            for id in ids if name in known else ():
                if id not in known[name]:
                    sentence = f"{where}: {row.id} is mapped to {id}, which {name} does not have."
                    yield Problem("no-such-item", sentence, found=id)


_Found = tuple[str, str, str]


def _conditions(catalogue: Catalogue) -> Iterator[Condition]:
    """Yield every condition of a version that decides something: of its rows, tracks, steps and terms for roles."""
    for condition, path, _ in conditions(catalogue):
        if path[0] != "terms" or path[1].startswith("role_"):
            yield condition


def _roles(catalogue: Catalogue, known_facts: Mapping[str, Fact]) -> Iterator[_Found]:
    """Where the roles of an organisation are a fact, each role is one of its values, or a term says who has it."""
    values = known_facts["roles"].values if "roles" in known_facts else catalogue.roles
    for role in catalogue.roles:
        if role not in values and role != ANYONE and f"role_{role}" not in catalogue.terms:
            yield "role-nobody-has", f"The fact roles has no value {role!r}, so nobody could have that role.", role


def _coverage(source: Source, catalogue: Catalogue) -> Iterator[_Found]:
    """Hold the numbering of a source against the rows: each leaf is cited, or left out alone or with its whole."""
    cited = {citation for row in catalogue.rows for citation in row.citation}
    known = set(source.provisions)
    for provision in _twice(source.provisions):
        yield "double-provision", f"{source.cite_as} lists the provision {provision} twice.", provision
    for provision in source.left_out:
        if provision not in known:
            yield "no-such-provision", f"{source.cite_as} leaves out {provision}, which it does not have.", provision
        elif f"{source.cite_as} {provision}" in cited and not any(parent(other) == provision for other in known):
            yield "left-out-but-cited", f"{source.cite_as} leaves out {provision}, which a row cites.", provision
    held = (source.complete or source.left_out) and not catalogue.draft
    for provision in source.provisions if held else ():
        whole = parent(provision)
        if whole is not None and whole not in known:
            yield "no-such-provision", f"{source.cite_as} has {provision} but not {whole} above it.", provision
        has_parts = any(parent(other) == provision for other in known)
        if has_parts or f"{source.cite_as} {provision}" in cited:
            continue
        if not any(one in source.left_out for one in (provision, *above(provision))):
            yield "not-covered", f"No row cites {source.cite_as} {provision}, and it is not in left_out.", provision


def _unused(catalogue: Catalogue) -> Iterator[_Found]:
    rows = catalogue.rows
    used: dict[str, tuple[Iterable[str], set[str]]] = {
        "role": (catalogue.roles, {role for row in rows for role in row.roles}),
        "tier": (catalogue.tiers, {row.tier for row in rows if row.tier}),
        "text": (catalogue.texts, {row.checked.text for row in rows}),
        "term": (catalogue.terms, _terms_used(catalogue)),
        "track": (catalogue.tracks, {track for row in rows if row.dates for track in row.dates.in_force_from}),
        "section": ([section.id for section in catalogue.sections], {row.section for row in rows}),
        "event": (
            catalogue.events,
            {name for row in rows if row.clock for name in (row.clock.event, row.clock.subject)},
        ),
    }
    for noun, (named, taken) in used.items():
        for name in named:
            if name not in taken:
                yield f"unused-{noun}", f"No row uses the {noun} {name!r}.", name


def _terms_used(catalogue: Catalogue) -> set[str]:
    used = {name for one in _conditions(catalogue) for name in terms_named(one)}
    used |= {f"role_{role}" for role in catalogue.roles} & set(catalogue.terms)  # who has a role, beyond the fact roles
    ahead = list(used)
    while ahead:
        for name in terms_named(catalogue.terms[ahead.pop()].condition):
            if name not in used:
                used.add(name)
                ahead.append(name)
    return used


def _rows(catalogue: Catalogue) -> Iterator[_Found]:
    for row in catalogue.counted_rows:
        if row.dates is None and not catalogue.framework:
            yield "no-dates", f"The row {row.id} counts as a {row.kind} and does not say since when.", row.id
        if not row.evidence:
            yield "no-evidence", f"The row {row.id} counts as a {row.kind} and names no evidence.", row.id
    for title in _twice(f"{row.section}: {row.title}" for row in catalogue.rows):
        yield "double-title", f"Two rows of one section have the title {title!r}.", title


def _twice(values: Iterable[str]) -> Iterator[str]:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            yield value
        seen.add(value)
