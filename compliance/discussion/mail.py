"""The mail to those whom a remark names. It says where, and not what: mail leaves the house."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from compliance.checklists.models import ChecklistItem
from compliance.outbox.actions import post
from compliance.people.language import speaking_to
from compliance.people.models import Membership


def tell(*, by: Membership, item: ChecklistItem, members: Iterable[Membership]) -> None:
    """Put a mail to each of these members, that they were named, into the outbox."""
    path = reverse("checklists_item", kwargs={"org": by.organisation.slug, "pk": item.pk})
    for one in members:
        told = {"by": by, "member": one, "item": item, "link": f"{settings.BASE_URL}{path}#discussion"}
        with speaking_to(one.user):
            subject = _("{name} named you in the discussion of {row}").format(name=by.name, row=item.row_id)
            text = render_to_string("discussion/mail_named.txt", told)
        post(to=one, subject=subject, text=text)
