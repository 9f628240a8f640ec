"""Register AI systems and change what is known about them."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from compliance.lib.canonical import digest
from compliance.lib.problems import Problem, Refused
from compliance.people.models import Membership
from compliance.people.reach import within
from compliance.people.rules import check_can
from compliance.systems.models import AISystem
from compliance.trail.actions import write
from compliance.trail.changes import since, snapshot

FIELDS = ("name", "version", "vendor", "intended_purpose", "deployer", "first_use_on", "positions", "status")


@transaction.atomic
def register(*, by: Membership, **fields: Any) -> AISystem:
    """Register an AI system of the organisation of `by`; `fields` are those of :data:`FIELDS`."""
    check_can(by, "register_systems")
    system = AISystem(organisation=by.organisation, registered_by=by)
    _fill(system, fields)
    _save(system)
    write(
        organisation_id=by.organisation_id,
        actor=by.actor,
        verb="system.registered",
        subject=system.subject,
        system_id=system.id,
        data=snapshot(system, FIELDS),
    )
    return system


def state(system: AISystem) -> str:
    """Return a digest of what is said about a system, by which a form knows what its writer read."""
    return digest(snapshot(system, FIELDS))


@transaction.atomic
def change(*, by: Membership, system: AISystem, read: str | None = None, **fields: Any) -> AISystem:
    """Change fields of a registered system; the trail keeps what stood there before and after.

    With `read`, the :func:`state` that the person saw, what somebody else changed since is not overwritten unseen.
    """
    check_can(by, "register_systems")
    system = AISystem.objects.select_for_update(no_key=True).get(within(by, system="pk"), pk=system.pk)
    if read is not None and read != state(system):
        sentence = _("Somebody else changed {system} while you were writing.").format(system=system)
        hint = _("What you typed is still in the form. The trail tells what changed; save again to replace it.")
        raise Refused(Problem("changed-meanwhile", sentence, hint))
    before = snapshot(system, FIELDS)
    _fill(system, fields)
    _save(system)
    changed = since(system, before)
    if changed:
        write(
            organisation_id=by.organisation_id,
            actor=by.actor,
            verb="system.changed",
            subject=system.subject,
            system_id=system.id,
            data=changed,
        )
    return system


def _fill(system: AISystem, fields: dict[str, Any]) -> None:
    unknown = set(fields) - set(FIELDS)
    if unknown:
        raise TypeError(f"An AI system has no field {', '.join(sorted(unknown))}.")
    for name, value in fields.items():
        setattr(system, name, value.strip() if isinstance(value, str) else value)


def _save(system: AISystem) -> None:
    if not system.name:
        raise Refused(Problem("system-without-name", _("The AI system needs a name."), column="name"))
    try:
        with transaction.atomic():
            system.save()
    except IntegrityError:
        sentence = _("An AI system {system} is registered already.").format(system=system)
        hint = _("Give this one another version.")
        raise Refused(Problem("system-registered-already", sentence, hint, column="version")) from None
