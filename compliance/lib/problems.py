"""What went wrong, in one shape for pages, tooltips, the API and the command line.

A problem is a stable code for machines, one full sentence for people, and where it helps a hint and a place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with what was given.

    `row` counts lines of data as a person sees them in the file: the header is row 1, so the first person is row 2.
    """

    code: str
    sentence: str
    hint: str = ""
    row: int | None = None
    column: str | None = None
    found: str | None = None
    expected: str | None = None
    sheet: str | None = None

    def __str__(self) -> str:
        return f"{self.sentence} {self.hint}".strip()

    def as_json(self) -> dict[str, Any]:
        """Return all fields, in a stable order, for one line of JSON; `sheet` only where the file has sheets."""
        value = asdict(self)
        if self.sheet is None:
            del value["sheet"]
        return value


class Refused(Exception):
    """An act is refused, or input is not accepted: carries every problem found, at least one.

    >>> raise Refused(Problem("empty-file", "The file is empty."))
    Traceback (most recent call last):
    compliance.lib.problems.Refused: The file is empty.
    """

    def __init__(self, *problems: Problem):
        if not problems:
            raise ValueError("Refused needs at least one problem.")
        super().__init__(" ".join(str(problem) for problem in problems))
        self.problems: tuple[Problem, ...] = problems

    @classmethod
    def all(cls, problems: Iterable[Problem]) -> Refused:
        """Gather problems that were found one after the other."""
        return cls(*problems)

    @property
    def code(self) -> str:
        return self.problems[0].code


def sentence_against(check: Callable[..., object], *args: Any, hint: bool = False, **kwargs: Any) -> str:
    """Return the first sentence for which a check refuses, with its hint if wanted, or an empty text.

    It makes the twin of a rule that a button needs: the same sentence is its tooltip.

    >>> def check_age(age):
    ...     if age < 18:
    ...         raise Refused(Problem("too-young", "You are too young.", "Come back later."))
    >>> sentence_against(check_age, 17), sentence_against(check_age, 17, hint=True), sentence_against(check_age, 18)
    ('You are too young.', 'You are too young. Come back later.', '')
    """
    try:
        check(*args, **kwargs)
    except Refused as refused:
        return str(refused.problems[0]) if hint else refused.problems[0].sentence
    return ""


def reason_given(reason: str, sentence: str) -> str:
    """Return a reason without blanks around it; where there is none, the sentence says what was to be explained."""
    if not reason.strip():
        raise Refused(Problem("no-reason", sentence, column="reason"))
    return reason.strip()


class Forbidden(Refused):
    """The person is known and may see the thing, but may not do this to it (HTTP 403)."""


def one_line(text: str) -> str:
    """Return `text` on one line, without characters that act instead of being seen.

    What a file holds may be shown in a terminal, and must not steer it or turn the reading direction.

    >>> one_line("Alice\\n \\x1b[2J\\u202e.")
    'Alice \ufffd[2J\ufffd.'
    """
    return "".join(character if character.isprintable() else "\ufffd" for character in " ".join(text.split()))
