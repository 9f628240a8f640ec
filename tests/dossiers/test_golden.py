"""Dossiers that earlier releases made: every later one still verifies them."""

from __future__ import annotations

from pathlib import Path

import pytest

from audits.dossiers.verification import verify

FOLDER = Path(__file__).resolve().parents[1] / "golden" / "dossiers"


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.pdf")), ids=lambda path: path.stem)
def test_a_dossier_of_an_earlier_release_holds(path: Path) -> None:
    report = verify(path.read_bytes(), [path.with_suffix(".pem").read_bytes()])
    assert [check.sentence for check in report.checks if check.outcome != "holds"] == []


def test_they_are_of_both_kinds() -> None:
    counts = [len(verify(path.read_bytes()).signatures) for path in sorted(FOLDER.glob("*.pdf"))]
    assert counts == [1, 3], "one sealed by the house, one signed by three people"
