"""What the database refuses of bias audits: to change or remove a locked plan and a declaration of independence."""

from __future__ import annotations

from compliance.guards import settled

GUARDS = [
    *settled("bias_plan", "audits_biasplan", "A locked plan is never changed.", "OLD.locked_at IS NOT NULL"),
    *settled(
        "independence_declaration",
        "audits_independencedeclaration",
        "A declaration of independence is never changed.",
        "OLD.declared_at IS NOT NULL",
    ),
]
