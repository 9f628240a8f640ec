"""The chapters of a law as headings over its sections. They are no part of a text's digest: no row rests on them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import TypeVar

import yaml

from compliance.catalogue.loader import DATA
from compliance.catalogue.schema import Catalogue, Section

T = TypeVar("T")


@cache
def _chapters() -> Mapping[str, Mapping[str, Mapping[str, list[str]]]]:
    found: Mapping[str, Mapping[str, Mapping[str, list[str]]]] = yaml.safe_load(
        (DATA / "chapters.yaml").read_text("utf-8")
    )
    return found


def chapters(law: Catalogue) -> dict[str, str]:
    """Return for each section of a text the chapter that it stands in; nothing for a law that is not laid out so.

    >>> from compliance.catalogue.loader import load
    >>> chapters(load("eu-ai-act"))["deployer"]
    'Chapter III, Section 3, obligations along the value chain'
    >>> chapters(load("nyc-ll144"))
    {}
    """
    named = _chapters().get(law.law, {}).get(law.text_version, {})
    return {section: chapter for chapter, sections in named.items() for section in sections}


def in_chapters(law: Catalogue, sections: Iterable[tuple[Section, T]]) -> Iterator[tuple[str, Section, T]]:
    """Yield each section with its chapter where a new one begins, and with an empty text where it goes on."""
    named, last = chapters(law), ""
    for section, rows in sections:
        chapter = named.get(section.id, "")
        yield (chapter if chapter != last else ""), section, rows
        last = chapter or last
