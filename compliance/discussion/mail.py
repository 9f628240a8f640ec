"""The mail to those whom a remark names. It says where, and not what: mail leaves the house."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from compliance.checklists.models import ChecklistItem
from compliance.people.language import speaking_to
from compliance.people.models import Membership

log = logging.getLogger("probanda.mail")


def tell(*, by: Membership, item: ChecklistItem, members: Iterable[Membership]) -> int:
    """Mail each of these members that they were named; returns how many mails went out."""
    path = reverse("checklists_item", kwargs={"org": by.organisation.slug, "pk": item.pk})
    mails = []
    for one in members:
        told = {"by": by, "member": one, "item": item, "link": f"{settings.BASE_URL}{path}#discussion"}
        with speaking_to(one.user):
            subject = _("{name} named you in the discussion of {row}").format(name=by.name, row=item.row_id)
            text = render_to_string("discussion/mail_named.txt", told)
        mails.append(EmailMessage(" ".join(subject.split()), text, None, [one.user.email]))
    try:
        return get_connection().send_messages(mails) or 0 if mails else 0
    except OSError as error:  # the mail server's errors are among these; what was said is kept all the same
        log.warning("Nobody could be told by mail of a remark on %s: %s", item.row_id, error)
        return 0
