"""The index of this room's tables."""

from compliance.checklists.models import Checklist, ChecklistItem, ItemEvidence, Review
from compliance.crosswalks.models import TieDecision
from compliance.determinations.models import Determination, FactSheet, Override
from compliance.evidence.models import Evidence, EvidenceFile, EvidenceTag, EvidenceVersion, SpeaksOf
from compliance.frameworks.models import Framework, FrameworkVersion
from compliance.people.models import Membership, Organisation, User
from compliance.systems.models import AISystem
from compliance.timeline.models import CalendarAddress, KeyDate
from compliance.trail.models import TrailEntry, TrailHead
from compliance.uploads.models import Upload

__all__ = [
    "AISystem",
    "CalendarAddress",
    "Checklist",
    "ChecklistItem",
    "Determination",
    "Evidence",
    "EvidenceFile",
    "EvidenceTag",
    "EvidenceVersion",
    "FactSheet",
    "Framework",
    "FrameworkVersion",
    "ItemEvidence",
    "KeyDate",
    "Membership",
    "Organisation",
    "Override",
    "Review",
    "SpeaksOf",
    "TieDecision",
    "TrailEntry",
    "TrailHead",
    "Upload",
    "User",
]
