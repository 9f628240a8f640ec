"""The worker's side of checking what others published."""

from uuid import UUID

from celery import shared_task

from audits.published import actions


@shared_task(name="audits.published.check")
def check_publication(pk: str) -> None:
    """Check one large publication."""
    actions.carry_out(UUID(pk))


@shared_task(name="audits.published.forget")
def forget_checks() -> int:
    """Forget large checks of more than a day ago."""
    return actions.forget()
