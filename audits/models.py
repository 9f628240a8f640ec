"""The index of this room's tables."""

from audits.bias.models import BiasAudit, BiasIntake, BiasPlan, BiasSource, IndependenceDeclaration
from audits.dossiers.models import Dossier
from audits.publication.models import DataRequest, Delivery, Notice, Summary, ToolUse
from audits.published.models import PublishedCheck
from audits.rooms.models import Room, RoomQuestion

__all__ = [
    "BiasAudit",
    "BiasIntake",
    "BiasPlan",
    "BiasSource",
    "DataRequest",
    "Delivery",
    "Dossier",
    "IndependenceDeclaration",
    "Notice",
    "PublishedCheck",
    "Room",
    "RoomQuestion",
    "Summary",
    "ToolUse",
]
