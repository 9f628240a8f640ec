"""Who did what when, as sentences and as files; and whether the chain still holds."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from compliance import guards
from compliance.lib.canonical import dump
from compliance.people.models import Membership
from compliance.people.queries import members
from compliance.systems.queries import systems
from compliance.trail import actions, exported, presenters, queries
from compliance.trail.forms import TrailFilter
from compliance.trail.models import TrailEntry
from compliance.trail.presenters import Told
from compliance.web import exports
from compliance.web.member import member_page

A_PAGE = 50
MOST_BREAKS = 100
AT_ONCE = 500
FORMS = ("csv", "xlsx", "jsonl")


@member_page("view")
def trail_list(request: HttpRequest, by: Membership) -> HttpResponse:
    """The entries, newest first; `before` in the address is the place where the next older page begins."""
    filters = _filters(request, by)
    found = filters.narrow(queries.entries(by.organisation_id), by.organisation_id)
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < 19:
        found = found.filter(seq__lt=int(before))
    rows = list(found.order_by("-seq")[: A_PAGE + 1])
    told = {
        "filters": filters,
        "chosen": filters.chosen(),
        "told": presenters.told(rows[:A_PAGE], by.organisation.slug),
        "older": rows[A_PAGE - 1].seq if len(rows) > A_PAGE else None,
        "before": before,
        "forms": FORMS,
    }
    return render(request, "trail/list.html", told)


@member_page("view")
def trail_export(request: HttpRequest, by: Membership, form: str) -> HttpResponseBase:
    """What the filters show, oldest first, as a file; that it was taken is an entry of its own."""
    filters = _filters(request, by)
    with transaction.atomic():
        head = queries.head(by.organisation_id)
        found = queries.entries(by.organisation_id).filter(seq__lte=head[0])
        found = filters.narrow(found, by.organisation_id)
        data = {"format": form, "entries": found.count(), "filters": dump(filters.chosen()).decode()}
        actions.write(
            organisation_id=by.organisation_id,
            actor=by.actor,
            verb="trail.exported",
            subject={"type": "organisation", "id": str(by.organisation_id), "label": by.organisation.name},
            data=data,
        )
    name = f"trail-{by.organisation.slug}-{head[0]}"
    if form == "jsonl":
        first = exported.header(str(by.organisation_id), head, filters.chosen())
        return exports.as_json_lines(name, _lines(first, found))
    rows = (_row(one) for one in _told(found))
    return {"csv": exports.as_csv, "xlsx": exports.as_xlsx}[form](name, _head(), rows)


@member_page("view")
def trail_check(request: HttpRequest, by: Membership) -> HttpResponse:
    """Read the whole chain of the organisation now, and name every entry that is not as it was written."""
    seq, sha256 = queries.head(by.organisation_id)
    breaks = list(queries.breaks(by.organisation_id))
    told = {
        "seq": seq,
        "sha256": sha256,
        "breaks": breaks[:MOST_BREAKS],
        "more": len(breaks) - MOST_BREAKS,
        "unguarded": guards.missing(),
    }
    return render(request, "trail/check.html", told)


def _filters(request: HttpRequest, by: Membership) -> TrailFilter:
    entries = queries.entries(by.organisation_id).order_by()
    people = {str(one.user_id): one.name for one in members(by)}
    people |= dict(entries.exclude(actor_id__in=people).values_list("actor_id", "actor_name").distinct())
    return TrailFilter(
        request.GET,
        systems=[(str(system.pk), system) for system in systems(by)],
        people=sorted(people.items(), key=lambda one: one[1]),
        verbs=entries.values_list("verb", flat=True).distinct(),
        kinds=entries.values_list("subject_type", flat=True).distinct(),
    )


def _told(found: QuerySet[TrailEntry]) -> Iterator[Told]:
    """Tell all entries of a list, reading some at a time."""
    rows = found.order_by("seq").iterator(chunk_size=AT_ONCE)
    while some := list(islice(rows, AT_ONCE)):
        yield from presenters.told(some)


def _lines(first: dict[str, Any], found: QuerySet[TrailEntry]) -> Iterator[bytes]:
    yield dump(first)
    for one in _told(found):
        yield dump({"sha256": one.entry.sha256, "body": queries.body_of(one.entry), "personal": one.personal})


def _head() -> list[str]:
    return [
        *("Entry", "When (UTC)", "Who", "From", "Act", "About", "What", "Before", "After"),
        *("SHA-256", "Continues"),
    ]


def _row(one: Told) -> list[Any]:
    entry = one.entry
    before = "\n".join(f"{name}: {old}" for name, old, _new in one.changes)
    after = "\n".join(f"{name}: {new}" for name, _old, new in one.changes)
    moment = entry.at.strftime("%Y-%m-%d %H:%M:%S")
    return [
        *(entry.seq, moment, one.actor, one.origin, entry.verb, one.subject, one.sentence, before, after),
        *(entry.sha256, entry.prev),
    ]
