"""The index of this room's tables."""

from compliance.checklists.models import Checklist, ChecklistItem, ItemEvidence, Review
from compliance.evidence.models import Evidence
from compliance.people.models import Membership, Organisation, User
from compliance.systems.models import AISystem
from compliance.trail.models import TrailEntry, TrailHead

__all__ = [
    "AISystem",
    "Checklist",
    "ChecklistItem",
    "Evidence",
    "ItemEvidence",
    "Membership",
    "Organisation",
    "Review",
    "TrailEntry",
    "TrailHead",
    "User",
]
