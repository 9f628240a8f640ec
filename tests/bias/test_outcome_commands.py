"""True outcomes, a reference population and two runs on the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from audits.bias.referencefile import parse
from audits.management.commands.bias_audit import Command as BiasAudit
from audits.management.commands.bias_drift import Command as BiasDrift
from audits.metrics.recheck import recheck
from compliance.lib.problems import Refused
from tests.bias.test_outcomes import FILE, SHARED
from tests.commands import run_command

BASE = ("--sex", "sex", "--race", "race", "--score", "score", "--truth", "good")
CUT = ("--cut-off", "0.5", "--bins", "0.25, 0.5 0.75", "--chances", "--people-in-union", "no")
CENSUS = "source: Census 2020\ndate: 2020-04-01\nsex: {Male: 49.5, Female: 50.5}\n"


@pytest.fixture
def given(tmp_path: Path) -> Path:
    (tmp_path / "a.csv").write_text(FILE)
    (tmp_path / "b.csv").write_text(FILE.replace("0.9,1", "0.4,1", 3))
    (tmp_path / "map.yaml").write_text('sex: {"": unknown}\ntruth: {"?": unknown}\n')
    (tmp_path / "census.yaml").write_text(CENSUS)
    return tmp_path


def audited(given: Path, capture: pytest.CaptureFixture[str], *more: str, file: str = "a.csv") -> tuple[int, str, str]:
    return run_command(
        BiasAudit,
        "bias_audit",
        capture,
        given / file,
        *BASE,
        "--map",
        given / "map.yaml",
        "--people-in-union",
        "no",
        *more,
    )


def test_options_reach_the_result_and_the_text_names_what_is_not_known(
    given: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = (*CUT, "--reference", str(given / "census.yaml"), "--held-against", "overall")
    code, out, err = audited(given, capsys, *more, "--format", "json")
    assert (code, err) == (0, "")
    result = json.loads(out)
    assert all(check.holds for check in recheck(result))
    how = result["method"]["outcome"]
    assert [how[name] for name in ("prediction", "cutoff", "edges", "chance", "base")] == [
        *("cut-off", "0.5", ["0.25", "0.5", "0.75"], True, "overall"),
    ]
    assert result["method"]["metrics"][-3:] == ["group metrics", "calibration by group", "representativeness"]
    code, text, _ = audited(given, capsys, *more)
    for words in ("The cut-off is 0.5", "of 23 people (13.0%) is not known", "Census 2020, as of 2020-04-01", "49.50%"):
        assert words in text, words
    assert "nan" not in text.lower()


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ((), "Say what a score predicts"),
        (("--prediction", "cut-off"), "A cut-off goes with the prediction 'cut-off'"),
        (("--cut-off", "0.5", "--chances"), "Say into which bins scores are divided"),
        (("--cut-off", "0.5", "--held-against", "group"), "A group to hold others against is named"),
        (("--cut-off", "0.5", "--reference-group", "White"), "names no sex and race/ethnicity"),
    ],
)
def test_options_that_do_not_go_together_are_wrong_usage(
    given: Path, capsys: pytest.CaptureFixture[str], more: tuple[str, ...], sentence: str
) -> None:
    code, _, err = audited(given, capsys, *more)
    assert (code, sentence in err) == (2, True), err


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (CENSUS.replace("Female", "Femal"), "'Femal' is no category of the table sex."),
        (CENSUS.replace(", Female: 50.5", ""), "says nothing of Female in the table sex; write 0"),
        (CENSUS.replace("50.5", "about half"), "write a count or a share in digits"),
        (CENSUS.replace("source: Census 2020\n", ""), "Say where the figures of the reference population come from."),
        (CENSUS.replace("2020-04-01", "last year"), "Say of what day the figures"),
        (CENSUS.replace("49.5", "0").replace("50.5", "0"), "has nobody in the table sex"),
        (CENSUS + "age: {young: 1}\n", "The section 'age' of the reference population is not known"),
        ("- 1", "has no sections"),
        ("sex: [", "is not valid YAML"),
    ],
)
def test_what_is_wrong_with_a_population_is_said(text: str, sentence: str) -> None:
    with pytest.raises(Refused) as caught:
        parse(text)
    assert any(sentence in problem.sentence for problem in caught.value.problems), caught.value.problems


def test_two_results_are_compared_and_one_that_contradicts_its_counts_is_not(
    given: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results: list[Path] = []
    for name in ("a", "b"):
        _, out, _ = audited(given, capsys, *CUT, "--format", "json", file=f"{name}.csv")
        results.append(given / f"{name}.json")
        results[-1].write_text(out.strip())
    code, out, _ = run_command(BiasDrift, "bias_drift", capsys, *results, "--format", "json")
    found = json.loads(out)
    assert (code, found["schema"], found["same_file"]) == (0, "probanda/bias-drift/1", False)
    men = moved(found, "true-positive-rate")["Male"]["values"]
    assert (men["before"], men["after"]) == ("1.000000000000000", "0.500000000000000")
    code, text, _ = run_command(BiasDrift, "bias_drift", capsys, *results)
    assert "true-positive-rate, Male: 1.000000000000000 -> 0.500000000000000" in text
    _, text, _ = run_command(BiasDrift, "bias_drift", capsys, results[0], results[0])
    assert text.count("Both runs read the same file") == 1
    assert "none to none" not in text
    broken = json.loads(results[1].read_text())
    broken["outcomes"]["missing"]["people"] = 0
    results[1].write_text(json.dumps(broken))
    code, _, err = run_command(BiasDrift, "bias_drift", capsys, *results)
    assert (code, "does not follow from the counts" in err) == (1, True)
    assert run_command(BiasDrift, "bias_drift", capsys, results[0], given / "map.yaml")[0] == 2


def moved(found: dict[str, Any], code: str) -> dict[str, Any]:
    metrics = found["tables"][0]["outcomes"]["metrics"]
    return {one["group"]: one for one in next(one for one in metrics if one["metric"] == code)["groups"]}


def test_the_compas_file_gives_aequitas_crosstab_through_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = SHARED / "data" / "compas_for_aequitas.csv"
    if not path.exists():
        pytest.skip("the published figures lie beside the project, in ../shared, and not here")
    (tmp_path / "map.yaml").write_text(
        "race_ethnicity: {African-American: Black, Caucasian: White, Hispanic: Hispanic or Latino, Asian: Asian,"
        " Native American: American Indian or Alaska Native, Other: unknown}\n"
        "outcome: {1.0: selected, 0.0: not selected}"
    )
    words = [path, "--sex", "sex", "--race", "race", "--selected", "score", "--truth", "label_value"]
    more = ["--truth-favourable", "1", "--map", tmp_path / "map.yaml", "--people-in-union", "no"]
    code, out, err = run_command(BiasAudit, "bias_audit", capsys, *words, *more)
    assert (code, err) == (0, "")
    line = next(line.split() for line in out.splitlines() if line.strip().startswith("Female") and "609" in line)
    assert line == "Female 303 288 195 609 0 32.1% 39.2% 48.7% 24.3% 65.4%".split()
