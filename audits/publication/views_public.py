"""What anybody may read: the summary of each use, its editions, and the list for programs. No sign-in, no cookie."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from audits.publication import queries
from audits.publication.listing import Published, listing
from audits.publication.models import Summary, ToolUse
from compliance.lib.canonical import dump

MINUTES = 5


@require_safe
@cache_control(public=True, max_age=60 * MINUTES)
def published_list(request: HttpRequest, organisation: str) -> HttpResponse:
    """Every summary of an organisation that is public; one without any is not there."""
    uses = list(queries.public(organisation))
    if not uses:
        raise Http404(_("There is no such page."))
    told = {"uses": [(use, _newest(use)) for use in uses], "organisation": uses[0].organisation}
    return _in_english(request, "publication/public_list.html", told)


@require_safe
@cache_control(public=True, max_age=60 * MINUTES)
def published_summary(request: HttpRequest, organisation: str, place: str, number: int = 0) -> HttpResponse:
    """The newest edition of a summary, or the one with a number."""
    use, edition = _found(organisation, place, number)
    told = {
        "use": use,
        "edition": edition,
        "document": edition.document,
        "editions": list(use.summaries.all()),
        "newest": edition.number == _newest(use).number,
    }
    return _in_english(request, "publication/public.html", told)


@require_safe
@cache_control(public=True, max_age=60 * MINUTES)
def published_json(request: HttpRequest, organisation: str, place: str, number: int) -> HttpResponse:
    """An edition as canonical JSON, whose SHA-256 the page shows."""
    return HttpResponse(dump(_found(organisation, place, number)[1].document), content_type="application/json")


@require_safe
@cache_control(public=True, max_age=60 * MINUTES)
def published_audits_json(request: HttpRequest, organisation: str = "") -> HttpResponse:
    """The list for programs; without a name that of the organisation whose domain this is (PROBANDA_WELL_KNOWN)."""
    name = organisation or settings.WELL_KNOWN
    if not name or not queries.public(name).exists():
        raise Http404(_("There is no such page."))
    return HttpResponse(dump(listed(name)), content_type="application/json")


def _in_english(request: HttpRequest, template: str, told: dict[str, Any]) -> HttpResponse:
    """Render what anybody reads in the language of the document, whatever the reader's own is."""
    with override("en"):
        response = render(request, template, told)
    response.headers["Content-Language"] = "en"
    return response


def listed(organisation: str) -> dict[str, Any]:
    """Return `audits.json` of an organisation, with whole addresses."""
    return listing(_published(use) for use in queries.public(organisation))


def public_address(use: ToolUse) -> str:
    """Return the whole address of a summary's public page, under the server's own name (PROBANDA_BASE_URL)."""
    return settings.BASE_URL + reverse("published_summary", args=[use.organisation.slug, use.place])


def _published(use: ToolUse) -> Published:
    newest = _newest(use)
    file = settings.BASE_URL + reverse("published_json", args=[use.organisation.slug, use.place, newest.number])
    operations = tuple(use.postings.split()) or tuple(filter(None, [use.website]))
    return Published(use.place, newest.document, public_address(use), file, operations)


def _newest(use: ToolUse) -> Summary:
    return use.summaries.all()[0]


def _found(organisation: str, place: str, number: int) -> tuple[ToolUse, Summary]:
    use = queries.public(organisation).filter(place=place).first()
    editions = list(use.summaries.all()) if use else []
    edition = next((one for one in editions if number in (0, one.number)), None)
    if use is None or edition is None:
        raise Http404(_("There is no such page."))
    return use, edition
