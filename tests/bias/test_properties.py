"""What must not change a result does not: the order of rows, splitting a file, other spellings, a turned scale."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audits.bias.audit import run
from audits.bias.plan import Plan
from audits.bias.sources import File

people = st.lists(
    st.tuples(st.sampled_from(["M", "F", ""]), st.sampled_from(["White", "Asian", ""]), st.integers(-9, 9)),
    min_size=2,
    max_size=25,
)
few = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def audited(folder: Path, *parts: list[Any], **options: Any) -> dict[str, Any]:
    files = []
    for number, part in enumerate(parts):
        path = folder / f"{number}.csv"
        path.write_text("sex,race,score\n" + "".join(f"{sex},{race},{score}\n" for sex, race, score in part))
        files.append(File(path, str(number)))
    plan = Plan("sex", "race", score="score", pooled="for the test", **options)
    found = run(files, plan).as_json()
    return {name: found[name] for name in ("counts", "tables", "scores")} | {"median": found["method"]["median"]}


@few
@given(rows=people, seed=st.integers(0, 99))
def test_the_order_of_rows_and_a_split_do_not_matter(rows: list[Any], seed: int, tmp_path: Path) -> None:
    mixed = random.Random(seed).sample(rows, len(rows))
    cut = 1 + seed % (len(rows) - 1)
    expected = audited(tmp_path, rows)
    assert audited(tmp_path, mixed) == expected
    assert audited(tmp_path, rows[:cut], rows[cut:]) == expected


@few
@given(rows=people)
def test_other_words_with_a_mapping_do_not_matter(rows: list[Any], tmp_path: Path) -> None:
    words = {"M": "X-1", "F": "x 2", "": "?"}
    renamed = [(words[sex], race, score) for sex, race, score in rows]
    mapping = {"sex": {"X-1": "Male", "x 2": "Female", "?": None}}
    assert audited(tmp_path, renamed, mapping=mapping) == audited(tmp_path, rows)


@few
@given(rows=people)
def test_turning_scores_and_their_direction_gives_the_same_tables(rows: list[Any], tmp_path: Path) -> None:
    turned = [(sex, race, -score) for sex, race, score in rows]
    found, expected = audited(tmp_path, turned, higher_is_better=False), audited(tmp_path, rows)
    assert (found["counts"], found["tables"]) == (expected["counts"], expected["tables"])
    again = [(sex, race, -score) for sex, race, score in turned]
    assert audited(tmp_path, again, higher_is_better=True) == expected


@few
@given(rows=people, times=st.integers(2, 40))
def test_scaling_all_counts_scales_histograms_and_classes(rows: list[Any], times: int, tmp_path: Path) -> None:
    found = []
    for factor in (5, 5 * times):
        path = tmp_path / f"{factor}.csv"
        lines = [f"{sex},{race},{score},{'low' if score < 0 else 'high'},{factor}" for sex, race, score in rows]
        path.write_text("sex,race,score,class,n\n" + "\n".join(lines) + "\n")
        found.append(run(path, Plan("sex", "race", score="score", count="n", output_class="class")).as_json())
    one, many = found
    assert one["scores"]["edges"] == many["scores"]["edges"]
    for few_people, more in zip(one["scores"]["cells"], many["scores"]["cells"], strict=True):
        assert [count * times for count in few_people["bins"]] == more["bins"]
    for few_people, more in zip(one["classes"], many["classes"], strict=True):
        assert few_people["class"] == more["class"]
        for cell, other in zip(few_people["counts"], more["counts"], strict=True):
            assert (cell["applicants"] * times, cell["selected"] * times) == (other["applicants"], other["selected"])
