"""`manage.py trail_check`: read every organisation's trail and name each entry that was changed, removed or moved."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from compliance import guards
from compliance.trail import exported, heads, queries
from compliance.trail.chain import Fault
from compliance.trail.models import TrailEntry, TrailHead

_HEAD = re.compile(r"(?:(?P<organisation>[0-9a-f-]{36})=)?(?P<seq>[0-9]{1,18}):(?P<sha256>[0-9a-f]{64})")


class Command(BaseCommand):
    help = (
        "Check the hash chain of the trail. Exit 0: every chain holds. Exit 1: an entry was changed, removed, moved or "
        "inserted, or the database no longer refuses it. Exit 2: a file cannot be read, or wrong usage."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--format", choices=["text", "json"], default="text")
        parser.add_argument(
            "--noted", action="append", default=[], metavar="FILE",
            help="a file that names an earlier end of a chain: a dossier, an exported trail (.jsonl), or what this "
            "command wrote with --format json; may be given again",
        )  # fmt: skip
        parser.add_argument(
            "--head", action="append", default=[], metavar="[ORGANISATION=]SEQ:SHA256",
            help="an entry's place and digest as you noted it; ORGANISATION is its id, needed where there are several",
        )  # fmt: skip
        parser.add_argument("--file", metavar="FILE", help="check an exported trail (.jsonl) instead of the database")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["file"]:
            report, unguarded = [self._of_file(Path(options["file"]))], []
        else:
            report, unguarded = self._of_database(options), guards.missing()
        faults = any(found["faults"] for found in report)
        if options["format"] == "json":
            told = {"holds": not faults, "guards_missing": unguarded, "organisations": report}
            self.stdout.write(json.dumps(told, indent=2))
        else:
            self._tell(report, unguarded, faults)
        if faults or unguarded:
            sys.exit(1)

    def _of_database(self, options: dict[str, Any]) -> list[dict[str, Any]]:
        known = set(TrailHead.objects.values_list("organisation_id", flat=True))
        known |= set(TrailEntry.objects.values_list("organisation_id", flat=True).distinct())
        noted: dict[UUID, list[tuple[int, str]]] = {}
        for organisation, seq, sha256 in self._noted(options, known):
            noted.setdefault(organisation, []).append((seq, sha256))
        return [
            _report(str(one), *queries.head(one), list(queries.breaks(one, noted.get(one, ()))))
            for one in sorted(known | noted.keys())
        ]

    def _noted(self, options: dict[str, Any], known: set[UUID]) -> list[tuple[UUID, int, str]]:
        found = [one for name in options["noted"] for one in self._read(Path(name), heads.read)]
        for text in options["head"]:
            match = _HEAD.fullmatch(text.strip().lower())
            if match is None:
                raise CommandError(f"--head is {text!r}. Write SEQ:SHA256, or ORGANISATION=SEQ:SHA256.", returncode=2)
            if not match["organisation"] and len(known) != 1:
                sentence = f"There are {len(known)} organisations here. Write ORGANISATION=SEQ:SHA256."
                raise CommandError(sentence, returncode=2)
            organisation = UUID(match["organisation"]) if match["organisation"] else next(iter(known))
            found.append((organisation, int(match["seq"]), match["sha256"]))
        return found

    def _of_file(self, path: Path) -> dict[str, Any]:
        def read(path: Path) -> dict[str, Any]:
            with path.open("rb") as first:
                organisation, seq, sha256 = exported.noted(json.loads(first.readline() or b"{}"))
            with path.open("rb") as lines:
                check = exported.Check(line.rstrip(b"\n") for line in lines)
                faults = list(check.faults())
            return _report(organisation, seq, sha256, faults) | {"read": check.entries, "whole": check.whole}

        found: dict[str, Any] = self._read(path, read)
        return found

    def _read(self, path: Path, reader: Any) -> Any:
        try:
            return reader(path)
        except OSError as error:
            raise CommandError(f"{path.name} cannot be read: {error.strerror or error}.", returncode=2) from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            sentence = f"{path.name} names no end of a chain that can be read ({error})."
            raise CommandError(sentence, returncode=2) from error

    def _tell(self, report: list[dict[str, Any]], unguarded: list[str], faults: bool) -> None:
        for found in report:
            read = f"{found['read']} of {found['entries']}" if "read" in found else str(found["entries"])
            self.stdout.write(f"{found['organisation']}: {read} entries, head {found['head'] or 'none'}")
            for fault in found["faults"]:
                self.stdout.write(f"  {fault['sentence']}")
        if unguarded:
            self.stdout.write(f"The database no longer refuses changes: {', '.join(unguarded)} missing. Run: migrate")
        self.stdout.write("At least one chain is broken." if faults else "Every chain holds.")


def _report(organisation: str, seq: int, sha256: str, faults: list[Fault]) -> dict[str, Any]:
    told = [fault._asdict() for fault in faults]
    return {"organisation": organisation, "entries": seq, "head": sha256, "faults": told}
