"""The checks of signatures: where each lies, what it holds, when, whose it is, and what came after it."""

from __future__ import annotations

import hashlib

from cryptography.x509.oid import NameOID

from audits.dossiers import words
from audits.dossiers.manifest import Signer, Signing
from audits.dossiers.verification import container, envelope, loose, revocation, trust
from audits.dossiers.verification.report import Broken, Signature, Unfinished, Unknown, Untrusted
from audits.dossiers.verification.state import File, Mark, Told, have
from audits.timestamps.check import judge as judge_stamp
from compliance.lib.problems import one_line

_UNASKED = " Revocation was not looked up, offline."
_LEVELS = ("B-B", "B-T", "B-LT", "B-LTA")
_WORDS = {"fine": "trusted", "untrusted": "untrusted", "cannot tell": "cannot tell", "broken": "broken"}


def signed(file: File) -> tuple[str, str]:
    seals, file.empty = envelope.seals_of(have(file.document))
    file.marks = [Mark(one) for one in seals]
    first = file.marks[0].seal
    if first.is_stamp or first.permits not in (1, 2):
        got = "no certification, or one that allows changes"
        raise Broken("The first signature does not certify the document, or allows other changes than signatures.", got)
    if any(one.seal.permits is not None for one in file.marks[1:]):
        raise Broken("A later signature certifies the document anew.", "more than one certification")
    told = [f"{one.seal.name or 'no name'}, claimed at {_claimed(one)}" for one in file.signatures]
    if first.permits == 1:
        got = f"one certifying signature, by {told[0]}"
        return got, "The document is signed once, and the signature forbids any change after it."
    got = f"{words.amount(len(told), 'signature', 'signatures')}: {'; '.join(told)}"
    return got, "The first signature certifies the document and allows nothing after it but signatures."


def _claimed(mark: Mark) -> str:
    return f"{mark.seal.claimed_at:%Y-%m-%d %H:%M:%S} UTC" if mark.seal.claimed_at else "no moment"


def whole(file: File) -> tuple[str, str]:
    for mark in _marks(file):
        mark.covered = envelope.covered(file.data, mark.seal)
    last = have(file.marks[-1].covered)
    got = f"bytes 0 to {last.before} and {last.after} to {last.end} of {len(file.data)}"
    if last.end != len(file.data):
        sentence = "What was signed or stamped last does not cover the whole file; something was added or cut off."
        raise Broken(sentence, got)
    return got, "What was signed or stamped last covers every byte of the file but its own container."


def strict(file: File) -> tuple[str, str]:
    length = 0
    for mark in _marks(file):
        data = have(mark.covered).container
        length += len(data)
        try:
            if mark.seal.is_stamp:
                mark.token = loose.read_token(data)
            else:
                mark.container = _container(data)
                if mark.container.stamp:
                    loose.read_token(mark.container.stamp)
        except ValueError as error:
            raise Broken(f"{mark.seal.field}: {error}", f"{len(data)} bytes") from None
    certificates = words.amount(sum(len(one.certificates) for one in file.marks), "certificate", "certificates")
    got = f"{words.size(length)}, {certificates}, {words.amount(len(file.marks), 'signature', 'signatures and stamps')}"
    return got, "Every byte of each signature's container is signed or follows from what is signed."


def _container(data: bytes) -> container.Container:
    """Return what a container holds, in our own form or another in which no byte is free."""
    try:
        return container.read(data)
    except ValueError as error:
        try:
            return loose.read(data)
        except Exception:  # noqa: BLE001 - whatever a changed container provokes, it is broken
            raise error from None


def intact(file: File) -> tuple[str, str]:
    got = ""
    for mark in _marks(file):
        covered = have(mark.covered)
        if mark.seal.is_stamp:
            token = have(mark.token)
            signed_digest, found = token.imprint, covered.digest(file.data, token.digest)
        else:
            held = have(mark.container)
            signed_digest, found = held.message_digest, covered.digest(file.data, held.digest)
        if signed_digest != found:
            raise Broken(f"The file was changed after it was signed ({mark.seal.field}).", found.hex())
        got = found.hex()
    file.is_intact = True
    return got, "The bytes of the file are the ones that were signed."


def changes(file: File) -> tuple[str, str]:
    from audits.dossiers.verification import revisions  # heavy, and of no use where the bytes are not those signed

    have(file.is_intact or None)
    revisions.check(file.data, _marks(file))
    told = [f"{one.seal.field}: {one.after}" for one in file.signatures]
    return " ".join(told), "After each signature nothing was added but what it permits."


def stamped(file: File) -> tuple[str, str]:
    """Judge each time stamp, and so when each signature was there, and by whose clock."""
    marks = _marks(file)
    for mark in marks:
        _date(file, mark)
    judged = [(one.seal.field, one.stamp) for one in marks if one.stamp.word != "none"]
    got = "; ".join(f"{one.seal.field}: {one.at:%Y-%m-%d %H:%M:%S} UTC by {one.clock}" for one in marks if one.at)
    _raise_worst(judged, got)
    if not judged:
        return got, "The time is what each signer's own clock said: no authority vouches for it."
    return got, "Each time is the word of a trusted time authority."


def _date(file: File, mark: Mark) -> None:
    claimed = mark.seal.claimed_at
    mark.at, mark.clock, mark.stamp = claimed, "the signer's own clock", Told("none", "")
    if mark.seal.is_stamp:
        token, digest = have(mark.covered).container, have(mark.covered).digest(file.data, "sha256")
    else:
        held = have(mark.container)
        token, digest = held.stamp, hashlib.sha256(held.signature).digest()
        if not token:
            after = file.stamp_after(mark)
            if after is None:
                return
            token, digest = have(after.covered).container, have(after.covered).digest(file.data, "sha256")
    found = judge_stamp(token, digest.hex(), file.trusted_pem)
    mark.stamp = Told(_WORDS[found.state], found.sentence)
    if found.at is not None:
        mark.at, mark.clock = found.at, found.authority or "an authority without a name"


def trusted(file: File) -> tuple[str, str]:
    got = []
    for mark in _signatures(file):
        certificates = have(mark.container).certificates
        found = trust.judge(certificates, file.trusted, mark.at or mark.seal.claimed_at)
        unasked = found.state == "trusted" and level_of(file, mark) in ("B-B", "B-T")
        mark.chain = Told(
            "cannot tell" if found.state == "unknown" else found.state, f"{found.sentence}{_UNASKED if unasked else ''}"
        )
        got.append(found.got)
    _raise_worst([(one.seal.field, one.chain) for one in file.signatures], "; ".join(got))
    return "; ".join(got), " ".join(dict.fromkeys(one.chain.sentence for one in file.signatures))


def not_revoked(file: File) -> tuple[str, str]:
    """Judge each signer, and each time authority, by what the file holds of their authorities' answers."""
    store = revocation.store_of(have(file.document))
    for mark in _marks(file):
        after = None if mark.seal.is_stamp else file.stamp_after(mark)
        at = (after or mark).at
        if at is None:
            raise Unknown("A signature has no moment, so revocation cannot be held against it.", mark.seal.field)
        mark.revocation = revocation.judge(mark.certificates, file.trusted, store, at)
        if mark.container and mark.container.stamp and mark.revocation.word == "not revoked" and mark.at is not None:
            token = loose.read_token(mark.container.stamp)
            of_stamp = revocation.judge(token.certificates, file.trusted, store, mark.at)
            mark.revocation = of_stamp if of_stamp.word != "not revoked" else mark.revocation
    got = "; ".join(f"{one.seal.field}: {one.revocation.word}" for one in file.marks)
    _raise_worst([(one.seal.field, one.revocation) for one in file.marks], got)
    return got, "Nothing was revoked when it signed, as the authorities said at the time; their word is in the file."


def as_asked(file: File) -> tuple[str, str]:
    """Hold the signatures against those whom the manifest names: who, as what, in which order, at which level."""
    asked = have(file.manifest).signing or Signing(level="B-B", signers=[])
    found = [one.seal.field for one in _signatures(file)]
    if not asked.signers:
        return _sealed(file, asked.level)
    wanted = [one.field for one in asked.signers]
    got = ", ".join(f"{_who(one)} in {one.seal.field}" for one in file.signatures)
    if found != wanted[: len(found)]:
        raise Broken("Somebody signed out of order, or where nobody was asked to.", got)
    if sorted(file.empty) != sorted(wanted[len(found) :]):
        raise Broken("The fields for signatures are not those that the manifest names.", ", ".join(file.empty))
    for mark, one in zip(file.signatures, asked.signers, strict=False):
        _check_level(file, mark, asked.level)
        if one.name.casefold() not in {mark.seal.name.casefold(), _who(mark).casefold()}:
            raise Broken(f"{one.name} should have signed as {one.role}; the signature is {_who(mark)}'s.", got)
    missing = asked.signers[len(found) :]
    if missing:
        told = "; ".join(f"{one.name}, {one.role}" for one in missing)
        sentence = f"These have not signed, or were cut off: {told}."
        raise Unfinished(sentence, got)
    last = file.signatures[-1].seal
    if last.permits != 1 and last.locks != 1:
        raise Broken("The last signature does not lock the document.", got)
    return got, "Those who should sign have signed, in order, and the last locked the document."


def _sealed(file: File, level: str) -> tuple[str, str]:
    if len(file.signatures) != 1 or file.empty or file.signatures[0].seal.permits != 1:
        raise Broken("The dossier should carry the house's seal alone.", f"{len(file.signatures)} signatures")
    _check_level(file, file.signatures[0], level)
    return "one seal", "The dossier carries the seal of the house that made it, and nobody else was asked to sign."


def _check_level(file: File, mark: Mark, level: str) -> None:
    found = level_of(file, mark)
    if _LEVELS.index(found) < _LEVELS.index(level):
        sentence = f"The signature {mark.seal.field} should be of level {level}, and what it needs is not there."
        raise Unfinished(sentence, found)


def level_of(file: File, mark: Mark) -> str:
    """Return the level that the file shows for a signature, by what is there; whether it holds, the checks say."""
    after = file.stamp_after(mark)
    if not (mark.container and mark.container.stamp) and after is None:
        return "B-B"
    if file.document is None or revocation.store_of(file.document).is_empty:
        return "B-T"
    return "B-LT" if after is None else "B-LTA"


def told(file: File) -> tuple[Signature, ...]:
    """Return what was learned of each signature, for the report."""
    asked = {one.field: one for one in file.manifest.signing.signers} if file.manifest and file.manifest.signing else {}
    return tuple(_told(file, mark, asked.get(mark.seal.field)) for mark in file.signatures)


def _told(file: File, mark: Mark, asked: Signer | None) -> Signature:
    def safe(text: str) -> str:
        return one_line(text[:500])

    return Signature(
        field=safe(mark.seal.field),
        who=safe(_who(mark)),
        expected=safe(f"{asked.name}, {asked.role}" if asked else ""),
        statement=safe(mark.seal.reason),
        level=level_of(file, mark),
        at=f"{mark.at or mark.seal.claimed_at:%Y-%m-%dT%H:%M:%SZ}" if mark.at or mark.seal.claimed_at else "",
        clock=safe(mark.clock),
        chain=mark.chain.word,
        chain_sentence=safe(mark.chain.sentence),
        revocation=mark.revocation.word,
        revocation_sentence=safe(mark.revocation.sentence),
        after=safe(mark.after),
    )


def _who(mark: Mark) -> str:
    if not mark.certificates:
        return mark.seal.name
    subject = mark.certificates[0].subject
    found = subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if found else subject.rfc4514_string()


def _marks(file: File) -> list[Mark]:
    return have(file.marks or None)


def _signatures(file: File) -> list[Mark]:
    return have(file.signatures or None)


def _raise_worst(found: list[tuple[str, Told]], got: str) -> None:
    """Raise for the worst word, if one is not good: broken and revoked before untrusted before cannot tell."""
    for word, kind in (("broken", Broken), ("revoked", Broken), ("untrusted", Untrusted), ("cannot tell", Unknown)):
        for _, one in found:
            if one.word == word:
                raise kind(one.sentence, got)
