"""The page that waits: a part that htmx fetches again and again, and a whole page without JavaScript."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from audits.work.models import Work


def progress_response(request: HttpRequest, work: Work) -> HttpResponse:
    """Return how far `work` is; once it is over, htmx is told to load the whole page anew."""
    response = render(request, "work/_progress.html", {"work": work})
    if work.is_over:
        response["HX-Refresh"] = "true"
    return response


def sent(request: HttpRequest) -> tuple[Any, Any]:
    """Return what a form is bound to: the data and files of a POST, even an empty one, or nothing."""
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)
