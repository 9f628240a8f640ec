"""What the database refuses of the trail: to change, remove or insert an entry, or to set the chain back.

The chain itself shows what was done while the guards were gone.
"""

from __future__ import annotations

from compliance.guards import Guard, settled

ENTRIES, HEADS, PERSONAL = "compliance_trailentry", "compliance_trailhead", "compliance_trailpersonal"
NO_WAY_BACK = "The end of the trail only moves on."
ONLY_REMOVED = "A personal text of the trail is removed as a whole, and nothing else."

_OTHER = f"EXISTS (SELECT 1 FROM {ENTRIES} e WHERE e.organisation_id = NEW.organisation_id AND {{more}})"  # noqa: S608

GUARDS = [
    *settled("trail", ENTRIES, "The trail is append-only."),
    Guard(
        "trail_continues",
        ENTRIES,
        "INSERT",
        "An entry of the trail continues the last one.",
        f"(NEW.seq = 1 AND NEW.prev = '' OR {_OTHER.format(more='e.seq = NEW.seq - 1 AND e.sha256 = NEW.prev')})"
        f" AND NOT {_OTHER.format(more='e.seq = NEW.seq')}",
    ),
    Guard(
        "trail_head_moves_on",
        HEADS,
        "UPDATE",
        NO_WAY_BACK,
        "NEW.organisation_id = OLD.organisation_id AND NEW.seq > OLD.seq",
    ),
    Guard("trail_head_stays", HEADS, "DELETE", NO_WAY_BACK),
    Guard("trail_head_stays_whole", HEADS, "TRUNCATE", NO_WAY_BACK),
    Guard(
        "trail_personal_is_removed_only",
        PERSONAL,
        "UPDATE",
        ONLY_REMOVED,
        """NEW.organisation_id = OLD.organisation_id AND NEW.sha256 = OLD.sha256 AND NEW.person = OLD.person
           AND OLD.removed_seq IS NULL AND NEW.removed_seq IS NOT NULL AND NEW.salt = '' AND NEW.value = ''""",
    ),
    Guard("trail_personal_stays", PERSONAL, "DELETE", ONLY_REMOVED),
    Guard("trail_personal_stays_whole", PERSONAL, "TRUNCATE", ONLY_REMOVED),
]
