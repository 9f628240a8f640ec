"""What must hold of every answer, held against the Act itself: its own facts, its own days and both of its texts."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from compliance.catalogue.applicability import Applicability, applicability
from compliance.catalogue.conditions import Fact
from compliance.catalogue.known import read
from compliance.catalogue.loader import facts, load
from tests.catalogue.test_scenarios import SCENARIOS, as_json, law
from tests.catalogue.test_scenarios import given as facts_of

DAYS = [
    date(*day)
    for day in ((2025, 1, 1), (2025, 8, 2), (2026, 7, 26), (2026, 7, 27), (2026, 11, 21), (2027, 12, 2), (2028, 8, 2))
]
KNOWN = [
    {
        fact: as_json(value)
        for fact, value in facts_of(name).items()
        if value is not None and not isinstance(value, dict)
    }
    for name in SCENARIOS
    if law(name) == "eu-ai-act"
]


def other(fact: Fact) -> st.SearchStrategy[Any]:
    match fact.type:
        case "yes_no":
            return st.booleans()
        case "choice":
            return st.sampled_from(sorted(fact.values))
        case "choices":
            return st.lists(st.sampled_from(sorted(set(fact.values) - {"none"})), min_size=1, max_size=3, unique=True)
        case "number":
            return st.sampled_from([0, 10**6])
        case "date":
            return st.sampled_from(["2025-01-01", "2026-09-01", "2028-01-01"])


CHANGED = st.fixed_dictionaries({}, optional={name: other(fact) for name, fact in facts().items()})


def held(given: dict[str, Any], as_of: date) -> Applicability:
    return applicability("eu-ai-act", read(given, facts()), as_of)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(KNOWN), CHANGED, st.data(), st.sampled_from(DAYS))
def test_more_facts_never_undo_what_was_settled(
    whole: dict[str, Any], changed: dict[str, Any], data: st.DataObject, as_of: date
) -> None:
    more = whole | changed
    forgotten = data.draw(st.sets(st.sampled_from(sorted(more))))
    less = {name: value for name, value in more.items() if name not in forgotten}
    for old, new in zip(held(less, as_of).rows, held(more, as_of).rows, strict=True):
        if old.state == "undetermined":
            assert set(old.needs) - set(less), old.row.id
        else:
            assert (new.state, old.since in (None, new.since)) == (old.state, True), old.row.id


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(KNOWN), CHANGED, st.sampled_from(DAYS), st.sampled_from(DAYS))
def test_asking_later_never_unbinds_a_row(
    whole: dict[str, Any], changed: dict[str, Any], one: date, another: date
) -> None:
    first, second = held(whole | changed, min(one, another)), held(whole | changed, max(one, another))
    texts = [load("eu-ai-act", version) for version in ("2024-07-12", "2026-07-27")]
    gone = {row.id for text in texts for row in text.removed}
    gone |= {row.id for text in texts for row in text.rows if row.dates and row.dates.until}
    # Annex I Section A point 1 was deleted in 2026: since then little of the Act reaches machinery.
    assume(first.law is second.law or "machinery" not in (whole | changed).get("product_acts", []))
    for row in first.those("applies"):
        assert row.row.id in gone or second.row(row.row.id).state == "applies", row.row.id
