"""The pages of dossiers, and the one on which anybody verifies a file."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from audits.dossiers import actions
from audits.dossiers.models import Dossier
from compliance.checklists.actions import open_checklist
from compliance.trail.models import TrailEntry
from tests import build
from tests.people import People, client_of


@pytest.fixture
def charlie(people: People) -> Client:
    open_checklist(by=people.alice, system=build.system(people.alice), law=build.LAW)
    return client_of(people.charlie)


def test_walk_from_a_checklist_to_a_checked_file(people: People, charlie: Client, settings: Any) -> None:
    settings.LEASE_SECONDS = 600  # a second thread would not see what this test has not committed
    base = f"/o/{people.charlie.organisation.slug}/dossiers/"
    checklist = people.charlie.organisation.checklists.get()
    given = {"checklist": str(checklist.pk), "title": "", "status": "final", "statement": "All of it."}
    refused = charlie.post(base + "new/", given).content.decode()
    assert "rows that count are not reviewed yet: LL144-" in refused
    assert "All of it." in refused
    assert not Dossier.objects.exists()

    waits = charlie.post(base + "new/", {**given, "status": "draft"}, follow=True).content.decode()
    assert "Waiting for a worker" in waits
    dossier = Dossier.objects.get()
    assert charlie.get(f"{base}{dossier.pk}/dossier.pdf").status_code == 404
    actions.carry_out(dossier.pk)

    page = charlie.get(f"{base}{dossier.pk}/").content.decode()
    assert dossier.manifest_sha256 in page
    assert "nobody vouches for it" in page
    report = charlie.get(f"{base}{dossier.pk}/report/").content.decode()
    assert "Nothing is broken, but not everything can be told from this file alone." in report

    download = charlie.get(f"{base}{dossier.pk}/dossier.pdf")
    assert download.headers["Content-Disposition"] == f'attachment; filename="dossier-{str(dossier.pk)[:8]}.pdf"'
    assert TrailEntry.objects.filter(verb="dossier.downloaded", subject_id=dossier.pk).count() == 1
    data = b"".join(download)
    authority = b"".join(charlie.get(base + "certificate.pem"))

    assert "All checks hold." in verified(data, authority)
    broken = verified(data[:9000] + bytes([data[9000] ^ 1]) + data[9001:], authority)
    assert "Something is broken: do not rely on this file." in broken


def test_stranger_may_verify_but_only_a_file(people: People) -> None:
    assert "The file is not a PDF." in verified(b"hello", None)
    assert "holds no certificate in PEM form" in verified(b"hello", b"hello")
    assert "This field is required." in Client().post("/verify/").content.decode()


def verified(data: bytes, authority: bytes | None) -> str:
    """Return the answer to somebody who is not signed in."""
    sent = {"file": SimpleUploadedFile("dossier.pdf", data)}
    if authority is not None:
        sent["trust"] = SimpleUploadedFile("ca.pem", authority)
    return Client().post("/verify/", sent).content.decode()
