"""An answer that was typed but not saved, while its writer attaches evidence on the same page: it is not lost.

The page's script sends the typed fields along under `answer-`; they wait in the session until the answer is saved.
"""

from __future__ import annotations

from django.http import HttpRequest

from compliance.checklists.forms import AnswerForm
from compliance.checklists.models import ChecklistItem
from compliance.people.models import Membership

PREFIX, KEY, MOST = "answer-", "answers", 20
Draft = dict[str, str]


def typed(request: HttpRequest) -> Draft | None:
    """Return the fields of the answer that came along with another form, or None."""
    found = {name: request.POST.get(PREFIX + name, "") for name in AnswerForm.base_fields}
    return found if PREFIX + "revision" in request.POST else None


def keep(request: HttpRequest, by: Membership, item: ChecklistItem) -> None:
    """Keep what came along, where it differs from what is saved; `item` is as it stood before the act.

    The act itself raised the row's revision. A draft on what the row said until then goes on from there; a draft on
    something older stays as old, so that saving it still tells that somebody else was quicker.
    """
    draft = typed(request)
    if draft is None:
        return
    if not set(AnswerForm(draft, by=by, item=item).changed_data) - {"revision"}:
        drop(request, item)
        return
    if draft["revision"] == str(item.revision):
        draft["revision"] = str(ChecklistItem.objects.values_list("revision", flat=True).get(pk=item.pk))
    others = {pk: kept for pk, kept in request.session.get(KEY, {}).items() if pk != str(item.pk)}
    request.session[KEY] = dict([*others.items(), (str(item.pk), draft)][-MOST:])


def waiting(request: HttpRequest, item: ChecklistItem) -> Draft | None:
    """Return the draft of a row: what came along just now, or what the session keeps."""
    kept: Draft | None = request.session.get(KEY, {}).get(str(item.pk))
    return typed(request) or kept


def drop(request: HttpRequest, item: ChecklistItem) -> None:
    """Forget the draft of a row: it was saved, or its writer wants it no more."""
    kept = request.session.get(KEY, {})
    if str(item.pk) in kept:
        request.session[KEY] = {pk: draft for pk, draft in kept.items() if pk != str(item.pk)}
