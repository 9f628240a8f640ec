"""The command line of the verifier: what `manage.py verify_dossier` and `probanda-verify` share. Needs no Django."""

from __future__ import annotations

import argparse
import json
import sys
import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from audits.dossiers.verification.report import Report, Signature
from audits.dossiers.verification.state import Reprint
from audits.dossiers.verification.steps import BYTES_MOST, verify
from compliance.lib.problems import Problem, Refused

HELP = (
    "Check a signed dossier: the signature and what it covers, the signer, the manifest, every embedded file, and each "
    "figure computed again. Exit 0: all checks hold. 1: something is broken. 2: cannot tell, for want of a certificate "
    "to trust for example. 3: somebody signed or stamped it whom you do not trust. 4: signatures are missing."
)
Write = Callable[[str], Any]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what both commands take."""
    parser.add_argument("file", metavar="FILE", help="the signed PDF")
    parser.add_argument(
        "--trust",
        metavar="PEM",
        action="append",
        default=[],
        help="a file with certificates that you trust, in PEM form; may be given more than once",
    )
    parser.add_argument("--format", choices=["text", "json"], default="text")


def run(
    file: str,
    trust: Sequence[str],
    form: str,
    *,
    reprint: Reprint | None = None,
    out: Write = print,
    complain: Write = lambda text: print(text, file=sys.stderr),
) -> int:
    """Check one file, tell what was found, and return the exit code."""
    try:
        data = _read(Path(file), BYTES_MOST)
        report = verify(data, [_read(Path(one), BYTES_MOST) for one in trust], reprint=reprint)
    except Refused as refused:
        for problem in refused.problems:
            if form == "json":
                out(json.dumps(problem.as_json(), ensure_ascii=False))
            else:
                complain(str(problem))
        return 1
    if form == "json":
        out(json.dumps({"file": file, **report.as_json()}, ensure_ascii=False, indent=2))
    else:
        out("\n".join(lines(file, report)))
    return report.exit_code


def main(words: Sequence[str] | None = None) -> int:
    """Run `probanda-verify`."""
    parser = argparse.ArgumentParser(prog="probanda-verify", description=HELP)
    arguments(parser)
    given = parser.parse_args(words)
    return run(given.file, given.trust, given.format)


def lines(file: str, report: Report) -> list[str]:
    """Return a report as lines of text."""
    found = [file, f"SHA-256 {report.sha256}", ""]
    for one in report.signatures:
        expected = f", expected: {one.expected}" if one.expected else ""
        found.append(f"Signed by {one.who or 'nobody who can be read'}{expected}")
        for text in _of_signature(one):
            found.append(textwrap.fill(text, 110, initial_indent=" " * 4, subsequent_indent=" " * 6))
        found.append("")
    for check in report.checks:
        found.append(f"{check.number:>2}. {check.outcome.upper():<11}  {check.title}")
        for text in (check.sentence, f"Got: {check.got or 'nothing'}", f"Expected: {check.expected}"):
            found.append(textwrap.fill(text, 110, initial_indent=" " * 17, subsequent_indent=" " * 19))
    return [*found, "", report.sentence]


def _of_signature(one: Signature) -> list[str]:
    return [
        f"Level PAdES {one.level}, {one.at or 'no moment'} by {one.clock or 'no clock'}.",
        *([f"States: {one.statement}"] if one.statement else []),
        f"Certificate {one.chain}: {one.chain_sentence}",
        f"Revocation, {one.revocation}: {one.revocation_sentence}",
        *([one.after] if one.after else []),
    ]


def _read(path: Path, most: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(most + 1)
    except OSError as error:
        sentence = f"The file {path} cannot be read: {error.strerror or error}."
        raise Refused(Problem("file-unreadable", sentence, "Check the path and who may read it.")) from None
