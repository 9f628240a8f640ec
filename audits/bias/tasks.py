"""The worker's side of bias audits."""

from uuid import UUID

from celery import shared_task

from audits.bias import actions


@shared_task(name="audits.bias.run")
def run_bias_audit(pk: str) -> None:
    """Compute one bias audit."""
    actions.carry_out(UUID(pk))
