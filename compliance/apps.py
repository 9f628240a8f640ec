"""What the law asks, and where each AI system stands."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ComplianceConfig(AppConfig):
    name = "compliance"
    label = "compliance"
    verbose_name = _("Compliance")

    def ready(self) -> None:
        from compliance import checks  # noqa: F401 - registers the operator's checks
        from compliance.checklists import approvals  # noqa: F401 - listens to acts that change what was approved
        from compliance.trail import guards

        post_migrate.connect(guards.install, sender=self, dispatch_uid="trail-guards")
