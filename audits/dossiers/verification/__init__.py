"""Checks a signed dossier with no database, no network and no settings.

The bytes are judged first, the contents after; a check that rests on one that failed says so. A file that was
changed, cut or extended is broken, whatever it makes a reader stumble over. `cannot tell` is kept for what the file
alone cannot show, such as whether the reader trusts the signer.
"""

from __future__ import annotations

from audits.dossiers.verification.report import Check, Report
from audits.dossiers.verification.state import Reprint
from audits.dossiers.verification.steps import BYTES_MOST, verify

__all__ = ["BYTES_MOST", "Check", "Report", "Reprint", "verify"]
