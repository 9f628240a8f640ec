"""Small steps around every page."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation

from compliance.lib.problems import Forbidden, Refused
from compliance.people.language import known
from compliance.people.models import User
from compliance.trail.origin import REQUEST, coming_from
from compliance.web import errors
from compliance.web.addresses import client_address

Next = Callable[[HttpRequest], HttpResponse]


class OriginMiddleware:
    """What a request does is recorded with the address that it came from."""

    def __init__(self, get_response: Next):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with coming_from(REQUEST, client_address(request)):
            return self.get_response(request)


class LanguageMiddleware:
    """A page is in the language that the person chose; Django has chosen by cookie and browser by now.

    The API answers in English, or what `Accept-Language` asks for: a program is not the person whose token it carries.
    """

    def __init__(self, get_response: Next):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if is_api(request.path):
            request.COOKIES.pop(settings.LANGUAGE_COOKIE_NAME, None)
            speak(request, translation.get_language_from_request(request))
        elif (language := chosen(request)) and known(language):
            speak(request, language)
        return self.get_response(request)


def chosen(request: HttpRequest) -> str:
    """Return the language of who is signed in; who brings no session is nobody, and their page stays cacheable."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or not isinstance(request.user, User):
        return ""
    return request.user.language


def is_api(path: str) -> bool:
    """Say whether an address is one for programs."""
    return path.startswith("/api/") or "/api/v1/" in path


def speak(request: HttpRequest, language: str) -> None:
    """Answer this request in a language."""
    translation.activate(language)
    request.LANGUAGE_CODE = language


def _is_static(path: str) -> bool:
    return path.startswith("/static/")


class FirstStartMiddleware:
    """While nobody has an account, every page leads to the one that makes the first organisation and administrator."""

    _someone_is_here = False

    def __init__(self, get_response: Next):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not self._someone_is_here:
            if User.objects.exists():
                type(self)._someone_is_here = True
            elif request.path not in (reverse("first_start"), reverse("language")) and not _is_static(request.path):
                return redirect("first_start")
        return self.get_response(request)


class RefusedMiddleware:
    """A refusal that no form caught becomes a page with its sentence: 403 for a member who may not, 400 otherwise."""

    def __init__(self, get_response: Next):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Refused):
            return None
        status = 403 if isinstance(exception, Forbidden) else 400
        typed = errors.typed(request) if request.method == "POST" else []
        told = {"problems": exception.problems, "typed": typed}
        return render(request, "web/refused.html", told, status=status)


class NoStoreMiddleware:
    """Pages of signed-in people are not kept by browsers and proxies."""

    def __init__(self, get_response: Next):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if getattr(request, "user", None) is not None and request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response
