"""What an auditor declares about their independence: the sentences that both rooms share.

The three limbs are those of 6 RCNY § 5-300 for the auditor of a bias audit. The general sentences are our own, for
any other engagement; they can be true of an internal auditor too.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

LL144: Final = "nyc-ll144"
LIMBS: Final[Mapping[str, str]] = {
    "i": "I am not and was never involved in using, developing or distributing the tool.",
    "ii": "At no point during the bias audit have I an employment relationship with an employer or employment agency "
    "that seeks to use or continue to use the tool, or with a vendor that developed or distributes it.",
    "iii": "At no point during the bias audit have I a direct financial interest, or a material indirect financial "
    "interest, in such an employer, employment agency or vendor.",
}
"""The three limbs of 6 RCNY § 5-300 "Independent auditor", as a declaration."""

GENERAL: Final[Mapping[str, str]] = {
    "part": "I had no part in designing, developing, deploying or operating the AI systems in scope.",
    "orders": "Nobody whose work is audited here decides on my pay, my tasks or what I find.",
    "interest": "I have no financial or personal interest in what this engagement finds.",
    "own_work": "I review nothing that I prepared or advised on myself.",
}
"""What is declared for an engagement under any law."""


def statements(laws: Collection[str]) -> dict[str, str]:
    """Return what is declared for an engagement under these laws, by name.

    >>> list(statements(["eu-ai-act"]))
    ['part', 'orders', 'interest', 'own_work']
    >>> list(statements(["eu-ai-act", "nyc-ll144"]))[4:]
    ['i', 'ii', 'iii']
    """
    return {**GENERAL, **(LIMBS if LL144 in laws else {})}
