"""Read uses, editions, notices and requests, always within the organisation of `by`; and what is public."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator
from uuid import UUID

from django.db.models import Max, Prefetch, QuerySet

from audits.bias.models import BiasAudit
from audits.publication.models import DataRequest, Delivery, Notice, Summary, ToolUse
from audits.publication.summary import LAW
from audits.work.models import State
from compliance.people.models import Membership
from compliance.people.reach import only_members
from compliance.timeline.events import Occurrence


def uses(by: Membership) -> QuerySet[ToolUse]:
    """Return the uses of the organisation; guests see none, since what is published belongs to its own members."""
    return ToolUse.objects.filter(only_members(by)).select_related("system", "organisation", "recorded_by__user")


def listed(by: Membership) -> QuerySet[ToolUse]:
    """Return the uses for a list: with their newest edition (`newest`, `audited_on`) and what is still open."""
    waiting = DataRequest.objects.filter(answered_on=None).order_by("received_on")
    return (
        uses(by)
        .annotate(newest=Max("summaries__number"), audited_on=Max("summaries__audited_on"))
        .prefetch_related(Prefetch("data_requests", waiting, to_attr="waiting"))
        .order_by("employer", "system__name")
    )


def summaries(use: ToolUse) -> QuerySet[Summary]:
    """Return the editions of a use, the newest first."""
    return use.summaries.select_related("published_by__user", "bias_audit")


def notices(by: Membership) -> QuerySet[Notice]:
    """Return the notices with what was logged of each."""
    found = Notice.objects.filter(only_members(by, organisation="use__organisation_id"))
    logged = Delivery.objects.select_related("evidence", "logged_by__user")
    return found.select_related("use__system", "use__organisation", "made_by__user").prefetch_related(
        Prefetch("deliveries", logged)
    )


def data_requests(by: Membership) -> QuerySet[DataRequest]:
    """Return the written requests."""
    found = DataRequest.objects.filter(only_members(by, organisation="use__organisation_id"))
    return found.select_related("use__system", "use__organisation", "logged_by__user", "answered_by__user")


def to_publish(use: ToolUse) -> QuerySet[BiasAudit]:
    """Return the finished audits of the tool that an edition may show, the newest first."""
    found = BiasAudit.objects.filter(organisation_id=use.organisation_id, system_id=use.system_id, state=State.FINISHED)
    return found.exclude(result_sha256="").order_by("-ended_at")


def public(organisation: str) -> QuerySet[ToolUse]:
    """Return the uses of an organisation, by the name in addresses, whose summary anybody may read now."""
    found = ToolUse.objects.filter(organisation__slug=organisation, taken_down_at=None, summaries__isnull=False)
    return found.distinct().select_related("organisation", "system").prefetch_related("summaries")


def known_days(by: Membership, systems: Collection[UUID]) -> Iterator[tuple[UUID, str, Occurrence]]:
    """Yield the days that are known here and from which the clocks of the law count, for the timeline of each system.

    A request that was answered and a notice that was given start no clock any more.
    """
    found = uses(by).filter(system__in=systems)
    for use in found.exclude(latest_use_on=None):
        day, source = use.latest_use_on or datetime.date.max, f"latest use by {use.employer}"
        yield use.system_id, LAW, Occurrence("latest_use", day, source, f"{use.pk.hex}-latest")
    editions = Summary.objects.filter(use__in=found).order_by("number").select_related("use")
    newest = {one.use_id: one for one in editions}
    for one in newest.values():
        source = f"the published summary of {one.use.employer}"
        if one.use.latest_use_on is None:
            yield one.use.system_id, LAW, Occurrence("audit_date", one.audited_on, source, f"{one.use_id.hex}-audit")
    for notice in Notice.objects.filter(use__in=found, deliveries=None).select_related("use"):
        source = f"planned use for {notice}"
        yield notice.use.system_id, LAW, Occurrence("use", notice.use_on, source, notice.pk.hex)
    for request in DataRequest.objects.filter(use__in=found, answered_on=None).select_related("use"):
        source = "a written request that is not answered yet"
        yield request.use.system_id, LAW, Occurrence("written_request", request.received_on, source, request.pk.hex)
