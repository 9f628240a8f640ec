"""Keep up to date which rows were approved and then changed: after every act that may change what an approval saw, once
a night for what only time changes, and whenever `manage.py approvals_check` is run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Prefetch, Q, QuerySet
from django.dispatch import receiver
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext

from compliance.checklists.approved import SCHEMA, Difference, differences, document
from compliance.checklists.models import Checklist, ChecklistItem, Decision, ItemEvidence, Progress, Review
from compliance.determinations.models import FactSheet
from compliance.evidence.staleness import stale
from compliance.lib.canonical import dump, load, sha256
from compliance.outbox.actions import post
from compliance.people.language import speaking_to
from compliance.people.models import Membership
from compliance.systems.models import AISystem
from compliance.trail.actions import Act, acted, hold, write_all
from compliance.trail.models import TrailEntry
from compliance.trail.recorded import for_the_record

MACHINE = {"id": "probanda", "name": "Probanda", "role": "software"}
KEPT = ["stale_since", "stale_reasons"]
OPEN = (Progress.TO_DO, Progress.IN_PROGRESS)


def subject(item: ChecklistItem) -> bytes:
    """Return the document of what is decided on as it stands now, in canonical JSON."""
    return dump(_documents([_whole(ChecklistItem.objects.filter(pk=item.pk)).get()])[item.pk])


def subjects(items: Collection[ChecklistItem]) -> dict[UUID, bytes]:
    """Return the documents of several rows of one organisation, in a fixed number of queries."""
    found = list(_whole(ChecklistItem.objects.filter(pk__in=[one.pk for one in items])))
    return {pk: dump(one) for pk, one in _documents(found).items()}


def differences_of(item: ChecklistItem) -> list[Difference]:
    """Return how a row differs from what was approved last; nothing where nobody approved it."""
    one = _whole(ChecklistItem.objects.filter(pk=item.pk)).get()
    return _differences(one, _documents([one])[one.pk])


def recheck(organisation_id: UUID, which: Q = Q()) -> int:  # noqa: B008 - a Q is never changed
    """Compare the approved rows of an organisation among `which` with what is there now, mark those that changed and
    unmark those that no longer differ; returns how many marks were set or taken away.

    The rows of checklists whose place another took stay as they are. The owner of a row that is newly marked gets one
    mail for all rows of this call, which is put into the outbox in the same transaction.
    """
    with for_the_record(), transaction.atomic():
        hold(organisation_id)
        watched = Q(progress=Progress.DONE) | Q(stale_since__isnull=False)
        in_use = Q(checklist__undone_at=None) & ~Q(checklist__in=_replaced())
        found = ChecklistItem.objects.filter(watched, in_use, which, checklist__organisation_id=organisation_id)
        items = list(_whole(found))
        told = _documents(items)
        changed, fresh = [], []
        for item in items:
            was = item.stale_since, item.stale_reasons
            new = [] if item.progress in OPEN else [one.as_json() for one in _differences(item, told[item.pk])]
            item.stale_reasons = new
            item.stale_since = (item.stale_since or timezone.now()) if new else None
            if was != (item.stale_since, item.stale_reasons):
                changed.append(item)
                if was[0] is None:
                    fresh.append(item)
        ChecklistItem.objects.bulk_update(changed, KEPT, batch_size=100)
        _tell(organisation_id, fresh)
    return len(changed)


def recheck_all() -> int:
    """Recheck every organisation, checklist by checklist; returns how many marks were set or taken away."""
    found = Checklist.objects.order_by("organisation_id", "pk").values_list("organisation_id", "pk")
    return sum(recheck(organisation_id, Q(checklist=pk)) for organisation_id, pk in found)


def altered() -> list[Review]:
    """Return the decisions whose document no longer has the digest that was recorded with it."""
    kept = Review.objects.exclude(subject="").select_related("item__checklist")
    return [one for one in kept.iterator(chunk_size=200) if sha256(one.subject.encode()) != one.subject_sha256]


def _replaced() -> QuerySet[Checklist]:
    return Checklist.objects.filter(moved_to__undone_at=None, moved_to__isnull=False)


def _whole(items: QuerySet[ChecklistItem]) -> QuerySet[ChecklistItem]:
    """Read rows with all that a document needs, in three queries."""
    attached = ItemEvidence.objects.select_related("version", "evidence__latest")
    approvals = Review.objects.filter(decision=Decision.ACCEPTED).order_by("-at")
    return items.select_related("checklist__system", "owner__user", "submitted_by__user").prefetch_related(
        Prefetch("attachments", attached), Prefetch("reviews", approvals)
    )


def _documents(items: Collection[ChecklistItem]) -> dict[UUID, dict[str, Any]]:
    """Return the documents of rows of one organisation, in a fixed number of queries."""
    if not items:
        return {}
    systems = {item.checklist.system_id for item in items}
    answers = dict(FactSheet.objects.filter(system__in=systems).values_list("system_id", "answers"))
    pieces = {one.evidence_id for item in items for one in item.attachments.all()}
    house = next(iter(items)).checklist.organisation_id
    moved_on = stale(house, pieces)
    return {item.pk: document(item, answers.get(item.checklist.system_id, {}), moved_on) for item in items}


def _differences(item: ChecklistItem, now: Mapping[str, Any]) -> list[Difference]:
    last = next(iter(item.reviews.all()), None)
    if last is None or not last.subject:  # what was decided on before documents were kept has none to compare with
        return []
    before = load(last.subject.encode())
    return differences(before, now) if before.get("schema") == SCHEMA else []


def _tell(organisation_id: UUID, fresh: Collection[ChecklistItem]) -> None:
    """Write the newly marked rows into the trail, and a mail to their owners into the outbox."""
    by_system: dict[UUID, list[ChecklistItem]] = defaultdict(list)
    by_owner: dict[Membership, list[ChecklistItem]] = defaultdict(list)
    for item in fresh:
        by_system[item.checklist.system_id].append(item)
        owner = item.owner or item.submitted_by
        if owner is not None and owner.is_active and owner.user.is_active:
            by_owner[owner].append(item)
    for system_id, items in by_system.items():
        acts = [Act("item.stale", item.subject, _act(item)) for item in items]
        write_all(organisation_id=organisation_id, actor=MACHINE, acts=acts, system_id=system_id)
    for owner, items in by_owner.items():
        _mail(owner, items)


def _act(item: ChecklistItem) -> dict[str, Any]:
    sentences = [one["sentence"] for one in item.stale_reasons]
    return {"checklist": str(item.checklist_id), "why": " ".join(sentences), "parts": _parts(item)}


def _parts(item: ChecklistItem) -> list[str]:
    return sorted({one["part"] for one in item.stale_reasons})


def _mail(owner: Membership, items: Iterable[ChecklistItem]) -> None:
    slug = Membership.objects.select_related("organisation").get(pk=owner.pk).organisation.slug
    with speaking_to(owner.user):
        rows = [
            {
                "label": f"{item.row_id}, {item.checklist}",
                "why": [one["sentence"] for one in item.stale_reasons],
                "url": settings.BASE_URL + reverse("checklists_item", kwargs={"org": slug, "pk": item.pk}),
            }
            for item in items
        ]
        subject = ngettext("{count} approved row changed", "{count} approved rows changed", len(rows))
        subject = subject.format(count=len(rows))
        text = render_to_string("checklists/mail_stale.txt", {"name": owner.name, "rows": rows})
    post(to=owner, subject=subject, text=text)


def _of_system(entry: TrailEntry) -> Q:
    return Q(checklist__system_id=entry.system_id)


def _of_namesakes(entry: TrailEntry) -> Q:
    """A newer version of a system may be registered as a system of its own, under the same name."""
    names = AISystem.objects.filter(pk__in=[entry.system_id] if entry.system_id else []).values("name")
    return Q(checklist__system__name__in=names)


def _of_checklist(entry: TrailEntry) -> Q:
    return Q(checklist_id=entry.subject_id)


def _of_piece(entry: TrailEntry) -> Q:
    return Q(attachments__evidence_id=entry.subject_id)


WATCHED: dict[str, Callable[[TrailEntry], Q]] = {
    "system.changed": _of_system,
    "system.registered": _of_namesakes,
    "facts.answered": _of_system,
    "checklist.determined": _of_checklist,
    "evidence.version_added": _of_piece,
    "evidence.withdrawn": _of_piece,
    "evidence.restored": _of_piece,
    "bias.uploaded": _of_system,
}
"""The acts after which an approval may no longer hold, and which rows they may concern."""


@receiver(acted)
def after_an_act(entries: Iterable[TrailEntry], **_kwargs: Any) -> None:
    """Recheck what an act may have changed, within its own transaction."""
    for entry in entries:
        if entry.verb in WATCHED:
            recheck(entry.organisation_id, WATCHED[entry.verb](entry))
