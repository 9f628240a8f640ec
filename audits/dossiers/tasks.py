"""The worker's side of dossiers."""

from uuid import UUID

from celery import shared_task

from audits.dossiers import actions


@shared_task(name="audits.dossiers.make")
def make_dossier(pk: str) -> None:
    """Render and sign one frozen dossier."""
    actions.carry_out(UUID(pk))
