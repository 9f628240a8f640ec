"""`manage.py check_published` as people and pipelines use it; the database is out of reach."""

import json
from pathlib import Path

import pytest

from audits.management.commands.check_published import Command
from compliance.lib.canonical import is_canonical
from tests.commands import Done, run_command
from tests.published.publishing import three
from tests.published.test_generated import HOUSE, TRUE

COMPLETE = [
    "--audit-date",
    "2026-01-31",
    "--distribution-date",
    "2026-02-01",
    "--as-of",
    "2026-11-22",
    "--unknown",
    "0",
]
SOURCE = ["--data-source", "Applications of 2025."]


class Run:
    def __init__(self, capture: pytest.CaptureFixture[str]):
        self.capture = capture

    def __call__(self, *words: str | Path) -> Done:
        return run_command(Command, "check_published", self.capture, *words)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    return Run(capsys)


@pytest.fixture
def good(tmp_path: Path) -> Path:
    file = tmp_path / "good.txt"
    file.write_text(HOUSE.text(*three(TRUE)), "utf-8")
    return file


def test_everything_follows(run: Run, good: Path) -> None:
    done = run(good, *COMPLETE, *SOURCE)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Of 23 printed impact ratios, 23 follow" in done.stdout
    assert not any(word in done.stdout for word in ("compliant", "PASS", "passed"))


def test_something_is_missing_or_does_not_follow(run: Run, good: Path) -> None:
    assert run(good).returncode == 1
    good.write_text(good.read_text("utf-8").replace("0.789", "0.798"), "utf-8")
    done = run(good, *COMPLETE, *SOURCE, "--format", "json")
    report = json.loads(done.stdout)
    assert done.returncode == 1
    assert is_canonical(done.stdout.strip().encode())
    assert [finding["code"] for finding in report["findings"]] == ["ratio-does-not-follow"]
    assert report["ratios"]["does not follow"] == 1


def test_the_earlier_audit_is_compared(run: Run, good: Path) -> None:
    assert "rows-of-earlier-audit" in run(good, *COMPLETE, *SOURCE, "--earlier", good).stdout


def test_what_cannot_be_read_is_said_in_full(run: Run, tmp_path: Path) -> None:
    assert run(tmp_path / "nothing.csv").returncode == 2
    bad = tmp_path / "bad.csv"
    bad.write_text("Sex,A,Ratio\nMale,x,1.00\nFemale,y,z\n", "utf-8")
    done = run(bad, "--column", "A=rate")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 3
    lines = run(bad, "--column", "A=rate", "--format", "json").stdout.splitlines()
    assert [json.loads(line)["row"] for line in lines] == [2, 3, 3]


def test_a_column_is_given_a_role_it_can_have(run: Run, good: Path) -> None:
    done = run(good, "--column", "Applicants=colour")
    assert done.returncode == 2
    assert "'Applicants=colour' is not HEADER=ROLE" in done.stderr


def test_a_report_is_performed_again_from_the_text_it_carries(run: Run, good: Path, tmp_path: Path) -> None:
    earlier = tmp_path / "earlier.txt"
    earlier.write_text(good.read_text("utf-8").replace("0.789", "0.798"), "utf-8")
    first = run(good, *COMPLETE, *SOURCE, "--earlier", earlier, "--format", "json")
    kept = tmp_path / "report.json"
    kept.write_text(first.stdout, "utf-8")
    assert run(kept, "--format", "json") == first
