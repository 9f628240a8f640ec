"""The published audits of an organisation as `audits.json`, for a program that looks for them.

The shape is that of the Internet-Draft draft-dkg-audits-json: `audits` by key, each with title, date and addresses, and
`operations`, which say which audits stand for which job postings under which rule. A draft is work in progress.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

RULE: Final = "https://codelibrary.amlegal.com/codes/newyorkcity/latest/NYCrules/0-0-0-138391"
"""6 RCNY chapter 5 subchapter T, as the draft's own example refers to it."""


@dataclass(frozen=True, slots=True)
class Published:
    """One use whose summary is public: its document, addresses of page and file, and of the operations it is for."""

    key: str
    document: Mapping[str, Any]
    page: str
    file: str
    operations: tuple[str, ...]


def listing(some: Iterable[Published]) -> dict[str, Any]:
    """Return the document; an operation without an address of its own is named by the page of the summary.

    >>> one = Published("tool", {"employer": "E", "tool": {"name": "T"}, "audit": {"date": "2026-11-21"}},
    ...                 "https://a.example/t/", "https://a.example/t.json", ())
    >>> found = listing([one])
    >>> found["audits"]["tool"]["title"], found["operations"][0]["urls"]
    ('Bias audit of T used by E (NYC Local Law 144)', ['https://a.example/t/'])
    """
    several = list(some)
    return {
        "audits": {
            one.key: {
                "title": f"Bias audit of {one.document['tool']['name']} used by {one.document['employer']} "
                "(NYC Local Law 144)",
                "date": one.document["audit"]["date"],
                "urls": [one.page, one.file],
            }
            for one in several
        },
        "operations": [
            {"urls": list(dict.fromkeys(one.operations)) or [one.page], "regs": [RULE], "audits": [one.key]}
            for one in several
        ],
    }
