"""A large file that comes by pieces: what is here counts, what breaks is sent again, what is damaged is not kept."""

from __future__ import annotations

import base64
import errno
import hashlib
import io
from datetime import timedelta
from pathlib import Path
from typing import Any, NoReturn

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audits.bias import arriving
from audits.bias.models import BiasAudit, BiasIntake
from compliance.evidence.models import Evidence
from compliance.lib.problems import Refused
from compliance.uploads import actions
from compliance.uploads.models import Upload
from tests import build
from tests.people import People, client_of

ROWS = b"".join(b"%s,%s,yes\n" % (b"MF"[n % 2 : n % 2 + 1], (b"White", b"Black")[n % 3 % 2]) for n in range(500))
DATA = b"sex,race,hired\n" + ROWS
THIRD = len(DATA) // 3

pytestmark = pytest.mark.django_db


def sent(client: Client, url: str, offset: int, piece: bytes, **more: str) -> Any:
    checksum = base64.b64encode(hashlib.sha256(piece).digest()).decode()
    headers = {"Upload-Offset": str(offset), "Upload-Checksum": f"sha256 {checksum}", **more}
    return client.patch(url, piece, content_type="application/offset+octet-stream", headers=headers)


def begun(client: Client, people: People, size: int = len(DATA), name: str = "applicants.csv") -> tuple[str, str]:
    url = reverse("uploads_begin", kwargs={"org": people.alice.organisation.slug})
    metadata = f"filename {base64.b64encode(name.encode()).decode()}"
    answer = client.post(url, headers={"Upload-Length": str(size), "Upload-Metadata": metadata})
    assert answer.status_code == 201, answer.content
    return answer["Location"], answer.json()["id"]


def whole(data: bytes) -> str:
    pieces = (data[at : at + actions.PIECE] for at in range(0, len(data), actions.PIECE))
    return hashlib.sha256(b"".join(hashlib.sha256(piece).digest() for piece in pieces)).hexdigest()


def here() -> list[Path]:
    return list(Path(settings.FILE_UPLOAD_TEMP_DIR).glob("*.part"))


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "FILE_UPLOAD_TEMP_DIR", tmp_path)


def test_upload_goes_on_where_it_broke_and_becomes_an_audit(people: People) -> None:
    system, alice = build.system(people.alice), client_of(people.alice)
    url, pk = begun(alice, people)
    assert sent(alice, url, 0, DATA[:THIRD])["Upload-Offset"] == str(THIRD)
    # The answer was lost, so the browser sends it again, is told where it is, and goes on from there.
    assert sent(alice, url, 0, DATA[:THIRD]).status_code == 409
    offset = int(alice.head(url)["Upload-Offset"])
    assert sent(alice, url, offset, DATA[offset:]).status_code == 204
    form = {"system": str(system.pk), "title": "By pieces", "file_uploaded": f"{pk}:{whole(DATA)}"}
    new = reverse("bias_new", kwargs={"org": people.alice.organisation.slug})
    assert alice.post(new, form).status_code == 302
    source = BiasAudit.objects.get().sources.get()
    assert (source.file_name, source.size) == ("applicants.csv", len(DATA))
    assert source.sha256 == hashlib.sha256(DATA).hexdigest()
    assert not Upload.objects.exists()
    assert not here()


def test_upload_becomes_evidence_and_a_form_with_an_error_keeps_it(people: People) -> None:
    alice = client_of(people.alice)
    url, pk = begun(alice, people)
    sent(alice, url, 0, DATA)
    new = reverse("evidence_new", kwargs={"org": people.alice.organisation.slug})
    form = {"title": "List", "valid_until": "2020-01-01", "effective_on": "2021-01-01", "file_uploaded": pk}
    answer = alice.post(new, form)
    assert answer.status_code == 400
    assert f'name="file_uploaded" value="{pk}"' in answer.content.decode()
    assert "The file that you sent is here already" in answer.content.decode()
    assert alice.post(new, {**form, "valid_until": ""}).status_code == 302
    assert Evidence.objects.get().size == len(DATA)
    assert not here()


def test_what_is_damaged_or_too_long_is_not_kept_and_what_was_here_stays(people: People) -> None:
    alice = client_of(people.alice)
    url, pk = begun(alice, people)
    sent(alice, url, 0, DATA[:THIRD])
    wrong = base64.b64encode(bytes(32)).decode()
    damaged = sent(alice, url, THIRD, DATA[THIRD:], **{"Upload-Checksum": f"sha256 {wrong}"})
    assert damaged.status_code == 460
    assert damaged.json()["problems"][0]["sentence"] == "A piece arrived damaged, so it was not kept."
    assert sent(alice, url, THIRD, DATA).status_code == 413
    assert alice.head(url)["Upload-Offset"] == str(THIRD)
    with pytest.raises(Refused, match="did not arrive whole"):
        actions.find_whole(by=people.alice, named=pk)
    sent(alice, url, THIRD, DATA[THIRD:])
    with pytest.raises(Refused, match="not the one that was sent"):
        actions.find_whole(by=people.alice, named=f"{pk}:{whole(DATA + b'x')}")
    assert not here()
    assert alice.delete(url).status_code == 404


class Broken(io.BytesIO):
    """A connection that breaks in the middle."""

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        if not data:
            raise OSError(errno.ECONNRESET, "Connection reset by peer")
        return data


def test_broken_connection_leaves_whole_pieces_only(people: People) -> None:
    upload = actions.begin(by=people.alice, file_name="a.csv", size=len(DATA))
    digest = hashlib.sha256(DATA).hexdigest()
    with pytest.raises(OSError, match="reset"):
        actions.take_piece(by=people.alice, upload=upload, offset=0, stream=Broken(DATA[:THIRD]), sha256=digest)
    assert upload.received == 0
    # A client that sends no digests keeps what arrived, and goes on from there.
    with pytest.raises(OSError, match="reset"):
        actions.take_piece(by=people.alice, upload=upload, offset=0, stream=Broken(DATA[:THIRD]))
    assert upload.received == THIRD


def test_too_large_too_many_and_no_room_have_their_sentences(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    alice = client_of(people.alice)
    url = reverse("uploads_begin", kwargs={"org": people.alice.organisation.slug})
    answer = alice.post(url, headers={"Upload-Length": str(settings.MAX_APPLICANTS_BYTES + 1)})
    assert answer.status_code == 413
    assert "larger than the 1,024 MB" in answer.json()["told"]
    assert alice.post(url, headers={"Upload-Length": "-1"}).status_code == 400
    assert alice.post(url, headers={"Upload-Length": "0"}).status_code == 413
    at, _ = begun(alice, people)

    def full(*_: Any) -> NoReturn:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(actions, "_append", full)
    refused = sent(alice, at, 0, DATA)
    assert refused.status_code == 507
    assert "no room left" in refused.json()["told"]
    monkeypatch.setattr(settings, "MAX_APPLICANTS_BYTES", len(DATA))
    monkeypatch.setattr(settings, "MAX_EVIDENCE_BYTES", len(DATA))
    for _ in range(actions.MOST_AT_ONCE - 1):
        begun(alice, people)
    answer = alice.post(url, headers={"Upload-Length": "1"})
    assert "on their way already" in answer.json()["told"]


def test_uploads_are_their_senders_alone_and_expire_after_a_day(people: People) -> None:
    url, pk = begun(client_of(people.alice), people)
    charlie = client_of(people.charlie)
    assert charlie.head(url).status_code == 404
    assert sent(charlie, url, 0, DATA).status_code == 404
    with pytest.raises(Refused, match="no longer here"):
        actions.find_whole(by=people.charlie, named=pk)
    sent(client_of(people.alice), url, 0, DATA[:THIRD])
    assert actions.expire() == 0
    Upload.objects.update(touched_at=timezone.now() - timedelta(hours=25))
    assert actions.expire() == 1
    assert not here()
    with pytest.raises(Refused, match="no longer here"):
        actions.find_whole(by=people.alice, named="no id at all")


def test_same_file_goes_on_after_its_page_was_closed_and_another_does_not(people: People) -> None:
    upload = actions.begin(by=people.alice, file_name="a.csv", size=len(DATA), stamp="1764")
    actions.take_piece(by=people.alice, upload=upload, offset=0, stream=io.BytesIO(DATA[:THIRD]))
    alice = client_of(people.alice)  # another page, another sign-in, the same person
    url = reverse("uploads_begin", kwargs={"org": people.alice.organisation.slug})

    def begin(stamp: str) -> Any:
        words = {"filename": "a.csv", "stamp": stamp}
        named = ",".join(f"{key} {base64.b64encode(word.encode()).decode()}" for key, word in words.items())
        return alice.post(url, headers={"Upload-Length": str(len(DATA)), "Upload-Metadata": named})

    again = begin("1764")
    assert (again.json()["id"], again["Upload-Offset"]) == (str(upload.pk), str(THIRD))
    assert again.json()["pieces"] == hashlib.sha256(b"").hexdigest()  # no piece of 4 MiB is whole yet
    assert begin("1765").json()["id"] != str(upload.pk)
    new = alice.get(reverse("bias_new", kwargs={"org": people.alice.organisation.slug})).content.decode()
    assert "Forget what was sent" not in new  # no system is registered, so nothing can be sent yet
    build.system(people.alice)
    new = alice.get(reverse("bias_new", kwargs={"org": people.alice.organisation.slug})).content.decode()
    assert "Choose the same file again, and it goes on from there." in new


def test_an_upload_that_waits_for_a_worker_stays_and_is_taken_in_once(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arriving, "LARGE", 1)
    system, alice = build.system(people.alice), client_of(people.alice)
    url, pk = begun(alice, people)
    sent(alice, url, 0, DATA)
    new = reverse("bias_new", kwargs={"org": people.alice.organisation.slug})
    form = {"system": str(system.pk), "title": "Twice", "file_uploaded": f"{pk}:{whole(DATA)}"}
    first, second = alice.post(new, form), alice.post(new, form)
    assert first.status_code == 302
    assert second["Location"] == first["Location"]
    intake = BiasIntake.objects.get()
    Upload.objects.update(touched_at=timezone.now() - timedelta(days=3))
    assert actions.expire() == 0
    assert alice.delete(url).status_code == 404  # it is no longer its sender's
    arriving.carry_out(intake.pk)
    assert BiasAudit.objects.get().sources.get().sha256 == hashlib.sha256(DATA).hexdigest()
