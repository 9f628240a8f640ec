"""What an entry says about a person: hashed under a salted digest, so that it can be removed and the chain holds."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any, Self
from uuid import UUID

from compliance.trail import chain
from compliance.trail.models import TrailPersonal


class Personal(str):
    """A text about a person, whose id is `person`: it never stands in an entry itself, only its digest does.

    >>> name = Personal("Alice", person="7")
    >>> name, name.person
    ('Alice', '7')
    """

    person: str

    def __new__(cls, text: str, *, person: object) -> Self:
        made = super().__new__(cls, text)
        made.person = str(person)
        return made


def seal(organisation_id: UUID, parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return `parts` with each :class:`Personal` text replaced by its digest, and keep the texts beside the trail.

    The same text of the same person has one digest in an organisation until it is removed. The caller holds the end of
    the chain, so nobody else keeps the same text at this moment.
    """
    texts = {(one.person, str(one)) for one in _texts(parts)}
    people = {person for person, _text in texts}
    kept = TrailPersonal.objects.filter(organisation_id=organisation_id, person__in=people, removed_seq=None)
    kept = kept.filter(value__in={text for _person, text in texts})
    digests = {(one.person, one.value): one.sha256 for one in kept} if texts else {}
    new = []
    for person, text in sorted(texts - digests.keys()):
        salt = secrets.token_hex(16)
        digests[person, text] = chain.seal_of(salt, text)
        new.append(
            TrailPersonal(
                organisation_id=organisation_id, sha256=digests[person, text], person=person, salt=salt, value=text
            )
        )
    if new:
        TrailPersonal.objects.bulk_create(new)
    sealed: list[dict[str, Any]] = _replaced(parts, digests)
    return sealed


def _texts(value: Any) -> list[Personal]:
    if isinstance(value, Personal):
        return [value]
    if isinstance(value, Mapping):
        return [text for one in value.values() for text in _texts(one)]
    if isinstance(value, (list, tuple)):
        return [text for one in value for text in _texts(one)]
    return []


def _replaced(value: Any, digests: Mapping[tuple[str, str], str]) -> Any:
    if isinstance(value, Personal):
        return {chain.SEALED: digests[value.person, str(value)]}
    if isinstance(value, Mapping):
        return {name: _replaced(one, digests) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_replaced(one, digests) for one in value]
    return value
