"""What the law asks, and where each AI system stands."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ComplianceConfig(AppConfig):
    name = "compliance"
    label = "compliance"
    verbose_name = _("Compliance")

    def ready(self) -> None:
        from compliance import checks, guards  # noqa: F401 - registers the operator's checks
        from compliance.checklists import approvals  # noqa: F401 - listens to acts that change what was approved
        from compliance.checklists.handing_over import also_handed_over
        from compliance.engagements.handing_over import PLACES, REQUESTS
        from compliance.evidence import guards as evidence
        from compliance.findings.handing_over import ACTIONS
        from compliance.frameworks import guards as frameworks
        from compliance.trail import guards as trail

        for name, one in (("actions", ACTIONS), ("requests", REQUESTS), ("places", PLACES)):
            also_handed_over(name, one)
        for some in (trail, evidence, frameworks):
            guards.declare(some.GUARDS)
        post_migrate.connect(guards.install, sender=self, dispatch_uid="guards")
