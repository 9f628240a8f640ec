"""Read an organisation's own frameworks."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet

from compliance.frameworks.models import Framework, FrameworkVersion
from compliance.people.models import Membership
from compliance.people.reach import only_members


def frameworks(by: Membership) -> QuerySet[Framework]:
    """Return the frameworks of the organisation of `by`, with their versions fetched in one more query."""
    return (
        Framework.objects.filter(only_members(by))
        .select_related("organisation", "made_by__user")
        .prefetch_related(Prefetch("versions", versions(by).order_by("published_at", "text_version")))
    )


def versions(by: Membership) -> QuerySet[FrameworkVersion]:
    """Return drafts and published versions of the organisation of `by`."""
    return FrameworkVersion.objects.filter(only_members(by, organisation="framework__organisation_id")).select_related(
        "framework__organisation", "made_by__user", "published_by__user"
    )


def draft_of(framework: Framework) -> FrameworkVersion | None:
    """Return the draft of a framework whose versions were fetched, or None."""
    return next((one for one in framework.versions.all() if one.is_draft), None)


def published_of(framework: Framework) -> list[FrameworkVersion]:
    """Return the published versions of a framework whose versions were fetched, the newest first."""
    found = [one for one in framework.versions.all() if not one.is_draft]
    return sorted(found, key=lambda one: one.text_version, reverse=True)
