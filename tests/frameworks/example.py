"""A small framework of an organisation's own, and any other one that hypothesis can think of."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from compliance.catalogue.crosswalk import RELATIONS
from compliance.catalogue.document import Document
from compliance.catalogue.drafting import checked

HOUSE: dict[str, Any] = {
    "framework": {
        "title": "House rules for AI",
        "short_title": "House rules",
        "row_prefix": "HOUSE-",
        "about": "What we ask of every AI system in this house.",
        "published_by": "Example Employer, Inc.",
    },
    "sections": [{"id": "people", "title": "People"}, {"id": "data", "title": "Data"}],
    "rows": [
        {
            "id": "HOUSE-1",
            "section": "people",
            "title": "Owner",
            "question": "Has the system an owner by name?",
            "evidence": ["Entry in the inventory", "Letter of appointment"],
            "reference": ["§ 2(1)"],
        },
        {
            "id": "HOUSE-2",
            "section": "people",
            "title": "Scores explained",
            "question": "Does everybody who uses a score know what it means?",
            "kind": "duty",
            "applies_when": "The tool gives scores.",
            "condition": {"all": [{"fact": "tool_scores", "is": True}, {"not": {"fact": "tool_selects", "is": True}}]},
            "in_force_from": "2026-01-01",
        },
        {
            "id": "HOUSE-3",
            "section": "data",
            "title": "Groups compared",
            "question": "Are results compared between groups?",
            "why": "=1+1 is no formula here.",
        },
    ],
    "crosswalk": [
        {"row": "HOUSE-3", "law": "nist-ai-rmf", "to": "RMF-MEASURE-2.11", "relation": "subset_of"},
        {"row": "HOUSE-3", "law": "nyc-ll144", "to": "LL144-AUD-01", "note": "The audit compares groups."},
    ],
}


def house(**changes: Any) -> Document:
    """Return the house rules, with other parts where given."""
    return checked({**HOUSE, **changes})


_LETTERS = st.characters(
    exclude_categories=("Cc", "Cs", "Co", "Cn", "Zl", "Zp", "Cf"), exclude_characters="\ufffe\uffff"
)
_LINES = st.text(_LETTERS, min_size=1, max_size=30).map(str.strip).filter(bool)
_START = st.sampled_from(
    ["", "=", "+", "-", "@", "'", "|", "#", "true ", "1.10", "_x0041_", "2026-01-01", "null", "&a ", "* "]
)
_LINE = st.builds(lambda start, text: (start + text).strip(), _START, _LINES)
_PROSE = st.lists(_LINE, max_size=3).map("\n".join)
_MORE = st.dictionaries(_LINE, st.text(st.one_of(_LETTERS, st.sampled_from("\n ")), max_size=50), max_size=2)
_CONDITION = st.recursive(
    st.sampled_from(
        [
            {"fact": "tool_scores", "is": True},
            {"fact": "roles", "includes": "provider"},
            {"fact": "first_placed_on", "before": "2026-08-02"},
        ]
    ),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"any": parts}), inner.map(lambda part: {"not": part})
    ),
    max_leaves=4,
)
_IDS = st.lists(st.from_regex(r"[A-Za-z0-9().-]{1,8}", fullmatch=True), unique=True, min_size=1, max_size=4)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Draw any framework that could be kept."""
    ids = [f"X-{id}" for id in draw(_IDS)]
    sections = draw(st.lists(st.from_regex(r"[a-z0-9]{1,5}", fullmatch=True), unique=True, min_size=1, max_size=3))
    rows = [
        {
            "id": id,
            "section": draw(st.sampled_from(sections)),
            "title": draw(_LINE),
            "question": f"{draw(_LINE)}?",
            "why": draw(_PROSE),
            "kind": draw(st.sampled_from(["control", "duty", "guidance"])),
            "reference": draw(st.lists(_LINE, max_size=2)),
            "roles": draw(st.sampled_from([[], ["provider"], ["deployer", "provider"]])),
            "evidence": draw(st.lists(_LINE, max_size=3)),
            "timing": draw(st.one_of(st.just(""), _LINE)),
            "note": draw(_PROSE),
            "more": draw(_MORE),
            "in_force_from": draw(st.one_of(st.none(), st.dates())),
            **(draw(st.sampled_from([{}, {"applies_when": "When it does.", "condition": draw(_CONDITION)}]))),
        }
        for id in ids
    ]
    return checked(
        {
            "framework": {
                "title": draw(_LINE),
                "short_title": draw(_LINE.filter(lambda text: len(text) <= 60)),
                "row_prefix": "X-",
                "about": draw(_PROSE),
                "more": draw(_MORE),
            },
            "sections": [{"id": id, "title": draw(_LINE), "more": draw(_MORE)} for id in sections],
            "rows": rows,
            "crosswalk": [
                {"row": draw(st.sampled_from(ids)), "law": "nist-ai-rmf", "to": "RMF-MAP-1.1", "relation": relation}
                for relation in draw(st.lists(st.sampled_from(RELATIONS), max_size=3))
            ],
        }
    )
