"""Hand files over as evidence: once, as the next version where they changed, and onto the rows that they speak for."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from probanda_client.house import Probanda, Refused
from probanda_client.sending import sha256

MOST_TRIES = 5


@dataclass
class Push:
    """What is handed over. `system` is a name with its version, or an id; `rows` are ids such as LL144-AUD-01."""

    files: Sequence[Path]
    title: str
    system: str = ""
    rows: Sequence[str] = ()
    fields: dict[str, str] = field(default_factory=dict)
    tags: Sequence[str] = ()


@dataclass(frozen=True)
class Pushed:
    """What came of it: the piece, whether it is new, a new version or unchanged, and the rows it now speaks for."""

    evidence: dict[str, Any]
    how: str
    attached: list[str]


def push(house: Probanda, what: Push) -> Pushed:
    """Hand files over. Done twice, it changes nothing the second time."""
    system = system_named(house, what.system) if what.system else None
    if what.rows and system is None:
        raise ValueError("A row is one of an AI system's: name the system too.")
    digests = [sha256(path) for path in what.files]
    piece = _piece_titled(house, what.title)
    fields = [*what.fields.items(), *([("systems", system["id"])] if system else [])]
    if piece is None:
        new = [("title", what.title), *fields, *(("tags", tag) for tag in what.tags)]
        evidence, how = _send(house, "evidence/", what.files, new, digests), "new"
    elif sorted(one["sha256"] for one in piece["latest"]["files"]) == sorted(digests):
        evidence, how = piece, "unchanged"
    else:
        evidence = _send(
            house, f"evidence/{piece['id']}/versions/", what.files, fields, [*digests, piece["latest"]["id"]]
        )
        how = "a new version"
    attached = [row for row in what.rows if system and _attach(house, system["id"], row, evidence["id"])]
    return Pushed(evidence, how, attached)


def system_named(house: Probanda, name: str) -> dict[str, Any]:
    """Return the AI system with an id, or with a name and version as its page shows them."""
    every = list(house.every("systems/"))
    found = [one for one in every if name in (one["id"], f"{one['name']} {one['version']}".strip())]
    if len(found) != 1:
        known = ", ".join(f"{one['name']} {one['version']}".strip() for one in every) or "none"
        raise ValueError(f"There is no AI system {name!r} here. There are: {known}.")
    return found[0]


def _piece_titled(house: Probanda, title: str) -> dict[str, Any] | None:
    same = [one for one in house.every("evidence/", q=title, kind="file", state="live") if one["title"] == title]
    if len(same) > 1:
        raise ValueError(f"Several pieces of evidence are called {title!r}; give this one another title.")
    return same[0] if same else None


def _send(
    house: Probanda, path: str, files: Sequence[Path], fields: list[tuple[str, str]], about: Sequence[str]
) -> dict[str, Any]:
    # The key follows from what is sent, so that a job that is run again does not hand the same thing over twice.
    key = hashlib.sha256(repr((path, fields, sorted(about))).encode()).hexdigest()
    found: dict[str, Any] = house.send_files(path, files, fields, key=f"push {key}").data
    return found


def _attach(house: Probanda, system: str, row: str, evidence: str) -> bool:
    rows = list(house.every("rows/", system=system, row_id=row))
    if not rows:
        raise ValueError(f"No checklist of this AI system has the row {row!r}.")
    for found in rows:
        for attempt in range(1, MOST_TRIES + 1):
            read = house.get(f"rows/{found['id']}/")
            if evidence in [one["evidence"] for one in read.data["attachments"]]:
                break
            try:
                house.post(f"rows/{found['id']}/attach/", {"evidence": evidence}, etag=read.etag)
                break
            except Refused as refused:
                if refused.status != 412 or attempt == MOST_TRIES:
                    raise
    return True
