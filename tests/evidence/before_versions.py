"""Makes a database of its own as it was before evidence had versions, carries it over, and prints what is there then.

Run by :mod:`tests.evidence.test_migration` as a program, since no database of the tests can go back that far.
"""

from __future__ import annotations

import json
import os
from datetime import date
from typing import Any

import django

BEFORE = ("compliance", "0009_uploads"), ("audits", "0004_intakes")
AFTER = (("compliance", "0014_evidence_is_in_its_versions"),)


def _old(apps: Any) -> dict[str, Any]:
    """Keep one piece of every kind, attach one, and publish another as the result of a bias audit."""
    house = apps.get_model("compliance", "Organisation").objects.create(name="Example Employer, Inc.", slug="example")
    user = apps.get_model("compliance", "User").objects.create(email="alice@example.org", name="Alice")
    alice = apps.get_model("compliance", "Membership").objects.create(
        organisation=house, user=user, role="administrator"
    )
    system = apps.get_model("compliance", "AISystem").objects.create(
        organisation=house, name="Sortwell Screen", version="4.2", registered_by=alice
    )
    common = {"organisation": house, "added_by": alice}
    evidence = apps.get_model("compliance", "Evidence").objects
    pieces = {
        "file": evidence.create(
            kind="file", title="Export", file_name="export.csv", media_type="text/csv", sha256="aa" * 32, size=12,
            system=system, source="The vendor", effective_on=date(2026, 1, 2), valid_until=date(2027, 1, 2), **common,
        ),
        "link": evidence.create(
            kind="link", title="Policy", url="https://example.org/p", media_type="application/json", sha256="bb" * 32,
            size=80, **common,
        ),
        "note": evidence.create(
            kind="note", title="Call", note="What was said.", media_type="text/plain; charset=utf-8", sha256="cc" * 32,
            size=14, withdrawn_reason="A draft.", **common,
        ),
    }  # fmt: skip
    checklist = apps.get_model("compliance", "Checklist").objects.create(
        organisation=house, system=system, law="nyc-ll144", text_version="2023-05-06", title="LL144", opened_by=alice
    )
    item = apps.get_model("compliance", "ChecklistItem").objects.create(
        checklist=checklist, row_id="LL144-AUD-01", position=0
    )
    apps.get_model("compliance", "ItemEvidence").objects.create(item=item, evidence=pieces["file"], attached_by=alice)
    return {kind: [str(piece.pk), piece.added_at.isoformat()] for kind, piece in pieces.items()}


def _told(apps: Any) -> dict[str, Any]:
    def rows(model: str, *names: str) -> list[list[str]]:
        found = apps.get_model("compliance", model).objects.order_by(*names).values_list(*names)
        return [[str(value) for value in row] for row in found]

    return {
        "ids": {
            one.latest.kind: [str(one.pk), one.latest.added_at.isoformat()]
            for one in apps.get_model("compliance", "Evidence").objects.select_related("latest")
        },
        "pieces": rows("Evidence", "title", "withdrawn_reason", "confidentiality", "latest__number", "latest__sha256"),
        "versions": rows(
            "EvidenceVersion", "kind", "size", "url", "note", "source", "effective_on", "valid_until", "sha256"
        ),
        "files": rows("EvidenceFile", "file_name", "media_type", "sha256", "size"),
        "spoken": rows("SpeaksOf", "version__kind", "system__name", "system_version"),
        "attached": rows("ItemEvidence", "evidence__title", "version"),
    }


def main() -> None:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    executor.migrate(list(BEFORE))
    old = _old(executor.loader.project_state(list(BEFORE)).apps)
    executor = MigrationExecutor(connection)
    executor.migrate(list(AFTER))
    print(json.dumps({"old": old, **_told(executor.loader.project_state(list(AFTER)).apps)}))


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "compliance.settings"
    django.setup()
    main()
