"""The version of a text in words."""

from __future__ import annotations

from datetime import date

from django.utils.formats import date_format


def day_in_words(version: str) -> str:
    """Return a version, which is a day, as pages write days; anything else as it is.

    >>> day_in_words("2024-07-12")
    '12 July 2024'
    """
    try:
        return date_format(date.fromisoformat(version), "DATE_FORMAT")
    except ValueError:
        return version
