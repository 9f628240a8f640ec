"""How many people, and in which roles, accept a row before it is done; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

MOST = 9
ANY = "any"
LEGAL_REVIEWER, AUDITOR = "legal_reviewer", "auditor"


@dataclass(frozen=True, slots=True)
class Quorum:
    """`people` in all, among them at least so many `legal_reviewers` and `auditors`, in any order.

    >>> Quorum(people=2, legal_reviewers=1, auditors=1).missing(["auditor"])
    {'legal_reviewer': 1}
    >>> Quorum(people=2).missing([])
    {'any': 2}
    """

    people: int = 1
    legal_reviewers: int = 0
    auditors: int = 0

    @classmethod
    def of(cls, value: Mapping[str, int]) -> Quorum:
        """Read what :meth:`as_json` gave; nothing at all is one decision by anybody who reviews."""
        return cls(**value) if value else cls()

    def as_json(self) -> dict[str, int]:
        return asdict(self)

    @property
    def roles(self) -> dict[str, int]:
        return {LEGAL_REVIEWER: self.legal_reviewers, AUDITOR: self.auditors}

    def with_at_least(self, other: Quorum) -> Quorum:
        """Return the quorum that asks for as much as both do.

        >>> Quorum(people=3).with_at_least(Quorum(people=2, legal_reviewers=1, auditors=1))
        Quorum(people=3, legal_reviewers=1, auditors=1)
        """
        legal = max(self.legal_reviewers, other.legal_reviewers)
        auditors = max(self.auditors, other.auditors)
        return Quorum(max(self.people, other.people, legal + auditors), legal, auditors)

    def missing(self, decided: Sequence[str]) -> dict[str, int]:
        """Return how many decisions are still missing, by role; `any` are those that any reviewer may take."""
        had = Counter(decided)
        roles = {role: wanted - had[role] for role, wanted in self.roles.items() if wanted > had[role]}
        rest = self.people - len(decided) - sum(roles.values())
        return roles | ({ANY: rest} if rest > 0 else {})

    def helps(self, decided: Sequence[str], role: str) -> bool:
        """Say whether one more decision in this role brings the row nearer to being done.

        >>> two = Quorum(people=2, legal_reviewers=1, auditors=1)
        >>> two.helps(["auditor"], "auditor"), two.helps(["auditor"], "legal_reviewer")
        (False, True)
        """
        return sum(self.missing([*decided, role]).values()) < sum(self.missing(decided).values())
