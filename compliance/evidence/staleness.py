"""Evidence that no longer speaks of what is in use, and why, as the other room knows it."""

from __future__ import annotations

from compliance.evidence.telling import Telling

_telling = Telling()
tells_stale = _telling.add
stale = _telling.of
