"""The shipped examples give the official tables again, from rows of people, however unknown people are treated."""

from pathlib import Path

import pytest

from audits.bias.audit import run
from audits.bias.example import Kind, published, write_example
from audits.bias.plan import Plan
from audits.metrics.recheck import recheck


@pytest.mark.parametrize("unknowns", ["per-table", "complete-case"])
@pytest.mark.parametrize("kind", ["selection", "scoring"])
def test_the_example_gives_the_official_counts(tmp_path: Path, kind: Kind, unknowns: str) -> None:
    path = tmp_path / "applicants.csv"
    write_example(path, kind)
    measure = {"selected": "selected"} if kind == "selection" else {"score": "score"}
    result = run(path, Plan("sex", "race_ethnicity", unknowns=unknowns, **measure)).as_json()  # type: ignore[arg-type]
    chosen = "selected" if kind == "selection" else "implied_above_median"
    official = [(int(row["applicants"]), int(row[chosen])) for row in published(kind, "intersectional")]
    assert [(row["applicants"], row["selected"]) for row in result["tables"][2]["rows"]] == official
    assert result["input"]["rows"] == (2821 if kind == "selection" else 183)
    assert result["unknown"]["either"] == (250 if kind == "selection" else 15)
    assert all(check.holds for check in recheck(result))
