"""What runs in the background, for the home page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Exists, OuterRef, Q
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from audits.bias.models import BiasAudit, BiasIntake
from audits.bias.queries import bias_audits, intakes
from audits.dossiers.models import Dossier
from audits.dossiers.queries import dossiers
from audits.work.models import State
from compliance.people.models import Membership
from compliance.web.running import Running

# A failure stays in sight for a week, so that nobody misses it over a weekend.
RECENT = timedelta(days=7)


def running(by: Membership) -> Iterator[Running]:
    """Yield the bias audits and dossiers that are being made, or that stopped within the last week.

    What stopped is no longer told once a later one of the same AI system, or of the same checklist, was finished.
    """
    for intake in intakes(by).filter(_shown(BiasIntake, "system_id")):
        yield _told(by, intake, _("file of applicants"), "bias_intake")
    for audit in bias_audits(by).filter(_shown(BiasAudit, "system_id")):
        yield _told(by, audit, _("bias audit"), "bias_detail")
    for dossier in dossiers(by).filter(_shown(Dossier, "checklist_id")):
        yield _told(by, dossier, _("dossier"), "dossiers_detail")


def _shown(model: type[BiasAudit] | type[BiasIntake] | type[Dossier], about: str) -> Q:
    """Return the condition under which a row is told; `about` is the column of what it is about."""
    later = model._default_manager.filter(
        **{about: OuterRef(about)}, state=State.FINISHED, ended_at__gt=OuterRef("ended_at")
    )
    stopped = Q(state=State.FAILED, ended_at__gte=timezone.now() - RECENT) & Q(~Exists(later))
    return Q(state__in=[State.WAITING, State.RUNNING], asked_at__isnull=False) | stopped


def _told(by: Membership, work: BiasAudit | BiasIntake | Dossier, kind: str, page: str) -> Running:
    try:
        url = reverse(page, kwargs={"org": by.organisation.slug, "pk": work.pk})
    except NoReverseMatch:
        url = ""
    label = str(State(work.state).label)
    return Running(work.title, kind, url, work.state, label, work.doing, work.done_permille)
