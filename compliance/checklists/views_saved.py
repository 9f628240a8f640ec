"""Views that are kept under a name: keep the filters of a page, see all views, remove one."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from compliance.checklists import queries, saved_views
from compliance.checklists.filters import RowFilter
from compliance.checklists.forms import ViewForm
from compliance.lib.problems import Refused
from compliance.people.models import Membership, Role
from compliance.people.queries import members
from compliance.web import undo
from compliance.web.forms import take_in
from compliance.web.member import find, member_page


@member_page("view")
def checklists_view_new(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Keep the filters that stand in the address under a name."""
    checklist = find(queries.checklists(by), pk)
    every = ["applies"] if checklist.determination_id else []
    filters = RowFilter(request.GET, by=by, people=members(by), law=checklist.catalogue, bindings=every, again=True)
    form = ViewForm(request.POST if request.method == "POST" else None)
    back = reverse("checklists_detail", kwargs={"org": by.organisation.slug, "pk": checklist.pk})
    if request.method == "POST" and form.is_valid():
        try:
            view = saved_views.save_view(by=by, law=checklist.law, query=filters.query, **form.cleaned_data)
        except Refused as refused:
            take_in(form, refused)
        else:
            messages.success(request, _("The view “{name}” is kept.").format(name=view.name))
            return redirect(f"{back}?{view.query}")
    told = {"checklist": checklist, "form": form, "filters": filters, "cancel": f"{back}?{filters.query}"}
    return render(request, "checklists/view_new.html", told, status=400 if form.errors else 200)


@member_page("view")
def checklists_views(request: HttpRequest, by: Membership) -> HttpResponse:
    """All views that the member can use."""
    administers = by.role == Role.ADMINISTRATOR
    views = [(one, administers or one.owner_id == by.pk) for one in saved_views.saved_views(by)]
    told = {"views": views, "removed": saved_views.removed_views(by)}
    return render(request, "checklists/views.html", told)


@member_page("view")
def checklists_view_remove(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Forget a view."""
    view = find(saved_views.saved_views(by), pk)
    if request.method == "POST":
        saved_views.remove_view(by=by, view=view)
        told = _("The view “{name}” is removed.").format(name=view.name)
        if view.owner_id == by.pk:
            undo.offer(request, told, by, "checklists_view_restore", pk=view.pk)
        else:
            messages.success(request, told)
    return redirect(reverse("checklists_views", kwargs={"org": by.organisation.slug}))


@member_page("view")
def checklists_view_restore(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Bring a removed view back."""
    view = find(saved_views.removed_views(by), pk)
    if request.method == "POST":
        saved_views.restore_view(by=by, view=view)
        messages.success(request, _("The view “{name}” is there again.").format(name=view.name))
    return redirect(reverse("checklists_views", kwargs={"org": by.organisation.slug}))
