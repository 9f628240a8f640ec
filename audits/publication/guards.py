"""What the database refuses of the publication: what was published, told or answered stays as it was."""

from __future__ import annotations

from compliance.guards import settled

GUARDS = [
    *settled("summary_settled", "audits_summary", "A published edition never changes."),
    *settled("notice_settled", "audits_notice", "A notice that was made never changes."),
    *settled("delivery_settled", "audits_delivery", "A log of notices is only added to."),
    *settled(
        "answer_settled", "audits_datarequest", "An answered request never changes.", "OLD.answered_on IS NOT NULL"
    ),
]
