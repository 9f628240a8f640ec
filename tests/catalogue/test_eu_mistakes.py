"""Mistakes that public catalogues of the EU AI Act make, each of which one of these tests would have found here."""

from datetime import date

import pytest

from compliance.catalogue.conditions import facts_named, terms_named
from compliance.catalogue.frameworks import frameworks
from compliance.catalogue.loader import facts, load

OLD, NEW = load("eu-ai-act", "2024-07-12"), load("eu-ai-act", "2026-07-27")


def covered(*provisions: str) -> list[str]:
    """Those of `provisions` that neither a row cites nor one of their parts."""
    cited = {one for row in NEW.rows for one in row.citation}
    return [p for p in provisions if not any(c == f"AI Act {p}" or c.startswith(f"AI Act {p}(") for c in cited)]


@pytest.mark.parametrize(
    ("id", "citation", "about"),
    [
        ("73.2", "Art 73(2)", "incident"),
        ("73.3", "Art 73(3)", "infrastructure"),
        ("73.4", "Art 73(4)", "death"),
        ("5.1.h", "Art 5(1)(h)(iii)", "real-time"),
        ("9.4", "Art 9(4)", "combined"),
        ("9.2.d", "Art 9(2)(d)", "measures"),
        ("15.3", "Art 15(3)", "accuracy"),
        ("15.4", "Art 15(4), 1st subpara", "error"),
        ("15.5", "Art 15(5), 1st subpara", "unauthorised"),
        ("47.1", "Art 47(1)", "declaration"),
        ("48.1", "Art 48(1)", "CE mark"),
        ("27.3", "Art 27(3)", "authority"),
        ("6.3.prof", "Art 6(3), 3rd subpara", "profil"),
        ("72.1", "Art 72(1)", "monitor"),
        ("61.1.a", "Art 61(1)(a)", "test"),
        ("A8.B.1", "Annex VIII Section B point 1", "provider"),
        ("51.1", "Art 51(2)", "10^25"),
    ],
)
def test_each_requirement_has_its_own_number(id: str, citation: str, about: str) -> None:
    row = NEW.row(f"EUAIA-{id}")
    assert f"AI Act {citation}" in row.citation
    assert about.lower() in f"{row.title} {row.question} {row.why}".lower()


def test_the_three_incident_clocks_are_not_shifted() -> None:
    clocks = {id: NEW.row(f"EUAIA-{id}").clock for id in ("73.2", "73.3", "73.4")}
    assert {id: (one.limit, one.count, one.unit) for id, one in clocks.items() if one} == {
        "73.2": ("at_most", 15, "calendar_days"),
        "73.3": ("at_most", 2, "calendar_days"),
        "73.4": ("at_most", 10, "calendar_days"),
    }


def test_nothing_with_duties_is_left_unasked() -> None:
    annexes = ["Annex IV point 2", "Annex V point 1", "Annex VIII Section A point 1", "Annex XI Section 1 point 1"]
    articles = ["Art 10(1)", "Art 17(1)", "Art 61(1)", "Art 72(3)", "Art 49(2)", "Art 49(3)", "Art 49(4)", "Art 49(5)"]
    models = ["Art 51(1)", "Art 52(1)", "Art 53(1)", "Art 54(1)", "Art 55(1)", "Annex XII point 1"]
    chain = [f"Art {article}(1)" for article in (18, 19, 20, 21, 22, 23, 24, 25, 26, 27)]
    assert covered(*annexes, *articles, *models, *chain) == []


def test_the_closing_articles_are_no_requirements() -> None:
    assert [row.id for row in NEW.rows if any(one.startswith("AI Act Art 113") for one in row.citation)] == []


def test_every_row_that_counts_has_roles_a_tier_and_dates() -> None:
    assert [row.id for row in NEW.counted_rows if not (row.roles and row.tier and row.dates)] == []


def test_article_10_5_gave_way_to_article_4a() -> None:
    assert "EUAIA-10.5" in OLD
    assert "EUAIA-10.5" not in NEW
    assert "EUAIA-4a.1" not in OLD
    assert not any(one.startswith("AI Act Art 10(5)") for one in NEW.citations)


def test_what_was_deleted_in_2026_is_gone() -> None:
    gone = {"AI Act Annex VIII Section B point 7", "AI Act Annex VIII Section B point 9"}
    gone.add("AI Act Annex I Section A point 1")
    assert gone <= OLD.citations
    assert not gone & NEW.citations
    assert "machinery" in str(NEW.terms["section_b_product"].condition)
    assert "machinery" not in str(NEW.terms["section_a_product"].condition)


def test_bias_in_data_has_its_own_article_and_day() -> None:
    dates = NEW.row("EUAIA-10.2.f").dates
    assert dates is not None
    assert (dates.in_force_from["annex_iii"], dates.in_force_from["annex_i"]) == (date(2027, 12, 2), date(2028, 8, 2))
    assert (dates.originally_from["annex_iii"], dates.originally_from["annex_i"]) == (
        date(2026, 8, 2),
        date(2027, 8, 2),
    )


def test_logs_of_biometrics_are_for_remote_identification_only() -> None:
    for id in ("12.3.a", "12.3.b", "12.3.c", "12.3.d"):
        condition = NEW.row(f"EUAIA-{id}").condition
        assert condition is not None
        assert list(terms_named(condition)) == ["remote_identification"]


@pytest.mark.parametrize(
    ("id", "basis"),
    [
        *(("101", "Art 101(1)"), ("53.1.a", "Art 101(1)"), ("55.1.a", "Art 101(1)"), ("99.5", "Art 99(5)")),
        *(
            (id, "Art 99(1)")
            for id in ("4.1", "4a.2", "6.4.doc", "21.2", "27.1", "49.2", "61.1.a", "72.1", "73.4", "86.1")
        ),
    ],
)
def test_a_breach_is_fined_by_its_own_tier(id: str, basis: str) -> None:
    penalty = NEW.row(f"EUAIA-{id}").penalty
    assert penalty is not None
    assert penalty.basis == (f"AI Act {basis}",)


def test_the_figures_of_the_fines_are_those_of_the_act() -> None:
    notes = {name: one.note for name, one in NEW.penalty_sets.items()}
    assert "EUR 7.5 million or 1%" in notes["information"]
    assert "up to 3%" in notes["gpai"]
    assert "EUR 35 million or 7%" in notes["prohibited"]
    assert not any("1.5%" in note for note in notes.values())


def test_the_new_bans_are_points_ba_and_bb() -> None:
    assert {"AI Act Art 5(1)(ba)", "AI Act Art 5(1)(bb)"} <= NEW.citations
    assert "AI Act Art 5(1)(i)" not in NEW.citations


def test_the_impact_assessment_is_not_for_every_deployer() -> None:
    condition = NEW.row("EUAIA-27.1").condition
    assert condition is not None
    assert {"public_body", "provides_public_services", "annex_iii_uses"} <= set(facts_named(condition, NEW.terms))


def test_real_world_tests_reach_products_and_bias_data_reaches_deployers() -> None:
    test, data = NEW.row("EUAIA-60.4.a").condition, NEW.row("EUAIA-4a.2")
    assert test is not None
    assert "product_acts" in set(facts_named(test, NEW.terms))
    assert {"provider", "deployer", "gpai_provider"} == set(data.roles)


def test_registration_knows_who_enters_what() -> None:
    assert "provider" in NEW.row("EUAIA-A8.A.1").roles
    assert list(terms_named(NEW.row("EUAIA-A8.B.1").condition or pytest.fail("no condition"))) == ["exempted"]
    assert NEW.row("EUAIA-A8.C.1").roles == ("deployer",)
    assert "AI Act Annex III point 2" in NEW.row("EUAIA-49.5").citation


def test_the_frameworks_have_no_invented_items() -> None:
    nist, iso = frameworks()["nist-ai-rmf-1.0"].items, frameworks()["iso-42001-2023"].items
    assert not {"MANAGE 5.1", "MANAGE 5.2", "MEASURE 5.1"} & set(nist)
    assert not {"A.5.1", "A.7.1", "A.6.6", "A.6.10"} & set(iso)
    assert len([id for id in iso if id.startswith("A.")]) == 38
    assert (iso["A.4.5"], iso["A.4.6"]) == ("Computing resources", "People")


def test_the_uses_of_annex_iii_are_25() -> None:
    assert len([value for value in facts()["annex_iii_uses"].values if value != "none"]) == 25
