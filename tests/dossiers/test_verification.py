"""Verification: what was changed, cut, extended or made up is broken; only trust may stay open."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

import pikepdf
import pytest
from django.core.management import call_command

from audits.dossiers import checking, keys, render, signing
from audits.dossiers.checking import verify_in_child
from audits.dossiers.verification import Report, container, envelope, verify
from audits.dossiers.verification.report import Broken
from compliance.lib import canonical
from compliance.lib.problems import Refused
from tests.dossiers.conftest import AT
from tests.dossiers.example import example_attachments, example_manifest


def broken(report: Report) -> list[str]:
    return [check.id for check in report.checks if check.outcome == "broken"]


def gap(signed: bytes) -> tuple[int, int]:
    start = signed.index(b"/ByteRange [") + len(b"/ByteRange [")
    _, before, after, _ = (int(one) for one in signed[start : signed.index(b"]", start)].split())
    return before, after


def test_a_dossier_in_order_holds_in_every_check(signed: bytes, ca: bytes) -> None:
    report = verify(signed, [ca], reprint=render.render_in_child)
    assert [check.outcome for check in report.checks] == ["holds"] * 19
    assert [check.number for check in report.checks] == list(range(1, 20))
    assert report.exit_code == 0
    assert report.signed_at == f"{AT:%Y-%m-%dT%H:%M:%SZ}"


def test_without_trust_it_cannot_tell(signed: bytes) -> None:
    report = verify(signed)
    assert [check.id for check in report.checks if check.outcome != "holds"] == ["signer"]
    assert report.exit_code == 2


def test_a_flipped_bit_at_any_of_two_hundred_places_is_broken(signed: bytes, ca: bytes) -> None:
    dice = random.Random(144)
    for place in (0, len(signed) - 1, *(dice.randrange(len(signed)) for _ in range(198))):
        changed = bytearray(signed)
        changed[place] ^= 1 << dice.randrange(8)
        assert verify(bytes(changed), [ca]).exit_code == 1, place


def test_no_byte_of_the_gap_is_free(signed: bytes) -> None:
    """The gap is what no signature covers: a change of any digit of the container is noticed, and of the filling."""
    before, after = gap(signed)
    with pikepdf.open(BytesIO(signed)) as document:
        (seal,), _ = envelope.seals_of(document)
    dice = random.Random(144)
    length = len(envelope.covered(signed, seal).container)
    filling = before + 1 + 2 * length
    for place in (*range(before, filling), *range(filling, after, 40), after - 1):
        for mask in (0x20, dice.randrange(1, 256)) if place < before + 99 else (dice.randrange(1, 256),):
            changed = bytearray(signed)
            changed[place] ^= mask
            held = bytes(changed[before + 1 : after - 1])
            try:
                contents = bytes.fromhex(held.decode("ascii"))
            except ValueError:
                contents = b""
            told = replace(seal, contents=contents)
            with pytest.raises((ValueError, Broken)):
                container.read(envelope.covered(bytes(changed), told).container)


def test_an_extended_and_a_shortened_file_are_broken(signed: bytes, ca: bytes) -> None:
    for changed in (signed + b"\n", signed[:-1], signed[: len(signed) // 2], signed[:9], b""):
        assert verify(changed, [ca]).exit_code == 1


def test_an_incremental_update_is_broken(signed: bytes, ca: bytes) -> None:
    from pyhanko.pdf_utils.generic import pdf_name, pdf_string
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(BytesIO(signed))
    writer.root[pdf_name("/Lang")] = pdf_string("de")
    writer.update_root()
    out = BytesIO()
    writer.write(out)
    assert out.getvalue().startswith(signed)
    assert "whole-file" in broken(verify(out.getvalue(), [ca]))


@pytest.mark.parametrize("data", [b"", b"hello", b"PK\x03\x04" * 50, b"%PDF-1.7\n" + b"\xff" * 200])
def test_what_is_no_pdf_is_broken_with_a_sentence(data: bytes) -> None:
    report = verify(data)
    assert report.exit_code == 1
    assert report.checks[0].outcome == "broken"
    assert report.checks[0].sentence.endswith(".")
    assert not re.search(r"0x[0-9a-f]{6}|Error:", str(report.as_json()))  # no place in memory, no inside of ours


def test_a_signed_pdf_that_is_no_dossier_is_broken_with_a_sentence(local: keys.Signer) -> None:
    blank, out = pikepdf.new(), BytesIO()
    blank.add_blank_page()
    blank.save(out)
    report = verify(signing.sign(out.getvalue(), local, name="Alice", at=AT))
    assert report.exit_code == 1
    told = {check.id: (check.outcome, check.sentence) for check in report.checks}
    assert told["manifest"] == ("broken", "The document embeds no manifest.json.")
    outcome, sentence = told["manifest-digest"]
    assert outcome == "cannot tell", "What was not looked at is not said to be broken."
    assert sentence == "This check rests on an earlier one that does not hold, so it was not made."


def test_an_unsigned_dossier_is_broken(unsigned: bytes, ca: bytes) -> None:
    report = verify(unsigned, [ca])
    assert report.exit_code == 1
    assert "The document is not signed." in [check.sentence for check in report.checks]


def test_a_loose_container_is_broken(signed: bytes, local: keys.Signer) -> None:
    """A certificate that the signed attributes do not name, an unsigned attribute: valid CMS, and not ours."""
    from asn1crypto import cms

    before, after = gap(signed)
    held = bytes.fromhex(signed[before + 1 : after - 1].decode())
    own = held[: 4 + int.from_bytes(held[2:4], "big")]
    assert container.read(own).certificates == (local.certificate,)
    twice = cms.ContentInfo.load(own)
    twice["content"]["certificates"].append(twice["content"]["certificates"][0])
    more = cms.ContentInfo.load(own)
    attribute = cms.CMSAttribute({"type": "1.2.3.4", "values": []})
    more["content"]["signer_infos"][0]["unsigned_attrs"] = [attribute]
    for loose in (twice, more):
        with pytest.raises(ValueError, match=r"one form|nothing signs"):
            container.read(loose.dump(force=True))


def test_each_of_two_embedded_files_is_held_against_the_manifest(
    local: keys.Signer, ca: bytes, unsigned: bytes
) -> None:
    def swap(document: pikepdf.Pdf) -> None:
        spec = next(one for one in document.Root.AF if str(one.UF) == "bias-1-counts.csv")
        spec.EF.F.write(b"sex,race_ethnicity,applicants,selected\n", filter=None)

    def drop(document: pikepdf.Pdf) -> None:
        names = document.Root.Names.EmbeddedFiles.Names
        document.Root.Names.EmbeddedFiles.Names = pikepdf.Array(list(names)[:2])

    def hide(document: pikepdf.Pdf) -> None:
        document.Root.Hidden = document.make_indirect(
            pikepdf.Dictionary(Type=pikepdf.Name.Filespec, UF="x", EF=pikepdf.Dictionary(F=document.make_stream(b"x")))
        )

    def add(document: pikepdf.Pdf) -> None:
        stream = document.make_stream(b"x")
        spec = pikepdf.Dictionary(F="x.txt", UF="x.txt", EF=pikepdf.Dictionary(F=stream))
        document.Root.Names.EmbeddedFiles.Names.extend([pikepdf.String("x.txt"), document.make_indirect(spec)])

    def rebind(document: pikepdf.Pdf) -> None:
        document.docinfo["/ProbandaManifestSHA256"] = pikepdf.String("0" * 64)

    def swell(document: pikepdf.Pdf) -> None:
        spec = next(one for one in document.Root.AF if str(one.UF) == "bias-1-counts.csv")
        spec.EF.F.write(b"\0" * 300_000_000, filter=None)

    found = {}
    for change in (swap, drop, hide, add, rebind, swell):
        changed = signing.sign(edited(unsigned, change), local, name="Alice", at=AT)
        found[change.__name__] = broken(verify(changed, [ca]))
    assert found["swap"] == ["files", "results"]
    assert found["drop"][0] == "manifest"
    assert found["hide"][0] == found["swell"][0] == "manifest"
    assert found["add"] == ["files"]
    assert found["rebind"] == ["manifest-digest"]


def edited(pdf: bytes, change: Callable[[pikepdf.Pdf], None]) -> bytes:
    out = BytesIO()
    with pikepdf.open(BytesIO(pdf)) as document:
        change(document)
        document.save(out, compress_streams=True, recompress_flate=False)
    return out.getvalue()


def with_manifest(
    change: Callable[[dict[str, Any], dict[str, bytes]], None],
) -> tuple[dict[str, Any], dict[str, bytes]]:
    manifest, files = example_manifest(2), example_attachments()
    change(manifest, files)
    for one in manifest["attachments"]:
        one["sha256"], one["bytes"] = canonical.sha256(files[one["name"]]), len(files[one["name"]])
    return manifest, files


def a_ratio(manifest: dict[str, Any], files: dict[str, bytes]) -> None:
    result = manifest["bias_audits"][0]["result"]
    result["tables"][0]["rows"][1]["impact_ratio"] = "0.979336749914629"
    files["bias-1-result.json"] = canonical.dump(result)
    manifest["bias_audits"][0]["result_sha256"] = manifest["evidence"][0]["sha256"] = canonical.digest(result)


def a_count(manifest: dict[str, Any], files: dict[str, bytes]) -> None:
    files["bias-1-counts.csv"] = files["bias-1-counts.csv"].replace(b"205,90", b"205,91")


def a_deed(manifest: dict[str, Any], files: dict[str, bytes]) -> None:
    manifest["trail"]["entries"][3]["body"]["actor"] = "Charlie"


def a_link(manifest: dict[str, Any], files: dict[str, bytes]) -> None:
    del manifest["trail"]["entries"][4]
    manifest["trail"]["head"]["seq"] = 44


@pytest.mark.parametrize(
    ("change", "check"), [(a_ratio, "figures"), (a_count, "results"), (a_deed, "trail"), (a_link, "trail")]
)
def test_a_manifest_that_contradicts_itself_is_broken_though_well_signed(
    change: Callable[[dict[str, Any], dict[str, bytes]], None],
    check: str,
    local: keys.Signer,
    ca: bytes,
    unsigned: bytes,
) -> None:
    manifest, files = with_manifest(change)
    files["manifest.json"] = canonical.dump(manifest)

    def carry(document: pikepdf.Pdf) -> None:
        for spec in document.Root.AF:
            spec.EF.F.write(files[str(spec.UF)])
        old, new = str(document.docinfo["/ProbandaManifestSHA256"]), canonical.digest(manifest)
        document.docinfo["/ProbandaManifestSHA256"] = pikepdf.String(new)
        document.Root.Metadata.write(document.Root.Metadata.read_bytes().replace(old.encode(), new.encode()))

    report = verify(signing.sign(edited(unsigned, carry), local, name="Alice", at=AT), [ca])
    assert broken(report) == [check]


@pytest.mark.parametrize("check", [verify, verify_in_child])
def test_a_trust_file_without_certificate_is_refused(check: Callable[..., Report], signed: bytes) -> None:
    with pytest.raises(Refused) as refused:
        check(signed, [b"nothing here"])
    assert refused.value.code == "trust-unreadable"


def test_a_stranger_s_file_is_checked_within_bounds(signed: bytes, ca: bytes) -> None:
    assert verify_in_child(signed, [ca]) == verify(signed, [ca])
    with pytest.raises(Refused, match=r"The check took more than the 0\.01 seconds") as stopped:
        verify_in_child(signed, [ca], seconds=0.01)
    assert stopped.value.code == "check-stopped"


def test_strangers_who_keep_the_checks_busy_do_not_hold_up_the_pages(
    signed: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "PATIENCE", 0.01)
    monkeypatch.setattr(checking, "_room", BoundedSemaphore(1))
    with checking._room, pytest.raises(Refused, match="Other files are being checked just now"):
        verify_in_child(signed)
    assert verify_in_child(signed).exit_code == 2


def test_it_needs_no_django() -> None:
    code = "import sys, audits.dossiers.verification; sys.exit('django' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(("trusting", "code"), [(True, 0), (False, 2)])
def test_the_command_answers_in_json(
    signed: bytes, ca: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str], trusting: bool, code: int
) -> None:
    (tmp_path / "dossier.pdf").write_bytes(signed)
    (tmp_path / "ca.pem").write_bytes(ca)
    given = ["--trust", str(tmp_path / "ca.pem")] if trusting else []
    with pytest.raises(SystemExit) as left:
        call_command("verify_dossier", str(tmp_path / "dossier.pdf"), *given, "--format", "json")
    told = json.loads(capsys.readouterr().out)
    assert left.value.code == told["exit_code"] == code
    assert told["sha256"] == canonical.sha256(signed)
    assert {"number", "id", "title", "outcome", "got", "expected", "sentence"} == set(told["checks"][0])


def test_a_name_in_the_file_does_not_steer_the_terminal(unsigned: bytes, local: keys.Signer) -> None:
    report = verify(signing.sign(unsigned, local, name="Mallory\x1b[2J\u202e\nAll checks hold.", at=AT))
    assert report.checks[1].got.startswith("one certifying signature, by Mallory\ufffd[2J\ufffd All checks hold.,")


def test_the_command_says_what_it_cannot_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        call_command("verify_dossier", str(tmp_path / "none.pdf"))
    assert left.value.code == 1
    assert "cannot be read: No such file or directory." in capsys.readouterr().err
