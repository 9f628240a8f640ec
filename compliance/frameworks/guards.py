"""What the database refuses of frameworks: to change or remove a published version."""

from __future__ import annotations

from compliance.guards import settled

GUARDS = settled(
    "framework_version",
    "compliance_frameworkversion",
    "A published version of a framework is never changed.",
    "OLD.published_at IS NOT NULL",
)
