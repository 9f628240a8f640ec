"""Every law and framework that a checklist can be opened from, by its name and version, wherever it is kept."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from compliance.catalogue import crosswalk, loader
from compliance.catalogue.crosswalk import Crosswalk, Tie
from compliance.catalogue.document import Document, as_catalogue, ties_of
from compliance.catalogue.drafting import Rows, shipped_rows
from compliance.catalogue.loader import LawVersionRef
from compliance.catalogue.schema import Catalogue
from compliance.frameworks.models import FrameworkVersion, framework_id
from compliance.lib.problems import Problem, Refused
from compliance.people.models import Organisation

__all__ = [
    "LawVersionRef",
    "catalogue",
    "check_offered",
    "crosswalk_of",
    "document",
    "is_own",
    "offered",
    "rows_of",
    "ties",
]


def catalogue(law: str, text_version: str | None = None) -> Catalogue:
    """Return a law or framework in one version, the newest when none is named; refused when there is none.

    It does not ask who looks: whoever takes a name from outside asks :func:`check_offered` first.
    """
    pk = framework_id(law)
    return loader.load(law, text_version) if pk is None else _own(pk, text_version)[1]


def document(law: str, text_version: str | None = None) -> Document | None:
    """Return what the organisation wrote, of its own framework; None for a law or framework that ships."""
    pk = framework_id(law)
    return None if pk is None else _own(pk, text_version)[0]


def is_own(law: str) -> bool:
    """Say whether a law is an organisation's own framework."""
    return framework_id(law) is not None


def offered(organisation: Organisation) -> list[LawVersionRef]:
    """Return what an organisation may open a checklist from: its own frameworks, those that ship, then laws.

    Of each, the oldest version stands first.
    """
    own = FrameworkVersion.objects.filter(framework__organisation=organisation, published_at__isnull=False)
    mine = [
        LawVersionRef(one.framework.law, one.text_version)
        for one in own.select_related("framework").order_by("framework__title", "framework_id", "text_version")
    ]
    shipped = sorted(loader.laws(), key=lambda ref: not loader.load(ref.law, ref.text_version).framework)
    return [*mine, *shipped]


def check_offered(organisation: Organisation, law: str, text_version: str | None = None) -> None:
    """Refuse a law or version that an organisation may not open; what belongs to others is not there for it."""
    pk = framework_id(law)
    if pk is None:
        return
    found = FrameworkVersion.objects.filter(
        framework_id=pk, framework__organisation=organisation, published_at__isnull=False
    )
    if not (found.filter(text_version=text_version) if text_version else found).exists():
        raise _no_such(law, text_version)


def rows_of(organisation: Organisation) -> Rows:
    """Return a function that gives the row ids of any law that the organisation may name, in any version."""

    def found(law: str) -> Collection[str] | None:
        pk = framework_id(law)
        if pk is None:
            return shipped_rows(law)
        versions = FrameworkVersion.objects.filter(framework_id=pk, framework__organisation=organisation)
        return {row["id"] for one in versions for row in one.content["rows"]} or None

    return found


def ties(law: str, text_version: str | None = None) -> tuple[Tie, ...]:
    """Return the ties that one version of a law or framework states."""
    pk = framework_id(law)
    if pk is None:
        return tuple(crosswalk.ties(loader.load(law, text_version)))
    return ties_of(_own(pk, text_version)[0], law)


def crosswalk_of(refs: Collection[LawVersionRef]) -> Crosswalk:
    """Return the ties that any of these versions states."""
    return _crosswalk(tuple(sorted(set(refs))))


@lru_cache(maxsize=256)
def _crosswalk(refs: tuple[LawVersionRef, ...]) -> Crosswalk:
    return Crosswalk(tie for ref in refs for tie in ties(ref.law, ref.text_version))


def _own(pk: UUID, text_version: str | None) -> tuple[Document, Catalogue]:
    if text_version is None:
        newest = _published(pk).values_list("text_version", flat=True).last()
        if newest is None:
            raise _no_such(f"own-{pk}", None)
        text_version = newest
    return _kept(pk, text_version)


@lru_cache(maxsize=256)
def _kept(pk: UUID, text_version: str) -> tuple[Document, Catalogue]:
    """A published version does not change, so it is read once in a process."""
    version = _published(pk).filter(text_version=text_version).first()
    if version is None:
        raise _no_such(f"own-{pk}", text_version)
    found = version.document
    return found, as_catalogue(found, version.framework.law, text_version)


def _published(pk: UUID) -> QuerySet[FrameworkVersion]:
    return (
        FrameworkVersion.objects.filter(framework_id=pk, published_at__isnull=False)
        .select_related("framework")
        .order_by("text_version")
    )


def _no_such(law: str, text_version: str | None) -> Refused:
    if text_version is None:
        return Refused(
            Problem("no-such-law", _("There is no law {law!r} in the catalogue.").format(law=law), found=law)
        )
    sentence = _("The law {law!r} has no text version {version}.").format(law=law, version=text_version)
    return Refused(Problem("no-such-version", sentence, found=text_version))
