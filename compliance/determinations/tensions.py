"""Answers that do not go together easily: pointed out, so that a person looks again; never refused, never mended.

A link to the Union is said of the organisation, a role of the organisation for one system, so both may be right.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from compliance.catalogue.conditions import Fact

# question, one of its answers, another question, and the answers of it that would go with that
_PAIRS: Final = (
    ("union_link", "deployer_in_union", "roles", ("deployer",)),
    ("union_link", "places_on_union_market", "roles", ("provider", "product_manufacturer", "gpai_provider")),
    ("union_link", "importer_or_distributor", "roles", ("importer", "distributor")),
    ("union_link", "product_manufacturer", "roles", ("product_manufacturer", "provider")),
    ("union_link", "authorised_representative", "roles", ("authorised_representative", "gpai_representative")),
    ("article_5_acts", "uses", "roles", ("deployer",)),
    ("article_5_acts", "places_on_market", "roles", ("provider", "importer", "distributor", "product_manufacturer")),
)


@dataclass(frozen=True, slots=True)
class Tension:
    """Two answers that do not go together easily: their questions, and a sentence."""

    names: tuple[str, str]
    sentence: str


def tensions(vocabulary: Mapping[str, Fact], answers: Mapping[str, Any], about: Iterable[str] = ()) -> list[Tension]:
    """Return every pair of answers that does not go together easily; with `about` only those on one of these questions.

    An answer that is not known, in whole or in part, stands against nothing.

    >>> from compliance.catalogue.loader import facts
    >>> [one.names for one in tensions(facts(), {"union_link": ["deployer_in_union"], "roles": []})]
    [('union_link', 'roles')]
    >>> tensions(facts(), {"union_link": ["deployer_in_union"], "roles": ["deployer"]})
    []
    >>> tensions(facts(), {"union_link": ["deployer_in_union"], "roles": None})
    []
    """
    wanted, found = set(about), []
    for name, value, other, fitting in _PAIRS:
        mine: Any = answers.get(name)
        theirs: Any = answers.get(other)
        known = isinstance(mine, list) and isinstance(theirs, list)
        if not known or value not in mine or set(theirs) & set(fitting) or (wanted and not wanted & {name, other}):
            continue
        said = vocabulary[other].values
        chosen = "; ".join(said[one] for one in theirs if one in said) or _("none of these")
        sentence = _("“{question}” is answered “{answer}”, and “{other}” “{chosen}”. Both may be right; look again.")
        told = sentence.format(
            question=vocabulary[name].question,
            answer=vocabulary[name].values[value],
            other=vocabulary[other].question,
            chosen=chosen,
        )
        found.append(Tension((name, other), told))
    return found
