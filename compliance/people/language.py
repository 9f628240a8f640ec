"""In which language a person is addressed.

A page is in the language that its reader chose, or that the browser asks for; a mail is in the addressee's. What is
kept for good is in neither: see `compliance/trail/recorded.py`.
"""

from __future__ import annotations

from contextlib import AbstractContextManager

from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest
from django.utils.translation import override

from compliance.people.models import User


def known(language: str) -> bool:
    """Say whether the application speaks a language, by its code."""
    return language in dict(settings.LANGUAGES)


def speaking_to(user: User) -> AbstractContextManager[None]:
    """Write in a person's language: around what makes a mail to them. English to those who chose none."""
    return override(user.language if known(user.language) else settings.LANGUAGE_CODE)


def speak(*, user: User, language: str) -> None:
    """Keep the language that a person chose; an empty text leaves it to their browser."""
    if language and not known(language):
        raise ValueError(f"{language!r} is none of the languages of the settings.")
    user.language = language
    user.save(update_fields=["language"])


def keep_chosen(sender: object, request: HttpRequest | None, user: User, **_: object) -> None:
    """Keep for a person who chose no language yet the one that they chose on the page where they signed in."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "") if request else ""
    if known(chosen) and not user.language:
        speak(user=user, language=chosen)


user_logged_in.connect(keep_chosen, dispatch_uid="keep-chosen-language")
