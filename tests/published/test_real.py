"""Audits that were really published, where their figures are present; no row of them stands in the project."""

from __future__ import annotations

import functools
from collections import Counter
from pathlib import Path

import pytest

from audits.published.intake import read_bytes
from audits.published.report import Checked, check

FOLDER = Path(__file__).parents[3] / "shared" / "golden" / "published"

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the figures of published audits are not present here")

KINDS = {
    "pfizer_hirevue": {"ratio-above-one", "benchmark-not-highest", "ratio-does-not-follow", "no-single-benchmark-rate"},
    "jetblue_hirevue": {"ratio-above-one", "benchmark-not-highest", "ratio-does-not-follow"},
    "nyu_langone": {"ratio-of-rounded-rates", "ratio-truncated", "left-out-category-as-benchmark"},
    "cigna": {"ratio-of-rounded-rates"},
    "bloomberg": {"left-out-category-as-benchmark"},
    "covey": {"rate-not-from-counts", "totals-do-not-add-up"},
    "staya_inc_dover": {"empty-group-with-figures"},
    "hackerrank": {"rate-of-no-count", "ratio-does-not-follow"},
    "adp_adp": {"ratio-one-digit-off"},
    "zoominfo": {"ratio-above-one", "left-out-category-with-ratio"},
}
"""What each report is known to hold, by the part of its name that tells it from the others."""


@functools.cache
def report(name: str) -> Checked:
    (file,) = FOLDER.glob(f"ll144_{name}*.csv")
    return check(read_bytes(file.read_bytes()))


def names() -> list[str]:
    return sorted(file.stem.removeprefix("ll144_") for file in FOLDER.glob("ll144_*.csv"))


def test_nine_ratios_in_ten_are_explained_outside_the_reports_by_one_vendor() -> None:
    counts: Counter[str] = Counter()
    by_rule = 0
    for name in names():
        if "hirevue" not in name:
            counts.update(report(name).counts)
            by_rule += report(name).by_rule
    printed = sum(counts.values())
    assert printed > 500
    assert (counts["follows"] + counts["follows otherwise"]) / printed >= 0.95
    assert by_rule / printed >= 0.85


@pytest.mark.parametrize("name", KINDS)
def test_the_known_errors_of_a_report_are_named(name: str) -> None:
    assert KINDS[name] <= {finding.code for finding in report(name).findings}


@pytest.mark.parametrize(
    "name", ["bnp", "bryq", "eightfold", "hartford", "morgan", "paradox", "plum", "sheppard", "wells"]
)
def test_reports_whose_ratios_all_follow_have_none_named(name: str) -> None:
    found = report(name)
    assert found.by_rule == sum(found.counts.values()) > 0
    assert not any(one.code.startswith("ratio-") for one in found.findings)
