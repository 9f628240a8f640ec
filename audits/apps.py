"""What we measured, and what we hand over."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditsConfig(AppConfig):
    name = "audits"
    label = "audits"
    verbose_name = _("Audits")

    def ready(self) -> None:
        from audits import checks  # noqa: F401 - registers the operator's checks
        from audits.bias import guards as bias_guards
        from audits.bias.queries import stale_evidence
        from audits.bias.thresholds import crossed_evidence
        from audits.dossiers.heads import of_dossier
        from audits.first_hour import register
        from audits.keeping import bias, dossiers
        from audits.publication import guards as publication_guards
        from audits.publication.queries import known_days
        from audits.running import running
        from compliance.evidence.fixity import keeps_bytes
        from compliance.evidence.staleness import tells_stale
        from compliance.evidence.thresholds import tells_crossed
        from compliance.guards import declare
        from compliance.timeline.queries import tells_days
        from compliance.trail.heads import reads_heads
        from compliance.web.running import shown_at_home

        declare([*bias_guards.GUARDS, *publication_guards.GUARDS])
        keeps_bytes(bias)
        keeps_bytes(dossiers)
        register()
        shown_at_home(running)
        tells_stale(stale_evidence)
        tells_crossed(crossed_evidence)
        reads_heads(of_dossier)
        tells_days(known_days)
