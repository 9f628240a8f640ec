"""In which language what is kept for good is written: English, whoever acts and whatever language their page is in.

The trail, results, manifests, and whatever a digest is taken of must be the same bytes in every language, so what makes
words for them stands under one of these two.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import wraps
from typing import Final, ParamSpec, TypeVar

from django.utils.translation import override

P = ParamSpec("P")
T = TypeVar("T")
LANGUAGE: Final = "en"


def for_the_record() -> AbstractContextManager[None]:
    """Write in the language of records."""
    return override(LANGUAGE)


def recorded(make: Callable[P, T]) -> Callable[P, T]:
    """Let a function write in the language of records."""

    @wraps(make)
    def inner(*args: P.args, **kwargs: P.kwargs) -> T:
        with for_the_record():
            return make(*args, **kwargs)

    return inner
