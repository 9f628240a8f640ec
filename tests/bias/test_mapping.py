"""What the words of a file mean: by the built-in list, by a favourable value, by a mapping, and never by a guess."""

from typing import Any

import pytest

from audits.bias.mapfile import parse
from audits.bias.plan import Plan
from audits.bias.vocabulary import BUILT_IN, LIST, key
from audits.metrics.categories import RACES, SEXES
from compliance.lib.problems import Refused


def test_the_list_of_categories_is_versioned_data_and_that_of_the_tables() -> None:
    assert [one["category"] for one in LIST["sex"]] == list(SEXES)
    assert [one["category"] for one in LIST["race_ethnicity"]] == list(RACES)
    assert (LIST["id"], LIST["version"], LIST["effective_from"]) == ("eeo-1-component-1", "2024", "2023-05-06")
    assert "29 CFR 1602.7" in LIST["legal_basis"]


def test_spellings_of_one_category_are_one_group_and_every_spelling_is_stated(audit: Any) -> None:
    result = audit("sex,race,hired\nmale,White,1\nMale,white ,0\nM,Caucasian,yes\n")
    assert result["counts"] == [{"sex": "Male", "race_ethnicity": RACES[1], "applicants": 3, "selected": 2}]
    assert result["method"]["mapping"]["sex"] == {"M": "Male", "Male": "Male", "male": "Male"}
    assert result["method"]["mapping_source"]["sex"] == {"built-in list": ["M", "Male", "male"]}
    assert result["method"]["outcomes"] == {"0": 1, "1": 1, "yes": 1}


@pytest.mark.parametrize("word", ["", "  ", "Unknown", "Prefer not to say", "N/A", "Non-binary"])
def test_unknown_people_are_counted_as_unknown(audit: Any, word: str) -> None:
    result = audit(f"sex,race,hired\n{word},Asian,1\nMale,Asian,0\n")
    assert result["unknown"] == {"sex": 1, "race_ethnicity": 0, "either": 1}
    assert result["tables"][1]["rows"][4]["applicants"] == 2


@pytest.mark.parametrize("word", ["Other", "NA", "Mixed", "Asian-Pac-Islander", "X"])
def test_a_word_that_could_mean_several_things_stops_the_run(refusal: Any, word: str) -> None:
    (problem,) = refusal(f"sex,race,hired\nMale,{word},1\n")
    assert (problem.code, problem.row, problem.column, problem.found) == ("unmapped-value", 2, "race", word)
    assert problem.expected == "an EEO-1 race/ethnicity category or unknown"
    assert "--map" in problem.hint


@pytest.mark.parametrize("word", ["Hire", "pass on", "2", "0.5", "-1"])
def test_an_outcome_that_is_no_known_pair_stops_the_run(refusal: Any, word: str) -> None:
    (problem,) = refusal(f"sex,race,hired\nMale,White,{word}\n")
    assert (problem.code, problem.column, problem.found) == ("unmapped-value", "hired", word)


def test_a_favourable_value_decides_and_the_others_are_listed(audit: Any, refusal: Any) -> None:
    content = "sex,race,hired\nMale,White,Hire\nMale,White, hire \nMale,White,No hire\nFemale,Asian,Later\n"
    method = audit(content, favourable="hire")["method"]
    assert method["mapping"]["outcome"] == {
        " hire ": "selected",
        "Hire": "selected",
        "Later": "not selected",
        "No hire": "not selected",
    }
    assert method["outcomes"] == {" hire ": 1, "Hire": 1, "Later": 1, "No hire": 1}
    (problem,) = refusal(content, favourable="Hired")
    assert problem.code == "favourable-value"
    assert refusal(content + "Male,White,\n", favourable="hire")[0].code == "blank"


def test_a_mapping_adds_to_the_built_in_list_and_says_so(audit: Any) -> None:
    mapping = parse("race_ethnicity: {Other: unknown, Roma: White}\noutcome: {Hire: selected, 'no': not selected}")
    content = "sex,race,hired\nMale,Other,Hire\nMale,ROMA,no\nFemale,Black,no\n"
    method = audit(content, mapping=mapping)["method"]
    assert method["mapping"]["race_ethnicity"] == {"Black": RACES[2], "Other": None, "ROMA": RACES[1]}
    assert method["mapping_source"]["race_ethnicity"] == {"built-in list": ["Black"], "map file": ["Other", "ROMA"]}


def test_without_the_built_in_list_only_the_mapping_is_used(refusal: Any) -> None:
    mapping = {"sex": {"M": "Male"}, "race_ethnicity": {"W": RACES[1]}, "outcome": {"1": "selected"}}
    problems = refusal("sex,race,hired\nM,W,1\nFemale,W,1\n", mapping=mapping, vocabulary=False)
    assert [problem.found for problem in problems] == ["Female"]


@pytest.mark.parametrize(
    ("text", "row", "sentence"),
    [
        ("sex: {x: Males}", 1, "In sex, 'x' is mapped to 'Males', which is no category."),
        ("sex:\n  x: Male\n  X: Female", 3, "In sex, the value 'X' is mapped twice."),
        ("sex: {x: Male}\nsex: {y: Male}", 2, "The section sex stands twice."),
        ("gender: {x: Male}", 1, "The section gender is not known."),
        ("sex: {x: [Male]}", 1, "In sex, x is not mapped to one text."),
        ("sex: Male", 1, "The section sex holds no values."),
        ("outcome: {x: unknown}", 1, "In outcome, 'x' is mapped to 'unknown', which is no category."),
        ("sex: {x: Male", 1, "The mapping is not valid YAML."),
        ("", 1, "The mapping has no sections."),
        ("[" * 5000, None, "The mapping is not valid YAML."),
    ],
)
def test_a_wrong_mapping_is_refused_with_its_line(text: str, row: int | None, sentence: str) -> None:
    with pytest.raises(Refused) as caught:
        parse(text)
    problem = caught.value.problems[0]
    assert problem.sentence == sentence
    assert problem.row in (row, None)


def test_a_null_in_a_mapping_is_unknown() -> None:
    assert parse("race_ethnicity: {Other: null, '': ~}") == {"race_ethnicity": {"Other": None, "": None}}


def test_every_label_of_the_rule_and_of_the_federal_report_is_known() -> None:
    for label in (*RACES, "American Indian or Alaska Native", "Native Hawaiian or Other Pacific Islander"):
        assert BUILT_IN["race_ethnicity"][key(label)] in RACES
    assert [BUILT_IN["sex"][key(label)] for label in SEXES] == list(SEXES)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"selected": "a", "score": "b"},
        {"selected": "s"},
        {"score": "a", "favourable": "1"},
        {"selected": "a", "higher_is_better": False},
        {"selected": "a", "count_reading": "number"},
        {"selected": "a", "unknowns": "imputed"},
        {"selected": "a", "mapping": {"sex": {"x": "Men only"}}},
        {"selected": "a", "mapping": {"sex": {"x": 1}}},
        {"selected": "a", "encoding": "ebcdic"},
        {
            "selected": "a",
            "exclusions": (
                {"table": "sex", "sex": "Male", "race_ethnicity": None, "justification": "", "approver": "Bob"},
            ),
        },
    ],
)
def test_a_plan_that_cannot_be_meant_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        Plan.from_json({"sex": "s", "race_ethnicity": "r", **options})


def test_a_plan_survives_storage() -> None:
    plan = Plan("s", "r", score="x", higher_is_better=False, mapping={"sex": {"1": "Male", "9": None}}, count="n")
    assert Plan.from_json(plan.as_json()) == plan


def test_a_sign_is_a_difference(audit: Any, refusal: Any) -> None:
    content = "sex,race,hired\nMale,White,C\nMale,White,C-\nMale,White,C+\n"
    assert audit(content, favourable="c")["counts"][0]["selected"] == 1
    mapping = parse("outcome: {C: not selected, C-: not selected, C+: selected}")
    assert audit(content, mapping=mapping)["counts"][0]["selected"] == 1
    assert refusal("sex,race,hired\nM-,White,1\n")[0].code == "unmapped-value"
