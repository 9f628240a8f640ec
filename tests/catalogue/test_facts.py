"""What a person needs in order to answer: why it is asked, where it stands, and a case on each side of the line."""

from compliance.catalogue.loader import facts

FACTS = facts()


def test_each_fact_says_why_it_is_asked_and_where_it_stands() -> None:
    assert [name for name, fact in FACTS.items() if not (fact.why or fact.help)] == []
    assert [name for name, fact in FACTS.items() if not fact.citation] == []


def test_each_yes_and_no_has_a_case_on_both_sides() -> None:
    assert [name for name, fact in FACTS.items() if fact.type == "yes_no" and not fact.examples] == []
    for fact in FACTS.values():
        if fact.examples is not None:
            assert not set(fact.examples.yes) & set(fact.examples.no)


def test_each_choice_and_day_has_help() -> None:
    assert [name for name, fact in FACTS.items() if fact.type != "yes_no" and not fact.help] == []


def test_facts_of_one_page_stand_together() -> None:
    groups = [fact.group for fact in FACTS.values()]
    changes = [group for group, before in zip(groups, ["", *groups], strict=False) if group != before]
    assert len(changes) == len(set(groups))
