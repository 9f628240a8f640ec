"""The worker's side of bias audits."""

from uuid import UUID

from celery import shared_task

from audits.bias import actions, arriving


@shared_task(name="audits.bias.run")
def run_bias_audit(pk: str) -> None:
    """Compute one bias audit."""
    actions.carry_out(UUID(pk))


@shared_task(name="audits.bias.look")
def look_at_file(pk: str) -> None:
    """Look at one large file."""
    arriving.carry_out(UUID(pk))
