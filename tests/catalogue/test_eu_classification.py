"""The EU AI Act's steps, whatever its rows say: classes, routes and days, on the days when they changed."""

import random
from datetime import date
from typing import Any

import pytest

from compliance.catalogue.applicability import applicability
from compliance.catalogue.classification import Classification, classify
from compliance.catalogue.known import read
from compliance.catalogue.loader import facts, load

# A deployer in the Union of a system that nothing excludes, in no class yet.
PLAIN: dict[str, Any] = {
    "roles": ["deployer"],
    "is_ai_system": True,
    "union_link": ["deployer_in_union"],
    **dict.fromkeys(
        "only_military_or_national_security third_country_cooperation only_scientific_research "
        "only_development_before_market only_personal_use open_source_system manipulates_behaviour "
        "exploits_vulnerabilities makes_intimate_imagery makes_child_abuse_material scores_social_behaviour "
        "predicts_crime_by_profile scrapes_facial_images infers_emotions_at_work_or_school "
        "categorises_by_sensitive_biometrics live_biometric_identification interacts_with_people generates_content "
        "recognises_emotions categorises_biometrically makes_deep_fakes publishes_public_interest_text "
        "places_gpai_model puts_own_name modifies_substantially changes_purpose_to_high_risk "
        "system_under_manufacturer_name union_institution public_body provides_public_services "
        "financial_institution law_enforcement migration_authority model_and_system_same_undertaking "
        "in_very_large_platform in_providers_undertaking placed_on_market annex_x_component profiles_people "
        "relies_on_article_6_3".split(),
        False,
    ),
    "product_acts": ["none"],
    "annex_iii_uses": ["none"],
}
AT_WORK = {**PLAIN, "annex_iii_uses": ["recruitment"], "profiles_people": True}
DEVICE = {
    **PLAIN,
    "roles": ["provider"],
    "product_acts": ["medical_devices"],
    "product_or_safety_component": True,
    "third_party_assessment_required": True,
    "only_assists_or_optimises": False,
    "assessment_for_other_risks_only": False,
}
TODAY = date(2026, 11, 21)
INTERNAL = "conformity_by_internal_control"
NATIONAL = "supervised_by_market_surveillance"


def classes(given: dict[str, Any], as_of: date = TODAY) -> Classification:
    return classify("eu-ai-act", read(given, facts()), as_of)


def test_nobody_assesses_an_older_system_until_its_design_changes() -> None:
    older = {**AT_WORK, "placed_on_market": True, "first_placed_on": "2025-05-01", "for_public_authorities": False}
    freed = classes({**older, "design_changed": False}).names("applies", "later")
    redesigned = classes({**older, "design_changed": True, "design_changed_on": "2029-03-01"})
    assert (INTERNAL in freed, INTERNAL in redesigned.names("later")) == (False, True)


@pytest.mark.parametrize(
    ("given", "outcomes"),
    [
        (PLAIN, ["minimal", NATIONAL]),
        ({**PLAIN, "is_ai_system": False}, ["out_of_scope"]),
        ({**PLAIN, "union_link": ["affected_persons"]}, ["out_of_scope"]),
        ({**PLAIN, "only_personal_use": True}, ["out_of_scope"]),
        ({**PLAIN, "open_source_system": True}, ["out_of_scope"]),
        ({**PLAIN, "open_source_system": True, "interacts_with_people": True, "interaction_obvious": False,
          "authorised_to_fight_crime": False}, ["transparency", NATIONAL]),
        (AT_WORK, ["high_risk_annex_iii", NATIONAL, INTERNAL]),
        ({**AT_WORK, "public_body": True}, ["high_risk_annex_iii", NATIONAL, "fria", INTERNAL]),
        # A bank that scores credit, and one that only looks for fraud: the list itself leaves fraud out.
        ({**AT_WORK, "annex_iii_uses": ["credit_scoring"], "only_detects_financial_fraud": False,
          "financial_institution": True, "serves_financial_services": True},
         ["high_risk_annex_iii", "supervised_by_financial_supervisor", "fria", INTERNAL]),
        ({**AT_WORK, "annex_iii_uses": ["credit_scoring"], "only_detects_financial_fraud": True},
         ["minimal", NATIONAL]),
        # Article 6(3) takes a ground and no significant risk, and profiling defeats it.
        ({**AT_WORK, "profiles_people": False, "relies_on_article_6_3": True, "significant_risk": False,
          "article_6_3_ground": ["preparatory_task"]}, ["high_risk_exempted", NATIONAL]),
        ({**AT_WORK, "profiles_people": False, "relies_on_article_6_3": True, "significant_risk": False,
          "article_6_3_ground": ["none"]}, ["high_risk_annex_iii", NATIONAL, INTERNAL]),
        ({**AT_WORK, "relies_on_article_6_3": True, "significant_risk": False,
          "article_6_3_ground": ["preparatory_task"]}, ["high_risk_annex_iii", NATIONAL, INTERNAL]),
        (DEVICE, ["high_risk_annex_i", "supervised_by_product_authority", "conformity_by_product_law"]),
        ({**DEVICE, "product_acts": ["machinery"]}, ["section_b_limited"]),
        ({**DEVICE, "only_assists_or_optimises": True, "failure_endangers_safety": False}, ["minimal", NATIONAL]),
        ({**DEVICE, "only_assists_or_optimises": True, "failure_endangers_safety": True},
         ["high_risk_annex_i", "supervised_by_product_authority", "conformity_by_product_law"]),
        # Emotions at work are banned, and the use is high-risk besides; elsewhere it is only high-risk.
        ({**AT_WORK, "annex_iii_uses": ["emotion_recognition"], "infers_emotions_at_work_or_school": True,
          "emotions_for_medical_or_safety": False, "article_5_acts": ["uses"], "standards_applied": "fully",
          "chooses_notified_body": False},
         ["prohibited", "high_risk_annex_iii", NATIONAL, INTERNAL]),
        ({**AT_WORK, "annex_iii_uses": ["emotion_recognition"], "standards_applied": "none_exist"},
         ["high_risk_annex_iii", NATIONAL, "conformity_by_notified_body"]),
        # A model counts whether or not there is a system.
        ({**PLAIN, "is_ai_system": False, "places_gpai_model": True, "compute_above_1e25": True,
          "systemic_risk_rebutted": False, "designated_systemic_risk": False, "model_first_placed_on": "2026-01-01"},
         ["out_of_scope", "gpai", "gpai_systemic"]),
        ({**PLAIN, "is_ai_system": False, "places_gpai_model": True, "compute_above_1e25": False,
          "high_impact_capabilities": False, "designated_systemic_risk": False, "model_first_placed_on": "2026-01-01"},
         ["out_of_scope", "gpai"]),
        ({**AT_WORK, "roles": ["distributor"], "puts_own_name": True},
         ["high_risk_annex_iii", "counts_as_provider", NATIONAL, INTERNAL]),
        ({**PLAIN, "model_and_system_same_undertaking": True}, ["minimal", NATIONAL]),
        ({**PLAIN, "model_and_system_same_undertaking": True, "in_providers_undertaking": True},
         ["minimal", "supervised_by_ai_office"]),
    ],
)  # fmt: skip
def test_classes(given: dict[str, Any], outcomes: list[str]) -> None:
    found = classes(given)
    assert list(found.names("applies", "later")) == outcomes
    assert found.names("undetermined") == ()


@pytest.mark.parametrize(
    ("given", "name", "as_of", "state", "since"),
    [
        (AT_WORK, "high_risk_annex_iii", date(2025, 1, 1), "later", date(2026, 8, 2)),
        (AT_WORK, "high_risk_annex_iii", date(2026, 7, 26), "later", date(2026, 8, 2)),
        (AT_WORK, "high_risk_annex_iii", date(2026, 7, 27), "later", date(2027, 12, 2)),
        (AT_WORK, "high_risk_annex_iii", date(2027, 12, 2), "applies", date(2027, 12, 2)),
        (DEVICE, "high_risk_annex_i", date(2026, 7, 1), "later", date(2027, 8, 2)),
        (DEVICE, "high_risk_annex_i", TODAY, "later", date(2028, 8, 2)),
        ({**DEVICE, "product_acts": ["machinery"]}, "high_risk_annex_i", date(2026, 7, 26), "later", date(2027, 8, 2)),
        ({**DEVICE, "product_acts": ["machinery"]}, "section_b_limited", date(2026, 7, 27), "later", date(2028, 8, 2)),
    ],
)
def test_days(given: dict[str, Any], name: str, as_of: date, state: str, since: date) -> None:
    found = {one.name: (one.state, one.since) for one in classes(given, as_of).outcomes}
    assert found[name] == (state, since)


def test_the_new_bans_come_on_2_december_2026() -> None:
    imagery = {
        **PLAIN,
        "makes_intimate_imagery": True,
        "such_output_intended": True,
        "article_5_acts": ["places_on_market"],
    }
    states = {
        day: [(one.state, one.since) for one in classes(imagery, day).outcomes if one.name == "prohibited"]
        for day in (date(2026, 7, 26), TODAY, date(2026, 12, 2))
    }
    assert list(states.values()) == [[], [("later", date(2026, 12, 2))], [("applies", date(2026, 12, 2))]]


def test_an_empty_sheet_is_open_in_every_class_and_in_none() -> None:
    found = classes({})
    assert found.names("applies", "later") == ()
    assert len(found.steps) == 16
    assert {one.answer for one in found.steps} == {"undetermined"}
    assert all(one.needs for one in found.outcomes)


def test_asking_later_never_unbinds_a_row_that_was_not_deleted() -> None:
    """Every row of the Act, for systems made up with a fixed seed, on each day on which something changed."""
    days = (
        "2025-01-01 2025-08-02 2026-07-26 2026-07-27 2026-08-02 2026-12-02 2027-12-02 2028-08-02 2030-08-02 2031-01-01"
    )
    deleted = {one.id for one in load("eu-ai-act").removed}
    dice = random.Random(11)
    for _ in range(12):
        given = {name: value for name, value in AT_WORK.items() if dice.random() < 0.8}
        given["placed_on_market"] = True
        given["first_placed_on"] = dice.choice(["2024-05-01", "2026-08-01", "2026-08-02", "2027-12-01", "2028-08-01"])
        given["roles"] = dice.sample(sorted(set(facts()["roles"].values)), 3)
        given["annex_iii_uses"] = [dice.choice(sorted(set(facts()["annex_iii_uses"].values) - {"none"}))]
        bound: set[str] = set()
        for day in days.split():
            found = applicability("eu-ai-act", read(given, facts()), date.fromisoformat(day))
            now = {one.row.id for one in found.those("applies")}
            assert bound - deleted <= now
            bound = now
