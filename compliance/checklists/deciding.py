"""Where the decisions on a submitted row stand: which count, which are void, who is missing, and who may decide."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from django.utils.translation import gettext as _

from compliance.checklists.models import ChecklistItem, Decision, Progress, Review
from compliance.lib.problems import Forbidden, Problem, Refused
from compliance.people.models import Membership
from compliance.people.rules import ABILITIES
from compliance.reviews.quorum import Quorum
from compliance.reviews.rules import ROLES, in_words

WAITING = (Progress.SUBMITTED, Progress.IN_REVIEW)


@dataclass(frozen=True)
class Standing:
    """The decisions on what was submitted last: `counted` were taken on what stands there now, `void` on what was
    there before it changed."""

    item: ChecklistItem
    quorum: Quorum
    sha256: str
    counted: tuple[Review, ...]
    void: tuple[Review, ...]

    @property
    def roles(self) -> list[str]:
        return [one.role for one in self.counted]

    @cached_property
    def missing(self) -> dict[str, int]:
        return self.quorum.missing(self.roles)

    @property
    def missing_in_words(self) -> str:
        return in_words(self.missing)

    @property
    def decided(self) -> int:
        return len(self.counted)


def standing(item: ChecklistItem, sha256: str) -> Standing:
    """Return where a row's decisions stand; `sha256` is the digest of what is decided on, as it is now."""
    taken = [
        one
        for one in item.reviews.all()
        if one.decision == Decision.ACCEPTED and item.submitted_at and one.submitted_at == item.submitted_at
    ]
    counted = tuple(one for one in taken if one.subject_sha256 == sha256)
    return Standing(
        item, Quorum.of(item.quorum), sha256, counted, tuple(one for one in taken if one.subject_sha256 != sha256)
    )


def check_own(by: Membership, item: ChecklistItem) -> None:
    """Nobody decides on what they submitted, or prepared any part of since it was last accepted."""
    if item.submitted_by and item.submitted_by.user_id == by.user_id:
        sentence = _("You submitted {row} yourself; another person reviews it.").format(row=item.row_id)
        raise Forbidden(Problem("own-submission", sentence))
    if by.pk in preparers(item):
        sentence = _("You prepared a part of {row} yourself; another person reviews it.").format(row=item.row_id)
        raise Forbidden(Problem("own-preparation", sentence))


def preparers(item: ChecklistItem) -> set[UUID]:
    """Return the memberships that prepared any part of a row since it was last accepted."""
    found = {one.member_id for one in item.preparers.all()}
    return found | ({item.submitted_by_id} if item.submitted_by_id else set())


def check_accept(by: Membership, now: Standing, in_place_of: Membership | None = None) -> str:
    """Return the role in which `by` accepts, or raise the sentence why this acceptance would not count."""
    item, acts = now.item, in_place_of or by
    if in_place_of is not None and in_place_of.pk in preparers(item):
        sentence = _("{name} prepared a part of {row}, so nobody decides on it in their place.")
        raise Forbidden(Problem("prepared-by-whom-one-stands-for", sentence.format(name=acts.name, row=item.row_id)))
    for one in now.counted:
        if by.pk == one.reviewer_id:
            sentence = _("You accepted {row} already; {missing} still to decide.")
            raise Refused(Problem("decided-already", sentence.format(row=item.row_id, missing=now.missing_in_words)))
        if acts.pk in (one.reviewer_id, one.in_place_of_id):
            sentence = _("{row} was accepted by {name}, or in their place, already.")
            raise Refused(Problem("decided-already", sentence.format(row=item.row_id, name=acts.name)))
    if not now.quorum.helps(now.roles, acts.role):
        sentence = _("{row} still needs {missing}, so an acceptance as {role} does not help it.")
        told = sentence.format(row=item.row_id, missing=now.missing_in_words, role=ROLES.get(acts.role, acts.role))
        raise Refused(Problem("role-not-needed", told))
    return acts.role


def check_seen(now: Standing, seen: str) -> None:
    """What is decided on is what was looked at: a row that changed meanwhile is looked at again first."""
    if seen and seen != now.sha256:
        sentence = _("{row} changed since you opened it, so nothing is decided on it.").format(row=now.item.row_id)
        raise Refused(Problem("changed-meanwhile", sentence, _("Read what it says now, then decide.")))


def why_not_accept(by: Membership, now: Standing, in_place_of: Membership | None = None) -> str:
    """Return the sentence why an acceptance would not count, or an empty text."""
    try:
        check_own(by, now.item)
        check_accept(by, now, in_place_of)
    except Refused as refused:
        return str(refused.problems[0])
    return ""


def seats(by: Membership, stands_in_for: Iterable[Membership], now: Standing) -> list[Membership | None]:
    """Return in whose place the member may accept: None is their own."""
    return [one for one in (None, *stands_in_for) if not why_not_accept(by, now, one)]


def why_nobody(now: Standing, reviewers: Collection[Membership]) -> str:
    """Return the sentence that a row cannot be accepted as things stand: too few here had no part in it.

    `reviewers` are all who review in the organisation today.
    """
    had = preparers(now.item) | {one.reviewer_id for one in now.counted}
    free = [one.role for one in reviewers if one.pk not in had and one.role in ABILITIES["review_items"]]
    lacking = now.quorum.missing([*now.roles, *free])
    if not lacking:
        return ""
    sentence = _(
        "As things stand {row} cannot be accepted: it lacks {lacking} who had no part in preparing it. "
        "An administrator adds a person with that role, or changes what reviews need."
    )
    return sentence.format(row=now.item.row_id, lacking=in_words(lacking))


def reviewers_of(people: Iterable[Membership]) -> list[Membership]:
    """Return who reviews, of the members of an organisation."""
    return [one for one in people if one.role in ABILITIES["review_items"]]


def progress_in_words(now: Standing) -> Mapping[str, object]:
    """Return what a list shows: how many decided of how many, who is missing, how many are void."""
    return {"decided": now.decided, "needed": now.quorum.people, "missing": now.missing_in_words, "void": len(now.void)}
