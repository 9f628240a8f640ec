"""The summary of results as one document: everything that 6 RCNY § 5-303(a) lists, and nothing that was not computed.

The document is what the public page, the snippet, the file for machines and the history all show.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from audits.metrics import display
from audits.metrics.result import class_results_of
from compliance.lib.clocks import CLOCKS
from compliance.lib.problems import Problem

SCHEMA: Final = "probanda/ll144-summary/1"
LAW: Final = "nyc-ll144"
SMALL: Final = 5
"""Fewer people in a cell may be recognised by those who know them; the rule wants their number all the same."""

# field of the use: what it is, and the provision that asks for it
TEXTS: Final[Mapping[str, tuple[str, str]]] = {
    "employer": ("the employer or employment agency", "NYC Administrative Code § 20-871(a)(2)"),
    "retention": ("the data retention policy", "6 RCNY § 5-304(d)(1)"),
    "collected": ("the type of data collected", "6 RCNY § 5-304(d)(1)"),
    "data_source": ("the source of the data that the tool collects", "6 RCNY § 5-304(d)(1)"),
    "ask_how": ("how to ask for this information in writing", "6 RCNY § 5-304(d)(2)"),
}
_PLACEHOLDER: Final = re.compile(
    r"\b(?:tbd|tba|tbc|todo|fixme|lorem ipsum|placeholder|x{3,}|to be (?:determined|decided|confirmed|added|completed|"
    r"defined|announced)|fill (?:in|this)|insert \w+ here|your (?:company|text) here|n/a)\b|\[[^\]\n]*\]|<[^>\n]+>|"
    r"\{\{?[^}\n]*\}|_{3,}|\?{2,}|\.{4,}",
    re.IGNORECASE,
)


def placeholder(text: str) -> str:
    """Return the first part of a text that looks like a place to be filled in, or an empty text.

    >>> placeholder("Kept for four years, then deleted."), placeholder("Kept for [number] years."), placeholder("TBD")
    ('', '[number]', 'TBD')
    """
    found = _PLACEHOLDER.search(text)
    return found[0] if found else ""


def incomplete(said: Mapping[str, str], asked: Mapping[str, tuple[str, str]] = TEXTS) -> Iterator[Problem]:
    """Yield what texts lack or leave to be filled in; each names the provision that asks for it.

    >>> [str(one) for one in incomplete({"retention": " "}, {"retention": TEXTS["retention"]})]
    ['It is not said what the data retention policy is (6 RCNY § 5-304(d)(1)).']
    """
    for name, (what, citation) in asked.items():
        text = said.get(name, "").strip()
        if not text:
            yield Problem(f"no-{name}", f"It is not said what {what} is ({citation}).", column=name)
        elif left := placeholder(text):
            sentence = f"What is said of {what} still has a place to be filled in ({citation})."
            yield Problem("placeholder", sentence, column=name, found=left)


def missing(said: Mapping[str, str], distribution_on: datetime.date | None, result: Any) -> list[Problem]:
    """Return what keeps a summary from being published: what the rule lists and nobody has said, each in a sentence."""
    found = list(incomplete(said))
    if distribution_on is None:
        sentence = "The distribution date, on which the employer began to use the tool, is not known (§ 5-303(a)(2))."
        found.append(Problem("no-distribution-date", sentence, column="distribution_on"))
    if result is None:
        sentence = "No bias audit of the tool is chosen (NYC Administrative Code § 20-871(a)(2))."
        return [*found, Problem("no-bias-audit", sentence, column="bias_audit")]
    if result["conduct"]["label"] != "bias audit":
        sentence = "The result is a self-assessment: no independent auditor is declared for it (6 RCNY § 5-300)."
        found.append(Problem("self-assessment", sentence, column="bias_audit"))
    data = result["method"]["data"] or {}
    asked = {"origin": ("the source and explanation of the data of the audit", "6 RCNY § 5-303(a)(1)")}
    if data.get("kind") == "test":
        asked |= {
            "why_not_historical": ("the reason why historical data was not used", "6 RCNY § 5-302(b)"),
            "how_obtained": ("the way in which test data was generated and obtained", "6 RCNY § 5-302(b)"),
        }
    texts = {name: str(data.get(name) or "") for name in asked}
    found += [Problem(one.code, one.sentence, column="bias_audit", found=one.found) for one in incomplete(texts, asked)]
    for one in result["method"]["exclusions"]:
        if left := placeholder(one["justification"]):
            sentence = "The reason for leaving out a category still has a place to be filled in (6 RCNY § 5-301(d))."
            found.append(Problem("placeholder", sentence, column="bias_audit", found=left))
    return found


def notes(document: Mapping[str, Any], today: datetime.date) -> list[str]:
    """Return what a person ought to know before the document is public; none of it is for the software to decide."""
    told = []
    until = use_until(datetime.date.fromisoformat(document["audit"]["date"]))
    if until < today:
        told.append(f"The tool may be used on the strength of this audit until {until} (§ 20-871(a)(1)); that is over.")
    small = [
        f"{row['name']}: {row['applicants']} ({table['title']})"
        for one in document["sets"]
        for table in one["tables"]
        for row in table["rows"]
        if 0 < row["applicants"] < SMALL
    ]
    if small:
        told.append(
            f"Categories of fewer than {SMALL} people may be recognised by those who know them; the rule asks for "
            f"their numbers all the same: {'; '.join(small)}."
        )
    return told


def use_until(audited_on: datetime.date) -> datetime.date:
    """Return the last day on which a tool may be used on the strength of an audit.

    >>> use_until(datetime.date(2026, 11, 21))
    datetime.date(2027, 11, 21)
    """
    return CLOCKS["ll144-audit"].limit(audited_on)


def keep_until(latest_use_on: datetime.date) -> datetime.date:
    """Return the first day on which a summary may be taken down after the latest use (6 RCNY § 5-303(c)).

    >>> keep_until(datetime.date(2026, 8, 31))
    datetime.date(2027, 2, 28)
    """
    return CLOCKS["ll144-publication"].limit(latest_use_on)


def document(
    *,
    said: Mapping[str, str],
    tool: Mapping[str, str],
    distribution_on: datetime.date,
    result: Mapping[str, Any],
    result_sha256: str,
    audited_on: datetime.date,
) -> dict[str, Any]:
    """Return the document of an edition; its figures are those of the result, cut as every page cuts them."""
    method, declared = result["method"], result["conduct"]["independence"]
    return {
        "schema": SCHEMA,
        "law": LAW,
        "employer": said["employer"],
        "positions": said["positions"],
        "tool": dict(tool),
        "distribution_date": distribution_on.isoformat(),
        "audit": {
            "date": audited_on.isoformat(),
            "auditor": declared["auditor"] if declared else "",
            "result_sha256": result_sha256,
            "rate_kind": method["rate_kind"],
            "median": method["median"]["value"] if method.get("median") else None,
        },
        "data": {name: value for name, value in (method["data"] or {}).items() if isinstance(value, str)},
        "people": result["input"]["people"],
        "unknown": {name: result["unknown"][name] for name in ("sex", "race_ethnicity", "either")},
        "sets": [_set(result, None), *(_set(of, name) for name, of in class_results_of(result))],
        "exclusions": [dict(one) for one in method["exclusions"]],
        "website": {name: said[name] for name in ("retention", "collected", "data_source", "ask_how")},
    }


def _set(result: Mapping[str, Any], output_class: str | None) -> dict[str, Any]:
    return {"class": output_class, "tables": [_table(one) for one in display.shown(result)]}


def _table(table: display.ShownTable) -> dict[str, Any]:
    return {
        "name": table.name,
        "title": table.title,
        "selected_label": table.selected_label,
        "rate_label": table.rate_label,
        "benchmark": table.benchmark,
        "rows": [
            {
                "name": row.name,
                "applicants": row.applicants,
                "selected": row.selected,
                "rate": row.rate,
                "impact_ratio": row.impact_ratio,
                "excluded": row.excluded,
            }
            for row in table.rows
        ],
    }
