"""An act that is not final offers its undoing in the sentence that says it was done.

The button is a form that posts to the address of another act, which has rules and a trail of its own: nothing is
undone beside them. The offer is read from the message and lives as long as it.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest
from django.urls import reverse

from compliance.people.models import Membership

MARK = "undo:"


def offer(request: HttpRequest, sentence: str, by: Membership, page: str, query: str = "", **things: Any) -> None:
    """Say that something was done, with a button that undoes it at a page of the member's organisation."""
    url = reverse(page, kwargs={"org": by.organisation.slug, **things})
    messages.success(request, sentence, extra_tags=f"{MARK}{url}{query}")


def address(message: Message) -> str:
    """Return where the act of a message is undone, or nothing.

    >>> address(Message(25, "Gone.", extra_tags="undo:/o/a/back/")), address(Message(25, "Kept."))
    ('/o/a/back/', '')
    """
    tags = message.extra_tags or ""
    return tags.removeprefix(MARK) if tags.startswith(MARK) else ""
