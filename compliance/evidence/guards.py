"""What the database refuses of evidence: a version, its files and what it speaks of stay as they were kept."""

from __future__ import annotations

from compliance.guards import settled

SENTENCE = "A version of a piece of evidence is never changed."

GUARDS = [
    *settled("evidence_version", "compliance_evidenceversion", SENTENCE),
    *settled("evidence_file", "compliance_evidencefile", SENTENCE),
    *settled("evidence_speaks_of", "compliance_speaksof", SENTENCE),
]
