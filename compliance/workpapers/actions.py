"""Prepare a workpaper, write a new version of it, review it."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from compliance.checklists.models import ChecklistItem
from compliance.checklists.queries import items
from compliance.lib.canonical import digest
from compliance.people.models import Membership
from compliance.trail.actions import hold, write
from compliance.workpapers import queries, rules
from compliance.workpapers.models import Workpaper, WorkpaperVersion

WORDS = ("title", "population", "sample", "procedure", "result")


@transaction.atomic
def prepare(*, by: Membership, item: ChecklistItem, **words: str) -> WorkpaperVersion:
    """Write the first version of a new workpaper of a row. `words` are those of :data:`WORDS`."""
    hold(by.organisation_id)
    item = items(by).get(pk=item.pk)
    rules.check_prepare(by=by, item=item)
    rules.check_words(words)
    last = Workpaper.objects.filter(item=item).aggregate(last=Max("number"))["last"] or 0
    return _write(by, Workpaper.objects.create(item=item, number=last + 1), 1, words)


@transaction.atomic
def revise(*, by: Membership, paper: Workpaper, seen: int, **words: str) -> WorkpaperVersion:
    """Write a new version. `seen` is the number of the one that was read; to say the same again is no version."""
    paper, newest = _locked(by, paper)
    rules.check_prepare(by=by, item=paper.item)
    rules.check_words(words)
    rules.check_newest(paper, newest, seen)
    if all(getattr(newest, name) == words[name].strip() for name in WORDS):
        return newest
    return _write(by, paper, newest.number + 1, words)


@transaction.atomic
def review(*, by: Membership, paper: Workpaper, seen: int, remark: str = "") -> WorkpaperVersion:
    """Stand behind the newest version, with a remark where there is one. `seen` is the number of what was read."""
    paper, newest = _locked(by, paper)
    rules.check_newest(paper, newest, seen)
    rules.check_review(by=by, paper=paper, version=newest)
    newest.reviewed_by, newest.reviewed_at, newest.remark = by, timezone.now(), remark.strip()
    newest.save(update_fields=["reviewed_by", "reviewed_at", "remark"])
    _record(by, newest, "workpaper.reviewed", remark=newest.remark)
    return newest


def _locked(by: Membership, paper: Workpaper) -> tuple[Workpaper, WorkpaperVersion]:
    """Return the workpaper and its newest version; nothing else of the organisation is kept meanwhile."""
    hold(by.organisation_id)
    paper = queries.workpapers(by).get(pk=paper.pk)
    return paper, paper.versions.all()[0]


def _write(by: Membership, paper: Workpaper, number: int, words: dict[str, str]) -> WorkpaperVersion:
    said = {name: words[name].strip() for name in WORDS}
    at = timezone.now()
    version = WorkpaperVersion.objects.create(
        workpaper=paper,
        number=number,
        prepared_by=by,
        prepared_at=at,
        sha256=digest(
            {
                "schema": "probanda/workpaper/1",
                "row": paper.item.row_id,
                "workpaper": paper.number,
                "version": number,
                "prepared_by": by.actor,
                "prepared_at": at.isoformat(),
                **said,
            }
        ),
        **said,
    )
    _record(by, version, "workpaper.prepared", **said)
    return version


def _record(by: Membership, version: WorkpaperVersion, verb: str, **data: Any) -> None:
    paper = version.workpaper
    write(
        organisation_id=by.organisation_id,
        actor=by.actor,
        verb=verb,
        subject=paper.item.subject,
        system_id=paper.item.checklist.system_id,
        data={
            "workpaper": str(paper),
            "version": version.number,
            "sha256": version.sha256,
            "short": version.sha256[:12],
            **data,
        },
    )
