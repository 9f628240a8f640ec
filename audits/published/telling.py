"""What a page says about a check: findings by how much they say, tables row by row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from audits.metrics.categories import TableName
from audits.published.findings import Finding, Level
from audits.published.readings import RowReading, TableReading
from audits.published.report import Checked
from audits.published.tables import About
from audits.published.text import ORDER, sentence, told
from compliance.lib.canonical import digest, dump


@dataclass(frozen=True, slots=True)
class Shown:
    """One row with what is found in it; `kind` is the word for its mark."""

    one: RowReading
    told: str
    kind: str


@dataclass(frozen=True, slots=True)
class ShownTable:
    """One table of the report."""

    id: str
    title: str
    audit: str
    read: TableReading
    rows: list[Shown]

    @property
    def has_selected(self) -> bool:
        return any(row.one.row.selected is not None for row in self.rows)


def checked(found: Checked) -> dict[str, Any]:
    """Return everything that the report page shows."""
    report = found.as_json()
    return {
        "checked": found,
        "sentence": sentence(found),
        "groups": [(_level(level), level, _of(found, level)) for level in ORDER if _of(found, level)],
        "tables": [
            ShownTable(
                f"table-{place}-{table.table.name}",
                _title(table.table.name),
                one.published.name,
                table,
                [Shown(row, _cell(row), row.status.replace(" ", "-")) for row in table.rows],
            )
            for place, one in enumerate(found.sets)
            for table in one.tables
        ],
        "about": _about(found.document.about),
        "report_sha256": digest(report),
        "report_size": len(dump(report)),
    }


MOST: Final = 100
"""So many findings of one level are listed on the page of a large check; the report holds all."""


def reported(report: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the page of a large check shows of its report: its findings, and how many ratios follow."""
    groups = []
    for level in ORDER:
        found = [one for one in report["findings"] if one["level"] == level]
        if found:
            groups.append((_level(level), level, found[:MOST], max(0, len(found) - MOST)))
    data = dump(report)
    return {"groups": groups, "ratios": report["ratios"], "report_sha256": digest(report), "report_size": len(data)}


def _cell(row: RowReading) -> str:
    if row.status == "not printed" and row.row.nobody:
        return _("no one in it")
    return told(row)


def _of(found: Checked, level: Level) -> list[Finding]:
    return [finding for finding in found.findings if finding.level == level]


def _level(level: Level) -> str:
    return {
        "figures": _("Figures that do not follow from each other"),
        "missing": _("What the rule asks to be published and is not there"),
        "ask": _("Questions for whoever published it"),
    }[level]


def _title(name: TableName) -> str:
    return {"sex": _("Sex"), "race_ethnicity": _("Race/ethnicity"), "intersectional": _("Sex and race/ethnicity")}[name]


def _about(about: About) -> list[tuple[str, Any]]:
    return [
        (_("Date of the bias audit"), about.audit_date),
        (_("Distribution date"), about.distribution_date),
        (_("To be current on"), about.as_of),
        (_("People of unknown category"), about.unknown),
        (_("Source of the data"), about.data_source),
        (_("Reason for leaving categories out"), about.exclusion_reason),
    ]
