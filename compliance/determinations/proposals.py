"""What the register of systems already says on a question: a proposal to look at, which nobody but a person takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from compliance.systems.models import AISystem, Status


@dataclass(frozen=True, slots=True)
class Proposal:
    """An answer, as a file of facts has it, with the sentence on which it rests."""

    value: Any
    sentence: str


def proposal(system: AISystem, name: str) -> Proposal | None:
    """Return what the register says on the question `name`, or None."""
    in_use = system.status in (Status.IN_USE, Status.WITHDRAWN)
    if name == "roles":
        return _roles(system)
    if name == "placed_on_market" and in_use:
        told = _("The register says of this system: {status}. So a unit was put into service already.")
        return Proposal(True, told.format(status=system.get_status_display()))
    if name == "tool_used_before" and system.first_use_on:
        told = _("The register gives {day} as the first use by the deployer.")
        return Proposal(True, told.format(day=date_format(system.first_use_on, "DATE_FORMAT")))
    if name == "first_placed_on" and system.first_use_on:
        told = _(
            "The register gives {day} as the first use by the deployer. It is the day asked for only if no unit of "
            "this type was on the Union market before."
        )
        return Proposal(
            system.first_use_on.isoformat(), told.format(day=date_format(system.first_use_on, "DATE_FORMAT"))
        )
    return None


def _roles(system: AISystem) -> Proposal | None:
    house = system.organisation.name.casefold().strip()
    roles, told = [], []
    if system.deployer.casefold().strip() == house:
        roles.append("deployer")
        told.append(_("The register names your organisation as the deploying organisation."))
    if system.vendor.casefold().strip() == house:
        roles.append("provider")
        told.append(_("The register names your organisation as the vendor."))
    return Proposal(roles, " ".join(told)) if roles else None
