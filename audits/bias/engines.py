"""The engines that count: each gives the mapped columns of a source as :class:`audits.bias.aggregate.Rows`.

An engine knows how to name columns, which types it has and how to run a query; what is counted it does not know. DuckDB
runs inside this process; PostgreSQL and Spark count where the data is, and only groups and counts come over the wire.
Every library here is heavy and is loaded by the process that counts, when it counts.
"""

# ruff: noqa: S608 - names are quoted by the engine's own rule; no value of a source is ever part of a query

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from audits.bias.aggregate import Rows
from audits.bias.prepared import prepared, read
from audits.work.watching import step
from compliance.lib.problems import Problem, Refused

if TYPE_CHECKING:
    import duckdb
    import psycopg
    from pyspark.sql import SparkSession

MEMORY: Final = "512MB"
_TEXT: Final = "string"
_REFUSED: Final = "refused"
_TYPE: Final = "Look whether the right column was chosen, or export it as text or numbers."

Run = Callable[[str], list[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Relation:
    """What to select from, and by role the column to take: both as SQL of one engine. `line` numbers rows from 1."""

    sql: str
    columns: Mapping[str, str]
    line: str | None = None


def quoted(name: str, mark: str = '"') -> str:
    """Return a name as SQL, whatever stands in it.

    >>> quoted('a"b'), quoted("a`b", "`")
    ('"a""b"', '`a``b`')
    """
    return f"{mark}{name.replace(mark, mark * 2)}{mark}"


def literal(text: str) -> str:
    """Return a text as SQL."""
    return "'" + text.replace("'", "''") + "'"


@contextmanager
def duckdb_connection(scratch: Path | None = None, database: Path | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the embedded engine with bounded memory; a database file is opened for reading only."""
    import duckdb

    config: dict[str, Any] = {
        "memory_limit": MEMORY,
        "preserve_insertion_order": False,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    if scratch is not None:
        config["temp_directory"] = str(scratch / "spill")
    connection = duckdb.connect(str(database or ":memory:"), read_only=database is not None, config=config)
    try:
        # How far a query is can be asked, but is never printed into the result of a command.
        connection.execute("SET enable_progress_bar = true")
        connection.execute("SET enable_progress_bar_print = false")
        connection.execute("SET progress_bar_time = 0")
        if database is not None:
            connection.execute("SET enable_external_access = false")  # a query may read this database and no file
        yield connection
    finally:
        connection.close()


def duckdb_rows(connection: duckdb.DuckDBPyConnection, relation: Relation) -> Rows:
    """Return the rows of a relation that this connection can read."""

    def run(sql: str) -> list[tuple[Any, ...]]:
        with step(connection.interrupt, connection.query_progress):
            return connection.execute(sql).fetchall()

    described = run(f"DESCRIBE {_select(relation, {})}")
    types = {str(row[0]): _duckdb_type(str(row[1])) for row in described}
    if {types.get(role) for role in ("score", "count")} & {"float32", "float64"}:
        # DuckDB 2.0 believes the statistics of a Parquet file, which know nothing of NaN, and then finds none.
        connection.execute("SET disabled_optimizers = 'statistics_propagation'")
    return _rows(relation, types, "duckdb", run)


def kept(connection: duckdb.DuckDBPyConnection, relation: Relation, path: Path) -> Relation:
    """Write the columns of a relation down as Parquet and return that: many passes then read the source once."""
    with step(connection.interrupt, connection.query_progress):
        connection.execute(f"COPY ({_select(relation, {})}) TO {literal(str(path))} (FORMAT parquet, COMPRESSION lz4)")
    columns = {role: quoted(role) for role in relation.columns}
    return Relation(f"read_parquet({literal(str(path))})", columns)


def _duckdb_type(name: str) -> str:
    kind = name.split("(")[0].upper()
    known = {
        "BOOLEAN": "boolean",
        **dict.fromkeys(("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"), "int64"),
        **dict.fromkeys(("UBIGINT", "HUGEINT", "UHUGEINT"), "decimal(38,0)"),
        "FLOAT": "float32",
        "DOUBLE": "float64",
        "DATE": "date",
    }
    if kind == "DECIMAL":
        return name.lower().replace(" ", "")
    nested = name.endswith("]") or kind in ("STRUCT", "MAP", "UNION", "BLOB", "BIT", "GEOMETRY", "VARIANT")
    return _REFUSED if nested else known.get(kind, _TEXT)


@contextmanager
def postgres_connection(
    conninfo: str, password: str | None = None, timeout: int = 0, **more: Any
) -> Iterator[psycopg.Connection]:
    """Open one transaction that only reads and sees one state of the database however many passes it takes.

    `timeout` is the longest that one query may take, in seconds; 0 leaves it to the server. `more` are other parameters
    of libpq.
    """
    import psycopg

    options = f"-c default_transaction_read_only=on -c statement_timeout={timeout}s"
    options += " -c DateStyle=ISO -c TimeZone=UTC -c extra_float_digits=1 -c standard_conforming_strings=on"
    settings = psycopg.conninfo.conninfo_to_dict(conninfo, options=options, application_name="probanda", **more)
    if password is not None:
        settings["password"] = password
    with psycopg.connect(psycopg.conninfo.make_conninfo("", **settings)) as connection:
        connection.read_only = True
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        try:
            yield connection
        finally:
            connection.rollback()


def postgres_rows(connection: psycopg.Connection, relation: Relation) -> Rows:
    """Return the rows of a table or a query in PostgreSQL."""

    def run(sql: str) -> list[tuple[Any, ...]]:
        with step(connection.cancel):
            return connection.execute(sql.encode()).fetchall()

    described = connection.execute(f"{_select(relation, {})} LIMIT 0".encode()).description or []
    types = {column.name: _POSTGRES_TYPES.get(column.type_code, _TEXT) for column in described}
    return _rows(relation, types, "postgres", run)


_POSTGRES_TYPES: Final = {
    16: "boolean",
    **dict.fromkeys((20, 21, 23), "int64"),
    700: "float32",
    701: "float64",
    1700: "decimal",
    1082: "date",
    **dict.fromkeys((17, 114, 3802), _REFUSED),  # bytea, json, jsonb
}


@contextmanager
def spark_session(master: str, settings: Mapping[str, str] | None = None) -> Iterator[SparkSession]:
    """Open a session on a Spark cluster, or use the one that is open in this process already."""
    from pyspark.sql import SparkSession

    running = SparkSession.getActiveSession()
    builder = SparkSession.builder.master(master).appName("probanda")
    chosen = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.shuffle.partitions": "8",
        **(settings or {}),
    }
    for name, value in chosen.items():
        builder = builder.config(name, value)
    session = running or builder.getOrCreate()
    try:
        yield session
    finally:
        if running is None:
            session.stop()


def spark_rows(session: SparkSession, relation: Relation) -> Rows:
    """Return the rows of a table, a query or files that a Spark cluster reads."""
    import ibis

    def run(sql: str) -> list[tuple[Any, ...]]:
        with step(session.sparkContext.cancelAllJobs, lambda: _tasks_done(session)):
            return [tuple(row) for row in session.sql(sql).collect()]

    backend = ibis.pyspark.connect(session)
    types = {
        field.name: _spark_type(field.dataType.simpleString())
        for field in session.sql(_select(relation, {}, "`")).schema
    }
    return _rows(relation, types, "pyspark", run, backend.compile, "`")


def _tasks_done(session: SparkSession) -> float:
    """Return how many hundredths of the tasks of the stages under way are done; below 0 between two stages."""
    tracker = session.sparkContext.statusTracker()
    stages = [info for stage in tracker.getActiveStageIds() if (info := tracker.getStageInfo(stage)) is not None]
    tasks = sum(stage.numTasks for stage in stages)
    return 100 * sum(stage.numCompletedTasks for stage in stages) / tasks if tasks else -1.0


def _spark_type(name: str) -> str:
    known = {
        "boolean": "boolean",
        **dict.fromkeys(("tinyint", "smallint", "int", "bigint"), "int64"),
        "float": "float32",
        "double": "float64",
        "date": "date",
    }
    if name.startswith("decimal"):
        return name
    return _REFUSED if name.startswith(("array", "map", "struct", "binary", "variant")) else known.get(name, _TEXT)


def _select(relation: Relation, casts: Mapping[str, str], mark: str = '"') -> str:
    columns = dict(relation.columns)
    if relation.line:
        columns["line"] = relation.line
    chosen = ", ".join(
        f"{f'CAST({column} AS {casts[role]})' if role in casts else column} AS {quoted(role, mark)}"
        for role, column in columns.items()
    )
    return f"SELECT {chosen} FROM {relation.sql}"


def _rows(
    relation: Relation,
    types: Mapping[str, str],
    dialect: str,
    run: Run,
    compiled: Callable[[Any], str] | None = None,
    mark: str = '"',
) -> Rows:
    import ibis

    _check_types(types)
    text = {"duckdb": "VARCHAR", "postgres": "TEXT", "pyspark": "STRING"}[dialect]
    wide = {"duckdb": "DOUBLE", "postgres": "DOUBLE PRECISION", "pyspark": "DOUBLE"}[dialect]
    casts = {role: text for role, kind in types.items() if kind in (_TEXT, "date")}
    casts |= {role: wide for role, kind in types.items() if kind == "float32"}
    if dialect == "duckdb":
        casts |= {role: kind for role, kind in types.items() if kind == "decimal(38,0)"}
    kinds = {role: {"date": _TEXT, "float32": "float64"}.get(kind, kind) for role, kind in types.items()}

    def sql_of(expression: Any) -> str:
        return compiled(expression) if compiled else str(ibis.to_sql(expression, dialect=dialect))

    first = read(ibis.table(kinds, name="raw"), dialect)
    ready = prepared(ibis.table(first.schema(), name="first"), dialect)
    steps = {"raw": _select(relation, casts, mark), "first": sql_of(first), "prepared": sql_of(ready)}
    more: dict[str, str] = {}

    def apart(expression: Any) -> Any:
        name = f"apart{len(more)}"
        more[name] = sql_of(expression)
        return ibis.table(expression.schema(), name=name)

    def fetch(expression: Any) -> list[tuple[Any, ...]]:
        beginning = ", ".join(f"{name} AS ({sql})" for name, sql in (steps | more).items())
        more.clear()
        return run(f"WITH {beginning} SELECT * FROM ({sql_of(expression)}) AS found")

    return Rows(
        ibis.table(ready.schema(), name="prepared"),
        fetch,
        apart=apart,
        single=frozenset(role for role, kind in types.items() if kind == "float32"),
        has_score="score" in types,
        has_count="count" in types,
        has_order="line" in types,
    )


def ibis_rows(backend: Any, found: Any, columns: Mapping[str, str]) -> Rows:
    """Return the rows of a table of any other engine that Ibis speaks to, in that engine's own words."""
    raw = found.select(**{role: found[column] for role, column in columns.items()})
    known = ("boolean", "int", "uint", "float", "decimal", "string")
    texts = {role: raw[role].cast("string") for role in columns if not str(raw[role].type()).startswith(known)}
    ready = prepared(read(raw.mutate(**texts), backend.name), backend.name)

    def fetch(expression: Any) -> list[tuple[Any, ...]]:
        return [tuple(row.values()) for row in backend.to_pyarrow(expression).to_pylist()]

    return Rows(ready, fetch, has_score="score" in columns, has_count="count" in columns)


def _check_types(types: Mapping[str, str]) -> None:
    """Refuse columns whose type can hold neither a category nor a number."""
    wrong = [role for role, kind in types.items() if kind == _REFUSED]
    odd = [role for role in ("score", "count") if types.get(role, _TEXT) in ("boolean", "date") and role not in wrong]
    problems = [
        Problem("column-type", f"The column of {_told(role)} holds lists or bytes, not words.", _TYPE, column=role)
        for role in wrong
    ] + [
        Problem(
            "column-type",
            f"The column of {_told(role)} holds {'true and false' if types[role] == 'boolean' else 'dates'}, "
            "which are no numbers.",
            _TYPE,
            column=role,
        )
        for role in odd
    ]
    if problems:
        raise Refused.all(problems)


def _told(role: str) -> str:
    return {"score": "scores", "count": "numbers of people", "race_ethnicity": "race/ethnicity"}.get(role, role)


def only_select(query: str, dialect: str) -> str:
    """Return a query that a person wrote, without its last semicolon; anything but one SELECT is `Refused`."""
    import sqlglot
    from sqlglot import expressions

    dialects = {"postgres": "postgres", "duckdb": "duckdb", "spark": "spark"}
    text = query.strip().rstrip(";").strip()
    try:
        parsed: Sequence[Any] = sqlglot.parse(text, read=dialects.get(dialect))
    except sqlglot.errors.SqlglotError as error:
        reason = str(error).splitlines()[0]
        raise Refused(Problem("query", "The query cannot be understood.", f"{reason}")) from error
    if len(parsed) != 1 or not isinstance(parsed[0], expressions.Query):
        raise Refused(Problem("query", "The query is not one SELECT.", "Write one SELECT and nothing else."))
    changing = (expressions.Insert, expressions.Update, expressions.Delete, expressions.Into, expressions.Command)
    if any(parsed[0].find_all(*changing)):
        raise Refused(Problem("query", "The query changes data.", "Write one SELECT and nothing else."))
    return text
