"""A whole manifest made by hand: the official worked example of 6 RCNY § 5-301 and a checklist around it."""

from __future__ import annotations

from typing import Any

from audits.metrics.counts import Cell
from audits.metrics.result import result_from_counts
from compliance.lib import canonical

RACES = (
    "Hispanic or Latino",
    "White (Not Hispanic or Latino)",
    "Black or African American (Not Hispanic or Latino)",
    "Native Hawaiian or Pacific Islander (Not Hispanic or Latino)",
    "Asian (Not Hispanic or Latino)",
    "Native American or Alaska Native (Not Hispanic or Latino)",
    "Two or More Races (Not Hispanic or Latino)",
)
MEN = ((205, 90), (412, 215), (226, 95), (87, 37), (321, 167), (24, 11), (115, 52))
WOMEN = ((190, 82), (385, 197), (164, 75), (32, 15), (295, 135), (17, 7), (98, 44))
UNKNOWN = (250, 119)

VERDICTS = ("met", "met", "partly_met", "met", "not_applicable", "undetermined", "not_met", "")
KINDS = ("gate", "duty", "duty", "condition", "prohibition", "duty", "option", "exposure")
QUESTIONS = (
    "Is the tool used to decide whether a person is selected or advanced, for hire or promotion, within the city?",
    "Was a bias audit done by an independent auditor no more than one year before the tool was used?",
    "Does the audit give the selection rate of each category of sex, race and ethnicity, and of each intersection?",
    "Is the impact ratio of each category computed against the most selected category, from rates not yet rounded?",
    "Is the number of people of unknown category stated beside the tables?",
    "Is a summary of the most recent audit on the employment section of the website, with the distribution date?",
    "Were candidates who live in the city told at least ten business days before the tool was used?",
    "How many days was the tool in use without an audit in date, and what does each such day add to the exposure?",
)
SECTIONS = ("Scope", "Independent audit", "Selection rates", "Publication", "Notices", "Exposure")


def example_manifest(rows: int = 12, status: str = "final") -> dict[str, Any]:
    """Return a manifest in order, with `rows` rows; see :func:`example_attachments` for its files."""
    evidence = [_evidence(number) for number in range(1, 7)]
    result = example_result()
    evidence[0]["sha256"] = canonical.digest(result)
    files = example_attachments()
    return {
        "schema": "probanda/dossier/1",
        "dossier": {
            "id": "D-2026-0001",
            "title": "Local Law 144 audit dossier",
            "status": status,
            "frozen_at": "2026-11-21T10:00:00Z",
            "frozen_by": {"name": "Alice", "role": "auditor"},
            "language": "en",
            "statement": "This dossier covers the use of Sortwell Screen to screen applicants for warehouse and office "
            "positions in New York City between 1 January and 30 June 2026.\n\n"
            "It rests on the historical data of that period, as the employer kept it.",
        },
        "organisation": {"name": "Example Employer, Inc."},
        "system": {
            "id": "S-1",
            "name": "Sortwell Screen",
            "version": "4.2",
            "vendor": "Sortwell Systems",
            "intended_purpose": "Sorts applications by predicted fit with the position",
            "deployer": "Example Employer, Inc.",
            "first_use_on": "2026-01-05",
            "positions": "Warehouse associate; office assistant",
            "status": "in use",
        },
        "catalogue": {
            "law": "nyc-ll144",
            "title": "New York City Local Law 144 of 2021 and 6 RCNY §§ 5-300 to 5-304",
            "short_title": "NYC Local Law 144",
            "text_version": "2023-05-06",
            "text_as_of": "2026-09-09",
            "sha256": canonical.sha256(b"catalogue"),
            "sections": [{"id": name.lower().replace(" ", "_"), "title": name} for name in SECTIONS],
            "progress_kinds": ["duty", "prohibition", "condition"],
        },
        "rows": [_row(number, rows) for number in range(rows)],
        "evidence": evidence,
        "bias_audits": [
            {
                "id": "B-1",
                "title": "Applicants, January to June 2026",
                "evidence": "EV-1",
                "result_sha256": canonical.digest(result),
                "attachment": "bias-1-result.json",
                "counts_attachment": "bias-1-counts.csv",
                "ran_at": "2026-11-20T15:12:09Z",
                "ran_by": "Alice",
                "result": result,
            }
        ],
        "trail": example_trail(),
        "attachments": [
            {
                "name": name,
                "sha256": canonical.sha256(data),
                "bytes": len(data),
                "media_type": "application/json" if name.endswith("json") else "text/csv",
                "relationship": "Data",
                "description": "Result of the bias audit" if name.endswith("json") else "Counts of the bias audit",
            }
            for name, data in files.items()
        ],
        "software": {"name": "Probanda", "version": "0.1.0"},
    }


def example_attachments() -> dict[str, bytes]:
    lines = ["sex,race_ethnicity,applicants,selected"]
    for one in example_counts():
        lines.append(f"{one['sex'] or ''},{one['race_ethnicity'] or ''},{one['applicants']},{one['selected']}")
    return {
        "bias-1-result.json": canonical.dump(example_result()),
        "bias-1-counts.csv": ("\n".join(lines) + "\n").encode(),
    }


def example_counts() -> list[dict[str, Any]]:
    cells = [("Male", race, *pair) for race, pair in zip(RACES, MEN, strict=True)]
    cells += [("Female", race, *pair) for race, pair in zip(RACES, WOMEN, strict=True)]
    found = [{"sex": s, "race_ethnicity": r, "applicants": a, "selected": n} for s, r, a, n in cells]
    return [*found, {"sex": None, "race_ethnicity": None, "applicants": UNKNOWN[0], "selected": UNKNOWN[1]}]


def example_result() -> dict[str, Any]:
    cells = [Cell(one["sex"], one["race_ethnicity"], one["applicants"], one["selected"]) for one in example_counts()]
    method = {
        "rate_kind": "selection",
        "unknowns": "per-table",
        "columns": {"sex": "sex", "race_ethnicity": "race_ethnicity", "outcome": "selected"},
        "mapping": {"sex": {"F": "Female", "M": "Male", "": None}, "outcome": {"no": False, "yes": True}},
        "median": None,
    }
    return result_from_counts(
        cells, source={"sha256": canonical.sha256(b"applicants"), "bytes": 180_412}, method=method
    )


def example_trail() -> dict[str, Any]:
    deeds = (
        ("Alice", "added", "Alice added the evidence Applicants, January to June 2026."),
        ("Alice", "ran", "Alice ran the bias audit Applicants, January to June 2026."),
        ("Alice", "submitted", "Alice submitted row LL144-SEL-01 for review."),
        ("Bob", "accepted", "Bob accepted row LL144-SEL-01 as met."),
        ("Alice", "froze", "Alice froze the dossier Local Law 144 audit dossier."),
    )
    entries: list[dict[str, Any]] = []
    prev = canonical.sha256(b"before")
    for number, (actor, verb, sentence) in enumerate(deeds):
        core = {
            "seq": 41 + number,
            "at": f"2026-11-2{number // 3}T09:{10 + number}:00Z",
            "actor": actor,
            "sentence": sentence,
            "verb": verb,
            "subject": "checklist",
        }
        body = {**core, "prev": prev}
        entries.append({**core, "prev": prev, "sha256": canonical.digest(body), "body": body})
        prev = entries[-1]["sha256"]
    return {"head": {"seq": 45, "sha256": prev}, "entries": entries}


def _row(number: int, rows: int) -> dict[str, Any]:
    verdict = VERDICTS[number % len(VERDICTS)]
    section = SECTIONS[number * len(SECTIONS) // rows].lower().replace(" ", "_")
    return {
        "id": f"LL144-ROW-{number + 1:02}",
        "section": section,
        "citation": ["NYC Administrative Code § 20-871(a)(1)", "6 RCNY § 5-301(b)(2)"],
        "title": "Worked row",
        "question": QUESTIONS[number % len(QUESTIONS)],
        "kind": KINDS[number % len(KINDS)],
        "roles": ["employer", "independent_auditor"],
        "timing": "before use",
        "computed": "direct" if number % 3 == 2 else "none",
        "computed_how": "the selection rates of the bias audit" if number % 3 == 2 else "",
        "expected_evidence": ["the tables of the audit", "the extract log"],
        "progress": "done" if verdict else "in_progress",
        "verdict": verdict,
        "reason": "The employer uses no test data." if verdict == "not_applicable" else "",
        "note": "Checked against the extract of 12 July 2026; the totals agree." if number % 4 == 1 else "",
        "owner": "Alice" if number % 5 else "",
        "due_on": "2026-12-15" if not verdict else None,
        "evidence": [f"EV-{1 + number % 6}"] + (["EV-2"] if number % 6 == 3 else []),
        "submitted": {"by": "Alice", "at": "2026-11-20T16:02:11Z"} if verdict else None,
        "reviews": [
            {"by": "Bob", "role": "legal_reviewer", "decision": "accepted", "reason": "", "at": "2026-11-20T17:30:00Z"}
        ]
        if verdict
        else [],
    }


def _evidence(number: int) -> dict[str, Any]:
    kind = ("file", "file", "link", "note", "file", "file")[number - 1]
    return {
        "id": f"EV-{number}",
        "title": (
            "Bias audit of applicants, January to June 2026",
            "Extract of the applicant tracking system",
            "Summary of the audit on the employment section of the website",
            "How the tool's score enters the decision",
            "Engagement letter of the independent auditor",
            "Notice to candidates, with delivery log",
        )[number - 1],
        "kind": kind,
        "sha256": canonical.sha256(f"evidence {number}".encode()),
        "bytes": 10_400 * number,
        "media_type": "application/pdf" if kind == "file" else "text/plain",
        "file_name": f"evidence-{number}.pdf" if kind == "file" else "",
        "url": "https://example.com/careers/ai-notice" if kind == "link" else "",
        "effective_on": "2026-07-12",
        "valid_until": "2027-07-12" if number % 2 else None,
        "source": "Example Employer, Inc., people team" if number % 2 else "",
        "added_by": "Charlie",
        "added_at": "2026-11-19T08:30:00Z",
        "withdrawn": None,
    }
