"""The manual names every test and metric as the code does, and its examples run."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

from audits.metrics.confusion import CODES
from audits.metrics.methods import METHODS

MANUAL = Path(__file__).parents[2] / "templates" / "docs" / "reference"
PAGES = {name: (MANUAL / f"{name}.md").read_text(encoding="utf-8") for name in ("statistics", "group-metrics")}
IN_THE_TABLE = (*CODES, "predicted-positive-share")


@pytest.mark.parametrize("code", [code for code in METHODS if code not in IN_THE_TABLE])
def test_every_method_has_its_section(code: str) -> None:
    method = METHODS[code]
    sections = [section for page in PAGES.values() for section in page.split("\n## ") if f"\n`{code}`\n" in section]
    assert len(sections) == 1
    assert sections[0].startswith(f"{method.name}\n")
    assert f"- Formula: {method.formula}\n" in sections[0]
    assert f"- Reference: {method.reference}.\n" in sections[0]
    assert f"- Can help to evidence: {', '.join(method.evidences)}.\n" in sections[0]
    assert ">>>" in sections[0]


@pytest.mark.parametrize("code", IN_THE_TABLE)
def test_every_rate_has_its_line(code: str) -> None:
    method = METHODS[code]
    line = next(line for line in PAGES["group-metrics"].splitlines() if f"| `{code}` |" in line)
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    assert [cells[0], cells[2], cells[5]] == [method.name, method.formula, ", ".join(method.evidences)]
    assert method.reference.split(",")[0] in PAGES["group-metrics"]


@pytest.mark.parametrize("name", PAGES)
def test_the_examples_run_and_print_what_they_say(name: str) -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGES[name], re.DOTALL)
    test = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, name, f"{name}.md", 0)
    assert len(test.examples) > 20
    told: list[str] = []
    doctest.DocTestRunner(verbose=False).run(test, out=told.append)
    assert "".join(told) == ""


def test_the_table_of_rates_holds_what_the_example_gives() -> None:
    from audits.metrics.confusion import Confusion
    from audits.metrics.groups import group_metrics
    from audits.metrics.rounding import decimals

    report = group_metrics({"Black": Confusion(1369, 805, 532, 990), "White": Confusion(505, 349, 461, 1139)})
    why = (MANUAL.parent / "why" / "fairness-metrics.md").read_text(encoding="utf-8")
    for code in IN_THE_TABLE:
        rates = [row.rates[code]["rate"] for row in report.rows]
        shown = " | ".join(decimals(rate, 4) for rate in rates)  # type: ignore[arg-type]
        assert f"| {shown} |" in PAGES["group-metrics"]
        if code in ("prevalence", "positive-predictive-value", "false-positive-rate", "false-negative-rate"):
            assert f"| {shown} |" in why
