"""A large file is looked at by a worker: the page answers at once, and nothing of a file that is refused stays."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from audits.bias import arriving
from audits.bias.models import BiasAudit, BiasIntake, BiasSource
from audits.work.models import State
from compliance.trail.queries import entries
from compliance.uploads.models import Upload
from tests import build
from tests.people import People, client_of

GOOD = b"sex,race,hired\n" + b"".join(b"%s,White,yes\n" % b"MF"[n % 2 : n % 2 + 1] for n in range(100))

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def everything_is_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "FILE_UPLOAD_TEMP_DIR", tmp_path)
    monkeypatch.setattr(arriving, "LARGE", 1)


def uploaded(client: Client, people: People, data: bytes) -> tuple[BiasIntake, str]:
    system = people.alice.organisation.systems.first() or build.system(people.alice)
    url = reverse("bias_new", kwargs={"org": people.alice.organisation.slug})
    sent: dict[str, Any] = {"system": str(system.pk), "title": "Large", "file": SimpleUploadedFile("a.csv", data)}
    answer = client.post(url, sent)
    intake = BiasIntake.objects.get()
    page = reverse("bias_intake", kwargs={"org": people.alice.organisation.slug, "pk": intake.pk})
    assert answer.status_code == 302
    assert answer["Location"] == page
    return intake, page


def test_worker_opens_the_audit_and_the_page_leads_on_to_the_mapping(people: People, tmp_path: Path) -> None:
    alice = client_of(people.alice)
    intake, page = uploaded(alice, people, GOOD)
    shown = alice.get(page).content.decode()
    assert "Waiting for a worker." in shown
    assert "Large" in alice.get(reverse("org_home", kwargs={"org": intake.organisation.slug})).content.decode()
    assert not BiasAudit.objects.exists()
    arriving.carry_out(intake.pk)
    made = BiasAudit.objects.get()
    source = made.sources.get()
    assert source.sha256 == hashlib.sha256(GOOD).hexdigest()
    assert source.profile is not None
    assert source.profile["lines"] == 100
    assert alice.get(page)["Location"] == reverse("bias_map", kwargs={"org": intake.organisation.slug, "pk": made.pk})
    (entry,) = entries(intake.organisation_id).filter(subject_id=str(made.pk))
    assert entry.verb == "bias.uploaded"
    # Doing it twice does no harm.
    arriving.carry_out(intake.pk)
    assert BiasAudit.objects.count() == 1


def test_refused_and_given_up_files_leave_nothing_behind(
    people: People, tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    alice = client_of(people.alice)
    intake, page = uploaded(alice, people, b"sex,race,hired\n")
    with django_capture_on_commit_callbacks(execute=True):
        arriving.carry_out(intake.pk)
    shown = alice.get(page).content.decode()
    assert "nothing of it was kept" in shown
    assert "What is wrong" in shown
    assert not list(tmp_path.iterdir())
    BiasSource.objects.all().delete()
    BiasIntake.objects.all().delete()
    intake, page = uploaded(alice, people, GOOD)
    claimed = BiasIntake.claim(intake.pk)
    assert claimed is not None
    cancel = reverse("bias_intake_cancel", kwargs={"org": intake.organisation.slug, "pk": intake.pk})
    with django_capture_on_commit_callbacks(execute=True):
        assert "gave a.csv up" in alice.post(cancel, follow=True).content.decode()
    with claimed.handing_in(State.FINISHED) as ours:
        assert not ours
    assert not BiasAudit.objects.exists()
    assert not Upload.objects.exists()
    assert not list(tmp_path.iterdir())
