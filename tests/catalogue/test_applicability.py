"""Which rows bind, since when and why: a small law with every kind of date, and what must hold of every answer."""

import datetime
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.catalogue.applicability import Applicability, applicability, version_at
from compliance.catalogue.classification import Classification, classify
from compliance.catalogue.conditions import Fact
from compliance.catalogue.engine import engine
from compliance.catalogue.evaluation import Evaluation
from compliance.catalogue.known import read
from compliance.catalogue.loader import facts, load
from compliance.lib.problems import Refused

FOLDER = Path(__file__).parent / "lamps"
VOCABULARY = facts(FOLDER)
STREET = {
    "roles": ["maker"],
    "is_lamp": True,
    "uses": ["street"],
    "watched": False,
    "part_of": "none",
    "first_lit_on": "2004-01-01",
}
CARRIER = {**STREET, "roles": ["carrier"]}
PART = {"uses": ["none"], "part_of": "carriage"}
OLD = {**STREET, "first_lit_on": "2002-01-01", "redesigned": False, "for_the_town": False}


def redesigned(day: str) -> dict[str, Any]:
    return {**OLD, "redesigned": True, "redesigned_on": day}


def lamps(given: dict[str, Any], as_of: date) -> Applicability:
    return applicability("lamp-act", read(given, VOCABULARY), as_of, folder=FOLDER)


def classes(given: dict[str, Any], as_of: date) -> Classification:
    return classify("lamp-act", read(given, VOCABULARY), as_of, folder=FOLDER)


@pytest.mark.parametrize(
    ("given", "as_of", "row", "state", "since"),
    [
        (STREET, date(2001, 1, 15), "LAMP-2", "later", date(2001, 2, 1)),
        (STREET, date(2001, 2, 1), "LAMP-2", "applies", date(2001, 2, 1)),
        # The dates as they stood then, and as they were moved.
        (STREET, date(2002, 5, 31), "LAMP-3", "later", date(2002, 8, 1)),
        (STREET, date(2002, 6, 1), "LAMP-3", "later", date(2003, 12, 1)),
        (STREET, date(2003, 12, 1), "LAMP-3", "applies", date(2003, 12, 1)),
        # By its use or as a part: each has its date, and the earlier counts.
        ({**STREET, "part_of": "carriage"}, date(2002, 6, 1), "LAMP-3", "later", date(2003, 12, 1)),
        ({**STREET, **PART}, date(2002, 6, 1), "LAMP-3", "later", date(2004, 8, 1)),
        ({**STREET, **PART, "first_lit_on": "2003-07-31"}, date(2002, 6, 1), "LAMP-3", "no", None),
        # An older lamp is out, unless it is redesigned or meant for the town.
        (OLD, date(2005, 1, 1), "LAMP-3", "no", None),
        (OLD, date(2005, 1, 1), "LAMP-7", "applies", date(2001, 8, 1)),
        ({**OLD, "for_the_town": True}, date(2005, 1, 1), "LAMP-3", "later", date(2006, 8, 1)),
        (redesigned("2005-03-01"), date(2005, 1, 1), "LAMP-3", "later", date(2005, 3, 1)),
        (redesigned("2005-03-01"), date(2005, 3, 1), "LAMP-3", "applies", date(2005, 3, 1)),
        (redesigned("2003-01-01"), date(2005, 1, 1), "LAMP-3", "applies", date(2003, 12, 1)),
        # A grace for what was there before takes the place of the general day.
        ({**STREET, "first_lit_on": "2001-07-31"}, date(2002, 1, 1), "LAMP-7", "later", date(2003, 8, 1)),
        ({**STREET, "first_lit_on": "2001-08-01"}, date(2002, 1, 1), "LAMP-7", "applies", date(2001, 8, 1)),
        # Another role, and whoever counts as the maker.
        (CARRIER, date(2005, 1, 1), "LAMP-3", "undetermined", None),
        ({**CARRIER, "puts_own_name": False}, date(2005, 1, 1), "LAMP-3", "no", None),
        ({**CARRIER, "puts_own_name": True}, date(2005, 1, 1), "LAMP-3", "applies", date(2003, 12, 1)),
        # What ends: the last day is the day of its end.
        (STREET, date(2001, 1, 15), "LAMP-10", "later", date(2001, 2, 1)),
        (STREET, date(2001, 8, 1), "LAMP-10", "applies", date(2001, 2, 1)),
        (STREET, date(2001, 8, 2), "LAMP-10", "no", None),
        # Which of two tracks is open, and both have one day.
        (STREET, date(2001, 8, 31), "LAMP-6", "later", date(2001, 9, 1)),
        (STREET, date(2001, 9, 1), "LAMP-6", "applies", date(2001, 9, 1)),
        # At least a hundred, fewer than a thousand.
        ({**STREET, "candles": 99}, date(2005, 1, 1), "LAMP-5", "no", None),
        ({**STREET, "candles": 100}, date(2005, 1, 1), "LAMP-5", "applies", date(2001, 8, 1)),
        ({**STREET, "candles": 1000}, date(2005, 1, 1), "LAMP-5", "no", None),
    ],
)  # fmt: skip
def test_states_and_days(given: dict[str, Any], as_of: date, row: str, state: str, since: date | None) -> None:
    found = lamps(given, as_of).row(row)
    assert (found.state, found.since) == (state, since)


def test_what_is_not_known_is_asked_for_and_nothing_else() -> None:
    given = {name: value for name, value in STREET.items() if name != "first_lit_on"}
    row = lamps(given, date(2005, 1, 1)).row("LAMP-3")
    assert (row.state, row.needs) == ("undetermined", ("first_lit_on", "redesigned", "redesigned_on", "for_the_town"))
    assert [one.name for one in row.reasons if one.kind == "needs"] == list(row.needs)
    # Watched or not, a lamp that moves people is dangerous: so that is no longer asked.
    half = {**STREET, "moves_people": True, "watched": None}
    assert lamps(half, date(2005, 1, 1)).row("LAMP-3").state == "applies"


def test_a_partly_known_choice_is_open_only_where_it_is_open() -> None:
    partly = {**STREET, "uses": {"chosen": [], "not_known": ["mine"]}}
    assert lamps(partly, date(2005, 1, 1)).row("LAMP-3").needs == ("uses",)
    assert (
        lamps({**partly, "uses": {"chosen": ["street"], "not_known": ["mine"]}}, date(2005, 1, 1)).row("LAMP-3").state
        == "applies"
    )


def test_a_row_that_binds_already_may_wait_for_its_day() -> None:
    given = {
        **STREET,
        "uses": {"chosen": [], "not_known": ["street"]},
        "part_of": "carriage",
        "first_lit_on": "2005-01-01",
    }
    row = lamps(given, date(2006, 1, 1)).row("LAMP-3")
    assert (row.state, row.since, row.needs) == ("applies", None, ("uses",))


def test_reasons_name_facts_terms_and_the_day_with_their_citations() -> None:
    reasons = lamps(STREET, date(2002, 6, 1)).row("LAMP-3").reasons
    assert [(one.kind, one.name) for one in reasons if one.kind != "fact"] == [
        ("term", "dangerous"), ("term", "dangerous_use"), ("term", "in_scope"), ("term", "role_maker"),
        ("track", "use"), ("term", "old_for_use"), ("term", "old"), ("date", ""), ("reading", ""),
    ]  # fmt: skip
    used = {one.name: (one.value, one.citation) for one in reasons if one.kind == "fact"}
    assert used["uses"] == (["street"], ("Lamp Act § 3",))
    assert used["first_lit_on"] == ("2004-01-01", ("Lamp Act § 9",))
    assert "candles" not in used
    assert [one.sentence for one in reasons if one.kind in ("date", "reading")] == [
        "It will bind from 2003-12-01.",
        "By the letter of the law it may bind from 2001-08-01. The letter of § 8 names the general day only.",
    ]


def test_what_ended_says_until_when() -> None:
    reasons = lamps(STREET, date(2001, 8, 2)).row("LAMP-10").reasons
    assert [(one.kind, one.sentence, one.citation) for one in reasons] == [
        ("date", "It bound until 2001-08-01, and no longer.", ("Lamp Act § 10",))
    ]
    row = lamps({**STREET, "roles": ["keeper"], "puts_own_name": False}, date(2001, 8, 2)).row("LAMP-10")
    assert [one.name for one in row.reasons] == ["role_maker", "roles", "puts_own_name"]


@pytest.mark.parametrize(
    ("part_of", "settled", "answer"), [("ship", True, "ship"), (None, False, None), ("none", False, "")]
)
def test_a_row_that_binds_says_who_performs_it_and_what_it_is_met_through(
    part_of: str | None, settled: bool, answer: str | None
) -> None:
    row = lamps({**STREET, "part_of": part_of}, date(2002, 1, 1)).row("LAMP-6")
    assert row.state == "applies"
    assert (row.met_through is not None) is settled
    found = {one.kind: one for one in row.reasons}
    assert found["performed"].sentence == "Performed by: Carrier. The maker answers for it."
    assert found["performed"].citation == ("Lamp Act § 7",)
    assert [one.value for one in row.reasons if one.name == "part_of"] == ([] if answer == "" else [answer])
    assert ("met_through" in found) is (answer != "")
    assert "performed" not in {one.kind for one in lamps({"is_lamp": False}, date(2002, 1, 1)).row("LAMP-6").reasons}


def test_the_text_is_that_of_the_day_and_what_is_published_is_known_to_come() -> None:
    assert version_at("lamp-act", date(2002, 5, 31), folder=FOLDER).text_version == "2001-01-01"
    before, published = lamps(STREET, date(2002, 5, 19)), lamps(STREET, date(2002, 5, 20))
    assert before.to_come == ()
    coming = published.to_come[0]
    assert coming.law.text_version == "2002-06-01"
    assert {one.row.id: one.since for one in coming.differing_from(published)} == {
        "LAMP-2A": date(2002, 12, 1),
        "LAMP-3": date(2003, 12, 1),
    }
    with pytest.raises(Refused) as refused:
        lamps(STREET, date(2000, 12, 31))
    assert refused.value.code == "no-text-yet"


def test_steps_explain_and_outcomes_hold_together() -> None:
    found = classes({**STREET, "blinding": True, "candles": 200}, date(2002, 6, 1))
    assert [(one.name, one.state, one.since) for one in found.outcomes] == [
        ("prohibited", "applies", date(2001, 2, 1)),
        ("dangerous", "later", date(2003, 12, 1)),
        ("bright", "applies", None),
    ]
    assert [(one.step.number, one.answer, one.branch and one.branch.answer) for one in found.steps] == [
        (1, "answered", "Yes"), (2, "answered", "It blinds people"),
        (3, "answered", "By its use"), (4, "answered", "Yes"),
    ]  # fmt: skip
    assert {one.name for one in found.steps[2].reasons} >= {"uses", "watched"}
    no_lamp = classes({"is_lamp": False}, date(2002, 6, 1))
    assert no_lamp.names("applies", "later", "undetermined") == ("out_of_scope",)
    assert [one.answer for one in no_lamp.steps] == ["answered", "not_reached", "not_reached", "not_reached"]
    open_one = classes({"is_lamp": True, "uses": ["none"]}, date(2002, 6, 1)).steps[2]
    assert (open_one.answer, open_one.needs) == ("undetermined", ("part_of",))
    assert [branch.answer for branch in open_one.open_branches] == ["As a part", "No"]


# ------------------------------------------------------------------ what must hold of every answer


def answers(fact: Fact) -> st.SearchStrategy[Any]:
    values = sorted(fact.values)
    match fact.type:
        case "yes_no":
            return st.booleans()
        case "choice":
            return st.sampled_from(values)
        case "choices":
            some = sorted(value for value in values if value != "none")
            none = st.just(["none"]) if "none" in values else st.nothing()
            return none | st.lists(st.sampled_from(some), min_size=1, unique=True)
        case "number":
            return st.sampled_from([50, 100, 999, 1000])
        case "date":
            return st.dates(date(2001, 1, 1), date(2005, 1, 1)).map(date.isoformat)


SHEETS = st.fixed_dictionaries({}, optional={name: answers(fact) for name, fact in VOCABULARY.items()})
DAYS = st.dates(date(2001, 1, 1), date(2007, 1, 1))


@settings(max_examples=150, deadline=None)
@given(SHEETS, SHEETS, DAYS)
def test_more_facts_never_undo_what_was_settled(less: dict[str, Any], more: dict[str, Any], as_of: date) -> None:
    before, after = lamps(less, as_of), lamps({**more, **less}, as_of)
    for old, new in zip(before.rows, after.rows, strict=True):
        if old.state != "undetermined":
            assert new.state == old.state
            assert old.since in (None, new.since)
        if old.state == "undetermined":
            assert old.needs
            assert not set(old.needs) & set(less)
        if not set(old.needs) & set(more):
            assert (new.state, new.since) == (old.state, old.since)
    settled = {one.name for one in classes(less, as_of).outcomes if one.state in ("applies", "later")}
    assert settled <= {one.name for one in classes({**more, **less}, as_of).outcomes}


@settings(max_examples=75, deadline=None)
@given(SHEETS, DAYS, st.randoms(use_true_random=False))
def test_the_order_of_facts_does_not_matter(given: dict[str, Any], as_of: date, random: Any) -> None:
    names = list(given)
    random.shuffle(names)
    first, second = lamps(given, as_of), lamps({name: given[name] for name in names}, as_of)
    assert [one.as_json() for one in first.rows] == [one.as_json() for one in second.rows]


@settings(max_examples=150, deadline=None)
@given(SHEETS, DAYS, st.integers(0, 2000))
def test_asking_later_never_unbinds_a_row(given: dict[str, Any], as_of: date, days: int) -> None:
    first, second = lamps(given, as_of), lamps(given, as_of + datetime.timedelta(days=days))
    law = load("lamp-act", folder=FOLDER)
    gone = {one.id for one in law.removed} | {one.id for one in law.rows if one.dates and one.dates.until}
    assert len(gone) == 2
    for row in first.those("applies"):
        if row.row.id not in gone:
            assert second.row(row.row.id).state == "applies"


@settings(max_examples=75, deadline=None)
@given(SHEETS, DAYS)
def test_nothing_is_open_without_a_question_and_nothing_used_that_was_not_given(
    given: dict[str, Any], as_of: date
) -> None:
    for row in lamps(given, as_of).rows:
        assert (row.state == "undetermined") <= bool(row.needs)
        used = {one.name for one in row.reasons if one.kind == "fact" and one.value is not None}
        assert used <= set(given)
        assert row.reasons


@settings(max_examples=150, deadline=None)
@given(SHEETS, DAYS)
def test_what_is_settled_is_what_going_through_every_case_settles(given: dict[str, Any], as_of: date) -> None:
    """The short ways, which reuse cases found for other systems, say the same as the long one."""
    made = engine("lamp-act", version_at("lamp-act", as_of, folder=FOLDER).text_version, as_of, folder=FOLDER)
    evaluation = Evaluation(made, read(given, VOCABULARY))
    bindings = [binding for _, binding in made.rows] + [one.binding for one in made.outcomes]
    formulas = {formula for one in bindings for formula in (one.formula, one.by_now, one.ever)}
    formulas |= {track.guard for one in bindings for track in one.tracks}
    assert {one: evaluation.value(one) for one in formulas} == {one: evaluation.exact(one).value for one in formulas}
