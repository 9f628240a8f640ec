"""The words of notices and answers, made from what the employer said; a lawyer reads them before they go out."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Final

SCHEMA: Final = "probanda/ll144-notice/1"
STATEMENT: Final[Mapping[str, str]] = {
    "collected": "Type of data collected",
    "data_source": "Source of the data",
    "retention": "Data retention policy",
    "ask_how": "How to ask for this information in writing",
}


def notice(
    *,
    said: Mapping[str, str],
    tool: Mapping[str, str],
    audience: str,
    channel: str,
    position: str,
    use_on: datetime.date,
    notice_by: datetime.date,
) -> dict[str, Any]:
    """Return a notice as one document: whom it is for, the clock it was made under, and its sections in words."""
    return {
        "schema": SCHEMA,
        "audience": audience,
        "channel": channel,
        "position": position,
        "employer": said["employer"],
        "tool": dict(tool),
        "first_use": use_on.isoformat(),
        "notice_by": notice_by.isoformat(),
        "sections": list(_sections(said, tool, audience, position)),
    }


def _sections(said: Mapping[str, str], tool: Mapping[str, str], audience: str, position: str) -> list[dict[str, str]]:
    whom = "candidates" if audience == "candidates" else "employees who are considered for promotion"
    post = f" for the position {position}" if position else ""
    name = tool["name"] + (f" by {tool['vendor']}" if tool.get("vendor") else "")
    use = (
        f"{said['employer']} will use an automated employment decision tool, {name}, in assessing or evaluating "
        f"{whom}{post} who reside in the City of New York."
    )
    return [
        _section("Use of an automated employment decision tool", use, "NYC Administrative Code § 20-871(b)(1)"),
        _section(
            "Job qualifications and characteristics that the tool uses",
            said["qualifications"],
            "NYC Administrative Code § 20-871(b)(2)",
        ),
        _section(
            "How to request an alternative selection process or a reasonable accommodation",
            said["alternative"],
            "NYC Administrative Code § 20-871(b)(1); 6 RCNY § 5-304(a)",
        ),
        *(
            _section(heading, said[name], "NYC Administrative Code § 20-871(b)(3); 6 RCNY § 5-304(d)")
            for name, heading in STATEMENT.items()
            if said.get(name, "").strip()
        ),
    ]


def _section(heading: str, text: str, citation: str) -> dict[str, str]:
    return {"heading": heading, "text": text.strip(), "citation": citation}


def as_text(document: Mapping[str, Any]) -> str:
    """Return a notice as plain text, ready for a mail or a posting.

    >>> print(as_text({"sections": [{"heading": "Use", "text": "We use one.", "citation": "§ 20-871"}]}))
    Use
    <BLANKLINE>
    We use one.
    <BLANKLINE>
    """
    return "\n\n".join(f"{one['heading']}\n\n{one['text']}" for one in document["sections"]) + "\n"


def answer(said: Mapping[str, str]) -> str:
    """Return what a written request is answered with: the statement of the website, heading by heading.

    >>> print(answer({"retention": "Four years.", "collected": "", "data_source": "", "ask_how": "Write to us."}))
    Data retention policy: Four years.
    """
    asked = [name for name in STATEMENT if name != "ask_how" and said.get(name, "").strip()]
    return "\n\n".join(f"{STATEMENT[name]}: {said[name].strip()}" for name in asked)
