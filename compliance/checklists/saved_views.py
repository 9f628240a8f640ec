"""Views of the checklist page that are kept under a name: saved, shared, removed."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from compliance.checklists.models import SavedView
from compliance.lib.problems import Forbidden, Problem, Refused
from compliance.people.models import Membership, Role
from compliance.people.rules import check_can
from compliance.trail.actions import write

MOST = 50  # views of one member
BROUGHT_BACK = timedelta(days=30)  # how long a removed one is kept
OF_A_LAW = ("role", "tier", "kind")  # filters whose values differ from law to law


def saved_views(by: Membership, law: str | None = None) -> QuerySet[SavedView]:
    """Return the member's own views and those that others share, by name; of one law when it is given.

    A guest sees and shares none but their own.
    """
    mine = Q(owner=by) if by.is_guest else Q(owner=by) | Q(shared=True)
    found = SavedView.objects.filter(mine, organisation_id=by.organisation_id, removed_at=None)
    if law is not None:
        found = found.filter(law__in=["", law])
    return found.select_related("owner__user").order_by("name", "pk")


def removed_views(by: Membership) -> QuerySet[SavedView]:
    """Return the member's own views that were removed in the last 30 days, the last one first."""
    since = timezone.now() - BROUGHT_BACK
    return (
        SavedView.objects.filter(owner=by, removed_at__gte=since).select_related("owner__user").order_by("-removed_at")
    )


@transaction.atomic
def save_view(*, by: Membership, name: str, law: str, query: str, shared: bool = False) -> SavedView:
    """Keep filters under a name; a name that the member has used already takes the new filters."""
    check_can(by, "view")
    shared = shared and not by.is_guest
    name = " ".join(name.split())[:60]
    if not name:
        raise Refused(Problem("view-unnamed", _("Give the view a name."), column="name"))
    if not query:
        sentence = _("No filter is chosen, so there is nothing to keep.")
        raise Refused(Problem("view-empty", sentence, _("Choose a filter on the checklist's page first.")))
    mine = SavedView.objects.filter(owner=by, removed_at=None)
    if not mine.filter(name=name).exists() and mine.count() >= MOST:
        sentence = _("You keep {most} views already.").format(most=MOST)
        raise Refused(Problem("too-many-views", sentence, _("Remove one that you no longer use.")))
    of_law = law if set(QueryDict(query)) & set(OF_A_LAW) else ""
    given = {"organisation": by.organisation, "law": of_law, "query": query, "shared": shared, "removed_at": None}
    view, _made = SavedView.objects.update_or_create(owner=by, name=name, defaults=given)
    if shared:
        _record(by, view, "view.shared")
    return view


@transaction.atomic
def remove_view(*, by: Membership, view: SavedView) -> None:
    """Remove a view: one's own; an administrator also one that others share. Its owner may bring it back."""
    if view.owner_id != by.pk and by.role != Role.ADMINISTRATOR:
        sentence = _("Only {name}, who saved this view, or an administrator removes it.").format(name=view.owner.name)
        raise Forbidden(Problem("others-view", sentence))
    if view.shared:
        _record(by, view, "view.removed")
    view.removed_at = timezone.now()
    view.save(update_fields=["removed_at"])


@transaction.atomic
def restore_view(*, by: Membership, view: SavedView) -> None:
    """Undo that a view was removed."""
    check_can(by, "view")
    view = removed_views(by).select_for_update(of=("self",)).get(pk=view.pk)
    if SavedView.objects.filter(owner=by, removed_at=None).count() >= MOST:
        sentence = _("You keep {most} views already.").format(most=MOST)
        raise Refused(Problem("too-many-views", sentence, _("Remove one that you no longer use.")))
    view.removed_at = None
    view.save(update_fields=["removed_at"])
    if view.shared:
        _record(by, view, "view.restored")


def _record(by: Membership, view: SavedView, verb: str) -> None:
    write(
        organisation_id=by.organisation_id, actor=by.actor, verb=verb, subject=view.subject, data={"query": view.query}
    )
