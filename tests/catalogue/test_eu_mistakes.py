"""Mistakes that public catalogues of the EU AI Act make, each of which one of these tests would have found here.

`FOUND_BY` goes through them one by one and names the tests that would have.
"""

import re
from datetime import date
from pathlib import Path

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
        ("73.1", "Art 73(1)", "incident"),
        ("43.2", "Art 43(2)", "internal control"),
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


def test_no_two_rows_ask_the_same_of_the_same_people() -> None:
    asked = [(row.question, row.roles) for row in NEW.rows]
    assert len(asked) == len(set(asked))


def test_the_crimes_belong_to_point_h() -> None:
    assert "AI Act Art 5(1)(h)(iii)" in NEW.citations
    assert "AI Act Art 5(1)(e)(iii)" not in NEW.citations
    assert "5(1)(h)(iii)" in NEW.sources["act"].left_out["Annex II"]


@pytest.mark.parametrize(
    ("id", "roles"),
    [("50.2", {"provider"}), ("50.4.df", {"deployer"}), ("26.7", {"deployer"}), ("49.3", {"deployer"}),
     ("27.1", {"deployer"}), ("73.1", {"provider"}), ("55.1.a", {"gpai_provider"}), ("23.1.a", {"importer"}),
     ("22.3.a", {"authorised_representative"}), ("24.1", {"distributor"})],
)  # fmt: skip
def test_each_duty_is_its_own_actors(id: str, roles: set[str]) -> None:
    assert set(NEW.row(f"EUAIA-{id}").roles) == roles


def test_bias_is_evidenced_where_the_act_asks_for_it_and_gated_by_article_4a() -> None:
    for id in ("10.2.f", "10.2.g", "15.1", "A4.2.g"):
        row = NEW.row(f"EUAIA-{id}")
        assert row.computed == "direct"
        assert row.computed_how
    assert [row.id for row in NEW.rows if row.computed == "direct" and row.section == "risk-management"] != []
    for row in NEW.rows_in("bias-data"):
        assert row.condition is not None
        assert "special_category_bias_work" in set(facts_named(row.condition))


def test_logs_are_not_asked_to_follow_a_standard() -> None:
    words = " ".join(f"{row.title} {row.question} {row.why}" for row in NEW.rows_in("records"))
    assert not re.search(r"standard|common specification", words, re.IGNORECASE)


def test_section_3_is_articles_16_to_27() -> None:
    assert covered(*(f"Art {article}" for article in range(16, 28))) == []
    assert {"Art 28", "Art 29", "Art 65"} <= set(NEW.sources["act"].left_out)


def test_the_annexes_have_the_sections_and_points_that_they_have() -> None:
    assert all(f"AI Act Annex VIII Section {letter}" in NEW.citations for letter in "ABC")
    assert not any("Annex VIII Part" in one for one in NEW.citations)
    uses = facts()["annex_iii_uses"].values
    assert uses["biometric_identification"].startswith("1(a)")
    assert {uses[name][0] for name in ("justice", "elections")} == {"8"}


@pytest.mark.parametrize(
    ("id", "old", "new"),
    [("6.2", "2026-08-02", "2027-12-02"), ("6.1", "2027-08-02", "2028-08-02"), ("48.1", "2026-08-02", "2027-12-02"),
     ("4.1", "2025-02-02", "2025-02-02"), ("5.1.a", "2025-02-02", "2025-02-02")],
)  # fmt: skip
def test_each_chapter_has_its_day(id: str, old: str, new: str) -> None:
    for law, day in ((OLD, old), (NEW, new)):
        dates = law.row(f"EUAIA-{id}").dates
        assert dates is not None
        assert min(dates.in_force_from.values()) == date.fromisoformat(day)


def test_what_the_letter_of_article_113_starts_earlier_is_an_open_reading() -> None:
    """Only Sections 1 to 3 of Chapter III are deferred; what lies outside and binds later names the earlier day."""
    outside = {*range(40, 50), *range(71, 88)}
    later = [
        (row.id, row.dates.formally_from)
        for row in NEW.rows
        if (found := re.match(r"AI Act Art (\d+)", row.citation[0])) and int(found[1]) in outside
        and row.dates is not None and min(row.dates.in_force_from.values()) > date(2026, 8, 2)
    ]  # fmt: skip
    assert len(later) > 50
    expected = {"EUAIA-78.3": date(2025, 8, 2)}  # Article 78 is among what began a year before
    assert [(id, day) for id, day in later if day != expected.get(id, date(2026, 8, 2))] == []


def test_standards_are_harmonised_standards() -> None:
    words = str([(row.title, row.question, row.why, row.note) for row in NEW.rows])
    assert not re.search(r"\bRTS\b|regulatory technical standard", words)


def test_articles_89_and_95_are_what_they_are() -> None:
    assert "downstream providers" in NEW.sources["act"].left_out["Art 89"]
    assert "code" in NEW.row("EUAIA-95").title.lower()


def test_nothing_of_articles_7_and_9_was_deleted() -> None:
    for article in (7, 9):
        parts = [p for p in OLD.sources["act"].provisions if re.match(rf"Art {article}\b", p)]
        assert len(parts) > 15
        assert set(parts) <= set(NEW.sources["act"].provisions)


NUMBERED = "test_each_requirement_has_its_own_number"
FOUND_BY: dict[str, tuple[str, ...]] = {
    "numbers of the incident article shifted": (NUMBERED, "test_no_two_rows_ask_the_same_of_the_same_people"),
    "Annex II tied to point (e)": ("test_the_crimes_belong_to_point_h",),
    "annexes not to be answered, closing formula to be": (
        "test_nothing_with_duties_is_left_unasked",
        "test_the_closing_articles_are_no_requirements",
    ),
    "no roles, tiers, dates or amendments": (
        "test_every_row_that_counts_has_roles_a_tier_and_dates",
        "test_article_10_5_gave_way_to_article_4a",
    ),
    "incident controls in place of those of models, no clocks, mixed roles": (
        "test_nothing_with_duties_is_left_unasked",
        "test_the_three_incident_clocks_are_not_shifted",
        "test_each_duty_is_its_own_actors",
    ),
    "bias preset under Article 9 without a gate": (
        "test_bias_in_data_has_its_own_article_and_day",
        "test_bias_is_evidenced_where_the_act_asks_for_it_and_gated_by_article_4a",
    ),
    "paragraphs of Articles 9, 12, 15 and 47 mixed up, logs by a standard": (
        NUMBERED,
        "test_logs_of_biometrics_are_for_remote_identification_only",
        "test_logs_are_not_asked_to_follow_a_standard",
    ),
    "nothing for Articles 17 to 27 and 49, one clock, old date": (
        "test_nothing_with_duties_is_left_unasked",
        "test_the_three_incident_clocks_are_not_shifted",
        "test_each_chapter_has_its_day",
    ),
    "fines on models and incidents in the wrong tier": ("test_a_breach_is_fined_by_its_own_tier",),
    "new bans as point (i), wrong range, wrong control titles": (
        "test_the_new_bans_are_points_ba_and_bb",
        "test_section_3_is_articles_16_to_27",
        "test_the_frameworks_have_no_invented_items",
    ),
    "impact assessment for all, tests for Annex III only, Article 4a for providers only": (
        "test_the_impact_assessment_is_not_for_every_deployer",
        "test_real_world_tests_reach_products_and_bias_data_reaches_deployers",
    ),
    "MANAGE 5.1 and 5.2": ("test_the_frameworks_have_no_invented_items",),
    "monitoring as Article 61, incidents as Article 65": (NUMBERED, "test_section_3_is_articles_16_to_27"),
    "invented ISO controls": ("test_the_frameworks_have_no_invented_items",),
    "two days for a death": ("test_the_three_incident_clocks_are_not_shifted",),
    "a tier of 1.5%, models at 7%": (
        "test_the_figures_of_the_fines_are_those_of_the_act",
        "test_a_breach_is_fined_by_its_own_tier",
    ),
    "notification as Article 27(2)": (NUMBERED,),
    "biometrics as point 8, Parts of Annex VIII, Annex I in 2026": (
        "test_the_annexes_have_the_sections_and_points_that_they_have",
        "test_each_chapter_has_its_day",
    ),
    "Sections A and B as provider and system": ("test_registration_knows_who_enters_what",),
    "high-risk from 2 August 2027, RTS": (
        "test_each_chapter_has_its_day",
        "test_standards_are_harmonised_standards",
    ),
    "Article 6 since February 2025, marking since August 2025, Articles 89 and 95": (
        "test_each_chapter_has_its_day",
        "test_articles_89_and_95_are_what_they_are",
    ),
    "profiling as second subparagraph": (NUMBERED,),
    "false deletions in Articles 7 and 9": ("test_nothing_of_articles_7_and_9_was_deleted",),
    "three deletions not seen": (
        "test_what_was_deleted_in_2026_is_gone",
        "test_article_10_5_gave_way_to_article_4a",
    ),
}
LIST = Path(__file__).parents[3] / "shared" / "law" / "eu_ai_act.md"


def test_each_mistake_has_its_test() -> None:
    assert {name for names in FOUND_BY.values() for name in names} <= set(globals())


@pytest.mark.skipif(not LIST.is_file(), reason="the list of mistakes is not at hand")
def test_no_mistake_of_the_list_was_passed_over() -> None:
    section = LIST.read_text("utf-8").split("## 7.")[1].split("## 8.")[0]
    rows = [line for line in section.splitlines() if line.startswith("| ")]
    assert len(FOUND_BY) == len(rows) - 1  # the first is the heading
