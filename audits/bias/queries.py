"""Find bias audits, always of one organisation."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from audits.bias.compared import named
from audits.bias.models import (
    BiasAudit,
    BiasIntake,
    BiasPlan,
    BiasSource,
    ExclusionProposal,
    IndependenceDeclaration,
)
from audits.bias.plan import Plan
from audits.bias.shapes import Shape, unreadable
from audits.work.models import State
from compliance.lib.problems import Problem, Refused
from compliance.people.models import Membership
from compliance.people.reach import within
from compliance.systems.models import AISystem
from compliance.systems.queries import systems


def bias_audits(by: Membership) -> QuerySet[BiasAudit]:
    """Return the bias audits that `by` may see, newest first."""
    found = BiasAudit.objects.filter(within(by))
    people = ("uploaded_by__user", "started_by__user", "cancelled_by__user")
    return found.select_related("system", "organisation", "evidence", *people).prefetch_related(
        Prefetch("sources", BiasSource.objects.defer("profile"))
    )


def proposals(by: Membership, bias_audit: BiasAudit) -> QuerySet[ExclusionProposal]:
    """Return what was proposed to be left out of an audit that `by` may see, in the order of the proposals."""
    found = ExclusionProposal.objects.filter(bias_audit=bias_audit, bias_audit__organisation_id=by.organisation_id)
    return found.select_related("proposed_by__user", "decided_by__user", "bias_audit")


def named_proposal(proposal: ExclusionProposal) -> str:
    """Name what a proposal is about: its category, table and class."""
    place = {"class": proposal.output_class or None, "table": proposal.table}
    return named({**place, "sex": proposal.sex or None, "race_ethnicity": proposal.race_ethnicity or None})


def mappable(by: Membership, pk: str) -> BiasAudit | None:
    """Return the audit that an address names if its sources may still change, or None."""
    try:
        found = bias_audits(by).filter(pk=UUID(pk)).first()
    except ValueError:
        return None
    return found if found is not None and found.can_be_mapped else None


def intakes(by: Membership) -> QuerySet[BiasIntake]:
    """Return the large files that `by` may see being looked at, newest first."""
    return (
        BiasIntake.objects.filter(within(by))
        .select_related("system", "by__user", "cancelled_by__user", "bias_audit")
        .prefetch_related(Prefetch("sources", BiasSource.objects.select_related("upload").defer("profile")))
    )


def runs_up_to(by: Membership, bias_audit: BiasAudit, most: int) -> list[BiasAudit]:
    """Return the last `most` finished audits of the same system up to and with this one, oldest first."""
    same = bias_audits(by).filter(system_id=bias_audit.system_id, state=State.FINISHED)
    return list(same.filter(ended_at__lte=bias_audit.ended_at).order_by("-ended_at", "-uploaded_at")[:most])[::-1]


def other_runs(by: Membership, bias_audit: BiasAudit) -> QuerySet[BiasAudit]:
    """Return the other finished audits of the same system, the newest first; at most a hundred."""
    same = bias_audits(by).filter(system_id=bias_audit.system_id, state=State.FINISHED)
    return same.exclude(pk=bias_audit.pk).order_by("-ended_at", "-uploaded_at")[:100]


def ended(bias_audit: BiasAudit) -> tuple[datetime, datetime]:
    """Return what runs are put in order by."""
    return bias_audit.ended_at or bias_audit.uploaded_at, bias_audit.uploaded_at


@dataclass(frozen=True, slots=True)
class Before:
    """A finished audit of sources of the same shapes, and the plan by which each was read; `why` there is none."""

    bias_audit: BiasAudit
    plans: list[Plan]
    whole: Plan | None = None
    why: str = ""


def confirmed_before(by: Membership, bias_audit: BiasAudit, of: Sequence[Shape]) -> Before | None:
    """Return the newest finished audit that `by` may see whose sources had the same shapes in the same order.

    The shape is the names and types of the columns (:mod:`audits.bias.mapstore`). A plan of it that no longer means
    anything is told and not offered.
    """
    wanted = [shape.profile.shape for shape in of]
    same = bias_audits(by).filter(state=State.FINISHED, started_by__isnull=False).exclude(pk=bias_audit.pk)
    for one in same.filter(sources__shape=wanted[0]).order_by("-asked_at").distinct()[:20]:
        places = {source.shape: place for place, source in reversed(list(enumerate(one.sources.all())))}
        if sorted(places, key=lambda shape: places[shape]) != wanted:
            continue
        try:
            plan = Plan.from_json(one.plan or {})
            return Before(one, [plan.of_source(places[shape]) for shape in wanted], plan)
        except (Refused, TypeError, ValueError, IndexError) as error:
            return Before(one, [], why=unreadable(error))
    return None


def chosen_system(by: Membership, pk: str) -> AISystem | None:
    """Return the AI system that an address names, or None where it names none that `by` may see."""
    try:
        return systems(by).filter(pk=UUID(pk)).first()
    except ValueError:
        return None


def bias_plans(by: Membership) -> QuerySet[BiasPlan]:
    """Return the plans that `by` may see, newest first."""
    return BiasPlan.objects.filter(within(by)).select_related(
        "system", "drafted_by__user", "approved_by__user", "locked_by__user"
    )


def declarations(by: Membership) -> QuerySet[IndependenceDeclaration]:
    """Return the declarations of independence that `by` may see, newest first."""
    return IndependenceDeclaration.objects.filter(within(by)).select_related("system", "declared_by__user")


def stale(bias_audit: BiasAudit) -> list[Problem]:
    """Return why a finished result no longer speaks of what is in use, in full sentences; nothing where it does.

    It was measured on a version of the system that is no longer the registered one, a newer version or newer data of
    the same system was registered since, or its evidence was withdrawn. A result stays what it was; it is only marked.
    """
    return stale_among([bias_audit])[bias_audit.pk]


def stale_among(bias_audits: Collection[BiasAudit]) -> dict[UUID, list[Problem]]:
    """Return :func:`stale` of several results of one organisation by three queries, whatever their number."""
    systems_of = [one.system_id for one in bias_audits]
    names = {one.system.name for one in bias_audits}
    organisations = {one.organisation_id for one in bias_audits}
    versions = list(
        AISystem.objects.filter(organisation_id__in=organisations, name__in=names).order_by("registered_at")
    )
    uploads = list(
        BiasAudit.objects.filter(system_id__in=systems_of)
        .defer("plan")
        .prefetch_related(Prefetch("sources", BiasSource.objects.defer("profile")))
        .order_by("uploaded_at")
    )
    return {one.pk: list(_why_stale(one, versions, uploads)) for one in bias_audits}


def _why_stale(of: BiasAudit, versions: Collection[AISystem], uploads: Collection[BiasAudit]) -> Iterator[Problem]:
    if of.state != State.FINISHED:
        return
    system, before = of.system, (of.conduct or {}).get("system") or {}
    if "version" in before and before["version"] != system.version:
        sentence = _("It was measured on version {before}; the system is registered as version {now}.")
        sentence = sentence.format(before=before["version"] or _("(none)"), now=system.version or _("(none)"))
        yield Problem("version-changed", sentence)
    same = [one for one in versions if one.name == system.name and one.pk != system.pk]
    if newer := [one for one in same if one.registered_at > of.uploaded_at]:
        sentence = _("A newer version of the system was registered since: {system}.").format(system=newer[-1])
        yield Problem("newer-version", sentence)
    later = [one for one in uploads if one.system_id == of.system_id and one.uploaded_at > of.uploaded_at]
    rests_on = set(of.digests)
    if newest := [one for one in later if set(one.digests) - rests_on]:
        sentence = _("Newer data of the same system was uploaded since: {title}.").format(title=newest[-1].title)
        yield Problem("newer-data", sentence)
    if of.evidence and of.evidence.withdrawn_at:
        sentence = _("Its evidence was withdrawn: {reason}").format(reason=of.evidence.withdrawn_reason)
        yield Problem("evidence-withdrawn", sentence)


def stale_evidence(organisation_id: UUID, pieces: Collection[UUID]) -> dict[UUID, list[str]]:
    """Return, for those of these pieces of evidence that are results of bias audits, why they are stale."""
    kept = BiasAudit.objects.filter(organisation_id=organisation_id, evidence_id__in=pieces)
    sources = Prefetch("sources", BiasSource.objects.defer("profile"))
    published = list(kept.select_related("system", "evidence").prefetch_related(sources))
    found = stale_among(published)
    return {
        one.evidence_id: [problem.sentence for problem in found[one.pk]]
        for one in published
        if one.evidence_id and found[one.pk]
    }
