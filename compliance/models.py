"""The index of this room's tables."""

from compliance.checklists.models import BulkAct, Checklist, ChecklistItem, ItemEvidence, Preparer, Review, SavedView
from compliance.crosswalks.models import TieDecision
from compliance.determinations.models import Determination, FactSheet, Override
from compliance.discussion.models import Remark
from compliance.engagements.models import (
    Declaration,
    Engagement,
    EvidenceRequest,
    GivenPiece,
    Scope,
    TeamMember,
)
from compliance.evidence.keeping import (
    FileText,
    FixityFinding,
    FixityRun,
    LegalHold,
    LinkCapture,
    PieceWords,
)
from compliance.evidence.models import Evidence, EvidenceFile, EvidenceTag, EvidenceVersion, SpeaksOf
from compliance.findings.models import CorrectiveAction, Finding, RiskAcceptance, Verification
from compliance.frameworks.models import Framework, FrameworkVersion
from compliance.guide.models import GuideAside
from compliance.outbox.models import Letter
from compliance.people.models import Grant, Membership, Organisation, User
from compliance.progress.models import ProgressSnapshot
from compliance.reminders.models import Digest, Rhythm, Snooze, Wishes
from compliance.reviews.models import Delegation, ReviewRule
from compliance.systems.models import AISystem
from compliance.timeline.models import CalendarAddress, KeyDate
from compliance.tokens.models import ApiToken, KeptAnswer
from compliance.trail.models import TrailEntry, TrailHead, TrailPersonal
from compliance.uploads.models import Upload
from compliance.webhooks.models import Delivery, Webhook
from compliance.workpapers.models import Workpaper, WorkpaperVersion

__all__ = [
    "AISystem",
    "ApiToken",
    "BulkAct",
    "CalendarAddress",
    "Checklist",
    "ChecklistItem",
    "CorrectiveAction",
    "Declaration",
    "Delegation",
    "Delivery",
    "Determination",
    "Digest",
    "Engagement",
    "Evidence",
    "EvidenceFile",
    "EvidenceRequest",
    "EvidenceTag",
    "EvidenceVersion",
    "FactSheet",
    "FileText",
    "Finding",
    "FixityFinding",
    "FixityRun",
    "Framework",
    "FrameworkVersion",
    "GivenPiece",
    "Grant",
    "GuideAside",
    "ItemEvidence",
    "KeptAnswer",
    "KeyDate",
    "LegalHold",
    "Letter",
    "LinkCapture",
    "Membership",
    "Organisation",
    "Override",
    "PieceWords",
    "Preparer",
    "ProgressSnapshot",
    "Remark",
    "Review",
    "ReviewRule",
    "Rhythm",
    "RiskAcceptance",
    "SavedView",
    "Scope",
    "Snooze",
    "SpeaksOf",
    "TeamMember",
    "TieDecision",
    "TrailEntry",
    "TrailHead",
    "TrailPersonal",
    "Upload",
    "User",
    "Verification",
    "Webhook",
    "Wishes",
    "Workpaper",
    "WorkpaperVersion",
]
