"""Perform an audit again: every number from the counts of a result, and the counts from the files they came from.

Nothing but the result document and the files goes in: which columns were read, what each word was taken for, and every
choice stand in the document itself, so a later list of words changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from audits.bias.audit import run
from audits.bias.plan import DELIMITERS, Plan
from audits.bias.sources import File
from audits.metrics.recheck import Check, compared, recheck
from compliance.lib.canonical import sha256_stream
from compliance.lib.problems import Problem, Refused

_FOLLOWS = ("counts", "other_median", "classes", "strata", "unknown", "tables", "tests", "readings", "notes")
_OF_METHOD = (
    *(
        "median",
        "other_median",
        "columns",
        "mapping",
        "outcomes",
        "count_reading",
        "category_list",
        "law",
        "categories",
    ),
    *("metrics", "unknowns_rule", "count_rule", "median_rule", "higher_is_better"),
)


def reperformed(result: Any, files: Sequence[Path] = ()) -> list[Check]:
    """Return a check for every number that follows from the counts, and with `files` for the counts themselves.

    A file that cannot be counted as the document says, or one that is not what was read, is a check that does not
    hold; `Refused` only where there is nothing to read.
    """
    found = recheck(result)
    if not files or [check.where for check in found] == ["document"]:
        return found
    return [*found, *_from_files(result, files)]


def plan_of(result: Mapping[str, Any]) -> Plan:
    """Return the plan that gives the same counts again, from what a result says of its method and its sources."""
    method, sources = result["method"], result["input"]["sources"]
    columns = {role: _column(name) for role, name in method["columns"].items()}
    marks = {name: mark for mark, name in DELIMITERS.items()}
    return Plan(
        sex=columns["sex"],
        race_ethnicity=columns["race_ethnicity"],
        selected=columns.get("selected"),
        score=columns.get("score"),
        count=columns.get("count"),
        truth=columns.get("truth"),
        output_class=columns.get("output_class"),
        higher_is_better=method["higher_is_better"] is not False,
        count_reading=method["count_reading"] if "count" in columns and "selected" in columns else None,
        unknowns=method["unknowns"],
        mapping={role: dict(values) for role, values in method["mapping"].items()},
        vocabulary=False,
        exclusions=tuple(method["exclusions"]),
        exclusion_base=method["exclusion_base"],
        median_basis=method["median_basis"],
        class_reading=method["class_reading"],
        classes=tuple(method["classes"]),
        strata=tuple(method["strata"]),
        pooled=method["pooled"],
        reasons=method["reasons"],
        encoding=_same(source.get("encoding") for source in sources),
        delimiter=marks.get(_same(source.get("delimiter") for source in sources) or ""),
        sheet=method["sheet"],
    )


def _column(name: str) -> str:
    doubled = re.fullmatch(r".* \((#[0-9]+)\)", name, re.DOTALL)
    return doubled[1] if doubled else name


def _same(values: Iterator[Any] | Any) -> Any:
    different = set(values)
    return different.pop() if len(different) == 1 else None


def _from_files(result: Mapping[str, Any], files: Sequence[Path]) -> Iterator[Check]:
    digests = {path: _digest(path) for path in files}
    try:
        sources = [one for one in result["input"]["sources"] if one.get("kind", "file") == "file"]
        wanted, plan = [one["sha256"] for one in sources], plan_of(result)
    except (KeyError, TypeError, AttributeError, Refused) as error:  # the counts hold, but not how they came about
        what = str(error) if isinstance(error, Refused) else f"{type(error).__name__}: {error}"
        yield Check("input (how the files were read)", what, "the sources and every choice of the reading")
        return
    yield Check("input.sources (SHA-256 of every file)", sorted(digests.values()), sorted(wanted))
    place = {digest: number for number, digest in reversed(list(enumerate(wanted)))}
    ordered = sorted(files, key=lambda path: place.get(digests[path], len(wanted)))
    labels = {one["sha256"]: one.get("label", "") for one in sources}
    try:
        given = [File(path, labels.get(digests[path], path.name)) for path in ordered]
        again = run(given, plan).as_json()
    except Refused as refused:
        yield Check("input (the files are read as the result says)", str(refused), "files that are read so")
        return
    for name in _FOLLOWS:
        yield from compared(name, result[name], again[name], rough=name in ("tests", "classes"))
    for name in _OF_METHOD:
        yield from compared(f"method.{name}", result["method"].get(name), again["method"].get(name))
    for name in ("rows", "people", "counts_sha256"):
        yield Check(f"input.{name}", result["input"].get(name), again["input"][name])


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return sha256_stream(stream)[0]
    except OSError as error:
        sentence = f"The file {path.name} cannot be read: {error.strerror or error}."
        raise Refused(Problem("unreadable-file", sentence)) from error
