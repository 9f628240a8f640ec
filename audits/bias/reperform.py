"""Perform an audit again: every number from the counts of a result, and the counts from the files they came from.

Nothing but the result document and the files goes in: which columns were read, what each word was taken for, and every
choice stand in the document itself, so a later list of words changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, TypeVar

from audits.bias.address import Table
from audits.bias.audit import run
from audits.bias.opening import Given
from audits.bias.outcome_choices import read_back
from audits.bias.plan import DELIMITERS, Plan
from audits.bias.sources import File
from audits.bias.stated import contradictions
from audits.metrics.recheck import ROUGH, Check, compared, recheck
from audits.timestamps.check import Judgement, judge
from compliance.lib.canonical import sha256_stream
from compliance.lib.problems import Problem, Refused

T = TypeVar("T")
_OWN: Final = ("columns", "mapping", "strata", "count_reading")
"""What a source says of itself where the sources were not read alike (:func:`audits.bias.reading.own_method`)."""
_FOLLOWS = ("counts", "other_median", "scores", "classes", "strata", "unknown", "tables", "tests", "readings", "notes")
_BEYOND = ("outcomes", "representativeness")
_OF_METHOD = (
    "outcome",
    "reference",
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


_OF_WHOEVER_RAN_IT = {"mapping_source", "favourable", "label", "query"}
"""What a source says that a run of ours cannot show; :mod:`audits.bias.stated` holds it against itself, or lists it."""


def reperformed(result: Any, files: Sequence[Path] = (), tables: Sequence[Table] = ()) -> list[Check]:
    """Return a check for every number that follows from the counts, and with sources for the counts themselves.

    A source that cannot be counted as the document says, or one that is not what was read, is a check that does not
    hold; `Refused` only where there is nothing to read.
    """
    found = recheck(result)
    judged = stamp_of(result)
    if judged is not None and judged.state == "broken":
        found.append(Check("conduct.plan.timestamp", judged.sentence, "a time stamp over the plan's digest"))
    if [check.where for check in found] == ["document"]:
        return found
    with suppress(KeyError, TypeError, AttributeError):  # then the check of how the sources were read says so
        found += list(contradictions(result))
    if not (files or tables):
        return found
    return [*found, *_from_sources(result, files, tables)]


def stamp_of(result: Any, trusted: Sequence[bytes] = ()) -> Judgement | None:
    """Judge the time stamp of the plan that a result ran under; None where it carries none. `trusted` are PEM files."""
    try:
        plan = result["conduct"]["plan"]
        token, sha256 = (plan.get("timestamp"), plan["sha256"]) if plan else (None, "")
    except (KeyError, TypeError, AttributeError):
        return None
    return None if token is None else judge(token, sha256, trusted)


def plan_of(result: Mapping[str, Any]) -> Plan:
    """Return the plan that gives the same counts again, from what a result says of its method and its sources."""
    method, sources = result["method"], result["input"]["sources"]
    read = [_read(source, method) for source in sources]
    own = tuple(_differing(one, read[0]) for one in read)
    return Plan(
        **read[0],
        sources=own if any(own) else (),
        higher_is_better=method["higher_is_better"] is not False,
        unknowns=method["unknowns"],
        vocabulary=False,
        exclusions=tuple(method["exclusions"]),
        exclusion_base=method["exclusion_base"],
        median_basis=method["median_basis"],
        class_reading=method["class_reading"],
        classes=tuple(method["classes"]),
        pooled=method["pooled"],
        reasons=method["reasons"],
        outcome=read_back(method),
        reference=method.get("reference"),
    )


def _read(source: Mapping[str, Any], method: Mapping[str, Any]) -> dict[str, Any]:
    """Return how one source was read: what it says of itself, or else what the method says of all."""
    said = {**method, **{name: source[name] for name in _OWN if name in source}}
    columns = {role: _column(name) for role, name in said["columns"].items()}
    marks = {name: mark for mark, name in DELIMITERS.items()}
    return {
        **{role: columns.get(role) for role in ("selected", "score", "count", "truth", "decision", "output_class")},
        "sex": columns["sex"],
        "race_ethnicity": columns["race_ethnicity"],
        "count_reading": said["count_reading"] if "count" in columns and "selected" in columns else None,
        "mapping": {role: dict(values) for role, values in said["mapping"].items()},
        "strata": tuple(said["strata"]),
        "encoding": source.get("encoding"),
        "delimiter": marks.get(source.get("delimiter") or ""),
        "sheet": source.get("sheet"),
    }


def _differing(one: Mapping[str, Any], first: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in one.items() if value != first[name]}


def _column(name: str) -> str:
    doubled = re.fullmatch(r".* \((#[0-9]+)\)", name, re.DOTALL)
    return doubled[1] if doubled else name


def _from_sources(result: Mapping[str, Any], files: Sequence[Path], tables: Sequence[Table]) -> Iterator[Check]:
    digests = {path: _digest(path) for path in files}
    try:
        sources = result["input"]["sources"]
        wanted = {
            kind: [_known(one) for one in sources if one.get("kind", "file") == kind] for kind in ("file", "table")
        }
        labels = [one.get("label", "") for one in sources]
        plan = plan_of(result)
    except (KeyError, TypeError, AttributeError, Refused) as error:  # the counts hold, but not how they came about
        what = str(error) if isinstance(error, Refused) else f"{type(error).__name__}: {error}"
        yield Check("input (how the files were read)", what, "the sources and every choice of the reading")
        return
    if files or wanted["file"]:
        yield Check("input.sources (SHA-256 of every file)", sorted(digests.values()), sorted(wanted["file"]))
    if tables or wanted["table"]:
        named = sorted(_asked(table) for table in tables)
        yield Check("input.sources (tables and queries)", named, sorted(wanted["table"]))
    if len(files) != len(wanted["file"]) or len(tables) != len(wanted["table"]):
        return  # what is missing cannot be counted, and the check above says what it is
    by_file = _in_order(list(files), [digests[path] for path in files], wanted["file"])
    by_table = _in_order(list(tables), [_asked(table) for table in tables], wanted["table"])
    given: list[Given] = []
    for source, label in zip(sources, labels, strict=True):
        if source.get("kind", "file") == "file":
            given.append(File(by_file.pop(0), label))
        else:
            given.append(replace(by_table.pop(0), label=label))
    try:
        again = run(given, plan).as_json()
    except Refused as refused:
        yield Check("input (the sources are read as the result says)", str(refused), "sources that are read so")
        return
    for name in (*_FOLLOWS, *(one for one in _BEYOND if one in result or one in again)):
        yield from compared(name, result.get(name), again.get(name), rough=name in ROUGH)
    for name in _OF_METHOD:
        yield from compared(f"method.{name}", result["method"].get(name), again["method"].get(name))
    for name in ("rows", "people", "counts_sha256", "outcome_counts_sha256"):
        yield Check(f"input.{name}", result["input"].get(name), again["input"].get(name))
    yield from _sources_again(sources, again["input"]["sources"])


def _sources_again(sources: Sequence[Mapping[str, Any]], again: Sequence[Mapping[str, Any]]) -> Iterator[Check]:
    """Compare what is said of every source with what its file shows: bytes, format, delimiter, rows, counts."""
    for place, (one, other) in enumerate(zip(sources, again, strict=True)):
        for name in sorted((one.keys() | other.keys()) - _OF_WHOEVER_RAN_IT):
            yield from compared(f"input.sources[{place}].{name}", one.get(name), other.get(name))


def _known(source: Mapping[str, Any]) -> str:
    """Return by what a source is known again: the digest of a file, the name of a table and its query."""
    if source.get("kind", "file") == "file":
        return str(source["sha256"])
    return " ".join(str(source[name]) for name in ("name", "query") if name in source)


def _asked(table: Table) -> str:
    return table.name if table.query is None else f"{table.name} {table.query}"


def _in_order(given: list[T], names: Sequence[str], wanted: Sequence[str]) -> list[T]:
    """Return what was given in the order of the document; what it does not know takes the places that are left."""
    left = list(zip(names, given, strict=True))
    found: list[T | None] = []
    for name in wanted:
        place = next((at for at, (known, _) in enumerate(left) if known == name), None)
        found.append(None if place is None else left.pop(place)[1])
    return [one if one is not None else left.pop(0)[1] for one in found]


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return sha256_stream(stream)[0]
    except OSError as error:
        sentence = f"The file {path.name} cannot be read: {error.strerror or error}."
        raise Refused(Problem("unreadable-file", sentence)) from error
