"""Tables and queries by address: where applicants stay in a database or on a cluster, and only counts are fetched.

    postgres://auditor@db.example:5432/hr#public.applicants      postgres://db.example/hr     with a query
    duckdb:///srv/hr.duckdb#applicants                           spark://master:7077#applicants
    spark://master:7077?parquet=/srv/applicants.parquet          any other address that Ibis can connect to

An address may hold a password; nothing that is printed, kept or put into a result ever does.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from audits.bias import engines
from audits.bias.aggregate import Rows
from audits.bias.engines import Relation
from audits.bias.querytext import check_shown
from audits.bias.sources import Opened, Remote
from compliance.lib.problems import Problem, Refused

ENGINES: Final = {"postgres": "postgres", "postgresql": "postgres", "duckdb": "duckdb", "spark": "spark"}
_SECRET: Final = ("password", "sslpassword", "pwd", "token", "access_token")
_EXAMPLE: Final = "Write it like postgres://user@host/database#schema.table."


@dataclass(frozen=True, slots=True)
class Table:
    """A table or a query in an engine; `timeout` in seconds is the longest that one query may take, 0 for no limit.

    >>> table = Table("postgres://ann:secret@db.example/hr#public.applicants")
    >>> table, table.engine, table.name
    (Table(postgres://db.example/hr#public.applicants), 'postgres', 'postgres://db.example/hr#public.applicants')
    """

    url: str = field(repr=False)
    query: str | None = None
    label: str = ""
    password: str | None = field(default=None, repr=False)
    timeout: int = 0

    def __post_init__(self) -> None:
        try:
            parts = urlsplit(self.url)
            named = bool(parts.scheme and (parts.hostname or parts.path))
            _ = parts.port
        except ValueError:
            named = False
        if not named:
            raise Refused(Problem("address", "The address of the table cannot be understood.", _EXAMPLE))
        if (self.query is None) == (not names_table(self.url)):
            sentence = "An address names one table after a #, or comes with one query."
            raise Refused(Problem("address", sentence, _EXAMPLE))
        if self.query is not None:
            check_shown(self.query, self.secrets())

    def __repr__(self) -> str:
        return f"Table({self.name})"

    @property
    def parts(self) -> SplitResult:
        """Return the address in its parts."""
        return urlsplit(self.url)

    @property
    def engine(self) -> str:
        """Return what counts: `postgres`, `duckdb`, `spark`, or the scheme of the address."""
        return ENGINES.get(self.parts.scheme, self.parts.scheme)

    @property
    def name(self) -> str:
        """Return the address without user, password and options, as a result names it."""
        parts = self.parts
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
        files = parse_qs(parts.query)
        which = next((f"?{kind}={files[kind][0]}" for kind in ("parquet", "csv") if kind in files), "")
        table = f"#{parts.fragment}" if parts.fragment else ""
        return f"{parts.scheme}://{host}{port}{parts.path}{which}{table}"

    def secrets(self) -> list[str]:
        """Return what must never be shown."""
        found = [self.password, self.parts.password, unquote(self.parts.password or "")]
        options = parse_qs(self.parts.query)  # what libpq and others take there as well
        found += [secret for name in options if name.lower() in _SECRET for secret in options[name]]
        return sorted({secret for secret in found if secret}, key=len, reverse=True)


@contextmanager
def opened(table: Table, scratch: Path) -> Iterator[Opened]:
    """Connect and open a table; what the engine answers when it cannot is `Refused`, without secrets."""
    with ExitStack() as stack:
        connect = {"postgres": _postgres, "duckdb": _duckdb, "spark": _spark}.get(table.engine, _other)
        try:
            header, rows, errors = connect(table, stack, scratch)
        except Refused:
            raise
        except Exception as error:  # noqa: BLE001 - any engine's own kind of error
            raise Refused(_explained(table, error)) from None  # a cause might show the address
        said = {"engine": table.engine, "name": table.name}
        if table.query is not None:
            said["query"] = table.query
        yield Remote(table.label, header, said, rows, errors, lambda error: _explained(table, error))


def named_tables(table: Table, seconds: int) -> list[tuple[str, str]]:
    """Return schema and name of every table and view that a database lets this user read; `table` only says which one.

    Waits no longer than so many seconds for it; what it answers when it cannot is `Refused`, without secrets.
    """
    try:
        if table.engine == "postgres":
            with engines.postgres_connection(_bare(table), table.password, seconds, connect_timeout=seconds) as found:
                return [
                    (row[0], row[1])
                    for row in found.execute(_TABLES + " AND has_table_privilege(" + _OID + ", 'SELECT')" + _SORTED)
                ]
        if table.engine == "duckdb":
            with engines.duckdb_connection(None, _file(table)) as opened:
                return [(str(row[0]), str(row[1])) for row in opened.execute(_TABLES + _SORTED).fetchall()]
    except Refused:
        raise
    except Exception as error:  # noqa: BLE001 - any engine's own kind of error
        raise Refused(_explained(table, error)) from None  # a cause might show the address
    sentence = f"The tables of {table.engine} cannot be listed, so its address has to name one."
    raise Refused(Problem("source", sentence, "Ask the operator."))


_TABLES: Final = (
    "SELECT table_schema, table_name FROM information_schema.tables "
    "WHERE table_schema NOT IN ('pg_catalog', 'information_schema')"
)
_OID: Final = "format('%I.%I', table_schema, table_name)::regclass"
_SORTED: Final = " ORDER BY table_schema, table_name LIMIT 1000"


def tables_given(options: Mapping[str, Any]) -> list[Table]:
    """Return the tables that a command was given by `--table`, with a password that no list of processes shows.

    Each `--query` goes, in order, with one `--table` whose address names no table.
    """
    queries = list(options["query"])
    bare = [place for place, url in enumerate(options["table"]) if not names_table(url)]
    if len(queries) != len(bare):
        sentence = f"There are {len(queries)} of --query, and {len(bare)} addresses of --table that name no table."
        raise Refused(Problem("usage", sentence, "Give each such address one --query, in the same order."))
    if options["timeout"] < 0:
        raise Refused(Problem("usage", "--timeout is a number of seconds, 0 or more."))
    password = _password() if options["table"] else None
    asked = dict(zip(bare, queries, strict=True))
    return [
        Table(url, asked.get(place), "", password, options["timeout"]) for place, url in enumerate(options["table"])
    ]


def names_table(url: str) -> bool:
    """Say whether an address names one table or file; one that cannot be understood is told as that elsewhere."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return True
    return bool(parts.fragment or parse_qs(parts.query).keys() & {"parquet", "csv"})


def _password() -> str | None:
    """Return the password of the tables from the environment, which no list of processes shows."""
    if path := os.environ.get("BIAS_AUDIT_PASSWORD_FILE"):
        try:
            return Path(path).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            sentence = "The file that BIAS_AUDIT_PASSWORD_FILE names cannot be read."
            raise Refused(Problem("usage", sentence)) from error
    return os.environ.get("BIAS_AUDIT_PASSWORD")


_Opened = tuple[tuple[str, ...], Callable[[dict[str, str]], Rows], tuple[type[Exception], ...]]


def _postgres(table: Table, stack: ExitStack, scratch: Path) -> _Opened:
    import psycopg

    connection = stack.enter_context(engines.postgres_connection(_bare(table), table.password, table.timeout))
    relation = _relation(table, '"')
    described = connection.execute(f"SELECT * FROM {relation} LIMIT 0".encode()).description or []  # noqa: S608

    def rows(columns: dict[str, str]) -> Rows:
        named = {role: engines.quoted(column) for role, column in columns.items()}
        return engines.postgres_rows(connection, Relation(relation, named))

    return tuple(column.name for column in described), rows, (psycopg.Error,)


def _duckdb(table: Table, stack: ExitStack, scratch: Path) -> _Opened:
    import duckdb

    connection = stack.enter_context(engines.duckdb_connection(scratch, _file(table)))
    relation = _relation(table, '"')
    described = connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()  # noqa: S608

    def rows(columns: dict[str, str]) -> Rows:
        named = {role: engines.quoted(column) for role, column in columns.items()}
        return engines.duckdb_rows(connection, Relation(relation, named))

    return tuple(str(row[0]) for row in described), rows, (duckdb.Error,)


def _bare(table: Table) -> str:
    return table.parts._replace(scheme="postgresql", fragment="").geturl()


def _file(table: Table) -> Path:
    path = Path(unquote(table.parts.path))
    if not path.is_file():
        raise Refused(Problem("source", "There is no such DuckDB database.", found=table.name))
    return path


def _spark(table: Table, stack: ExitStack, scratch: Path) -> _Opened:
    from pyspark.errors import PySparkException

    session = stack.enter_context(engines.spark_session(f"spark://{table.parts.netloc}"))
    files = parse_qs(table.parts.query)
    relation = _relation(table, "`") if not files else "applicants"
    if "parquet" in files:
        session.read.parquet(files["parquet"][0]).createOrReplaceTempView("applicants")
    elif "csv" in files:
        text = session.read.option("header", True).option("quote", '"').option("escape", '"').option("mode", "FAILFAST")
        text.option("multiLine", True).csv(files["csv"][0]).createOrReplaceTempView("applicants")

    def rows(columns: dict[str, str]) -> Rows:
        named = {role: engines.quoted(column, "`") for role, column in columns.items()}
        return engines.spark_rows(session, Relation(relation, named))

    header = session.sql(f"SELECT * FROM {relation}").columns  # noqa: S608
    return tuple(header), rows, (PySparkException,)


def _other(table: Table, stack: ExitStack, scratch: Path) -> _Opened:
    """Leave it to Ibis to connect; its driver must be installed."""
    import ibis

    bare = table.parts._replace(fragment="").geturl()
    backend = ibis.connect(bare, **({"password": table.password} if table.password else {}))
    stack.callback(backend.disconnect)
    *schema, name = table.parts.fragment.split(".")
    found = (
        backend.sql(engines.only_select(table.query, table.engine))
        if table.query is not None
        else backend.table(name, database=".".join(schema) or None)
    )
    return tuple(found.columns), lambda columns: engines.ibis_rows(backend, found, columns), (Exception,)


def _relation(table: Table, mark: str) -> str:
    if table.query is not None:
        # A line of its own, since the query may end in a comment.
        return f"({engines.only_select(table.query, table.engine)}\n) AS asked"
    return ".".join(engines.quoted(unquote(part), mark) for part in table.parts.fragment.split("."))


def _explained(table: Table, error: Exception) -> Problem:
    """Return an engine's answer as a problem: its first line, and no secret."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    told = lines[0][:300]
    for secret in table.secrets():
        told = told.replace(secret, "***")
    if isinstance(error, ModuleNotFoundError):
        sentence = f"The driver for {table.engine} is not installed."
        return Problem("source", sentence, f"Python has no module {error.name}.", found=table.name)
    if "statement timeout" in told:
        sentence = f"The database stopped the query after {table.timeout} seconds."
        return Problem("source", sentence, "Allow more with --timeout.", found=table.name)
    return Problem("source", "The table cannot be read.", f"The engine says: {told.rstrip('.')}.", found=table.name)
