"""How a law sorts systems: numbered steps, each a question whose answer comes from the facts.

A step holds branches in order; the first whose condition holds is the answer. A branch may give an outcome, such as
`high_risk_annex_iii`, with the date set that says since when. Every step is asked of every system, unless its own
condition says that it is not reached, so that several outcomes hold at once. Where several branches give one outcome
with the same dates, it holds as soon as one of them must be the answer, whichever it is.
"""

from __future__ import annotations

from pydantic import Field

from compliance.catalogue.conditions import Condition, Part


class Branch(Part):
    """One answer to a step: when it is the answer, what follows from it, and where the next question is.

    The branch without a condition is for all that no branch before it takes; it is the last one. `dates` names a date
    set at the head of the file; without one the outcome holds since the law does.
    """

    answer: str = Field(min_length=1)
    condition: Condition | None = None
    outcome: str | None = None
    title: str = ""
    citation: tuple[str, ...] = ()
    dates: str | None = None
    leads_to: str = Field(min_length=1)
    note: str = ""


class Step(Part):
    """One question on the way to the classes that a system is in."""

    number: int = Field(ge=1)
    question: str = Field(pattern=r"\?$")
    citation: tuple[str, ...] = Field(min_length=1)
    why: str = ""
    reached: Condition | None = None
    not_reached: str = ""
    branches: tuple[Branch, ...] = Field(min_length=2)
