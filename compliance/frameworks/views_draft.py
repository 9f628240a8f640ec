"""Write a framework in the browser: its head, sections and rows, then publish it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from compliance.catalogue.comparing import compare
from compliance.catalogue.document import Document, as_catalogue
from compliance.catalogue.drafting import Path, Spot, checked
from compliance.frameworks import actions, editing, queries
from compliance.frameworks.forms import HeadForm, PublishForm, RowForm, SectionForm
from compliance.frameworks.models import FrameworkVersion
from compliance.frameworks.views_changes import told as told_changes
from compliance.lib.problems import Refused
from compliance.people.models import Membership
from compliance.web.forms import take_in
from compliance.web.member import find, member_page


@member_page("edit_frameworks")
def frameworks_new(request: HttpRequest, by: Membership) -> HttpResponse:
    """Begin a framework without rows."""
    form = HeadForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def where(path: Path) -> Spot:
            return Spot(column=str(path[-1]) if path else None)

        try:
            document = checked({"framework": form.given()}, where)
            draft = actions.make(by=by, document=document)
        except Refused as refused:
            take_in(form, refused)
        else:
            messages.success(request, _("“{title}” is begun. Add a section first.").format(title=draft.framework))
            return redirect("frameworks_draft", org=by.organisation.slug, pk=draft.framework_id)
    told = {"form": form, "heading": _("Write a framework"), "submit": _("Begin the framework")}
    told["cancel"] = reverse("frameworks_list", kwargs={"org": by.organisation.slug})
    return render(request, "frameworks/part.html", told, status=400 if form.errors else 200)


@member_page("edit_frameworks")
def frameworks_begin(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Begin a draft from the newest version, and lead there."""
    framework = find(queries.frameworks(by), pk)
    if request.method != "POST":
        return redirect("frameworks_detail", org=by.organisation.slug, pk=pk)
    actions.begin(by=by, framework=framework)
    return redirect("frameworks_draft", org=by.organisation.slug, pk=pk)


@member_page("edit_frameworks")
def frameworks_draft(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """All of a draft on one page; a POST moves a section or row."""
    draft = _draft(by, pk)
    if draft is None:
        return redirect("frameworks_detail", org=by.organisation.slug, pk=pk)
    if request.method == "POST":
        return _moved(request, by, draft)
    document = draft.document
    sections = [(one, [row for row in document.rows if row.section == one.id]) for one in document.sections]
    told = {"draft": draft, "framework": draft.framework, "document": document, "sections": sections}
    return render(request, "frameworks/draft.html", told)


@member_page("edit_frameworks")
def frameworks_head(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Change what the framework is called."""
    draft = _draft(by, pk)
    if draft is None:
        return redirect("frameworks_detail", org=by.organisation.slug, pk=pk)
    head = draft.document.framework
    initial = {**head.model_dump(exclude={"more"}), "seen": editing.state(draft.document, "head")}
    form = HeadForm(request.POST or None, initial=initial)

    def act() -> None:
        change = editing.head(form.given(), form.cleaned_data["seen"])
        actions.change(by=by, draft=draft, change=change, told="its head", part=("framework", ""))

    return _edit(request, by, draft, form, act, _("What it is called"), lambda now: editing.state(now, "head"))


@member_page("edit_frameworks")
def frameworks_section_add(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Add a heading."""
    draft = _draft(by, pk)
    if draft is None:
        return redirect("frameworks_detail", org=by.organisation.slug, pk=pk)
    form = SectionForm(request.POST or None)

    def act() -> None:
        given = form.given()
        told = f"section {given['id']} added"
        actions.change(
            by=by, draft=draft, change=editing.add("sections", given), told=told, part=("sections", given["id"])
        )

    return _edit(request, by, draft, form, act, _("Add a section"))


@member_page("edit_frameworks")
def frameworks_section(request: HttpRequest, by: Membership, pk: UUID, id: str) -> HttpResponse:
    """Change or remove a heading."""
    draft = _draft(by, pk)
    section = next((one for one in draft.document.sections if one.id == id), None) if draft else None
    if draft is None or section is None:
        return _gone(request, by, pk, draft, id)
    seen = editing.state(draft.document, "sections", id)
    form = SectionForm(request.POST or None, initial={**SectionForm.initial_of(section), "seen": seen})

    def act() -> None:
        if "remove" in request.POST:
            change, told = editing.remove("sections", id, form.data["seen"]), "section {id} removed"
        else:
            change = editing.replace("sections", id, form.given(), form.cleaned_data["seen"])
            told = "section {id} changed"
        part = ("sections", form.data.get("id", id).strip())
        actions.change(by=by, draft=draft, change=change, told=told.format(id=id), part=part)

    return _edit(
        request, by, draft, form, act, section.title, lambda now: editing.state(now, "sections", id), removable=True
    )


@member_page("edit_frameworks")
def frameworks_row_add(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Add a question."""
    draft = _draft(by, pk)
    if draft is None:
        return redirect("frameworks_detail", org=by.organisation.slug, pk=pk)
    initial = {"section": request.GET.get("section"), "id": draft.document.framework.row_prefix}
    form = RowForm(request.POST or None, document=draft.document, initial=initial)

    def act() -> None:
        given = form.given()
        told = f"row {given['id']} added"
        change = editing.add("rows", given, form.ties())
        actions.change(by=by, draft=draft, change=change, told=told, part=("rows", given["id"]))

    return _edit(request, by, draft, form, act, _("Add a row"))


@member_page("edit_frameworks")
def frameworks_row(request: HttpRequest, by: Membership, pk: UUID, id: str) -> HttpResponse:
    """Change or remove a question."""
    draft = _draft(by, pk)
    row = draft.document.row(id) if draft else None
    if draft is None or row is None:
        return _gone(request, by, pk, draft, id)
    document = draft.document
    initial = {**RowForm.initial_of(row, document), "seen": editing.state(document, "rows", id)}
    form = RowForm(request.POST or None, document=document, initial=initial)

    def act() -> None:
        if "remove" in request.POST:
            change, told = editing.remove("rows", id, form.data["seen"]), "row {id} removed"
        else:
            change = editing.replace("rows", id, form.given(), form.cleaned_data["seen"], form.ties())
            told = "row {id} changed"
        part = ("rows", form.data.get("id", id).strip())
        actions.change(by=by, draft=draft, change=change, told=told.format(id=id), part=part)

    now = {"now": _in_words(document, id), "more": sorted(row.more)}
    return _edit(
        request, by, draft, form, act, row.title, lambda at: editing.state(at, "rows", id), removable=True, **now
    )


@member_page("edit_frameworks")
def frameworks_publish(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Show what would be published and how it differs from the version before; a POST publishes it."""
    draft = _draft(by, pk)
    if draft is None:
        return redirect("frameworks_detail", org=by.organisation.slug, pk=pk)
    form = PublishForm(request.POST or None, initial={"seen": draft.sha256})
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.publish(by=by, draft=draft, on=form.cleaned_data["on"], seen=form.cleaned_data["seen"])
        except Refused as refused:
            take_in(form, refused)
            if refused.code == "changed-meanwhile":
                form.data = _with(request, seen=draft.sha256)
        else:
            told = _("“{title}” is published as of {day}. Checklists can be opened from it.")
            messages.success(request, told.format(title=made.framework, day=made.text_version))
            return redirect("frameworks_detail", org=by.organisation.slug, pk=pk)
    newest = next(iter(queries.published_of(find(queries.frameworks(by), pk))), None)
    shown: dict[str, Any] = {"form": form, "draft": draft, "framework": draft.framework, "newest": newest}
    shown["document"] = draft.document
    if newest is not None and draft.document.rows:
        law, day = draft.framework.law, newest.text_version
        old, new = (as_catalogue(one.document, law, day) for one in (newest, draft))
        shown |= told_changes(compare(old, new))
    return render(request, "frameworks/publish.html", shown, status=400 if form.errors else 200)


@member_page("edit_frameworks")
def frameworks_discard(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Ask once more, then throw the draft away."""
    draft = _draft(by, pk)
    if draft is None:
        return redirect("frameworks_detail", org=by.organisation.slug, pk=pk)
    form = forms.Form(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        try:
            actions.discard(by=by, draft=draft, seen=request.POST.get("seen", ""))
        except Refused as refused:
            take_in(form, refused)
        else:
            messages.success(request, _("The draft of “{title}” is thrown away.").format(title=draft.framework.title))
            return redirect("frameworks_list", org=by.organisation.slug)
    told = {"form": form, "draft": draft, "framework": draft.framework}
    return render(request, "frameworks/discard.html", told, status=400 if form.errors else 200)


def _draft(by: Membership, pk: UUID) -> FrameworkVersion | None:
    """Return the draft of a framework; None where it has none now, 404 where there is no such framework."""
    find(queries.frameworks(by), pk)
    return queries.versions(by).filter(framework=pk, published_at=None).first()


def _edit(
    request: HttpRequest,
    by: Membership,
    draft: FrameworkVersion,
    form: forms.Form,
    act: Callable[[], None],
    heading: str,
    state: Callable[[Document], str] | None = None,
    **more: Any,
) -> HttpResponse:
    """Show the form of one part; a POST changes it. Where somebody was quicker, saving again replaces it knowingly."""
    overtaken = False
    if request.method == "POST" and ("remove" in request.POST or form.is_valid()):
        try:
            act()
        except Refused as refused:
            take_in(form, refused)
            overtaken = refused.code == "changed-meanwhile"
            if overtaken and state is not None:
                form.data = _with(request, seen=state(draft.document))
        else:
            messages.success(request, _("The draft is changed."))
            return redirect("frameworks_draft", org=by.organisation.slug, pk=draft.framework_id)
    told = {
        "form": form,
        "heading": heading,
        "submit": _("Save"),
        "cancel": reverse("frameworks_draft", kwargs={"org": by.organisation.slug, "pk": draft.framework_id}),
        "framework": draft.framework,
        "draft": draft,
        "overtaken": overtaken,
        **more,
    }
    return render(request, "frameworks/part.html", told, status=400 if form.errors else 200)


def _with(request: HttpRequest, **replaced: str) -> QueryDict:
    sent = request.POST.copy()
    for name, value in replaced.items():
        sent[name] = value
    return sent


def _moved(request: HttpRequest, by: Membership, draft: FrameworkVersion) -> HttpResponse:
    """Move what a button names: `up sections people`, `down rows HOUSE-1`."""
    direction, _space, rest = request.POST.get("move", "").partition(" ")
    table, _space, id = rest.partition(" ")
    if direction not in ("up", "down") or table not in ("sections", "rows"):
        raise Http404(_("There is no such page."))
    change = editing.move(table, id, -1 if direction == "up" else 1)
    try:
        actions.change(by=by, draft=draft, change=change, told=f"{id} moved")
    except Refused as refused:
        messages.error(request, str(refused.problems[0]))
    address = reverse("frameworks_draft", kwargs={"org": by.organisation.slug, "pk": draft.framework_id})
    return redirect(f"{address}#{'section-' if table == 'sections' else ''}{id}")


def _gone(request: HttpRequest, by: Membership, pk: UUID, draft: FrameworkVersion | None, id: str) -> HttpResponse:
    """Whoever follows an address to what is no longer in the draft is told so, with what they had typed."""
    if draft is None or request.method != "POST":
        raise Http404(_("There is no such page."))
    from compliance.web import errors

    told = {"framework": draft.framework, "id": id, "typed": errors.typed(request)}
    return render(request, "frameworks/gone.html", told, status=409)


def _in_words(document: Document, id: str) -> list[tuple[str, Any]]:
    """Return what a row says now, for whoever was overtaken."""
    row = document.row(id)
    if row is None:
        return []
    shown = RowForm.initial_of(row, document)
    labels = {name: field.label for name, field in RowForm.base_fields.items()}
    return [
        (str(labels[name]), ", ".join(value) if isinstance(value, tuple) else value)
        for name, value in shown.items()
        if name in labels and value
    ]
