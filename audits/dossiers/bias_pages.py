"""The pages of one bias audit: three tables with their pictures, the unknown, and every choice of method."""

from __future__ import annotations

from typing import Any

from audits.dossiers import words
from audits.metrics import display, plots


def audit(number: int, one: dict[str, Any], evidence: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return what the template shows of one bias audit of the manifest."""
    result = one["result"]
    anchor = f"bias-{number}"
    drawn = plots.pictures_of(result, prefix=f"{anchor}-")
    unknown = result["unknown"]
    return {
        "anchor": anchor,
        "title": f"Bias audit: {one['title']}",
        "name": one["title"],
        "ran_at": words.when(one["ran_at"]),
        "ran_by": one["ran_by"],
        "evidence": evidence[one["evidence"]],
        "result_sha256": one["result_sha256"],
        "attachment": one["attachment"],
        "counts_attachment": one["counts_attachment"],
        "inputs": [
            source.get("sha256") or source["name"] for source in result["input"].get("sources", [result["input"]])
        ],
        "people": words.amount(result["input"]["people"], "person", "people"),
        "unknown": [
            ("Sex unknown", words.count(unknown["sex"])),
            ("Race or ethnicity unknown", words.count(unknown["race_ethnicity"])),
            ("Sex unknown, or race or ethnicity unknown", words.count(unknown["either"])),
        ],
        "notes": [note["sentence"] for note in result.get("notes", [])],
        "method": words.flatten(result["method"]),
        "tables": [_table(f"{anchor}-{table.name}", table, drawn[table.name]) for table in display.shown(result)],
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
