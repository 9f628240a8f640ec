"""The catalogue's own test: what loading alone cannot see, because it takes the whole file or all files at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from compliance.catalogue.conditions import Condition, Fact, facts_named, terms_named
from compliance.catalogue.fitting import conditions
from compliance.catalogue.loader import DATA, facts, laws, load
from compliance.catalogue.schema import Catalogue, Source
from compliance.lib.problems import Problem, Refused


def check_all(folder: Path = DATA) -> tuple[Problem, ...]:
    """Load every law in every version and return every problem found in all of them; empty when all is well.

    Of a version that says `draft`, what its missing rows would cite and use is not asked for yet.
    """
    problems: list[Problem] = []
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
        if role not in values and f"role_{role}" not in catalogue.terms:
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
        above = parent(provision)
        if above is not None and above not in known:
            yield "no-such-provision", f"{source.cite_as} has {provision} but not {above} above it.", provision
        has_parts = any(parent(other) == provision for other in known)
        if has_parts or f"{source.cite_as} {provision}" in cited:
            continue
        if not any(one in source.left_out for one in (provision, *_above(provision))):
            yield "not-covered", f"No row cites {source.cite_as} {provision}, and it is not in left_out.", provision


def _above(provision: str) -> Iterator[str]:
    """Yield the provisions that `provision` is a part of, the nearest first."""
    above = parent(provision)
    while above is not None:
        yield above
        above = parent(above)


def parent(provision: str) -> str | None:
    """Return the provision that `provision` is a part of, None for a whole section, article or annex.

    >>> parent("§ 5-301(b)(3)(i)"), parent('§ 5-300 "Screen"'), parent("§ 5-302 Example 2"), parent("§ 5-300")
    ('§ 5-301(b)(3)', '§ 5-300', '§ 5-302', None)
    >>> parent("Art 6(3), 2nd subpara, (a)"), parent("Art 6(3), 2nd subpara"), parent("Art 6(1a)"), parent("Art 60a")
    ('Art 6(3), 2nd subpara', 'Art 6(3)', 'Art 6', None)
    >>> parent("Annex IV point 2(g)"), parent("Annex VII point 4.3"), parent("Annex VIII Section B point 7")
    ('Annex IV point 2', 'Annex VII point 4', 'Annex VIII Section B')
    """
    text = provision.rstrip()
    if text.endswith(")") and not text.split("(")[0].endswith(" Example "):
        return text[: text.rindex("(")].rstrip(" ,").removesuffix(" point") or None
    for mark in (' "', " Example"):
        if mark in text:
            return text[: text.index(mark)]
    whole, _, number = text.rpartition(" point ")
    if whole:
        return text[: text.rindex(".")] if "." in number else whole
    for mark in (", ", " Section "):
        if mark in text:
            return text[: text.rindex(mark)]
    return None


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
        if row.dates is None:
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
