"""What was kept before evidence had versions is carried over without loss."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

BEFORE, AFTER = (
    ("compliance", "0011_published_versions_are_settled"),
    ("compliance", "0014_evidence_is_in_its_versions"),
)


@pytest.fixture
def executor(transactional_db: None) -> Any:
    yield MigrationExecutor(connection)
    last = MigrationExecutor(connection)
    last.migrate(last.loader.graph.leaf_nodes())


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
    return {kind: (piece.pk, piece.added_at) for kind, piece in pieces.items()}


def test_every_piece_becomes_its_first_version_with_its_digest(executor: Any) -> None:
    executor.migrate([BEFORE, ("audits", "0004_intakes")])
    old = _old(executor.loader.project_state([BEFORE]).apps)
    executor = MigrationExecutor(connection)
    executor.migrate([AFTER])
    apps = executor.loader.project_state([AFTER]).apps
    pieces = {one.latest.kind: one for one in apps.get_model("compliance", "Evidence").objects.select_related("latest")}
    assert {kind: (piece.pk, piece.latest.added_at) for kind, piece in pieces.items()} == old
    told = {
        kind: (piece.title, piece.latest.number, piece.latest.sha256, piece.latest.size, piece.latest.url,
               piece.latest.note, piece.withdrawn_reason, piece.confidentiality)
        for kind, piece in pieces.items()
    }  # fmt: skip
    assert told == {
        "file": ("Export", 1, "aa" * 32, 12, "", "", "", "internal"),
        "link": ("Policy", 1, "bb" * 32, 80, "https://example.org/p", "", "", "internal"),
        "note": ("Call", 1, "cc" * 32, 14, "", "What was said.", "A draft.", "internal"),
    }
    first = pieces["file"].latest
    assert (first.source, first.effective_on, first.valid_until) == (
        "The vendor", date(2026, 1, 2), date(2027, 1, 2),
    )  # fmt: skip
    files = apps.get_model("compliance", "EvidenceFile").objects
    assert set(files.values_list("file_name", "media_type", "sha256", "size")) == {
        ("export.csv", "text/csv", "aa" * 32, 12),
        ("", "application/json", "bb" * 32, 80),
        ("", "text/plain; charset=utf-8", "cc" * 32, 14),
    }
    spoken = apps.get_model("compliance", "SpeaksOf").objects.values_list("version", "system__name", "system_version")
    assert list(spoken) == [(first.pk, "Sortwell Screen", "")]
    attached = apps.get_model("compliance", "ItemEvidence").objects.get()
    assert (attached.evidence_id, attached.version_id) == (pieces["file"].pk, None)
