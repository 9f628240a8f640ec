"""What we measured, and what we hand over."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditsConfig(AppConfig):
    name = "audits"
    label = "audits"
    verbose_name = _("Audits")

    def ready(self) -> None:
        from audits.running import running
        from compliance.web.running import shown_at_home

        shown_at_home(running)
