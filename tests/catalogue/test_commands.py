"""`manage.py catalogue` and `manage.py catalogue_check`, without a database."""

import json

import pytest
from django.core.management import call_command

from compliance.catalogue.loader import load


def test_every_row_is_printed_with_all_its_fields(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("catalogue", "nyc-ll144", "--format", "json")
    printed = json.loads(capsys.readouterr().out)
    law = load("nyc-ll144")
    assert (printed["law"], printed["text_version"], printed["digest"]) == ("nyc-ll144", "2023-05-06", law.digest)
    assert [row["id"] for row in printed["rows"]] == [row.id for row in law.rows]
    fields = "id citation title question roles tier kind condition dates penalty computed crosswalk checked"
    assert all(set(fields.split()) <= set(row) for row in printed["rows"])


def test_text_names_every_row_with_its_citation(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("catalogue", "nyc-ll144", "--text-version", "2023-05-06")
    printed = " ".join(capsys.readouterr().out.split())
    for row in load("nyc-ll144").rows:
        assert f"{row.id} {row.title} {row.question}" in printed
        assert row.citation_text in printed


@pytest.mark.parametrize(
    ("options", "code"), [(["nyc-ll145"], "no-such-law"), (["nyc-ll144", "--text-version", "1"], "no-such-version")]
)
def test_an_unknown_law_is_one_problem_a_line(
    capsys: pytest.CaptureFixture[str], options: list[str], code: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        call_command("catalogue", *options, "--format", "json")
    assert ended.value.code == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert [json.loads(line)["code"] for line in printed.err.splitlines()] == [code]


def test_the_check_prints_each_law_with_its_digest(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("catalogue_check", "--format", "json")
    found = {(one["law"], one["text_version"]): one["digest"] for one in json.loads(capsys.readouterr().out)["laws"]}
    assert found["nyc-ll144", "2023-05-06"] == load("nyc-ll144").digest
