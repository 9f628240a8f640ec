"""What the mapping page is told about a file, and what it is not."""

import json
import time
import tracemalloc
from pathlib import Path

import pytest

from audits.bias.profile import Profile, profile
from compliance.lib.problems import Refused


def write(path: Path, content: str) -> Path:
    (path / "applicants.csv").write_text(content)
    return path / "applicants.csv"


def test_a_profile_tells_values_and_proposes_without_deciding(tmp_path: Path) -> None:
    content = "Gender;Background;Hired;Hired;Points\nM;White;1;a;1.5\nF;Other;0;b;\nm;White;0;a;x\n"
    found = profile(write(tmp_path, content))
    assert (found.lines, found.delimiter, found.encoding) == (3, "semicolon", "utf-8")
    assert [column.proposed_role for column in found.columns] == ["sex", None, "selected", "selected", "score"]
    assert [column.reference for column in found.columns] == ["Gender", "Background", "#3", "#4", "Points"]
    assert (found.columns[4].numeric, found.columns[4].blank) == (1, 1)
    proposals = found.columns[1].proposals("race_ethnicity")
    assert [(one.raw, one.lines, one.known) for one in proposals] == [("White", 2, True), ("Other", 1, False)]
    assert Profile.from_json(json.loads(json.dumps(found.as_json()))) == found


def test_a_column_of_many_values_shows_none_of_them(tmp_path: Path) -> None:
    content = "name,sex\n" + "".join(f"Person {number},F\n" for number in range(25_000))
    found = profile(write(tmp_path, content))
    assert found.columns[0].many
    assert "Person" not in json.dumps(found.as_json())
    assert found.columns[1].values[0].lines == 25_000


def test_a_wide_file_and_long_cells_are_looked_through_in_bounded_memory(tmp_path: Path) -> None:
    wide = ",".join(f"c{number}" for number in range(20_000))
    began = time.process_time()
    assert len(profile(write(tmp_path, f"{wide}\n{wide}\n")).columns) == 20_000
    assert time.process_time() - began < 3  # not the square of the number of columns
    path = write(tmp_path, "sex,note\n" + "".join(f"F,{number}{'x' * 100_000}\n" for number in range(600)))
    tracemalloc.start()
    try:
        assert profile(path).columns[1].many
        assert tracemalloc.get_traced_memory()[1] < path.stat().st_size / 2
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("content", "code"), [("a,b\n", "no-rows"), ("", "empty-file"), ("a,b\n1,2\n3\n", "ragged-row")]
)
def test_a_file_that_is_no_table_is_refused_at_once(tmp_path: Path, content: str, code: str) -> None:
    with pytest.raises(Refused) as caught:
        profile(write(tmp_path, content))
    assert caught.value.code == code
