"""One way to audit a short text, shared by the tests of this folder."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from audits.bias.audit import run
from audits.bias.plan import Plan
from compliance.lib.problems import Problem, Refused

Audit = Callable[..., dict[str, Any]]
Refusal = Callable[..., tuple[Problem, ...]]


@pytest.fixture
def audit(tmp_path: Path) -> Audit:
    """Audit a text with columns sex and race, by default with an outcome in the column hired."""

    def audited(content: str | bytes, **options: Any) -> dict[str, Any]:
        path = tmp_path / "applicants [1].csv"  # a name that would be a pattern to some readers
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        if "score" not in options:
            options = {"selected": "hired", **options}
        return run(path, Plan(**{"sex": "sex", "race_ethnicity": "race", **options})).as_json()

    return audited


@pytest.fixture
def refusal(audit: Audit) -> Refusal:
    """Return the problems for which a text is refused."""

    def refused(content: str | bytes, **options: Any) -> tuple[Problem, ...]:
        with pytest.raises(Refused) as caught:
            audit(content, **options)
        return caught.value.problems

    return refused
