"""The numbered checks, in the order in which a reader would make them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cryptography import x509

from audits.dossiers.manifest import MANIFEST_NAME
from audits.dossiers.verification import contents, determination, envelope, figures, findings, signed, trust
from audits.dossiers.verification.report import Broken, Outcome, Report, Unfinished, Unknown, Untrusted, Writer
from audits.dossiers.verification.state import File, Reprint, have
from compliance.lib import canonical
from compliance.lib.problems import Problem, Refused, one_line

BYTES_MOST = 256 * 1024 * 1024
_Step = Callable[[File], tuple[str, str]]


def verify(data: bytes, trust: Sequence[bytes] = (), *, reprint: Reprint | None = None) -> Report:
    """Check a signed dossier; `trust` are the contents of PEM files with the certificates that the reader trusts.

    With `reprint` (see :func:`audits.dossiers.render.render`) the pages themselves are printed again and compared.
    Raises Refused only for a `trust` that holds no certificate; of the file, whatever it is, it returns a report.

    >>> report = verify(b"hello")
    >>> report.exit_code, report.checks[0].sentence
    (1, 'The file is not a PDF.')
    """
    file = File(data, _certificates(trust), reprint)
    writer = Writer()
    for id, title, expected, step in _STEPS:
        if not _is_made(step, file):
            continue
        outcome, got, sentence = _outcome(step, file, title)
        writer.add(id, title, outcome, got=got, expected=expected, sentence=sentence)
    first = file.signatures[0] if file.signatures else None
    return Report(
        sha256=canonical.sha256(data),
        checks=tuple(writer.checks),
        signer=one_line(first.certificates[0].subject.rfc4514_string()) if first and first.certificates else "",
        signed_at=f"{first.seal.claimed_at:%Y-%m-%dT%H:%M:%SZ}" if first and first.seal.claimed_at else "",
        signatures=signed.told(file),
    )


def _is_made(step: _Step, file: File) -> bool:
    """Say whether a check has anything to look at: what a dossier was not made with is no fault of it."""
    signing = file.manifest.signing if file.manifest else None
    if step is _same_pages:
        return file.reprint is not None
    if step is signed.not_revoked:
        levels = {signed.level_of(file, one) for one in file.signatures}
        return bool(levels & {"B-LT", "B-LTA"}) or (signing is not None and signing.level in ("B-LT", "B-LTA"))
    return True


def _outcome(step: _Step, file: File, title: str) -> tuple[Outcome, str, str]:
    try:
        got, sentence = step(file)
        return "holds", got, sentence
    except Unknown as unknown:
        return "cannot tell", unknown.got, unknown.sentence
    except Untrusted as untrusted:
        return "untrusted", untrusted.got, untrusted.sentence
    except Unfinished as unfinished:
        return "unfinished", unfinished.got, unfinished.sentence
    except Broken as broken:
        return "broken", broken.got, broken.sentence
    except Exception as error:  # noqa: BLE001 - whatever a changed file provokes, it is broken and never cannot-tell
        return (
            "broken",
            f"{type(error).__name__}: {error}",
            f"The file is damaged: this check cannot be made ({title}).",
        )


def _readable(file: File) -> tuple[str, str]:
    if len(file.data) > BYTES_MOST:
        raise Broken("The file is larger than any dossier.", f"{len(file.data)} bytes")
    file.document = envelope.open_pdf(file.data)
    pages = len(file.document.pages)
    return f"a PDF of {pages} pages, {len(file.data)} bytes", "The file is a PDF that can be read without mending."


def _manifest(file: File) -> tuple[str, str]:
    file.files = contents.embedded_files(have(file.document))
    file.value, file.manifest = contents.read_manifest(file.files)
    dossier = file.manifest.dossier
    got = f"{len(file.files[MANIFEST_NAME])} bytes, {len(file.manifest.rows)} rows, status {dossier.status}"
    return got, "The manifest is embedded, is canonical JSON and is in order."


def _bound(file: File) -> tuple[str, str]:
    found = canonical.sha256(have(have(file.files).get(MANIFEST_NAME)))
    stated = contents.bound_digest(have(file.document))
    if not stated.information == stated.metadata == found:
        got = f"manifest {found}; information {stated.information or 'none'}; metadata {stated.metadata or 'none'}"
        raise Broken("The document was made for another manifest.", got)
    return found, f"The document was made for this manifest; its cover must print {found}."


def _files(file: File) -> tuple[str, str]:
    got = figures.check_files(have(file.manifest), have(file.files), MANIFEST_NAME)
    return got, "The embedded files are those that the manifest lists, with nothing missing and nothing more."


def _results(file: File) -> tuple[str, str]:
    got = figures.check_results(have(file.manifest), have(file.files))
    return got, "The embedded results and counts are those of the manifest, and of the evidence that it names."


def _figures(file: File) -> tuple[str, str]:
    got = figures.check_figures(have(file.manifest))
    return got, "Every rate, ratio, share and benchmark follows from the embedded counts."


def _timestamps(file: File) -> tuple[str, str]:
    return figures.check_timestamps(have(file.manifest), file.trusted_pem)


def _determination(file: File) -> tuple[str, str]:
    return determination.check(have(file.manifest), have(file.files))


def _findings(file: File) -> tuple[str, str]:
    return findings.check(have(file.manifest))


def _trail(file: File) -> tuple[str, str]:
    got = figures.check_trail(have(file.manifest))
    return got, "Each entry of the trail gives the digest that it carries, and neighbours continue each other."


def _same_pages(file: File) -> tuple[str, str]:
    manifest, files = have(file.manifest), have(file.files)
    named = f"{manifest.software.name} {manifest.software.version}"
    again = have(file.reprint)(file.value, {name: files[name] for name in files if name != MANIFEST_NAME})
    if not file.data.startswith(again):
        sentence = f"The pages are not what this copy prints from the manifest; it was made with {named}."
        raise Unknown(sentence, f"unsigned document {canonical.sha256(again)} differs")
    return canonical.sha256(again), "The manifest, printed again, gives the same bytes: the pages say what it says."


_STEPS: tuple[tuple[str, str, str, _Step], ...] = (
    ("pdf", "The file is a PDF", "a PDF that needs no mending", _readable),
    ("signed", "It is signed", "a first PAdES signature that certifies the document", signed.signed),
    ("whole-file", "The signature covers the whole file", "every byte but the last container", signed.whole),
    ("container", "The container holds nothing unsigned", "a form in which no byte is free", signed.strict),
    ("signature", "The signature is intact", "the digest that was signed", signed.intact),
    ("changes", "Nothing else was added after a signature", "signatures and time stamps alone", signed.changes),
    ("time", "The time of signing is known", "a trusted authority's time stamp, or the signer's word", signed.stamped),
    ("signer", "The signer is trusted", "a certificate that leads to one given as trusted", signed.trusted),
    ("manifest", "The manifest is in order", f"{MANIFEST_NAME}, canonical and complete", _manifest),
    ("manifest-digest", "The document belongs to the manifest", "the digest stated in the document", _bound),
    ("signers", "Those signed who should", "the people whom the manifest names, in order", signed.as_asked),
    ("revocation", "No certificate was revoked then", "the authorities' word, in the file", signed.not_revoked),
    ("files", "Every embedded file is the one listed", "the digests in the manifest", _files),
    ("results", "Results and counts agree", "the same in file, manifest and evidence", _results),
    ("figures", "Every figure follows from the counts", "what the counts give", _figures),
    ("timestamps", "The time stamps of plans hold", "tokens over their digests, of a trusted authority", _timestamps),
    ("determination", "The determination is the one embedded", "the same in file and manifest", _determination),
    ("findings", "The findings follow from the trail", "none left out, in the state the trail says", _findings),
    ("trail", "The trail's digests hold", "the digest of each entry's content", _trail),
    ("pages", "The pages say what the manifest says", "the bytes that the manifest prints to", _same_pages),
)


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
