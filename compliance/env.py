"""Read settings from the environment, and from nothing else.

A wrong value stops the start with one sentence that says what to write. Every name may also be given as `NAME_FILE`,
a file that holds the value, so that secrets need not stand in the environment.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qs, urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

_WORDS = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}


def text(name: str, default: str = "") -> str:
    """Return the value of `name`, or of the file that `name`_FILE points to, without white space around it."""
    path = os.environ.get(f"{name}_FILE")
    if path and name in os.environ:
        raise ImproperlyConfigured(f"Both {name} and {name}_FILE are set. Set one of them.")
    if path:
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ImproperlyConfigured(
                f"{name}_FILE is {path!r}, which cannot be read ({error.__class__.__name__}). "
                f"Write the path of a readable text file."
            ) from error
    return os.environ.get(name, default).strip()


def flag(name: str, default: bool = False) -> bool:
    """Return a yes or no.

    >>> os.environ["EXAMPLE"] = "perhaps"; flag("EXAMPLE")
    Traceback (most recent call last):
    django.core.exceptions.ImproperlyConfigured: EXAMPLE is 'perhaps'. Write yes or no.
    """
    value = text(name)
    if not value:
        return default
    if value.lower() not in _WORDS:
        raise ImproperlyConfigured(f"{name} is {value!r}. Write yes or no.")
    return _WORDS[value.lower()]


def whole(name: str, default: int, *, least: int = 0) -> int:
    """Return a whole number of at least `least`."""
    value = text(name)
    if not value:
        return default
    if not value.isdecimal() or int(value) < least:
        raise ImproperlyConfigured(f"{name} is {value!r}. Write a whole number of at least {least}.")
    return int(value)


def words(name: str, default: Sequence[str] = ()) -> list[str]:
    """Return a list that is written with commas."""
    value = text(name)
    return [part.strip() for part in value.split(",") if part.strip()] if value else list(default)


def home(name: str, default: Path) -> Path:
    """Return the private folder for the database, evidence, queue and keys; make it, for its owner only, if new."""
    path = Path(text(name) or default).expanduser().absolute()
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(
            f"{name} is {str(path)!r}, where no folder can be made ({error.strerror}). "
            f"Write the path of a folder that this user may write to."
        ) from error
    if not os.access(path, os.W_OK | os.X_OK):
        raise ImproperlyConfigured(f"{name} is {str(path)!r}, which this user may not write to. Write another folder.")
    return path


def secret_key(name: str, folder: Path) -> str:
    """Return the secret key from the environment, or one that is made at the first start and kept in `folder`."""
    value = text(name)
    if value:
        if len(value) < 32:
            raise ImproperlyConfigured(f"{name} has {len(value)} characters. Write a random text of at least 32.")
        return value
    path = folder / "secret_key"
    try:
        with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        pass
    kept = path.read_text(encoding="ascii").strip()
    if len(kept) < 32:
        raise ImproperlyConfigured(f"The secret key in {str(path)!r} is too short. Delete that file to make a new one.")
    return kept


def database(name: str, folder: Path) -> dict[str, object]:
    """Return Django's settings for the database at `name`, or for SQLite in `folder`.

    SQLite runs with a write-ahead log, takes the write lock when a transaction begins (so that two writers wait for
    each other instead of failing in the middle) and enforces foreign keys.
    """
    url = text(name)
    found: dict[str, object]
    try:
        found = {**dj_database_url.parse(url)} if url else {"ENGINE": "django.db.backends.sqlite3"}
    except (ValueError, KeyError) as error:
        raise ImproperlyConfigured(_database_sentence(name, url)) from error
    engine = found["ENGINE"]
    if engine == "django.db.backends.sqlite3":
        found["NAME"] = found.get("NAME") or str(folder / "db.sqlite3")
        found["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
        }
    elif engine == "django.db.backends.postgresql":
        package(name, "psycopg", "postgres")
        found.setdefault("CONN_MAX_AGE", 60)
        found["CONN_HEALTH_CHECKS"] = True
    else:
        raise ImproperlyConfigured(_database_sentence(name, url))
    return found


def one_of(name: str, default: str, choices: Sequence[str]) -> str:
    """Return one of a few words, in upper case."""
    value = (text(name) or default).upper()
    if value not in choices:
        raise ImproperlyConfigured(f"{name} is {value!r}. Write one of: {', '.join(choices)}.")
    return value


def url(name: str, default: str, schemes: Sequence[str]) -> str:
    """Return an address that begins with one of `schemes`."""
    value = text(name, default) or default
    if value and value.split("://", 1)[0] not in schemes:
        shown = value.split("://", 1)[0] if "://" in value else value[:20]
        raise ImproperlyConfigured(
            f"{name} begins with {shown!r}. Write an address that begins with {', '.join(s + '://' for s in schemes)}."
        )
    return value


@dataclass(frozen=True, slots=True)
class Source:
    """The address of a database, which may hold a password and so never shows itself; `organisation` is a slug."""

    url: str = field(repr=False)
    organisation: str = ""


def sources(name: str, queried: Collection[str] = ()) -> dict[str, Source]:
    """Return databases by name, from words such as `hr=postgres://auditor@db/hr` or `hr@house=duckdb:///srv/hr.duckdb`.

    `queried` are the names of those for which there are queries; their addresses name no table.

    >>> os.environ["EXAMPLE"] = "hr@house=postgres://ann:secret@db/hr"; sources("EXAMPLE")
    {'hr': Source(organisation='house')}
    """
    found: dict[str, Source] = {}
    for number, word in enumerate(text(name).split(), start=1):
        left, equals, address = word.partition("=")
        called, _at, slug = left.partition("@")
        # The address may hold a password: nothing of it is repeated.
        if not equals or not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", called) or not re.fullmatch(r"[a-z0-9-]*", slug):
            raise ImproperlyConfigured(
                f"Entry {number} of {name} has no name. Write NAME=ADDRESS or NAME@ORGANISATION=ADDRESS, the names in "
                f"small letters, digits and hyphens, and a space or a new line between two entries."
            )
        if called in found:
            raise ImproperlyConfigured(f"{name} names {called!r} twice. Give each database a name of its own.")
        try:
            parts = urlsplit(address)
            whole = bool(parts.scheme and (parts.hostname or parts.path.strip("/"))) and parts.port is not False
        except ValueError:
            whole = False
        if not whole:
            raise ImproperlyConfigured(
                f"{name} gives {called!r} no whole address. Write it like postgres://USER@HOST:PORT/DATABASE, with "
                f"#SCHEMA.TABLE where only one table may be counted."
            )
        one_table = bool(parts.fragment or parse_qs(parts.query).keys() & {"parquet", "csv"})
        if one_table and called in queried:
            raise ImproperlyConfigured(
                f"{name} gives {called!r} an address of one table, but there are queries for it. Leave the table out, "
                f"or name the database a second time for its queries."
            )
        if parts.scheme not in ("postgres", "postgresql", "duckdb") and not one_table and called not in queried:
            raise ImproperlyConfigured(
                f"{name} gives {called!r} an address of {parts.scheme}, whose tables cannot be listed. "
                f"Name the table at its end: #TABLE."
            )
        found[called] = Source(address, slug)
    return found


def queries(name: str) -> dict[str, dict[str, str]]:
    """Return the queries of databases, each by its name, from YAML such as `hr: {hired: "SELECT * FROM people"}`.

    Values are taken as they are written; a name that stands twice is told, where YAML would drop the first.

    >>> os.environ["EXAMPLE"] = "hr: {hired: SELECT sex FROM people, hired: SELECT 1}"; queries("EXAMPLE")
    Traceback (most recent call last):
    django.core.exceptions.ImproperlyConfigured: EXAMPLE, line 1: the name 'hired' stands twice. Give each one name.
    """
    value = text(name)
    if not value:
        return {}
    import yaml  # not every process has queries

    try:
        top = yaml.compose(value, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        raise ImproperlyConfigured(f"{name}{line}: this is no YAML. {_QUERIES}") from error
    return {called: _asked(name, one) for called, one in _entries(name, top)}


_QUERIES = "Write the name of a database, below it the names of its queries, each with one SELECT."


def _asked(name: str, node: Any) -> dict[str, str]:
    found = {}
    for called, one in _entries(name, node):
        if not isinstance(one.value, str) or not one.value.strip():
            raise ImproperlyConfigured(f"{name}, line {one.start_mark.line + 1}: {called!r} has no query. {_QUERIES}")
        found[called] = one.value.strip()
    return found


def _entries(name: str, node: Any) -> list[tuple[str, Any]]:
    """Return names and what stands below them; only names in small letters, digits and hyphens, each once."""
    where = f"{name}, line {node.start_mark.line + 1 if node else 1}"
    if not isinstance(getattr(node, "value", None), list) or getattr(node, "id", "") != "mapping" or not node.value:
        raise ImproperlyConfigured(f"{where}: no names stand here. {_QUERIES}")
    found: dict[str, Any] = {}
    for key, one in node.value:
        where = f"{name}, line {key.start_mark.line + 1}"
        called = key.value if isinstance(key.value, str) else ""
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", called):
            raise ImproperlyConfigured(f"{where}: this is no name. Write small letters, digits and hyphens.")
        if called in found:
            raise ImproperlyConfigured(f"{where}: the name {called!r} stands twice. Give each one name.")
        found[called] = one
    return list(found.items())


def source_password(called: str) -> str | None:
    """Return the password of a database that `sources` named, read when it is used and kept nowhere."""
    return text(f"PROBANDA_SOURCE_PASSWORD_{called.upper().replace('-', '_')}") or None


def site(name: str, default: str) -> str:
    """Return the address that people open: http or https, a host, and nothing after it.

    >>> os.environ["EXAMPLE"] = "https://a.org/b"; site("EXAMPLE", "")
    Traceback (most recent call last):
    django.core.exceptions.ImproperlyConfigured: EXAMPLE is 'https://a.org/b'. Write http:// or https:// and a host.
    """
    value = url(name, default, ["http", "https"])
    parts = _split(name, value)
    if not parts.hostname or parts.username or parts.path.strip("/") or parts.query or parts.fragment:
        raise ImproperlyConfigured(f"{name} is {value!r}. Write http:// or https:// and a host.")
    return value.rstrip("/")


def storage(name: str, folder: Path) -> str:
    """Return the address where evidence is kept: an absolute path on this machine, or a bucket."""
    value = url(name, folder.as_uri(), ["file", "s3"])
    parts = _split(name, value)
    if parts.scheme == "file":
        if parts.netloc or not parts.path.strip("/") or parts.query:
            raise ImproperlyConfigured(
                f"{name} is {value!r}. Write file:// and a whole path, as in file:///srv/evidence."
            )
        return value
    unknown = sorted(set(parse_qs(parts.query)) - {"endpoint_url", "region"})
    if not parts.netloc or parts.username or unknown:
        raise ImproperlyConfigured(f"{name} is no bucket. Write s3://BUCKET/PREFIX?endpoint_url=ADDRESS&region=REGION.")
    return value


def package(name: str, module: str, extra: str) -> None:
    """Stop the start where a setting needs a package that is not installed."""
    if find_spec(module) is None:
        sentence = f"{name} needs the package {module}, which is not installed. Run: uv sync --extra {extra}"
        raise ImproperlyConfigured(sentence)


def needed(name: str, because: str) -> str:
    """Return a text that another setting makes necessary."""
    value = text(name)
    if not value:
        raise ImproperlyConfigured(f"{name} is empty, but {because} is set. Write it too.")
    return value


def _split(name: str, value: str) -> SplitResult:
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018 - is checked when it is read
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} is no whole address ({error}).") from error
    return parts


def _database_sentence(name: str, value: str) -> str:
    # The address may hold a password: only its scheme is repeated.
    scheme = value.split(":", 1)[0]
    return (
        f"{name} begins with {scheme!r}. Write postgres://USER:PASSWORD@HOST:PORT/NAME or sqlite:///PATH, "
        f"or leave it empty for SQLite in the private folder."
    )
