"""Every engine gives the same counts, the same median and the same digest of the same rows."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from audits.bias import engines
from audits.bias.address import Table
from audits.bias.audit import Result, run
from audits.bias.plan import Plan
from audits.bias.vocabulary import Role
from audits.metrics.recheck import recheck
from compliance.lib.problems import Refused

SCORES = ["0.1", "0.10000000000000000555", "1e-1", " 7 ", "5.", "+.5", "1e308", "-1e300", "1e-400", "12.25", "-3"]
COLUMNS = {
    "sex": "text",
    "race": "text",
    "hired": "bool",
    "score": "text",
    "points": "float8",
    "note": "text",
    "good": "text",
    "chance": "float8",
    "called": "bool",
}
NAMES = {"float8": "double", "text": "string", "bool": "boolean"}


def people() -> list[tuple[Any, ...]]:
    """Return 600 people with every trap: missing words, spellings, scores that share one float."""
    sexes, races = ["M", "female", "F", None, "Male"], ["White", "white ", "Asian", None, "Hispanic or Latino", "Black"]
    return [
        (
            sexes[number % 5],
            races[number * 7 % 6],
            number % 3 == 0,
            SCORES[number * 5 % 11],
            number * 37 % 91 / 7,
            'a "note", with\nlines',
            ["Good", "bad", None, " GOOD ", "bad"][number * 11 % 5],
            number * 53 % 601 / 600,
            number % 4 == 1,
        )
        for number in range(600)
    ]


KNOWN: dict[Role, dict[str, str | None]] = {"truth": {"": None}}
PLANS = {
    "selection": Plan("sex", "race", selected="hired"),
    "texts": Plan("sex", "race", score="score"),
    "floats, lower, complete": Plan("sex", "race", score="points", higher_is_better=False, unknowns="complete-case"),
    "outcomes of selections": Plan(
        "sex", "race", selected="hired", truth="good", mapping=KNOWN, outcome={"favourable": "good", "base": "overall"}
    ),
    "chances, cut off": Plan(
        "sex",
        "race",
        score="chance",
        truth="good",
        mapping=KNOWN,
        outcome={
            "favourable": "good",
            "prediction": "cut-off",
            "cutoff": "0.5",
            "edges": ["0.1", "0.25", "0.9"],
            "chance": True,
        },
    ),
    "texts, cut off at what shares a float": Plan(
        "sex",
        "race",
        score="score",
        truth="good",
        higher_is_better=False,
        mapping=KNOWN,
        outcome={"favourable": "good", "prediction": "cut-off", "cutoff": "0.1", "edges": ["0.1", "7"]},
    ),
    "decisions beside scores": Plan(
        "sex",
        "race",
        score="points",
        truth="good",
        decision="called",
        mapping=KNOWN,
        outcome={"favourable": "good", "prediction": "decisions", "edges": ["6.5"]},
    ),
}


SAME = ("rows", "people", "counts_sha256", "outcome_counts_sha256")


def same(result: Result) -> dict[str, Any]:
    """Return what may not differ between engines."""
    document = result.as_json()
    assert all(check.holds for check in recheck(document))
    return document | {"input": {name: document["input"][name] for name in SAME if name in document["input"]}}


@pytest.fixture
def database(tmp_path: Path) -> Path:
    import duckdb

    path = tmp_path / "people.duckdb"
    with duckdb.connect(str(path)) as connection:
        kinds = ", ".join(f'"{name}" {kind}' for name, kind in COLUMNS.items())
        connection.execute(f"CREATE TABLE people ({kinds})")
        connection.executemany("INSERT INTO people VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", people())
        connection.execute(f"COPY people TO '{tmp_path}/people.parquet' (FORMAT parquet)")
    return path


@contextmanager
def in_postgres(schema: str) -> Iterator[str]:
    import psycopg

    url = os.environ["DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE SCHEMA "{schema}"'.encode())
        try:
            kinds = ", ".join(f'"{name}" {kind}' for name, kind in COLUMNS.items())
            connection.execute(f'CREATE TABLE "{schema}"."the ""people""" ({kinds})'.encode())
            with connection.cursor() as cursor:
                statement = f'INSERT INTO "{schema}"."the ""people""" VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)'
                cursor.executemany(statement.encode(), people())
            yield f'{url}#{schema}.the "people"'
        finally:
            connection.execute(f'DROP SCHEMA "{schema}" CASCADE'.encode())


@pytest.mark.parametrize("plan", list(PLANS.values()), ids=list(PLANS))
def test_a_file_and_a_database_of_duckdb_agree(plan: Plan, database: Path) -> None:
    expected = same(run(Table(f"duckdb://{database}#people"), plan))
    assert same(run(database.with_suffix(".parquet"), plan)) == expected


@pytest.mark.services
@pytest.mark.parametrize("plan", list(PLANS.values()), ids=list(PLANS))
def test_postgresql_agrees(plan: Plan, database: Path, worker_id: str) -> None:
    with in_postgres(f"bias {worker_id}") as url:
        assert same(run(Table(url), plan)) == same(run(database.with_suffix(".parquet"), plan))


@pytest.mark.spark
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_spark_agrees_on_everything_in_one_session(database: Path) -> None:
    """One test, for a session takes long to start: the plans, tables in files, and bad scores told by the engine."""
    parquet = database.with_suffix(".parquet")
    url = f"{os.environ['SPARK_MASTER']}?parquet={parquet}"
    with engines.spark_session(os.environ["SPARK_MASTER"]) as session:
        for plan in PLANS.values():
            assert same(run(Table(url), plan)) == same(run(parquet, plan))
        session.read.parquet(str(parquet)).selectExpr("sex", "race", "'1e999' AS score").createOrReplaceTempView("bad")
        with pytest.raises(Refused, match="The value '1e999' in column 'score' \\(in 600 rows\\) is not a finite"):
            run(Table(f"{os.environ['SPARK_MASTER']}#bad"), PLANS["texts"])


@pytest.mark.services
def test_postgresql_is_only_read_and_stops_in_time(worker_id: str) -> None:
    with in_postgres(f"reads {worker_id}") as url:
        table, plan = url.partition("#")[0], PLANS["selection"]
        for query, told in (
            ("SELECT setval('x', 1)", "The table cannot be read."),
            ("DELETE FROM people", "The query is not one SELECT."),
            ("SELECT 1; SELECT 2", "The query is not one SELECT."),
            ("WITH gone AS (DELETE FROM people RETURNING *) SELECT * FROM gone", "The query changes data."),
            ("SELECT sex, race INTO other FROM people", "The query changes data."),
        ):
            with pytest.raises(Refused, match=told):
                run(Table(table, query), plan)
        slow = "SELECT 'M' AS sex, 'White' AS race, true AS hired FROM pg_sleep(20)"
        with pytest.raises(Refused, match="stopped the query after 1 seconds"):
            run(Table(table, slow, timeout=1), plan)


def test_a_password_is_nowhere_in_what_is_said() -> None:
    table = Table("postgres://ann:s3cret@127.0.0.1:1/hr#people")
    with pytest.raises(Refused) as caught:
        run(table, PLANS["selection"])
    assert "s3cret" not in f"{table!r} {table} {caught.value.problems} {caught.value.__cause__!r}"
    assert urlsplit(table.name).username is None


def test_strata_classes_truth_and_bins_are_counted_by_the_same_expression(database: Path, tmp_path: Path) -> None:
    from audits.bias import audit

    path = tmp_path / "classes.csv"
    lines = ["M,White,yes,1,2025,lead", "M,White,no,1,2025,follow", "F,Asian,yes,0,2026,lead", "F,Asian,no,0,,lead"]
    path.write_text("\n".join(["sex,race,hired,good,year,style", *lines]) + "\n")
    plan = Plan(
        "sex", "race", selected="hired", truth="good", strata=("year",), output_class="style", pooled="One employer."
    )
    with audit.measured(path, plan, lambda fraction, sentence: None) as (_, found):
        assert [(one.tp, one.fp, one.fn, one.tn) for one in found.tallies[0]] == [
            (0, 0, 0, 1), (0, 1, 0, 0), (0, 0, 1, 0), (1, 0, 0, 0),
        ]  # fmt: skip
        assert {words: sum(cell.applicants for cell in cells) for words, cells in found.strata().items()} == {
            ("",): 1, ("2025",): 2, ("2026",): 1,
        }  # fmt: skip
        assert {
            name: [(cell.applicants, cell.selected) for cell in cells] for name, cells in found.classes().items()
        } == {"follow": [(2, 1), (2, 0)], "lead": [(2, 1), (2, 2)]}


def test_scores_are_binned_by_group_and_nobody_is_lost(database: Path) -> None:
    scores = run(Table(f"duckdb://{database}#people"), PLANS["floats, lower, complete"]).as_json()["scores"]
    assert scores["edges"] == [str(edge) for edge in range(14)]  # 0.5 would need 26 bins up to 12.86
    points = [person[4] for person in people()]
    for place, (low, high) in enumerate(pairwise(map(float, scores["edges"]))):
        assert sum(cell["bins"][place] for cell in scores["cells"]) == sum(low <= one < high for one in points)
