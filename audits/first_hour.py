"""The steps of the first hour that belong to this room: measure, and hand over."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from audits.bias.models import BiasAudit
from audits.dossiers.models import Dossier
from compliance.guide.steps import Done, Told, address, step
from compliance.people.models import Membership


def _published(by: Membership) -> Done | None:
    mine = BiasAudit.objects.filter(organisation_id=by.organisation_id, evidence__isnull=False)
    found = mine.select_related("evidence__added_by__user").order_by("uploaded_at").first()
    if found is None or found.evidence is None:
        return None
    url = address(by, "bias_detail", pk=found.pk)
    return Done(url, found.title, found.evidence.added_by.name, found.evidence.added_at)


def _signed(by: Membership) -> Done | None:
    mine = Dossier.objects.filter(organisation_id=by.organisation_id).exclude(signed_sha256="")
    found = mine.select_related("frozen_by__user").order_by("frozen_at").first()
    if found is None:
        return None
    return Done(address(by, "dossiers_detail", pk=found.pk), found.title, found.frozen_by.name, found.frozen_at)


def register() -> None:
    """Put both steps into the order of the others."""
    step(
        50,
        Told(
            _("Run a bias audit, and publish its result as evidence"),
            _("Bias audits, then “Upload applicants”: say what each value means, run it, and publish the result."),
            _("Rates, impact ratios and their intervals, each with its rule; nothing is called fair or unfair."),
            "run_bias_audits",
            "bias_new",
        ),
        _published,
    )
    step(
        120,
        Told(
            _("Freeze and sign a dossier"),
            _("Dossiers, then “Freeze a dossier”: the checklist, and what you state about it."),
            _("A signed PDF with the manifest of every digest, which anyone can verify offline."),
            "make_dossiers",
            "dossiers_new",
        ),
        _signed,
    )
