"""The visible block of a signature: who, as what, in their own words, when. It is a picture, not the signature."""

from __future__ import annotations

from datetime import UTC, datetime

from audits.dossiers import render
from audits.dossiers.keys import Signer
from audits.dossiers.levels import shown
from audits.dossiers.presign import BLOCK
from audits.dossiers.typefaces import printable

STATEMENT_MOST = 600
_EDGE = 17.0  # points of space above and below what is written


def picture(*, name: str, role: str, statement: str, at: datetime, signer: Signer, level: str) -> bytes:
    """Return the block as a PDF of one page, with typefaces of our own."""
    said = " ".join(statement.split())[:STATEMENT_MOST]
    width, height = BLOCK
    told = {
        "who": printable(name),
        "role": role,
        "statement": printable(said),
        "at": f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC",
        "certificate": printable(next(iter(sorted(shown(signer.certificate))), signer.label)),
        "fingerprint": signer.fingerprint[:16],
        "level": level,
        "width": str(width),
        "height": str(height),
        "inner": str(height - _EDGE),
        "size": "9" if len(said) <= 240 else "8" if len(said) <= 420 else "7",
    }
    return render.print_plain(render.template("dossier/stamp.html", **told))
