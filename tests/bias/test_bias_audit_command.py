"""`manage.py bias_audit` as people and machines use it; the database is out of reach, as in every unmarked test."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from audits.management.commands.bias_audit import Command
from compliance.lib.canonical import is_canonical
from tests.commands import Done, run_command

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "dcwp_selection_intersectional.csv"
MAPPED = ["--sex", "sex", "--race", "race_ethnicity", "--selected", "selected"]


class Run:
    """The command line, without the cost of a new process."""

    def __init__(self, capture: pytest.CaptureFixture[str]):
        self.capture = capture

    def __call__(self, *words: str | Path) -> Done:
        return run_command(Command, "bias_audit", self.capture, *words)


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Run:
    return Run(capsys)


def test_json_is_one_canonical_document_with_the_documented_fields(command: Run) -> None:
    done = command(GOLDEN, *MAPPED, "--count", "applicants", "--format", "json")
    assert done.returncode == 0, done.stderr
    assert is_canonical(done.stdout.rstrip("\n").encode())
    found = json.loads(done.stdout)
    assert {"input", "method", "unknown", "tables"} <= set(found)
    assert [(table["table"], len(table["rows"])) for table in found["tables"]] == [
        ("sex", 2),
        ("race_ethnicity", 7),
        ("intersectional", 14),
    ]
    female = found["tables"][0]["rows"][1]
    assert female == {
        "sex": "Female",
        "race_ethnicity": None,
        "applicants": 1181,
        "selected": 555,
        "rate": "0.469940728196444",
        "impact_ratio": "0.979336749914628",
        "share": "0.459354336833917",
        "excluded": False,
    }
    assert "how many of the count were selected" in done.stderr


def test_text_shows_three_tables_every_choice_and_no_verdict(command: Run) -> None:
    done = command(GOLDEN, *MAPPED, "--count", "applicants")
    assert done.returncode == 0
    for expected in ("benchmark category: Male\n", "0.979", "29 CFR 1607.4(D)", "sets no threshold", "half up"):
        assert expected in done.stdout
    assert not any(word in done.stdout.lower() for word in ("complian", "pass ", "passed", "fail"))


def test_wrong_input_is_one_problem_a_line_and_exit_1(command: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("sex,race_ethnicity,selected\nMale,Other,1\nRobot,White,1\n")
    text = command(path, *MAPPED)
    assert (text.returncode, text.stdout) == (1, "")
    lines = text.stderr.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("The value 'Other' in row 2, column 'race_ethnicity' is not a known value. Say what")
    assert lines[1].endswith("Expected Male, Female or unknown.")
    machine = command(path, *MAPPED, "--format", "json")
    problems = [json.loads(line) for line in machine.stdout.splitlines()]
    assert machine.returncode == 1
    assert [(one["code"], one["row"], one["column"]) for one in problems] == [
        ("unmapped-value", 2, "race_ethnicity"),
        ("unmapped-value", 3, "sex"),
    ]
    mapping = tmp_path / "map.yaml"
    mapping.write_text("race_ethnicity: {Other: unknown}\nsex: {Robot: unknown}\n")
    assert command(path, *MAPPED, "--map", mapping).returncode == 0


def test_a_value_in_the_file_does_not_steer_the_terminal(command: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("sex,race_ethnicity,selected\nMale\x1b[2J,White,1\n")
    (line,) = command(path, *MAPPED).stderr.splitlines()
    assert "\x1b" not in line
    assert "for example sex: {Male\ufffd[2J: unknown}" in line


@pytest.mark.parametrize(
    "words",
    [
        [],
        [GOLDEN, "--sex", "sex", "--race", "race_ethnicity"],
        [GOLDEN, *MAPPED, "--score", "applicants"],
        [GOLDEN, *MAPPED, "--lower-is-better"],
        [GOLDEN, "--sex", "sex", "--race", "sex", "--selected", "selected"],
        [GOLDEN, *MAPPED, "--count", "applicants", "--count-reading", "number", "--favourable", "1"],
        [GOLDEN, "--sex", "sex", "--race", "race_ethnicity", "--score", "applicants", "--favourable", "1"],
    ],
)
def test_wrong_usage_is_exit_2(command: Run, words: list[str | Path]) -> None:
    done = command(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.strip()


@pytest.mark.thorough
def test_a_large_file_is_read_in_bounded_memory_and_without_a_database(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    lines = "Male,White,1,a note that nobody reads and that makes the file as large as real exports are\n" * 100_000
    with path.open("w") as stream:
        stream.write("sex,race_ethnicity,selected,note\n")
        for _ in range(24):
            stream.write(lines)
    environment = {**os.environ, "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}
    # The peak of its own memory: what wait4 reports begins with that of the process it was forked from.
    told = (
        "import atexit, runpy, sys; sys.argv = sys.argv[1:]; "
        "atexit.register(lambda: sys.stderr.write(open('/proc/self/status').read())); "
        "runpy.run_path(sys.argv[0], run_name='__main__')"
    )
    line = [sys.executable, "-c", told, "manage.py", "bias_audit", str(path), *MAPPED, "--format", "json"]
    done = subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["input"]["rows"] == 2_400_000
    peak = next(line.split()[1] for line in done.stderr.splitlines() if line.startswith("VmHWM:"))
    assert int(peak) * 1024 < 2 * path.stat().st_size
