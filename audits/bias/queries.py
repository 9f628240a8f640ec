"""Find bias audits, always of one organisation."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from audits.bias.models import BiasAudit, BiasPlan, IndependenceDeclaration
from audits.work.models import State
from compliance.lib.problems import Problem
from compliance.people.models import Membership
from compliance.systems.models import AISystem
from compliance.systems.queries import systems


def bias_audits(by: Membership) -> QuerySet[BiasAudit]:
    """Return the bias audits that `by` may see, newest first."""
    return BiasAudit.objects.filter(organisation_id=by.organisation_id).select_related(
        "system", "organisation", "uploaded_by__user", "started_by__user", "evidence"
    )


def chosen_system(by: Membership, pk: str) -> AISystem | None:
    """Return the AI system that an address names, or None where it names none that `by` may see."""
    try:
        return systems(by).filter(pk=UUID(pk)).first()
    except ValueError:
        return None


def bias_plans(by: Membership) -> QuerySet[BiasPlan]:
    """Return the plans that `by` may see, newest first."""
    return BiasPlan.objects.filter(organisation_id=by.organisation_id).select_related(
        "system", "drafted_by__user", "approved_by__user", "locked_by__user"
    )


def declarations(by: Membership) -> QuerySet[IndependenceDeclaration]:
    """Return the declarations of independence that `by` may see, newest first."""
    return IndependenceDeclaration.objects.filter(organisation_id=by.organisation_id).select_related(
        "system", "declared_by__user"
    )


def stale(bias_audit: BiasAudit) -> list[Problem]:
    """Return why a finished result no longer speaks of what is in use, in full sentences; nothing where it does.

    It was measured on a version of the system that is no longer the registered one, a newer version or newer data of
    the same system was registered since, or its evidence was withdrawn. A result stays what it was; it is only marked.
    """
    if bias_audit.state != State.FINISHED:
        return []
    found = []
    system, before = bias_audit.system, (bias_audit.conduct or {}).get("system") or {}
    if "version" in before and before["version"] != system.version:
        sentence = _("It was measured on version {before}; the system is registered as version {now}.")
        sentence = sentence.format(before=before["version"] or _("(none)"), now=system.version or _("(none)"))
        found.append(Problem("version-changed", sentence))
    same = AISystem.objects.filter(organisation_id=system.organisation_id, name=system.name).exclude(pk=system.pk)
    if newer := same.filter(registered_at__gt=bias_audit.uploaded_at).order_by("-registered_at").first():
        sentence = _("A newer version of the system was registered since: {system}.").format(system=newer)
        found.append(Problem("newer-version", sentence))
    later = BiasAudit.objects.filter(system_id=system.pk, uploaded_at__gt=bias_audit.uploaded_at)
    if newest := later.exclude(input_sha256=bias_audit.input_sha256).order_by("-uploaded_at").first():
        sentence = _("Newer data of the same system was uploaded since: {title}.").format(title=newest.title)
        found.append(Problem("newer-data", sentence))
    if bias_audit.evidence and bias_audit.evidence.withdrawn_at:
        sentence = _("Its evidence was withdrawn: {reason}").format(reason=bias_audit.evidence.withdrawn_reason)
        found.append(Problem("evidence-withdrawn", sentence))
    return found


def stale_evidence(by: Membership) -> dict[UUID, list[Problem]]:
    """Return, by the id of the evidence that a published result became, why that result is stale."""
    published = bias_audits(by).filter(evidence__isnull=False, state=State.FINISHED)
    marked = ((one.evidence_id, stale(one)) for one in published)
    return {pk: found for pk, found in marked if pk and found}
