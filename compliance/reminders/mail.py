"""The mail of the day: titles, days and links, and nothing that stands on the pages behind them."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import ngettext

from compliance.reminders.models import Digest
from compliance.reminders.queries import Group


def message(digest: Digest, groups: Sequence[Group]) -> EmailMessage:
    """Return the mail; its Message-ID is that of the person and day, so a mail that is sent again is the same one."""
    by = digest.membership
    number = sum(group.count for group in groups)
    subject = ngettext("{number} reminder, {organisation}", "{number} reminders, {organisation}", number)
    subject = " ".join(subject.format(number=number, organisation=by.organisation.name).split())
    wishes = reverse("reminders_wishes", kwargs={"org": by.organisation.slug})
    told = {"name": by.name, "groups": groups, "base": settings.BASE_URL, "wishes": settings.BASE_URL + wishes}
    text = render_to_string("reminders/mail.txt", {**told, "organisation": by.organisation.name})
    headers = {"Message-ID": f"<reminders.{digest.pk.hex}@{urlsplit(settings.BASE_URL).hostname}>"}
    return EmailMessage(subject, text, None, [by.user.email], headers=headers)
