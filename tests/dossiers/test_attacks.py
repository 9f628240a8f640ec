"""Attacks on a signed dossier, made here: each is found, and named by what it changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from audits.dossiers import signing
from audits.dossiers.verification import Report, envelope, revisions, usages, verify
from tests.authority import Authority
from tests.dossiers.signers import Walk, add, proof, signer


class Writer(IncrementalPdfFileWriter):
    def _update_meta(self) -> None:
        return


def updated(pdf: bytes, change: Callable[[Any], None]) -> bytes:
    """Add an incremental update, as an attacker would, who has no key."""
    writer: Any = Writer(BytesIO(pdf))
    out = BytesIO()
    change(writer)
    writer.write(out)
    assert out.getvalue().startswith(pdf)
    return out.getvalue()


def overlay(writer: Any) -> None:
    page = writer.find_page_for_modification(0)[0].get_object()
    text = generic.StreamObject(stream_data=b"q 1 0 0 rg 100 400 300 200 re f Q")
    page["/Contents"] = generic.ArrayObject([page.raw_get("/Contents"), writer.add_object(text)])
    writer.update_container(page)


def note(writer: Any) -> None:
    page = writer.find_page_for_modification(0)[0].get_object()
    free = {"/Type": "/Annot", "/Subtype": "/FreeText", "/F": 4, "/Contents": "All rows are met."}
    spec = {pdf_name(k): pdf_name(v) if str(v).startswith("/") else v for k, v in free.items()}
    spec[pdf_name("/Contents")] = generic.pdf_string(str(free["/Contents"]))
    spec[pdf_name("/F")] = generic.NumberObject(4)
    spec[pdf_name("/Rect")] = generic.ArrayObject(map(generic.NumberObject, (100, 400, 300, 500)))
    page["/Annots"].append(writer.add_object(generic.DictionaryObject(spec)))
    writer.update_container(page["/Annots"])


def attachment(writer: Any) -> None:
    names = writer.root["/Names"]["/EmbeddedFiles"]["/Names"]
    spec = names[1].get_object()
    stream = generic.StreamObject(stream_data=b"sex,race_ethnicity,applicants,selected\n")
    spec["/EF"]["/F"] = writer.add_object(stream)
    writer.update_container(spec["/EF"])
    writer.mark_update(names.raw_get(1).reference)


def shown(writer: Any) -> None:
    """Make a page's own text another object, as when something hidden before signing is shown after it."""
    page = writer.find_page_for_modification(1)[0].get_object()
    page["/Contents"] = writer.find_page_for_modification(0)[0].get_object().raw_get("/Contents")
    writer.update_container(page)


def picture(writer: Any) -> None:
    """Show another text in a signature's block than was signed."""
    field = writer.root["/AcroForm"]["/Fields"][0].get_object()
    stream = generic.StreamObject(
        {pdf_name("/Type"): pdf_name("/XObject"), pdf_name("/Subtype"): pdf_name("/Form")},
        stream_data=b"0 0 1 rg 0 0 400 100 re f",
    )
    stream[pdf_name("/BBox")] = generic.ArrayObject(map(generic.NumberObject, (0, 0, 400, 100)))
    field["/AP"] = generic.DictionaryObject({pdf_name("/N"): writer.add_object(stream)})
    writer.mark_update(writer.root["/AcroForm"]["/Fields"].raw_get(0).reference)


def title(writer: Any) -> None:
    """Give the document another title, as programs that sign may write its information anew."""
    info = writer.trailer["/Info"]
    info["/Title"] = generic.pdf_string("Certificate of compliance")
    writer.mark_update(writer.trailer.raw_get("/Info").reference)


ATTACKS = {
    overlay: "page 1",
    note: "notes on page 1",
    attachment: "embedded files",
    shown: "page 2",
    picture: "how a signature is shown",
}


def broken(report: Report) -> dict[str, str]:
    return {check.id: check.sentence for check in report.checks if check.outcome == "broken"}


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_what_is_added_without_a_key_is_found(three: Walk, time_authority: Authority, attack: Any) -> None:
    found = broken(verify(updated(three.last, attack), [time_authority.root]))
    assert "What was signed or stamped last does not cover the whole file" in found["whole-file"]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_what_is_added_before_a_later_signature_is_found_and_named(
    three: Walk, time_authority: Authority, attack: Any
) -> None:
    """Somebody changes the file after Alice signed, and Bob signs the changed one: every byte is covered again."""
    changed = add(updated(three.states[0], attack), time_authority, 2, 3, "B-LTA")
    report = verify(changed, [time_authority.root])
    assert report.exit_code == 1
    found = broken(report)
    assert found["changes"].startswith("The document was changed after it was signed")
    assert ATTACKS[attack] in found["changes"]


@pytest.mark.parametrize("attack", [overlay, attachment, title], ids=lambda attack: attack.__name__)
def test_what_is_added_between_printing_and_the_first_signature_is_found(
    three: Walk, time_authority: Authority, attack: Any
) -> None:
    """The pages are those of the manifest, so whoever signs first cannot slip anything in beneath their signature."""
    changed = add(updated(three.prepared, attack), time_authority, 1, 3, "B-LTA")
    assert "changed after it was printed" in broken(verify(changed, [time_authority.root]))["changes"]


@pytest.mark.parametrize("attack", [overlay, attachment], ids=lambda attack: attack.__name__)
def test_a_stamp_does_not_heal_what_was_changed(three: Walk, time_authority: Authority, attack: Any) -> None:
    stamped = signing.archive(updated(three.last, attack), proof("B-LTA", time_authority))
    assert "changes" in broken(verify(stamped, [time_authority.root]))


def test_cut_back_to_an_earlier_signature_is_unfinished(three: Walk, time_authority: Authority) -> None:
    for state, missing in zip(three.states[:2], ("Bob, legal reviewer; Charlie", "Charlie"), strict=True):
        report = verify(state, [time_authority.root])
        assert (report.outcome, report.exit_code) == ("unfinished", 4)
        sentence = next(check.sentence for check in report.checks if check.id == "signers")
        assert sentence.startswith(f"These have not signed, or were cut off: {missing}")
    assert verify(three.prepared, [time_authority.root]).exit_code == 1


def test_a_fourth_who_signs_after_the_lock_is_found(three: Walk, time_authority: Authority) -> None:
    """Bob signs once more, in a field of his own making, and it is stamped: all bytes are covered."""
    where = signing.Place("Signature4", "And I.", None)
    key, at = signer(time_authority, "bob"), datetime.now(UTC)
    again = signing.sign(three.last, key, name="Bob", at=at, place=where, proof=proof("B-LTA", time_authority))
    found = broken(verify(again, [time_authority.root]))
    assert {"changes", "signers"} <= set(found)


def test_a_range_that_is_wrapped_around_other_bytes_is_found(three: Walk, time_authority: Authority) -> None:
    """Signature wrapping: the signed bytes are kept, elsewhere, and the range leaves out more than the container."""
    seals, _ = envelope.seals_of(envelope.open_pdf(three.last))
    start, before, after, rest = seals[-1].byte_range
    text = f"/ByteRange [{start} {before} {after} {rest}".encode()
    place = three.last.rindex(text)
    wide = f"/ByteRange [{start} {before} {after + 100} {rest - 100}".encode()
    padded = wide + b" " * (len(text) - len(wide)) if len(wide) <= len(text) else wide[: len(text)]
    wrapped = three.last[:place] + padded + three.last[place + len(text) :]
    moved = three.last[:after] + b"0" * 64 + three.last[after:]
    for changed in (wrapped, moved):
        report = verify(changed, [time_authority.root])
        assert report.exit_code == 1
        assert set(broken(report)) & {"pdf", "signed", "whole-file", "signature"}


def test_a_chain_that_was_swapped_is_found(three: Walk, time_authority: Authority) -> None:
    """Another certificate of the same name in the container: Alice's revoked one in the place of her own."""
    from asn1crypto import pem

    mine = pem.unarmor(time_authority.pem("alice"))[2]
    other = pem.unarmor(time_authority.pem("alice-revoked"))[2]
    if len(mine) != len(other):
        other = other[: len(mine)] if len(other) > len(mine) else other + b"\0" * (len(mine) - len(other))
    swapped = three.states[0].replace(mine.hex().upper().encode(), other.hex().upper().encode())
    assert swapped != three.states[0]
    assert "container" in broken(verify(swapped, [time_authority.root]))


def test_the_shortened_search_finds_what_pyhanko_s_own_finds(three: Walk) -> None:
    reader = revisions.Reader(three.last)
    later = range(2, reader.total_revisions)
    old = reader.get_historical_resolver(1)
    replaced = {ref for one in later for ref in reader.get_historical_resolver(one).explicit_refs_in_revision()}
    some = replaced | set(sorted(old.explicit_refs_in_revision(), key=lambda ref: ref.idnum)[:5])
    found = usages.usages(reader, old, some)
    old._load_reverse_xref_cache()
    theirs = old._indirect_object_access_cache or {}
    assert found == {ref: paths for ref, paths in theirs.items() if ref in some}
    assert any(found.values())
