"""`probanda push FILE...`: hand files to Probanda from a pipeline.

It ends with 0 when it is done, 1 when the server refused, 2 when it was called wrongly and 3 when nothing answered.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from probanda_client.house import Probanda, Refused, Unreachable
from probanda_client.pushing import Push, push

FIELDS = ("source", "author", "effective_on", "valid_until", "confidentiality")
NAMES = ("PROBANDA_URL", "PROBANDA_ORGANISATION", "PROBANDA_TOKEN")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    given = _parser().parse_args(arguments)
    try:
        settings = [_setting(name) for name in NAMES]
        missing = [path for path in given.files if not path.is_file()]
        if missing:
            raise ValueError(f"There is no file {str(missing[0])!r}.")
        what = Push(
            files=given.files,
            title=given.title or given.files[0].name,
            system=given.system or "",
            rows=given.row,
            fields={name: getattr(given, name) for name in FIELDS if getattr(given, name)},
            tags=given.tag,
        )
        done = push(Probanda(*settings), what)
    except ValueError as error:
        return _end(2, str(error))
    except Refused as refused:
        return _end(1, str(refused))
    except Unreachable as unreachable:
        return _end(3, str(unreachable))
    latest = done.evidence["latest"]
    told = {
        "evidence": done.evidence["id"],
        "how": done.how,
        "version": latest["number"],
        "sha256": latest["sha256"],
        "rows": done.attached,
    }
    if given.format == "json":
        print(json.dumps(told))
    else:
        rows = f" It speaks for {', '.join(done.attached)}." if done.attached else ""
        print(f"{done.evidence['title']} is {done.how} (version {told['version']}, SHA-256 {told['sha256']}).{rows}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("probanda", description="Probanda from a pipeline.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    about = f"The environment names the server: {', '.join(NAMES)}, each also as NAME_FILE."
    pushing = commands.add_parser("push", help="hand files over as evidence", description=f"{__doc__}\n{about}")
    pushing.add_argument("files", nargs="+", type=Path, metavar="FILE")
    pushing.add_argument("--title", help="what the piece is called (default: the first file's name)")
    pushing.add_argument("--system", help="the AI system it speaks of: its name with its version, or its id")
    pushing.add_argument(
        "--row", action="append", default=[], metavar="ID", help="a row it speaks for; may be repeated"
    )
    pushing.add_argument("--tag", action="append", default=[], help="a word to find it by; may be repeated")
    for name in FIELDS:
        pushing.add_argument(f"--{name.replace('_', '-')}", dest=name)
    pushing.add_argument("--format", choices=["text", "json"], default="text")
    return parser


def _setting(name: str) -> str:
    path = os.environ.get(f"{name}_FILE")
    value = Path(path).read_text(encoding="utf-8") if path else os.environ.get(name, "")
    if not value.strip():
        raise ValueError(f"{name} is not set. Set it, or {name}_FILE to the path of a file that holds it.")
    return value.strip()


def _end(status: int, sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
