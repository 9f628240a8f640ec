"""Read findings, always within the reach of `by`, with a fixed number of queries."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from uuid import UUID

from django.db.models import Case, Count, Exists, IntegerField, Min, OuterRef, Prefetch, Q, QuerySet, Value, When
from django.utils import timezone

from compliance.checklists.models import Checklist, ChecklistItem
from compliance.engagements.models import Engagement
from compliance.findings.models import (
    UNFINISHED,
    CorrectiveAction,
    Finding,
    RiskAcceptance,
    Severity,
    State,
    Verification,
)
from compliance.people.models import Membership
from compliance.people.reach import within

PLANNED = CorrectiveAction.State.PLANNED


def findings(by: Membership) -> QuerySet[Finding]:
    """Return the findings that `by` may see, the newest first."""
    mine = within(by, system="item__checklist__system_id", law="item__checklist__law")
    return Finding.objects.filter(mine).select_related(
        *("organisation", "item__checklist__system", "engagement", "raised_by__user", "handed_in_by__user")
    )


def whole(by: Membership) -> QuerySet[Finding]:
    """Return the same findings with actions, verifications and acceptances, for the page of one."""
    actions = CorrectiveAction.objects.select_related("owner__user", "evidence", "added_by__user", "ended_by__user")
    return findings(by).prefetch_related(
        Prefetch("actions", actions),
        Prefetch("verifications", Verification.objects.select_related("by__user")),
        Prefetch("acceptances", RiskAcceptance.objects.select_related("proposed_by__user", "decided_by__user")),
    )


def gravity() -> Case:
    """Order by severity, the gravest first."""
    places = [When(severity=one.value, then=Value(place)) for place, one in enumerate(Severity)]
    return Case(*places, output_field=IntegerField())


def lapsed() -> Q:
    """Return the condition for findings whose accepted risk has lapsed: nobody stands behind it any more."""
    today = timezone.localdate()
    holds = RiskAcceptance.objects.filter(finding=OuterRef("pk"), decision="accepted", until__gte=today)
    return Q(state=State.ACCEPTED) & ~Q(Exists(holds))


def listed(by: Membership) -> QuerySet[Finding]:
    """Return the findings for a list: with numbers of actions (`planned`, `overdue`), `next_due`, `has_lapsed`."""
    today = timezone.localdate()
    planned = Q(actions__state=PLANNED)
    return (
        findings(by)
        .annotate(
            planned=Count("actions", filter=planned),
            overdue=Count("actions", filter=planned & Q(actions__due_on__lt=today)),
            next_due=Min("actions__due_on", filter=planned),
            has_lapsed=Case(When(lapsed(), then=Value(True)), default=Value(False)),
        )
        .order_by("-number")
    )


def in_state(some: QuerySet[Finding], state: str) -> QuerySet[Finding]:
    """Narrow to a state; "unfinished" are those that somebody still has to do something about."""
    if state == "unfinished":
        return some.filter(Q(state__in=UNFINISHED) | lapsed())
    if state == "lapsed":
        return some.filter(lapsed())
    return some.filter(state=state) if state else some


def of_item(by: Membership, item: ChecklistItem) -> QuerySet[Finding]:
    """Return the findings on a row, also those raised on it under another text of the law."""
    of = item.checklist
    same = Q(item__row_id=item.row_id, item__checklist__system_id=of.system_id, item__checklist__law=of.law)
    return findings(by).filter(same).order_by("-number")


def of_engagement(by: Membership, engagement: Engagement) -> QuerySet[Finding]:
    """Return the findings raised in an engagement, the gravest first."""
    return findings(by).filter(engagement=engagement).order_by(gravity(), "-number")


def by_severity(by: Membership, checklist: Checklist) -> QuerySet[Finding]:
    """Return the findings on the rows of a checklist, the gravest first, whole: what a dossier tells of them."""
    rows = Q(item__checklist__system_id=checklist.system_id, item__checklist__law=checklist.law)
    return whole(by).filter(rows).order_by(gravity(), "number")


def due_actions(organisations: Collection[UUID], *, until: date) -> QuerySet[CorrectiveAction]:
    """Return the planned actions of unfinished findings that are due by a day, for reminders."""
    found = CorrectiveAction.objects.filter(
        finding__organisation__in=organisations, finding__state__in=UNFINISHED, state=PLANNED, due_on__lte=until
    )
    return found.select_related("finding__item__checklist__system", "owner__user").order_by("due_on")


def lapsing(organisations: Iterable[UUID], *, until: date) -> QuerySet[RiskAcceptance]:
    """Return the accepted risks that have lapsed or lapse by a day, of findings that rest on them, for reminders."""
    found = RiskAcceptance.objects.filter(
        finding__organisation__in=list(organisations), finding__state=State.ACCEPTED, decision="accepted"
    )
    return found.filter(until__lte=until).select_related("finding__item__checklist__system").order_by("until")


def holding(some: QuerySet[Finding], word: str) -> QuerySet[Finding]:
    """Narrow to findings with a word in title, statement, cause or row, or with that number (`F-12` or `12`)."""
    found = Q(item__row_id__icontains=word)
    for place in ("title", "statement", "cause"):
        found |= Q(**{f"{place}__icontains": word})
    number = word.upper().removeprefix("F-")
    if number.isdecimal() and len(number) < 10:
        found |= Q(number=int(number))
    return some.filter(found)


def owned(some: QuerySet[Finding], owner: Membership) -> QuerySet[Finding]:
    """Narrow to findings with an action that somebody owns and that was not dropped."""
    own = CorrectiveAction.objects.filter(owner=owner).exclude(state=CorrectiveAction.State.DROPPED)
    return some.filter(pk__in=own.values("finding"))


def overdue(some: QuerySet[Finding]) -> QuerySet[Finding]:
    """Narrow to findings with a planned action whose day has gone by."""
    late = CorrectiveAction.objects.filter(state=PLANNED, due_on__lt=timezone.localdate())
    return some.filter(pk__in=late.values("finding"))
