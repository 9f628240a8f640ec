"""Every law and framework that the organisation may read: the list, one text, all rows at once, and one row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localdate
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from compliance.catalogue import oscal
from compliance.catalogue.clauses import clock_in_words, told_condition
from compliance.catalogue.exposure import exposure
from compliance.catalogue.loader import facts
from compliance.catalogue.schema import Catalogue
from compliance.checklists.filters import KINDS
from compliance.frameworks import catalogues
from compliance.laws import queries, telling
from compliance.laws.filters import COMPUTED, STATES, LawFilter
from compliance.laws.index import Entry, entries, grouped, search
from compliance.lib.problems import Refused
from compliance.people.models import Membership
from compliance.systems.models import AISystem
from compliance.systems.queries import systems
from compliance.web.member import member_page


@member_page("view")
def laws_list(request: HttpRequest, by: Membership) -> HttpResponse:
    """All laws and frameworks in all their texts."""
    texts = queries.texts(by)
    by_law: dict[str, list[Catalogue]] = {}
    for one in texts:
        by_law.setdefault(one.law, []).append(one)
    found = [(some[-1], [_counted(one) for one in reversed(some)]) for some in by_law.values()]
    told = {
        "laws": [one for one in found if not one[0].framework],
        "frameworks": [one for one in found if one[0].framework],
    }
    return render(request, "laws/list.html", told)


def _counted(text: Catalogue) -> dict[str, Any]:
    kinds: Counter[str] = Counter(row.kind for row in text.rows)
    seen = [one for one in text.texts.values() if one.read_on]
    return {
        "text": text,
        "kinds": [(KINDS[kind], kinds[kind]) for kind in KINDS if kinds[kind]],
        "rows": len(text.rows),
        "bind": len(text.counted_rows),
        "read_on": max((one.read_on for one in seen if one.read_on), default=None),
    }


@member_page("view")
def laws_detail(request: HttpRequest, by: Membership, law: str, version: str) -> HttpResponse:
    """One text of a law: when it is in force, its sources, what it was read against, its sections."""
    text = _text(by, law, version)
    sections = [(section, len(text.rows_in(section.id)), text.rows_in(section.id)[:1]) for section in text.sections]
    told = {
        "text": text,
        "versions": queries.versions(by, law),
        "counted": _counted(text),
        "in_force": sorted(text.in_force.items(), key=lambda one: one[1]),
        "sections": sections,
        "today": localdate(),
    }
    return render(request, "laws/detail.html", told)


@member_page("view")
def laws_diff(request: HttpRequest, by: Membership, law: str) -> HttpResponse:
    """Lead to what differs between two texts, chosen in a form or, without a choice, the two newest."""
    versions = [one.text_version for one in queries.versions(by, law)]
    if not versions:
        raise Http404(_("There is no such law."))
    before, after = request.GET.get("before"), request.GET.get("after")
    if before not in versions or after not in versions:
        before, after = versions[-2:] if len(versions) > 1 else (versions[0], versions[0])
    return redirect("laws_changes", org=by.organisation.slug, law=law, before=before, after=after)


@member_page("view")
def laws_oscal(request: HttpRequest, by: Membership, law: str, version: str) -> HttpResponse:
    """One text as an OSCAL catalog, the same bytes each time."""
    text = _text(by, law, version)
    headers = {"Content-Disposition": f'attachment; filename="{law}-{version}-oscal.json"'}
    data = oscal.dump(oscal.catalog(text, catalogues.document(law, version)))
    return HttpResponse(data, content_type="application/json", headers=headers)


@member_page("view")
def laws_browse(request: HttpRequest, by: Membership) -> HttpResponse:
    """Search and filter the rows of all laws at once."""
    texts, today = queries.texts(by), localdate()
    own = {str(one.pk): one for one in systems(by)}
    filters = LawFilter(request.GET, texts=texts, systems=[(pk, str(one)) for pk, one in own.items()], today=today)
    chosen = filters.chosen()
    system: AISystem | None = own.get(chosen["system"])
    states = queries.states_of(by, system, texts, today) if system else {}
    ranked = search((entry for text in texts for entry in entries(text)), chosen["q"])
    found = filters.narrow(ranked, states)
    language = get_language() or ""
    cell = _cells(system is not None, states)
    groups = [
        (group, SafeString("\n".join(f"<tr>{_line(entry, language)}{cell(entry)}</tr>" for entry in some)))
        for group, some in grouped(found)
    ]
    told = {
        "filters": filters,
        "groups": groups,
        "shown": len(found.entries),
        "all": sum(len(text.rows) for text in texts),
        "system": system,
        "columns": 6 if system else 5,
    }
    return render(request, "laws/browse.html", told)


def _cells(asked: bool, states: dict[queries.RowKey, str]) -> Callable[[Entry], SafeString]:
    """Return how each row's state is shown; nothing where no system was asked for."""
    made = {state: format_html('<td class="state-{}">{}</td>', state, label) for state, label in STATES.items()}

    def cell(entry: Entry) -> SafeString:
        state = states.get((entry.law, entry.text_version, entry.row.id), "unasked")
        return made[state] if asked else SafeString()

    return cell


@lru_cache(maxsize=8192)
def _line(entry: Entry, language: str) -> SafeString:
    """A row as the table shows it to everybody: made once in a process, so that a thousand rows are quick.

    Its link is relative to the page of all rows, which is the same for every organisation.
    """
    href = "/".join(["..", entry.law, entry.text_version, "rows", quote(entry.row.id, safe=""), ""])
    told = {
        "row": entry.row,
        "href": href,
        "kind": KINDS.get(entry.row.kind, entry.row.kind),
        "computed": COMPUTED[entry.row.computed] if entry.row.computed != "none" else "",
        "roles": entry.roles,
        "first_day": entry.first_day,
        "days": len(set(entry.days)),
    }
    return render_to_string("laws/_line.html", told)


@member_page("view")
def laws_row(request: HttpRequest, by: Membership, law: str, version: str, row: str) -> HttpResponse:
    """One row of one text, with all that is known of it."""
    text, today = _text(by, law, version), localdate()
    if row not in text:
        raise Http404(_("There is no such row."))
    one = text.row(row)
    texts = queries.texts(by)
    versions = [other for other in texts if other.law == law]
    newest = {other.law: other for other in texts}
    place = text.rows.index(one)
    standings = queries.standings(by, text, row, today)
    told = {
        "text": text,
        "row": one,
        "section": next(section for section in text.sections if section.id == one.section),
        "kind": KINDS.get(one.kind, one.kind),
        "counts": one.kind in text.progress_kinds,
        "computed": COMPUTED[one.computed],
        "roles": [text.roles[role] for role in one.roles],
        "tier": text.tiers.get(one.tier or "", ""),
        "performed": [text.roles[role] for role in one.performed.by] if one.performed else [],
        "condition": told_condition(one.condition, text, facts()),
        "met_through": told_condition(one.met_through.condition, text, facts()) if one.met_through else None,
        "days": telling.days(one, text),
        "clock": clock_in_words(one, text),
        "subject": text.events[one.clock.subject] if one.clock else "",
        "exposure": exposure(one, text),
        "crosswalk": telling.crosswalk(one, text, newest),
        "clauses": telling.clauses_mapped(one),
        "seen": telling.seen(one, text),
        "history": telling.history(row, versions),
        "others": [other for other in versions if other is not text and row in other],
        "standings": [(standing, STATES.get(standing.state, "")) for standing in standings],
        "items": queries.items(by, text, row),
        "previous": text.rows[place - 1] if place else None,
        "next": text.rows[place + 1] if place + 1 < len(text.rows) else None,
        "today": today,
    }
    return render(request, "laws/row.html", told)


def _text(by: Membership, law: str, version: str) -> Catalogue:
    try:
        return queries.text(by, law, version)
    except Refused as refused:
        raise Http404(str(refused)) from None
