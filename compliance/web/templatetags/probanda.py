"""Template tags that every page may use."""

from __future__ import annotations

from django import template

register = template.Library()


@register.filter
def short(sha256: str) -> str:
    """Show the first twelve digits of a digest.

    >>> short("e3b0c44298fc1c149afb")
    'e3b0c44298fc'
    """
    return sha256[:12]
