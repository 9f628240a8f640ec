"""The numbered checks, in the order in which a reader would make them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pikepdf
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from audits.dossiers import words
from audits.dossiers.manifest import MANIFEST_NAME, Manifest
from audits.dossiers.verification import container, contents, determination, envelope, figures, findings, trust
from audits.dossiers.verification.report import Broken, Outcome, Report, Unknown, Writer
from compliance.lib import canonical
from compliance.lib.problems import Problem, Refused, one_line

BYTES_MOST = 256 * 1024 * 1024
_T = TypeVar("_T")

#: Prints a manifest with its files anew: the unsigned bytes, which the signed file must begin with.
Reprint = Callable[[dict[str, Any], dict[str, bytes]], bytes]


@dataclass(slots=True)
class _File:
    """What the checks have learned so far; a later check takes what an earlier one found."""

    data: bytes
    trusted: Sequence[x509.Certificate]
    reprint: Reprint | None
    document: pikepdf.Pdf | None = None
    seal: envelope.Seal | None = None
    digest: bytes | None = None
    encoded: bytes | None = None
    container: container.Container | None = None
    files: dict[str, bytes] | None = None
    value: dict[str, Any] = field(default_factory=dict)
    manifest: Manifest | None = None


def verify(data: bytes, trust: Sequence[bytes] = (), *, reprint: Reprint | None = None) -> Report:
    """Check a signed dossier; `trust` are the contents of PEM files with the certificates that the reader trusts.

    With `reprint` (see :func:`audits.dossiers.render.render`) the pages themselves are printed again and compared.
    Raises Refused only for a `trust` that holds no certificate; of the file, whatever it is, it returns a report.

    >>> report = verify(b"hello")
    >>> report.exit_code, report.checks[0].sentence
    (1, 'The file is not a PDF.')
    """
    file = _File(data, _certificates(trust), reprint)
    writer = Writer()
    for id, title, expected, step in _STEPS:
        if step is _same_pages and reprint is None:
            continue
        outcome, got, sentence = _outcome(step, file, title)
        writer.add(id, title, outcome, got=got, expected=expected, sentence=sentence)
    seal, held = file.seal, file.container
    return Report(
        sha256=canonical.sha256(data),
        checks=tuple(writer.checks),
        signer=one_line(held.certificates[0].subject.rfc4514_string()) if held else "",
        signed_at=f"{seal.claimed_at:%Y-%m-%dT%H:%M:%SZ}" if seal and seal.claimed_at else "",
    )


def _outcome(step: Callable[[_File], tuple[str, str]], file: _File, title: str) -> tuple[Outcome, str, str]:
    try:
        got, sentence = step(file)
        return "holds", got, sentence
    except Unknown as unknown:
        return "cannot tell", unknown.got, unknown.sentence
    except Broken as broken:
        return "broken", broken.got, broken.sentence
    except Exception as error:  # noqa: BLE001 - whatever a changed file provokes, it is broken and never cannot-tell
        return (
            "broken",
            f"{type(error).__name__}: {error}",
            f"The file is damaged: this check cannot be made ({title}).",
        )


def _readable(file: _File) -> tuple[str, str]:
    if len(file.data) > BYTES_MOST:
        raise Broken("The file is larger than any dossier.", f"{len(file.data)} bytes")
    file.document = envelope.open_pdf(file.data)
    pages = len(file.document.pages)
    return f"a PDF of {pages} pages, {len(file.data)} bytes", "The file is a PDF that can be read without mending."


def _signed(file: _File) -> tuple[str, str]:
    file.seal = envelope.seal_of(_have(file.document))
    if not file.seal.locked:
        raise Broken("The signature does not forbid changes after it.", "no certification, or one that allows changes")
    at = f"{file.seal.claimed_at:%Y-%m-%d %H:%M:%S} UTC" if file.seal.claimed_at else "no moment"
    got = f"one certifying signature, by {file.seal.name or 'no name'}, claimed at {at}"
    return got, "The document is signed once, and the signature forbids any change after it."


def _whole(file: _File) -> tuple[str, str]:
    seal = _have(file.seal)
    file.digest, file.encoded = envelope.covered(file.data, seal)
    _, before, after, rest = seal.byte_range
    got = f"bytes 0 to {before} and {after} to {after + rest} of {len(file.data)}"
    return got, "The signature covers every byte of the file but its own container."


def _strict(file: _File) -> tuple[str, str]:
    try:
        file.container = container.read(_have(file.encoded))
    except ValueError as error:
        raise Broken(str(error), f"{len(file.encoded or b'')} bytes") from None
    certificates = words.amount(len(file.container.certificates), "certificate", "certificates")
    got = f"{words.size(len(file.encoded or b''))}, {certificates}, one signature"
    return got, "Every byte of the signature's container is signed or follows from what is signed."


def _intact(file: _File) -> tuple[str, str]:
    signed = _have(file.container).message_digest
    found = _have(file.digest)
    if signed != found:
        raise Broken("The file was changed after it was signed.", found.hex())
    return found.hex(), "The bytes of the file are the ones that were signed."


def _trusted(file: _File) -> tuple[str, str]:
    seal = _have(file.seal)
    found = trust.judge(_have(file.container).certificates, file.trusted, seal.claimed_at)
    if found.state == "broken":
        raise Broken(found.sentence, found.got)
    if found.state == "unknown":
        raise Unknown(found.sentence, found.got)
    return found.got, found.sentence


def _manifest(file: _File) -> tuple[str, str]:
    file.files = contents.embedded_files(_have(file.document))
    file.value, file.manifest = contents.read_manifest(file.files)
    dossier = file.manifest.dossier
    got = f"{len(file.files[MANIFEST_NAME])} bytes, {len(file.manifest.rows)} rows, status {dossier.status}"
    return got, "The manifest is embedded, is canonical JSON and is in order."


def _bound(file: _File) -> tuple[str, str]:
    found = canonical.sha256(_have(_have(file.files).get(MANIFEST_NAME)))
    stated = contents.bound_digest(_have(file.document))
    if not stated.information == stated.metadata == found:
        got = f"manifest {found}; information {stated.information or 'none'}; metadata {stated.metadata or 'none'}"
        raise Broken("The document was made for another manifest.", got)
    return found, f"The document was made for this manifest; its cover must print {found}."


def _files(file: _File) -> tuple[str, str]:
    got = figures.check_files(_have(file.manifest), _have(file.files), MANIFEST_NAME)
    return got, "The embedded files are those that the manifest lists, with nothing missing and nothing more."


def _results(file: _File) -> tuple[str, str]:
    got = figures.check_results(_have(file.manifest), _have(file.files))
    return got, "The embedded results and counts are those of the manifest, and of the evidence that it names."


def _figures(file: _File) -> tuple[str, str]:
    got = figures.check_figures(_have(file.manifest))
    return got, "Every rate, ratio, share and benchmark follows from the embedded counts."


def _timestamps(file: _File) -> tuple[str, str]:
    trusted = [one.public_bytes(serialization.Encoding.PEM) for one in file.trusted]
    return figures.check_timestamps(_have(file.manifest), trusted)


def _determination(file: _File) -> tuple[str, str]:
    return determination.check(_have(file.manifest), _have(file.files))


def _findings(file: _File) -> tuple[str, str]:
    return findings.check(_have(file.manifest))


def _trail(file: _File) -> tuple[str, str]:
    got = figures.check_trail(_have(file.manifest))
    return got, "Each entry of the trail gives the digest that it carries, and neighbours continue each other."


def _same_pages(file: _File) -> tuple[str, str]:
    manifest, files = _have(file.manifest), _have(file.files)
    named = f"{manifest.software.name} {manifest.software.version}"
    again = _have(file.reprint)(file.value, {name: files[name] for name in files if name != MANIFEST_NAME})
    if not file.data.startswith(again):
        sentence = f"The pages are not what this copy prints from the manifest; it was made with {named}."
        raise Unknown(sentence, f"unsigned document {canonical.sha256(again)} differs")
    return canonical.sha256(again), "The manifest, printed again, gives the same bytes: the pages say what it says."


_STEPS: tuple[tuple[str, str, str, Callable[[_File], tuple[str, str]]], ...] = (
    ("pdf", "The file is a PDF", "a PDF that needs no mending", _readable),
    ("signed", "It is signed", "one PAdES signature that certifies the document and forbids changes", _signed),
    ("whole-file", "The signature covers the whole file", "every byte but the signature's container", _whole),
    ("container", "The container holds nothing unsigned", "the one form in which a dossier is signed", _strict),
    ("signature", "The signature is intact", "the digest that was signed", _intact),
    ("signer", "The signer is trusted", "a certificate that leads to one given as trusted", _trusted),
    ("manifest", "The manifest is in order", f"{MANIFEST_NAME}, canonical and complete", _manifest),
    ("manifest-digest", "The document belongs to the manifest", "the digest stated in the document", _bound),
    ("files", "Every embedded file is the one listed", "the digests in the manifest", _files),
    ("results", "Results and counts agree", "the same in file, manifest and evidence", _results),
    ("figures", "Every figure follows from the counts", "what the counts give", _figures),
    ("timestamps", "The time stamps of plans hold", "tokens over their digests, of a trusted authority", _timestamps),
    ("determination", "The determination is the one embedded", "the same in file and manifest", _determination),
    ("findings", "The findings follow from the trail", "none left out, in the state the trail says", _findings),
    ("trail", "The trail's digests hold", "the digest of each entry's content", _trail),
    ("pages", "The pages say what the manifest says", "the bytes that the manifest prints to", _same_pages),
)


def _have(found: _T | None) -> _T:
    if found is None:
        raise Unknown("This check rests on an earlier one that does not hold, so it was not made.", "not checked")
    return found


def _certificates(pems: Sequence[bytes]) -> list[x509.Certificate]:
    found: list[x509.Certificate] = []
    for pem in pems:
        try:
            found.extend(trust.read_pem(pem))
        except ValueError:
            sentence = "A file given as trusted holds no certificate in PEM form."
            hint = "It should contain a line -----BEGIN CERTIFICATE-----."
            raise Refused(Problem("trust-unreadable", sentence, hint)) from None
    return found
