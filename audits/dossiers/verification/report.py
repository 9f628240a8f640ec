"""What a verification finds: numbered checks, each with what was got and what was expected."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from compliance.lib.problems import one_line
from compliance.lib.wording import gettext_noop as _

Outcome = Literal["holds", "broken", "untrusted", "unfinished", "cannot tell"]
EXIT_CODES: dict[Outcome, int] = {"holds": 0, "broken": 1, "cannot tell": 2, "untrusted": 3, "unfinished": 4}
WORST_FIRST: tuple[Outcome, ...] = ("broken", "untrusted", "unfinished", "cannot tell")
IN_SUM: dict[Outcome, str] = {
    "holds": _("All checks hold."),
    "broken": _("Something is broken: do not rely on this file."),
    "untrusted": _("Nothing was changed, but somebody signed or stamped it whom you do not trust."),
    "unfinished": _("Signatures are missing: this is not the finished dossier."),
    "cannot tell": _("Nothing is broken, but not everything can be told from this file alone."),
}


@dataclass(frozen=True, slots=True)
class Check:
    """One check. `sentence` says in plain words what its outcome means."""

    number: int
    id: str
    title: str
    outcome: Outcome
    got: str
    expected: str
    sentence: str

    def as_json(self) -> dict[str, Any]:
        """Return all fields in a stable order."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Signature:
    """What is known of one signature: who, as what, when by whose clock, who vouches, and what came after it.

    `chain` is trusted, untrusted or cannot tell; `revocation` not revoked, revoked or cannot tell. Each is told in a
    sentence as well. `expected` is who should sign in this field and as what, as the manifest has it.
    """

    field: str
    who: str
    expected: str
    statement: str
    level: str
    at: str
    clock: str
    chain: str
    chain_sentence: str
    revocation: str
    revocation_sentence: str
    after: str

    def as_json(self) -> dict[str, Any]:
        """Return all fields in a stable order."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Report:
    """All checks of one file, with its digest and the signer that it names, if any."""

    sha256: str
    checks: tuple[Check, ...]
    signer: str = ""
    signed_at: str = ""
    signatures: tuple[Signature, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """Return the worst of all outcomes: one thing broken breaks all, one thing unknown leaves all unknown.

        >>> Report("", ()).outcome
        'cannot tell'
        """
        found = {check.outcome for check in self.checks}
        return next((one for one in WORST_FIRST if one in found), "holds" if found else "cannot tell")

    @property
    def exit_code(self) -> int:
        """Return 0 when all hold; 1: something is broken; 2: it cannot be told; 3: not trusted; 4: not all signed."""
        return EXIT_CODES[self.outcome]

    @property
    def sentence(self) -> str:
        """Return what the checks say in sum, for a person."""
        return IN_SUM[self.outcome]

    def as_json(self) -> dict[str, Any]:
        """Return the report for machines."""
        return {
            "sha256": self.sha256,
            "outcome": self.outcome,
            "exit_code": self.exit_code,
            "signer": self.signer,
            "signed_at": self.signed_at,
            "signatures": [one.as_json() for one in self.signatures],
            "checks": [check.as_json() for check in self.checks],
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Report:
        """Read what :meth:`as_json` wrote.

        >>> report = Report("00", (Check(1, "pdf", "t", "broken", "g", "e", "s."),), "CN=Alice")
        >>> Report.from_json(report.as_json()) == report
        True
        """
        checks = tuple(Check(**check) for check in value["checks"])
        signatures = tuple(Signature(**one) for one in value["signatures"])
        return cls(value["sha256"], checks, value["signer"], value["signed_at"], signatures)


class Broken(Exception):
    """A check does not hold: carries the sentence, and what was got."""

    def __init__(self, sentence: str, got: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.got = got


class Unknown(Broken):
    """A check cannot be decided, for want of something that is not in the file."""


class Untrusted(Broken):
    """All is intact, and whoever made it is none whom the reader trusts."""


class Unfinished(Broken):
    """All that is there holds, and something that should be there is not."""


@dataclass(slots=True)
class Writer:
    """Collects checks and numbers them."""

    checks: list[Check] = field(default_factory=list)

    def add(self, id: str, title: str, outcome: Outcome, *, got: str, expected: str, sentence: str) -> None:
        """Append one check under the next number; what came from the file is made safe to show."""
        number = len(self.checks) + 1
        got, expected, sentence = one_line(got[:500]), one_line(expected[:500]), one_line(sentence)
        self.checks.append(Check(number, id, title, outcome, got, expected, sentence))
