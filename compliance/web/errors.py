"""Pages for what went wrong. They need no session and no database, so that they show when those fail."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import REASON_BAD_ORIGIN, REASON_BAD_REFERER
from django.template import loader

from compliance.lib.problems import Problem
from compliance.web import kept

MOST_KEPT = 20_000


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return HttpResponse(loader.render_to_string("400.html"), status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return HttpResponse(loader.render_to_string("403.html"), status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _is_of_api(request):
        return _problem(404, "not-found", "There is no such thing here.")
    return HttpResponse(loader.render_to_string("404.html"), status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    if _is_of_api(request):
        return _problem(500, "server-error", "Something went wrong here. The operator finds it in the log.")
    return HttpResponse(loader.render_to_string("500.html"), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that the page is too old to be sent, and give back what was typed.

    Nothing is sent again by itself: that the request was forged is just what this page stands against. Only where the
    browser says that it came from a page of ours is it kept to be sent again at a press; else it can be copied.
    """
    from_elsewhere = reason.startswith((REASON_BAD_ORIGIN.split("%")[0], REASON_BAD_REFERER.split("%")[0]))
    shown = [] if from_elsewhere else typed(request)
    is_ours = not from_elsewhere and request.headers.get("Origin", "null") != "null"  # it was compared already
    again = is_ours and "/accounts/" not in request.path and kept.keep(request)
    told = {"typed": shown, "from_elsewhere": from_elsewhere, "path": request.path, "again": again}
    return HttpResponse(loader.render_to_string("403_csrf.html", told), status=403)


def typed(request: HttpRequest) -> list[str]:
    """Return the texts of a form that was sent and cannot be taken, to be copied; no secret is among them."""
    texts = (text.strip() for _name, text in kept.sent(request))
    # Single words come from lists and buttons; what a person would miss is longer.
    return [text[:MOST_KEPT] for text in texts if len(text) > 15]


def _is_of_api(request: HttpRequest) -> bool:
    return "/api/v1/" in request.path


def _problem(status: int, code: str, sentence: str) -> HttpResponse:
    return JsonResponse({"problems": [Problem(code, sentence).as_json()]}, status=status)
