"""The pages of one bias audit: three tables with their pictures, the unknown, and every choice of method."""

from __future__ import annotations

from typing import Any

from audits.dossiers import bias_beyond, bias_readings, words
from audits.metrics import display, plots
from audits.metrics.result import class_results_of


def audit(number: int, one: dict[str, Any], evidence: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return what the template shows of one bias audit of the manifest."""
    result = one["result"]
    anchor = f"bias-{number}"
    drawn = plots.pictures_of(result, prefix=f"{anchor}-")
    unknown, how = result["unknown"], bias_readings.conduct(result["conduct"])
    return {
        "anchor": anchor,
        "title": f"{how['kind']}: {one['title']}",
        "conduct": how,
        "name": one["title"],
        "ran_at": words.when(one["ran_at"]),
        "ran_by": one["ran_by"],
        "evidence": evidence[one["evidence"]],
        "result_sha256": one["result_sha256"],
        "attachment": one["attachment"],
        "counts_attachment": one["counts_attachment"],
        "inputs": [_input(source) for source in result["input"].get("sources", [result["input"]])],
        "people": words.amount(result["input"]["people"], "person", "people"),
        "unknown": [
            ("Sex unknown", words.count(unknown["sex"])),
            ("Race or ethnicity unknown", words.count(unknown["race_ethnicity"])),
            ("Sex unknown, or race or ethnicity unknown", words.count(unknown["either"])),
        ],
        "notes": [note["sentence"] for note in result.get("notes", [])],
        "proposed": [_proposed(each) for each in one.get("proposed_exclusions", ())],
        "method": words.flatten(result["method"]),
        "tables": [_table(f"{anchor}-{table.name}", table, drawn[table.name]) for table in display.shown(result)],
        **_beside(result),
        "outcomes": bias_beyond.outcomes(result, anchor),
        "strata_outcomes": bias_beyond.over_strata(result),
        "population": bias_beyond.reference(result),
        "classes": [
            _class(f"{anchor}-class-{place}", name, of) for place, (name, of) in enumerate(class_results_of(result), 1)
        ],
    }


def _proposed(one: dict[str, Any]) -> tuple[str, str, str, str]:
    """Return the category, why it is to be left out, by whom that was proposed, and how it stands."""
    proposed = f"{one['proposed_by']}, {words.when(one['proposed_at'])}"
    if not one["decision"]:
        return one["category"], one["justification"], proposed, "Waits for a second person; not left out here"
    said = "Accepted, and not applied in this result" if one["decision"] == "accepted" else "Refused"
    decided = f"{said}: {one['decided_by']}, {words.when(one['decided_at'])}. {one['decided_reason']}"
    return one["category"], one["justification"], proposed, decided


def _input(source: dict[str, Any]) -> tuple[str, str]:
    """Return what is said of a source: the digest of a file, or the name of a table with the query that was counted."""
    if source.get("sha256"):
        return "Input, SHA-256", source["sha256"]
    if "query" in source:
        return "Input, query", f"{source['name']} {source['query']}"
    return "Input, table", source["name"]


def _beside(result: dict[str, Any]) -> dict[str, Any]:
    return {
        "tests": bias_readings.tests(result["tests"]),
        "readings": bias_readings.readings(result["readings"]),
        "ranges": bias_readings.ranges(result["readings"]),
    }


def _class(anchor: str, name: str, of: dict[str, Any]) -> dict[str, Any]:
    """Return one class of a tool that classifies, with its own set of tables (6 RCNY § 5-301(b)(4))."""
    drawn = plots.pictures_of(of, prefix=f"{anchor}-")
    return {
        "name": name,
        "anchor": anchor,
        "tables": [_table(f"{anchor}-{table.name}", table, drawn[table.name]) for table in display.shown(of)],
        "notes": [note["sentence"] for note in of["notes"]],
        "outcomes": bias_beyond.outcomes(of, anchor),
        **_beside(of),
    }


def _table(anchor: str, table: display.ShownTable, drawn: plots.TablePictures) -> dict[str, Any]:
    rows = [_row(row) for row in table.rows]
    return {
        "anchor": anchor,
        "title": table.title,
        "chosen": table.selected_label,
        "rate": table.rate_label,
        "by_sex": table.name != "race_ethnicity",
        "by_race": table.name != "sex",
        "rows": rows,
        "applicants": words.count(sum(row.applicants for row in table.rows)),
        "selected": words.count(sum(row.selected for row in table.rows)),
        "benchmark": table.benchmark,
        "has_benchmark": any(row.is_benchmark for row in table.rows),
        "drawn": drawn,
    }


def _row(row: display.ShownRow) -> dict[str, Any]:
    note = "Benchmark" if row.is_benchmark else "Excluded" if row.excluded else "" if row.applicants else "No one"
    return {
        "sex": row.category.sex or "",
        "race": row.category.race_ethnicity or "",
        "applicants": words.count(row.applicants),
        "selected": words.count(row.selected),
        "rate": row.rate,
        "ratio": row.impact_ratio,
        "share": row.share,
        "benchmark": row.is_benchmark,
        "note": note,
    }
