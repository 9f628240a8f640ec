"""A confirmed mapping is offered for the next file of the same shape, and says which values are new in it."""

from pathlib import Path

import pytest

from audits.bias import mapstore
from audits.bias.plan import Plan
from audits.bias.profile import profile
from compliance.lib.problems import Refused


def test_a_mapping_is_offered_for_the_same_shape_only_and_leaves_new_values_open(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("sex,race,hired\nW,White,1\nM,Asian,0\n")
    plan = Plan("sex", "race", selected="hired", mapping={"sex": {"W": "Female", "M": "Male"}}, vocabulary=False)
    kept = mapstore.load(mapstore.keep(profile(path), plan).data)
    assert kept.plan == plan
    path.write_text("sex,race,hired\nW,White,1\nX,Asian,0\n")
    found = profile(path)
    assert mapstore.offered(found, [kept]) == kept
    assert kept.open_values(found) == {"sex": ["X"], "race_ethnicity": ["Asian", "White"], "outcome": ["0", "1"]}
    path.write_text("sex,race,chosen\nW,White,1\n")
    assert mapstore.offered(profile(path), [kept]) is None


def test_a_kept_mapping_that_was_changed_is_refused() -> None:
    for data in (b"{}", b'{"columns":[["sex","text"]],"plan":{},"schema":"probanda/mapping/1","shape":"0"}'):
        with pytest.raises(Refused, match="The kept mapping is not in order"):
            mapstore.load(data)
