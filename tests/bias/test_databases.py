"""Tables of the operator's databases: a member chooses a name and a table; nobody sees an address or a password."""

from __future__ import annotations

import json
import logging
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from audits.bias import actions, arriving
from audits.bias.address import Table
from audits.bias.models import BiasAudit, BiasIntake, BiasSource
from audits.bias.reperform import reperformed
from audits.checks import queries_can_be_asked
from audits.management.commands.reperform import Command
from audits.work.models import State
from compliance import env
from compliance.lib.problems import Refused
from compliance.trail.queries import entries
from tests import build
from tests.bias.test_pages import base, meanings, text
from tests.commands import run_command
from tests.people import People, client_of

SECRET = "s3cret-of-the-house"
PEOPLE = [("MF"[n % 2], ("White", "Asian")[n % 3 % 2], "yes" if n % 5 else "no") for n in range(200)]


@pytest.fixture
def alice(people: People) -> Client:
    build.system(people.alice)
    return client_of(people.alice)


@pytest.fixture
def duck(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    """Name a DuckDB file as the operator would."""
    import duckdb

    path = tmp_path / "hr.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute('CREATE SCHEMA house; CREATE TABLE house."people.2026" (sex text, race text, hired text)')
        connection.executemany('INSERT INTO house."people.2026" VALUES (?, ?, ?)', PEOPLE)
        connection.execute('CREATE VIEW everyone AS SELECT * FROM house."people.2026"')
    monkeypatch.setenv("EXAMPLE_SOURCES", f"hr=duckdb://{path}")
    settings.SOURCES = env.sources("EXAMPLE_SOURCES")
    return f"duckdb://{path}"


def named_for(people: People, settings: Any, address: str) -> None:
    settings.SOURCES = {"hr": env.Source(address, people.alice.organisation.slug)}


def choose(client: Client, people: People, table: str, database: str = "hr", **more: str) -> str:
    system = people.alice.organisation.systems.get()
    form = {"system": str(system.pk), "title": "From the database", "table": table, "label": "HR", **more}
    return text(client.post(f"{base(people)}new/table/?database={database}", form, follow=True))  # type: ignore[arg-type]


def compute(client: Client, people: People) -> dict[str, Any]:
    """Have the table looked at, confirm what is proposed, and return the result."""
    arriving.carry_out(BiasIntake.objects.get().pk)
    assert BiasIntake.objects.get().state == State.FINISHED, BiasIntake.objects.get().problems
    audit = BiasAudit.objects.get()
    url = f"{base(people)}{audit.pk}/"
    page = text(client.get(url + "map/"))  # type: ignore[arg-type]
    assert SECRET not in page
    columns = {"sex": "sex", "race_ethnicity": "race", "kind": "selected", "measure": "hired", "count": ""}
    client.post(url + "map/", {**columns, **meanings(page), "unknowns": "per-table", "people_in_union": "no"})
    actions.carry_out(audit.pk)
    audit.refresh_from_db()
    assert audit.state == State.FINISHED, audit.problems
    assert "Computed" in text(client.get(url))  # type: ignore[arg-type]
    return dict(actions.result_of(audit))


def test_tables_are_listed_chosen_and_counted_where_they_are(
    people: People, alice: Client, duck: str, settings: Any
) -> None:
    named_for(people, settings, duck)
    page = text(alice.get(base(people) + "new/table/"))  # type: ignore[arg-type]
    assert "house.people.2026" in page
    assert "main.everyone" in page
    assert duck.removeprefix("duckdb://") not in page
    waiting = choose(alice, people, "house.people%2E2026")
    assert "Waiting for a worker." in waiting
    document = compute(alice, people)
    (source,) = document["input"]["sources"]
    assert (source["kind"], source["engine"], source["rows"]) == ("table", "duckdb", 200)
    assert all(check.holds for check in reperformed(document, tables=[Table(f"{duck}#house.people%2E2026")]))
    other = [check for check in reperformed(document, tables=[Table(f"{duck}#main.everyone")]) if not check.holds]
    assert {check.where for check in other} == {"input.sources (tables and queries)", "input.sources[0].name"}
    told = {entry.verb: json.loads(entry.body)["data"] for entry in entries(people.alice.organisation_id)}
    assert told["bias.table_chosen"] == {"database": "hr", "table": "house.people%2E2026"}


def test_only_what_the_operator_named_for_this_house_is_reached(
    people: People, alice: Client, duck: str, settings: Any
) -> None:
    # Two houses are here, so a database without a house is nobody's.
    assert "named no database" in text(alice.get(base(people) + "new/table/"))  # type: ignore[arg-type]
    assert "named no database" in text(alice.get(base(people) + "new/table/?database=hr"))  # type: ignore[arg-type]
    named_for(people, settings, duck)
    stranger = client_of(people.stranger)
    there = f"/o/{people.stranger.organisation.slug}/bias-audits/new/table/"
    assert "people.2026" not in text(stranger.get(there + "?database=hr"))  # type: ignore[arg-type]
    # What is no table of the list is not chosen, whatever is sent.
    assert "Select a valid choice" in choose(alice, people, "main.everyone; DROP TABLE x")
    assert not BiasIntake.objects.exists()
    # The operator took it away meanwhile.
    choose(alice, people, "main.everyone")
    settings.SOURCES = {}
    intake = BiasIntake.objects.get()
    arriving.carry_out(intake.pk)
    shown = text(alice.get(f"{base(people)}files/{intake.pk}/"))  # type: ignore[arg-type]
    assert "The table is no longer in a database that the operator named: “hr”." in shown
    assert not BiasAudit.objects.exists()


def test_table_named_in_the_address_is_the_only_one(people: People, alice: Client, duck: str, settings: Any) -> None:
    named_for(people, settings, f"{duck}#main.everyone")
    page = text(alice.get(base(people) + "new/table/"))  # type: ignore[arg-type]
    assert "main.everyone" in page
    assert "people.2026" not in page
    choose(alice, people, "main.everyone")
    settings.SOURCES = {"hr": env.Source(f"{duck}#house.people%2E2026", people.alice.organisation.slug)}
    arriving.carry_out(BiasIntake.objects.get().pk)  # another table than the person chose is never counted
    assert BiasIntake.objects.get().state == State.FAILED


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("postgres://db/hr", "Entry 1 of EXAMPLE has no name."),
        ("HR=postgres://db/hr", "Entry 1 of EXAMPLE has no name."),
        (f"hr=postgres://a:{SECRET}@db/hr hr=duckdb:///x", "EXAMPLE names 'hr' twice."),
        (f"hr=postgres://a:{SECRET}@:port/hr", "EXAMPLE gives 'hr' no whole address."),
        ("hr=spark://master:7077", "whose tables cannot be listed. Name the table at its end: #TABLE."),
    ],
)
def test_wrong_setting_stops_the_start_and_shows_no_secret(
    value: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXAMPLE", value)
    with pytest.raises(ImproperlyConfigured) as caught:
        env.sources("EXAMPLE")
    assert sentence in str(caught.value)
    assert SECRET not in str(caught.value)


def test_addresses_and_passwords_come_from_files_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sources").write_text(f"hr=postgres://ann:{SECRET}@db/hr\nats-2@house=spark://m:7077#people\n")
    (tmp_path / "password").write_text(SECRET + "\n")
    monkeypatch.delenv("EXAMPLE", raising=False)  # which the examples of compliance.env leave behind
    monkeypatch.setenv("EXAMPLE_FILE", str(tmp_path / "sources"))
    monkeypatch.setenv("PROBANDA_SOURCE_PASSWORD_ATS_2_FILE", str(tmp_path / "password"))
    found = env.sources("EXAMPLE")
    assert list(found) == ["hr", "ats-2"]
    assert SECRET not in repr(found)
    assert env.source_password("ats-2") == SECRET
    assert env.source_password("hr") is None


HIRED = """SELECT sex, race, hired -- of this year
FROM house."people.2026" WHERE hired IS NOT NULL"""


@pytest.fixture
def asked(people: People, duck: str, settings: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    """Name a query of the DuckDB file as the operator would."""
    block = HIRED.replace("\n", "\n    ")
    monkeypatch.setenv("EXAMPLE_QUERIES", f"hr:\n  hired: |\n    {block}\n")
    settings.QUERIES = env.queries("EXAMPLE_QUERIES")
    named_for(people, settings, duck)
    return duck


def test_a_query_of_the_operator_is_chosen_by_name_and_performed_again(
    people: People, alice: Client, asked: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    page = text(alice.get(base(people) + "new/table/"))  # type: ignore[arg-type]
    assert "FROM house.&quot;people.2026&quot; WHERE hired IS NOT NULL" in page
    assert "stands in the result, in the trail and in a dossier" in page
    assert "main.everyone" not in page  # where there are queries, no table is offered beside them
    for sent in ("SELECT 1", "main.everyone", "hired; DROP TABLE x"):
        assert "Select a valid choice" in choose(alice, people, sent)
    choose(alice, people, "hired")
    document = compute(alice, people)
    (source,) = document["input"]["sources"]
    assert (source["kind"], source["query"], source["rows"]) == ("table", HIRED, 200)
    told = {entry.verb: json.loads(entry.body)["data"] for entry in entries(people.alice.organisation_id)}
    assert told["bias.query_chosen"] == {"database": "hr", "table": "hired", "query": HIRED}
    audit = BiasAudit.objects.get()
    shown = text(alice.get(f"{base(people)}{audit.pk}/"))  # type: ignore[arg-type]
    assert "WHERE hired IS NOT NULL" in shown
    assert "--query &#x27;SELECT sex, race, hired" in shown
    result = tmp_path / "result.json"
    result.write_text(json.dumps(document))
    again = run_command(Command, "reperform", capsys, result, "--table", asked, "--query", HIRED)
    assert again.returncode == 0, again
    other = run_command(Command, "reperform", capsys, result, "--table", asked, "--query", "SELECT * FROM everyone")
    assert other.returncode == 1
    alone = run_command(Command, "reperform", capsys, result, "--table", asked)
    assert "There are 0 of --query, and 1 addresses of --table that name no table." in alone.stderr


def test_a_query_that_changed_since_it_was_looked_at_is_not_counted(
    people: People, alice: Client, asked: str, settings: Any
) -> None:
    choose(alice, people, "hired")
    arriving.carry_out(BiasIntake.objects.get().pk)
    audit = BiasAudit.objects.get()
    url = f"{base(people)}{audit.pk}/"
    columns = {"sex": "sex", "race_ethnicity": "race", "kind": "selected", "measure": "hired", "count": ""}
    page = text(alice.get(url + "map/"))  # type: ignore[arg-type]
    alice.post(url + "map/", {**columns, **meanings(page), "unknowns": "per-table", "people_in_union": "no"})
    settings.QUERIES = {"hr": {"hired": HIRED.replace("this", "any")}}
    actions.carry_out(audit.pk)
    assert "The operator changed the query “hired” after it was looked at." in text(alice.get(url))  # type: ignore[arg-type]
    for gone in ({}, {"hr": {"other": HIRED}}):
        settings.QUERIES = gone
        alice.post(url + "map/", {**columns, **meanings(page), "unknowns": "per-table", "people_in_union": "no"})
        actions.carry_out(audit.pk)
        audit.refresh_from_db()
        assert [one["code"] for one in audit.problems] == ["no-query"]


def test_a_table_is_not_counted_where_the_operator_came_to_offer_queries_only(
    people: People, alice: Client, duck: str, settings: Any
) -> None:
    named_for(people, settings, duck)
    choose(alice, people, "main.everyone")
    settings.QUERIES = {"hr": {"hired": HIRED}}
    arriving.carry_out(BiasIntake.objects.get().pk)
    assert [one["code"] for one in BiasIntake.objects.get().problems] == ["no-query"]


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("hr: [a", "EXAMPLE, line 1: this is no YAML."),
        ("SELECT 1", "EXAMPLE, line 1: no names stand here."),
        ("hr: SELECT 1", "EXAMPLE, line 1: no names stand here."),
        ("hr:\n  Hired: SELECT 1", "EXAMPLE, line 2: this is no name."),
        ("hr:\n  a: SELECT 1\n  a: SELECT 2", "EXAMPLE, line 3: the name 'a' stands twice."),
        ("hr:\n  a: ''", "EXAMPLE, line 2: 'a' has no query."),
    ],
)
def test_wrong_queries_stop_the_start(value: str, sentence: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXAMPLE", value)
    with pytest.raises(ImproperlyConfigured) as caught:
        env.queries("EXAMPLE")
    assert sentence in str(caught.value)


def test_the_operator_is_told_of_queries_that_cannot_be_asked(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.SOURCES = {"hr": env.Source("postgres://db/hr")}
    settings.QUERIES = {
        "hr": {
            "good": "SELECT sex, race, hired FROM people",
            "many": "SELECT 1; SELECT 2",
            "changes": "WITH gone AS (DELETE FROM people RETURNING *) SELECT * FROM gone",
            "secret": f"SELECT * FROM dblink('host=db password={SECRET}', 'SELECT 1') AS t(sex text)",
        },
        "ats": {"any": "SELECT 1"},
    }
    found = queries_can_be_asked()
    assert [(one.id, one.msg.split(".")[0]) for one in found] == [
        ("probanda.E004", "The query 'many' of 'hr' in PROBANDA_QUERIES cannot be asked"),
        ("probanda.E004", "The query 'changes' of 'hr' in PROBANDA_QUERIES cannot be asked"),
        ("probanda.E004", "The query 'secret' of 'hr' in PROBANDA_QUERIES cannot be asked"),
        ("probanda.E004", "PROBANDA_QUERIES has queries for 'ats', which PROBANDA_SOURCES does not name"),
    ]
    assert SECRET not in str(found)
    monkeypatch.setenv("EXAMPLE", "hr=postgres://db/hr#people")
    with pytest.raises(ImproperlyConfigured, match="an address of one table, but there are queries for it"):
        env.sources("EXAMPLE", {"hr"})
    monkeypatch.setenv("EXAMPLE", "hr=spark://master:7077")
    assert list(env.sources("EXAMPLE", {"hr"})) == ["hr"]


@pytest.mark.parametrize(
    "query",
    [
        f"SELECT * FROM people WHERE name <> '{SECRET}'",
        f"SELECT '{SECRET}' FROM people",
        "SELECT * FROM read_csv('https://ann:pw@host/people.csv')",
        "SELECT * FROM dblink('dbname=x password=y', 'SELECT 1') AS t(a text)",
        "SELECT pgp_sym_decrypt(sex, 'key') AS sex FROM people",
    ],
)
def test_a_query_with_a_secret_is_refused_before_it_stands_in_a_result(query: str) -> None:
    with pytest.raises(Refused, match="The query holds a password or a key") as caught:
        Table(f"postgres://ann:{SECRET}@db/hr", query)
    assert SECRET not in str(caught.value)


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[str]:
    """A table of people in the real PostgreSQL, and a user who may read it and nothing else."""
    import psycopg

    url = os.environ["DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS applicants_here, hidden_here")
        connection.execute("DROP ROLE IF EXISTS reader_here")
        connection.execute("CREATE TABLE applicants_here (sex text, race text, hired text)")
        connection.execute("CREATE TABLE hidden_here (name text)")
        connection.execute(f"CREATE ROLE reader_here LOGIN PASSWORD '{SECRET}'")
        connection.execute("GRANT SELECT ON applicants_here TO reader_here")
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO applicants_here VALUES (%s, %s, %s)", PEOPLE)
        parts = urlsplit(url)
        yield f"postgres://reader_here@{parts.hostname}:{parts.port}{parts.path}"
        connection.execute("DROP TABLE applicants_here, hidden_here")
        connection.execute("DROP ROLE reader_here")


@pytest.mark.services
def test_postgres_counts_and_no_secret_is_ever_shown(
    people: People,
    alice: Client,
    postgres: str,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
) -> None:
    caplog.set_level(logging.DEBUG)
    named_for(people, settings, postgres)
    monkeypatch.setenv("PROBANDA_SOURCE_PASSWORD_HR", "wrong-" + SECRET)
    refused = text(alice.get(base(people) + "new/table/"))  # type: ignore[arg-type]
    assert "The table cannot be read." in refused
    assert SECRET not in refused
    monkeypatch.setenv("PROBANDA_SOURCE_PASSWORD_HR", SECRET)
    page = text(alice.get(base(people) + "new/table/"))  # type: ignore[arg-type]
    assert "public.applicants_here" in page
    assert "hidden_here" not in page
    choose(alice, people, "public.applicants_here")
    document = compute(alice, people)
    assert document["input"]["people"] == len(PEOPLE)
    kept = [json.dumps(list(model.objects.values()), default=str) for model in (BiasAudit, BiasIntake, BiasSource)]
    kept += [
        json.dumps([json.loads(entry.body)["data"] for entry in entries(people.alice.organisation_id)]),
        json.dumps(document),
    ]
    assert not [one for one in kept if SECRET in one or "reader_here" in one]
    # An address that holds the password itself is no more to be seen.
    user, _, rest = postgres.removeprefix("postgres://").partition("@")
    named_for(people, settings, f"postgres://{user}:{quote('wrong-' + SECRET)}@{rest}")
    monkeypatch.delenv("PROBANDA_SOURCE_PASSWORD_HR")
    assert SECRET not in text(alice.get(base(people) + "new/table/"))  # type: ignore[arg-type]
    assert SECRET not in caplog.text
    # And anyone with an account of their own performs it again.
    result = tmp_path / "result.json"
    result.write_text(json.dumps(document))
    monkeypatch.setenv("BIAS_AUDIT_PASSWORD", SECRET)
    told = run_command(Command, "reperform", capsys, result, "--table", f"{postgres}#public.applicants_here")
    assert told.returncode == 0, told
    assert re.search(r"^Equal: [0-9,]+ values were computed again", told.stdout, re.MULTILINE)
    assert SECRET not in told.stdout + told.stderr
