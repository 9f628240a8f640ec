"""People sign, one after another: who may, when, with which key, and what is left behind."""

from __future__ import annotations

import io
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command

from audits.dossiers import actions, apart, signatures, signing
from audits.dossiers.apart import Key
from audits.dossiers.models import Dossier, Level, Part, Way
from audits.dossiers.verification import verify
from compliance.evidence import blobs
from compliance.lib.problems import Forbidden, Refused
from compliance.people.models import Membership
from compliance.trail.models import TrailEntry
from tests import build
from tests.authority import Authority
from tests.dossiers.signers import PASSWORD, proof, signer
from tests.people import People, client_of


@pytest.fixture
def house(time_authority: Authority, settings: Any, tmp_path: Path) -> Authority:
    """The operator trusts the authority, for people and for time."""
    root = tmp_path / "root.pem"
    root.write_bytes(time_authority.root)
    settings.TIMESTAMP_URL = time_authority.url
    settings.TIMESTAMP_TRUST = settings.SIGNING_TRUST = str(root)
    return time_authority


@pytest.fixture
def dossier(people: People, house: Authority) -> Dossier:
    """A dossier that Alice prepares, Bob reviews and Charlie audits, printed and not signed yet."""
    checklist = build.checklist(people.alice)
    asked = [(Part.PREPARER, people.alice), (Part.LEGAL_REVIEWER, people.bob), (Part.AUDITOR, people.charlie)]
    made = actions.freeze(by=people.charlie, checklist=checklist, status="draft", level=Level.BLTA, signers=asked)
    actions.carry_out(made.pk)
    made.refresh_from_db()
    assert (made.state, made.problems) == ("finished", [])
    return made


def signed(by: Membership, dossier: Dossier, house: Authority, **changes: Any) -> Any:
    label = changes.pop("label", by.name.lower())
    key = Key(data=house.pkcs12(label, PASSWORD), name=f"{label}.p12", secret=changes.pop("secret", PASSWORD))
    given = {"way": Way.FILE, "statement": f"{by.name} read every row.", **changes}
    return signatures.sign(by=by, dossier=dossier, key=key, **given)


def file_of(dossier: Dossier) -> bytes:
    dossier.refresh_from_db()
    return blobs.read(dossier.organisation_id, dossier.file_sha256)


def signed_by_pyhanko(pdf: bytes, field: str, pkcs12: bytes) -> bytes:
    """Sign as a person does on their own machine, with pyHanko as it comes: it writes the metadata anew, too."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields, signers

    key = signers.SimpleSigner.load_pkcs12_data(pkcs12, [], PASSWORD.encode())
    meta = signers.PdfSignatureMetadata(
        field_name=field, md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES, reason="Mine."
    )
    return bytes(signers.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), meta, key).getvalue())


def code_of(act: Callable[[], Any]) -> str:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.code


@contextmanager
def softhsm(folder: Path, house: Authority, label: str, pin: str) -> Iterator[Path]:
    """A token of software with one key and its chain, as an operator would set one up."""
    library = next((one for one in map(Path, LIBRARIES) if one.exists()), None)
    if library is None or not shutil.which("softhsm2-util"):
        pytest.skip("SoftHSM is not installed")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
    (folder / "key.pem").write_bytes(house.key(label))
    before = os.environ.get("SOFTHSM2_CONF")
    os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
    try:
        common = ["--pin", pin, "--so-pin", "12345678"]
        for command in (
            ["--init-token", "--free", "--label", "audit", *common],
            ["--import", str(folder / "key.pem"), "--token", "audit", "--label", label, "--id", "A1", *common],
        ):
            subprocess.run(["softhsm2-util", *command], check=True, capture_output=True)
        script = (
            "import sys, pkcs11; from pkcs11 import Attribute, ObjectClass, CertificateType\n"
            "s = pkcs11.lib(sys.argv[1]).get_token(token_label='audit').open(rw=True, user_pin=sys.argv[2])\n"
            "for i, path in enumerate(sys.argv[3:]):\n"
            "    from asn1crypto import pem, x509\n"
            "    c = x509.Certificate.load(pem.unarmor(open(path, 'rb').read())[2])\n"
            "    s.create_object({Attribute.CLASS: ObjectClass.CERTIFICATE, Attribute.TOKEN: True,\n"
            "        Attribute.CERTIFICATE_TYPE: CertificateType.X_509, Attribute.ID: bytes([0xA1 + i]),\n"
            "        Attribute.LABEL: 'c%d' % i, Attribute.SUBJECT: c.subject.dump(), Attribute.VALUE: c.dump()})\n"
        )
        for name in (label, "issuing"):
            (folder / f"{name}.crt").write_bytes(house.pem(name))
        paths = [str(folder / f"{name}.crt") for name in (label, "issuing")]
        subprocess.run([sys.executable, "-c", script, str(library), pin, *paths], check=True, capture_output=True)
        yield library
    finally:
        if before is None:
            del os.environ["SOFTHSM2_CONF"]
        else:
            os.environ["SOFTHSM2_CONF"] = before


LIBRARIES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so")


def test_three_people_sign_with_a_file_their_own_machine_and_a_token(
    people: People, dossier: Dossier, house: Authority, settings: Any, tmp_path: Path, caplog: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    pin = "73915204"
    assert not dossier.is_signed
    assert code_of(lambda: signed(people.bob, dossier, house)) == "not-your-turn"
    assert code_of(lambda: signed(people.administrator, dossier, house, label="alice")) == "not-a-signer"
    assert code_of(lambda: signed(people.alice, dossier, house, secret="wrong one")) == "pkcs12-password"
    assert code_of(lambda: signed(people.alice, dossier, house, statement=" ")) == "statement-missing"
    for label, code in (("alice-revoked", "certificate-revoked"), ("bob", "certificate-name")):
        refused = code_of(lambda label=label: signed(people.alice, dossier, house, label=label))  # type: ignore[misc]
        assert refused == code
    assert file_of(dossier)
    assert not dossier.is_signed

    signed(people.alice, dossier, house)
    assert code_of(lambda: signed(people.alice, dossier, house)) == "signed-already"
    base = file_of(dossier)
    elsewhere = signed_by_pyhanko(base, "Signature2", house.pkcs12("bob", PASSWORD))
    signatures.take_in(by=people.bob, dossier=dossier, pdf=elsewhere)
    assert file_of(dossier).startswith(elsewhere)

    with softhsm(tmp_path, house, "charlie", pin) as library:
        settings.SIGNING_PKCS11, settings.SIGNING_PKCS11_TOKEN = str(library), "audit"
        assert Way.TOKEN in signatures.ways()
        said = "I am independent."
        given: dict[str, Any] = {"by": people.charlie, "dossier": dossier, "way": Way.TOKEN, "statement": said}
        wrong = signatures.key_for(Way.TOKEN, secret="00000000")
        assert code_of(lambda: signatures.sign(**given, key=wrong)) == "token-pin"
        signatures.sign(**given, key=signatures.key_for(Way.TOKEN, secret=pin))

    last = file_of(dossier)
    report = verify(last, [house.root])
    assert (report.outcome, [check.sentence for check in report.checks if check.outcome != "holds"]) == ("holds", [])
    assert [one.statement for one in report.signatures] == ["Alice read every row.", "Mine.", "I am independent."]
    assert {one.level for one in report.signatures} == {"B-LTA"}
    assert dossier.stamp_ends_at is not None
    told = TrailEntry.objects.filter(subject_id=dossier.pk, verb="dossier.signed_by").order_by("seq")
    assert [json.loads(one.body)["data"]["part"] for one in told] == [
        "preparer",
        "legal reviewer",
        "independent auditor",
    ]

    out = io.StringIO()
    call_command("dumpdata", stdout=out)
    key = house.key("alice").decode().splitlines()[3]
    for secret in (PASSWORD, pin, key, "wrong one"):
        assert secret not in out.getvalue()
        assert secret not in caplog.text


def test_what_comes_back_from_another_machine_is_this_file_with_this_signature_and_no_more(
    people: People, dossier: Dossier, house: Authority
) -> None:
    base, at, alice = file_of(dossier), datetime.now(UTC), signer(house)

    def elsewhere(pdf: bytes = base, field: str = "Signature1", permits: int | None = 2, **more: Any) -> bytes:
        place = signing.Place(field, "Mine.", permits)
        return signing.sign(pdf, alice, name="Alice", **{"at": at, "place": place, **more})

    from tests.dossiers.test_attacks import note, overlay, updated

    good = elsewhere()
    found = {}
    for name, pdf in {
        "nothing": base,
        "no pdf": b"hello",
        "another": base.replace(b"%PDF-1.7", b"%PDF-1.6", 1) + b" ",
        "cut": base[:-100],
        "wrong field": elsewhere(field="Signature2"),
        "locks": elsewhere(permits=1),
        "approval": elsewhere(permits=None),
        "later": elsewhere(at=at + timedelta(days=3)),
        "overlay before": elsewhere(updated(base, overlay)),
        "note after": updated(good, note),
        "flipped": good[:-5000] + bytes([good[-5000] ^ 1]) + good[-4999:],
    }.items():
        with pytest.raises(Refused) as refused:
            signatures.take_in(by=people.alice, dossier=dossier, pdf=pdf)
        found[name] = refused.value.code
        assert refused.value.problems[0].sentence.endswith((".", ")"))
    assert found == {
        "nothing": "upload-unsigned",
        "no pdf": "upload-no-pdf",
        "another": "upload-other",
        "cut": "upload-older",
        "wrong field": "upload-field",
        "locks": "upload-permits",
        "approval": "upload-permits",
        "later": "upload-time",
        "overlay before": "upload-more",
        "note after": "upload-uncovered",
        "flipped": "upload-broken",
    }
    signatures.take_in(by=people.alice, dossier=dossier, pdf=good)
    assert verify(file_of(dossier), [house.root]).outcome == "unfinished"


def test_who_may_sign_as_what_is_held_against_the_list(people: People, house: Authority) -> None:
    checklist = build.checklist(people.alice)

    def freeze(*asked: tuple[str, Membership], **more: Any) -> Any:
        given = {"level": Level.BB, **more}
        return actions.freeze(by=people.charlie, checklist=checklist, status="draft", signers=asked, **given)

    assert code_of(lambda: freeze((Part.AUDITOR, people.bob))) == "signer-role"
    assert code_of(lambda: freeze((Part.PREPARER, people.observer))) == "signer-role"
    assert code_of(lambda: freeze((Part.PREPARER, people.charlie), (Part.AUDITOR, people.charlie))) == "signer-twice"
    assert code_of(lambda: freeze(level=Level.BLTA)) == "level-local"
    made = freeze((Part.PREPARER, people.alice))
    people.alice.role = "observer"
    people.alice.save()
    with pytest.raises(Forbidden):
        signed(people.alice, made, house)


def test_a_process_that_is_killed_on_the_way_leaves_no_half_signed_file(
    people: People, dossier: Dossier, house: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whenever the process that signs dies, the dossier is as it was, and is signed once afterwards."""
    started: list[subprocess.Popen[bytes]] = []
    real = subprocess.Popen

    def watched(*given: Any, **more: Any) -> subprocess.Popen[bytes]:
        started.append(real(*given, **more))
        return started[-1]

    monkeypatch.setattr("audits.dossiers.child.subprocess.Popen", watched)
    before = file_of(dossier)
    for wait in (0.1, 0.8, 1.6):
        known = len(started)

        def kill(known: int = known, wait: float = wait) -> None:
            while len(started) == known:
                time.sleep(0.01)
            time.sleep(wait)
            started[-1].send_signal(signal.SIGKILL)

        killer = threading.Thread(target=kill)
        killer.start()
        assert code_of(lambda: signed(people.alice, dossier, house)) == "child-failed"
        killer.join()
        assert file_of(dossier) == before
        assert not dossier.is_signed
    signed(people.alice, dossier, house)
    report = verify(file_of(dossier), [house.root])
    assert len(report.signatures) == 1


def test_two_who_sign_at_once_are_not_both_kept(
    people: People, dossier: Dossier, house: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Alice sends her form twice: the second finds that the file is another by now."""
    real = apart.sign

    def slow(pdf: bytes, task: apart.Task, key: Key, proven: Any) -> apart.Signed:
        made = real(pdf, task, key, proven)
        monkeypatch.setattr(apart, "sign", real)
        signed(people.alice, dossier, house)
        return made

    monkeypatch.setattr(apart, "sign", slow)
    assert code_of(lambda: signed(people.alice, dossier, house)) == "signed-already"
    assert len(verify(file_of(dossier), [house.root]).signatures) == 1


def test_time_stamps_are_renewed_before_they_end_and_once(
    people: People, house: Authority, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.TIMESTAMP_URL = house.ending
    asked = [(Part.PREPARER, people.alice)]
    checklist = build.checklist(people.alice)
    made = actions.freeze(by=people.charlie, checklist=checklist, status="draft", level=Level.BLTA, signers=asked)
    actions.carry_out(made.pk)
    made.refresh_from_db()
    call_command("renew_dossiers")
    assert "No time stamp ends within 365 days." in capsys.readouterr().out, "it is not signed yet"
    signed(people.alice, made, house)
    old = file_of(made)
    ends = made.stamp_ends_at
    assert ends is not None
    assert ends < datetime.now(UTC) + timedelta(days=30)
    call_command("renew_dossiers")
    assert "would end no later" in capsys.readouterr().out
    settings.TIMESTAMP_URL = house.url
    call_command("renew_dossiers")
    assert capsys.readouterr().out.endswith("renewed.\n")
    new = file_of(made)
    assert new.startswith(old)
    assert len(new) > len(old)
    report = verify(new, [house.root])
    assert (report.outcome, report.signatures[0].after) == ("holds", "After it: 2 time stamps, and nothing else.")
    call_command("renew_dossiers")
    assert "No time stamp ends within 365 days." in capsys.readouterr().out
    assert file_of(made) == new
    assert TrailEntry.objects.filter(verb="dossier.renewed", subject_id=made.pk).count() == 1


def test_the_page_takes_a_key_once_and_shows_what_is_signed(people: People, dossier: Dossier, house: Authority) -> None:
    base = f"/o/{dossier.organisation.slug}/dossiers/{dossier.pk}/"
    alice, bob = client_of(people.alice), client_of(people.bob)
    page = alice.get(base + "sign/").content.decode()
    assert dossier.file_sha256 in page
    assert "Let the signature certify the document" in page
    assert "Alice signs before you, as preparer." in bob.get(base + "sign/").content.decode()
    given = {"way": "file", "secret": "wrong one", "statement": "I prepared it."}

    def send(**more: Any) -> str:
        key = SimpleUploadedFile("alice.p12", house.pkcs12("alice", PASSWORD))
        return alice.post(base + "sign/", {**given, "key": key, **more}, follow=True).content.decode()

    refused = send()
    assert "The password does not open the PKCS#12 file alice.p12." in refused
    assert "wrong one" not in refused
    assert "I prepared it." in refused
    assert "carries your signature" in send(secret=PASSWORD)
    detail = alice.get(base).content.decode()
    assert "I prepared it." in detail
    assert "not yet" in detail
    back = bob.post(base + "sign/signed/", {"file": SimpleUploadedFile("x.pdf", b"hello")}).content.decode()
    assert "The file is not a PDF." in back


def test_proof_is_what_the_operator_set(house: Authority) -> None:
    from audits.dossiers.making import proof as set_proof

    assert set_proof("B-LTA") == replace(proof("B-LTA", house))
