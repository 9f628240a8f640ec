"""How the provisions of a law are named, so that the parts of one can be told from the name alone."""

from __future__ import annotations

from collections.abc import Iterator


def above(provision: str) -> Iterator[str]:
    """Yield the provisions that `provision` is a part of, the nearest first."""
    above = parent(provision)
    while above is not None:
        yield above
        above = parent(above)


def parent(provision: str) -> str | None:
    """Return the provision that `provision` is a part of, None for a whole section, article or annex.

    >>> parent("§ 5-301(b)(3)(i)"), parent('§ 5-300 "Screen"'), parent("§ 5-302 Example 2"), parent("§ 5-300")
    ('§ 5-301(b)(3)', '§ 5-300', '§ 5-302', None)
    >>> parent("Art 6(3), 2nd subpara, (a)"), parent("Art 6(3), 2nd subpara"), parent("Art 6(1a)"), parent("Art 60a")
    ('Art 6(3), 2nd subpara', 'Art 6(3)', 'Art 6', None)
    >>> parent("Annex IV point 2(g)"), parent("Annex VII point 4.3"), parent("Annex VIII Section B point 7")
    ('Annex IV point 2', 'Annex VII point 4', 'Annex VIII Section B')
    """
    text = provision.rstrip()
    if text.endswith(")") and not text.split("(")[0].endswith(" Example "):
        return text[: text.rindex("(")].rstrip(" ,").removesuffix(" point") or None
    for mark in (' "', " Example"):
        if mark in text:
            return text[: text.index(mark)]
    whole, _, number = text.rpartition(" point ")
    if whole:
        return text[: text.rindex(".")] if "." in number else whole
    for mark in (", ", " Section "):
        if mark in text:
            return text[: text.rindex(mark)]
    return None
