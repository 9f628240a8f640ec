"""Say something about a row from its page."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from compliance.checklists import drafts
from compliance.checklists.queries import items
from compliance.discussion import actions
from compliance.discussion.forms import RemarkForm
from compliance.lib.problems import Refused
from compliance.people.models import Membership
from compliance.web.forms import take_in
from compliance.web.member import find, member_page


@member_page("view")
def discussion_say(request: HttpRequest, by: Membership, item: UUID) -> HttpResponse:
    """Keep a remark, and lead back to the row."""
    row = find(items(by), item)
    back = reverse("checklists_item", kwargs={"org": by.organisation.slug, "pk": row.pk}) + "#discussion"
    if request.method != "POST":
        return redirect(back)
    form = RemarkForm(request.POST)
    if form.is_valid():
        try:
            _remark, nobody = actions.say(by=by, item=row, text=form.cleaned_data["text"].replace("\r\n", "\n"))
        except Refused as refused:
            take_in(form, refused)
        else:
            if row.checklist.undone_at is None:
                drafts.keep(request, by, row)
            if nobody:
                told = _("Nobody here is called {names}, so nobody was told of it.")
                messages.warning(request, told.format(names=", ".join(f"“{name}”" for name in nobody)))
            return redirect(back)
    told_back = {"form": form, "item": row, "row": row.checklist.catalogue.row(row.row_id), "cancel": back}
    return render(request, "discussion/say.html", told_back, status=400)
