"""The page that waits: a part that htmx fetches again and again, and a whole page without JavaScript."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from audits.work.models import Work
from audits.work.queue import ahead, at_once


def progress_response(request: HttpRequest, work: Work) -> HttpResponse:
    """Return how far `work` is; once it is over, htmx is told to load the whole page anew."""
    response = render(request, "work/_progress.html", {"work": work, **waiting(work)})
    if work.is_over:
        response["HX-Refresh"] = "true"
    return response


def waiting(work: Work) -> dict[str, Any]:
    """Return what `work/_progress.html` shows besides the row: how many are ahead, and how many run at once."""
    return {"ahead": ahead(work), "at_once": at_once()}


def sent(request: HttpRequest) -> tuple[Any, Any]:
    """Return what a form is bound to: the data and files of a POST, even an empty one, or nothing."""
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)
