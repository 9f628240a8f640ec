"""The framework that the template to download holds: small, complete, and to be written over."""

from __future__ import annotations

from compliance.catalogue.document import Document
from compliance.catalogue.drafting import checked


def example() -> Document:
    """Return a framework that shows each column at least once.

    >>> len(example().rows)
    3
    """
    return checked(
        {
            "framework": {
                "title": "House rules for AI (write over this)",
                "short_title": "House rules",
                "row_prefix": "HOUSE-",
                "about": "What we ask of every AI system that we use.",
                "published_by": "Example Employer, Inc.",
            },
            "sections": [{"id": "people", "title": "People"}, {"id": "results", "title": "Results"}],
            "rows": [
                {
                    "id": "HOUSE-1",
                    "section": "people",
                    "title": "Owner by name",
                    "question": "Does one person by name answer for the system?",
                    "why": "What belongs to everybody is looked after by nobody.",
                    "reference": ["§ 1(1)"],
                    "timing": "Before first use",
                    "evidence": ["Entry in the inventory", "Letter of appointment"],
                },
                {
                    "id": "HOUSE-2",
                    "section": "people",
                    "title": "Scores explained",
                    "question": "Does everybody who uses a score know what it means?",
                    "kind": "duty",
                    "roles": ["deployer"],
                    "applies_when": "The tool gives each person a score.",
                    "condition": {"fact": "tool_scores", "is": True},
                    "in_force_from": "2026-01-01",
                    "evidence": ["Instructions for use"],
                },
                {
                    "id": "HOUSE-3",
                    "section": "results",
                    "title": "Results compared between groups",
                    "question": "Are results compared between groups at least once a year?",
                    "evidence": ["Bias audit"],
                    "note": "The figures come from a bias audit; what follows from them is for people to say.",
                },
            ],
            "crosswalk": [
                {
                    "row": "HOUSE-3",
                    "law": "nist-ai-rmf",
                    "to": "RMF-MEASURE-2.11",
                    "relation": "subset_of",
                    "note": "our own reading",
                }
            ],
        }
    )
