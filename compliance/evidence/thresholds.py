"""Evidence whose measurement crosses a threshold that its own plan set, in sentences, as the other room knows it.

No threshold is ours: the planner set it, with a reason, a second person approved it, and it was locked before the run.
"""

from __future__ import annotations

from compliance.evidence.telling import Telling

_telling = Telling()
tells_crossed = _telling.add
crossed = _telling.of
