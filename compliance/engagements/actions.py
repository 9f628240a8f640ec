"""Prepare an engagement, open and close it, and take it on for a firm."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compliance.engagements import queries, rules
from compliance.engagements.granting import grant
from compliance.engagements.models import Engagement, Scope, Side, State
from compliance.frameworks import catalogues
from compliance.lib.problems import Problem, Refused, reason_given
from compliance.people.actions import make_organisation
from compliance.people.models import Membership
from compliance.people.rules import check_can
from compliance.systems.models import AISystem
from compliance.systems.queries import systems
from compliance.trail.actions import hold, write
from compliance.trail.changes import since, snapshot

FIELDS = ("title", "firm", "purpose", "covers_from", "covers_until", "starts_on", "ends_on")
Pair = tuple[AISystem, str]


@transaction.atomic
def prepare(*, by: Membership, scope: Collection[Pair] = (), **fields: Any) -> Engagement:
    """Prepare an engagement of the organisation of `by`, the client; nobody reaches anything by it until it is opened.

    `fields` are those of :data:`FIELDS`; `scope` holds each system with a law.
    """
    check_can(by, "manage_engagements")
    engagement = Engagement(organisation=by.organisation, made_by=by)
    _fill(engagement, fields)
    engagement.save()
    _set_scope(by, engagement, scope)
    said: dict[str, Any] = snapshot(engagement, FIELDS)
    record(by, engagement, "engagement.prepared", **said, scope=_told(scope))
    return engagement


@transaction.atomic
def change(*, by: Membership, engagement: Engagement, scope: Collection[Pair], **fields: Any) -> Engagement:
    """Change what an engagement says; what its guests reach follows at once.

    Where the scope grows, the team declares its independence for what is new before it reviews there.
    """
    engagement = locked(by, engagement)
    rules.check_move("change", by=by, engagement=engagement)
    before, was = snapshot(engagement, FIELDS), _told((one.system, one.law) for one in engagement.scope.all())
    _fill(engagement, fields)
    engagement.save()
    _set_scope(by, engagement, scope)
    if engagement.state == State.OPEN:
        rules.check_complete(engagement)
    told, now = since(engagement, before), _told(scope)
    if now != was:
        changes = told or {"fields": "", "before": {}, "after": {}}
        told = {
            "fields": ", ".join(part for part in (changes["fields"], "scope") if part),
            "before": {**changes["before"], "scope": was},
            "after": {**changes["after"], "scope": now},
        }
    if told:
        record(by, engagement, "engagement.changed", **told)
    grant(engagement)
    return engagement


@transaction.atomic
def open_(*, by: Membership, engagement: Engagement) -> Engagement:
    """Open an engagement: from now until its last day, or until a side ends it, its team reaches what is in scope."""
    engagement = locked(by, engagement)
    rules.check_move("open", by=by, engagement=engagement)
    rules.check_complete(engagement)
    engagement.state, engagement.opened_by, engagement.opened_at = State.OPEN, by, timezone.now()
    engagement.save(update_fields=["state", "opened_by", "opened_at"])
    record(by, engagement, "engagement.opened", until=engagement.ends_on.isoformat(), both=True)
    grant(engagement)
    return engagement


@transaction.atomic
def close(*, by: Membership, engagement: Engagement, reason: str) -> Engagement:
    """End an engagement from either side, at once; what was done stays with the client."""
    firm = engagement.organisation_id != by.organisation_id
    engagement = locked_by_firm(by, engagement) if firm else locked(by, engagement)
    rules.check_move("close", by=by, engagement=engagement)
    reason = reason_given(reason, _("Say why the engagement is closed."))
    engagement.state, engagement.closed_by, engagement.closed_at = State.CLOSED, by, timezone.now()
    engagement.closed_side, engagement.closed_reason = Side.FIRM if firm else Side.CLIENT, reason
    engagement.save(update_fields=["state", "closed_by", "closed_at", "closed_side", "closed_reason"])
    record(by, engagement, "engagement.closed", reason=reason, side=str(engagement.closed_side), both=True)
    grant(engagement)
    return engagement


@transaction.atomic
def take_on(*, by: Membership, engagement: Engagement, firm: Membership) -> Engagement:
    """Take an engagement on for a firm that has an organisation here, so that it sees and can end it from there.

    `by` is in the client's organisation, `firm` is the same person's membership in the firm's, which they administer.
    """
    engagement = locked(by, engagement)
    if not queries.firms(by).filter(pk=firm.pk).exists():
        sentence = _("You take an engagement on for an organisation that you administer.")
        raise Refused(Problem("not-your-firm", sentence, column="firm"))
    if queries.place(by, engagement) is None:
        check_can(by, "manage_engagements")
    if engagement.state == State.CLOSED:
        raise Refused(Problem("closed-already", _("The engagement is closed.")))
    if engagement.firm_organisation_id:
        raise Refused(Problem("taken-on-already", _("The engagement was taken on already.")))
    engagement.firm_organisation, engagement.firm = firm.organisation, firm.organisation.name
    engagement.save(update_fields=["firm_organisation", "firm"])
    record(by, engagement, "engagement.taken_on", firm=firm.organisation.name, both=True)
    return engagement


@transaction.atomic
def keep_client(*, by: Membership, name: str) -> Membership:
    """Make the organisation of a client that has no account here, kept for it by a firm's administrator.

    It is one like any other, so nothing of it lies where another client's does. The client takes it over when its own
    administrator is added, and the firm's leaves. Returned is the membership of `by.user` in it.
    """
    check_can(by, "manage_engagements")
    kept = make_organisation(name=name, founder=by.user)
    write(
        organisation_id=by.organisation_id,
        actor=by.actor,
        verb="client.made",
        subject={"type": "organisation", "id": str(kept.organisation_id), "label": kept.organisation.name},
    )
    return kept


def locked(by: Membership, engagement: Engagement) -> Engagement:
    """Return the engagement, locked, as a member or guest of the client may act on it."""
    mine = queries.engagements(by).values("pk")
    return _locked(engagement, organisation_id=by.organisation_id, pk__in=mine)


def locked_by_firm(by: Membership, engagement: Engagement) -> Engagement:
    """Return the engagement, locked, as its firm may act on it."""
    return _locked(engagement, pk__in=queries.as_firm(by).values("pk"))


def record(by: Membership, engagement: Engagement, verb: str, *, both: bool = False, **data: Any) -> None:
    """Write into the client's trail; with `both` into that of the firm too, the chains held in one order."""
    chains = {engagement.organisation_id}
    if both and engagement.firm_organisation_id:
        chains.add(engagement.firm_organisation_id)
    for organisation_id in sorted(chains):
        hold(organisation_id)
    for organisation_id in sorted(chains):
        write(organisation_id=organisation_id, actor=by.actor, verb=verb, subject=engagement.subject, data=data)


def _locked(engagement: Engagement, **only: Any) -> Engagement:
    found = Engagement.objects.select_for_update(of=("self",), no_key=True).select_related(
        "organisation", "firm_organisation"
    )
    return found.prefetch_related("scope__system", "team__membership__user", "team__declarations").get(
        pk=engagement.pk, **only
    )


def _fill(engagement: Engagement, fields: dict[str, Any]) -> None:
    unknown = set(fields) - set(FIELDS)
    if unknown:
        raise TypeError(f"An engagement has no field {', '.join(sorted(unknown))}.")
    for name, value in fields.items():
        setattr(engagement, name, value.strip() if isinstance(value, str) else value)
    if not engagement.title:
        raise Refused(Problem("engagement-without-title", _("The engagement needs a title."), column="title"))
    if not engagement.firm:
        raise Refused(Problem("engagement-without-firm", _("Say who audits."), column="firm"))
    given: tuple[date, date] = engagement.starts_on, engagement.ends_on
    rules.check_dates(*given, engagement.covers_from, engagement.covers_until)


def _set_scope(by: Membership, engagement: Engagement, scope: Collection[Pair]) -> None:
    mine = set(systems(by).values_list("pk", flat=True))
    offered = {ref.law for ref in catalogues.offered(by.organisation)}
    wanted = {(system.pk, law) for system, law in scope}
    if any(system not in mine or law not in offered for system, law in wanted):
        raise ValueError("The scope names a system of another organisation, or a law that is not offered here.")
    here = {(one.system_id, one.law): one for one in engagement.scope.all()}
    for pair in here.keys() - wanted:
        here[pair].delete()
    Scope.objects.bulk_create(
        Scope(engagement=engagement, system_id=system, law=law) for system, law in sorted(wanted - here.keys(), key=str)
    )
    engagement._prefetched_objects_cache = {}  # type: ignore[attr-defined]  # what was fetched is another now


def _told(scope: Any) -> str:
    return "; ".join(sorted(f"{system}: {law}" for system, law in scope))
