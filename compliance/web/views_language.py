"""The language of the pages: kept on the person who is signed in, and in a cookie before."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from compliance.people.language import known, speak
from compliance.people.models import User


class LanguageForm(forms.Form):
    """The languages by their own names."""

    language = forms.ChoiceField(
        label=gettext_lazy("Language of the pages and of mails to you"), widget=forms.RadioSelect, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        by_browser = ("", _("As my browser asks for, and mails in English"))
        self.fields["language"].choices = [*settings.LANGUAGES, by_browser]  # type: ignore[attr-defined]


def language(request: HttpRequest) -> HttpResponse:
    """Choose a language: on the account page for good, on the page where one signs in for this browser."""
    user = request.user if isinstance(request.user, User) else None
    if request.method == "POST":
        return _chosen(request, user)
    if user is None:
        return redirect(settings.LOGIN_URL)
    return render(request, "account/language.html", {"form": LanguageForm(initial={"language": user.language})})


def _chosen(request: HttpRequest, user: User | None) -> HttpResponse:
    form = LanguageForm(request.POST)
    if not form.is_valid():
        if user is None:
            return redirect(settings.LOGIN_URL)
        return render(request, "account/language.html", {"form": form}, status=400)
    chosen = form.cleaned_data["language"]
    if user is not None:
        speak(user=user, language=chosen)
        with override(chosen or request.LANGUAGE_CODE):
            messages.success(request, _("Your choice is kept."))
    response = redirect("language" if user is not None else _back(request))
    if known(chosen):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            chosen,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
            samesite="Lax",
        )
    else:
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME, samesite="Lax")
    return response


def _back(request: HttpRequest) -> str:
    """Return the page of this site that the visitor came from, or the one where one signs in."""
    back = request.POST.get("next", "")
    here = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return back if here else settings.LOGIN_URL
