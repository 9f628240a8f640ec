"""The levels of PAdES: what each holds, whom it is refused to, and that no byte of it is free."""

from __future__ import annotations

import random
import shutil
import subprocess
from contextlib import suppress
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest

from audits.dossiers import signing
from audits.dossiers.levels import LEVELS, Proof, goes_by
from audits.dossiers.verification import Report, envelope, loose, verify
from compliance.lib.problems import Refused
from tests.authority import Authority, authority
from tests.dossiers.signers import Walk, proof, signer


def sealed(pdf: bytes, house: Authority, level: str, label: str = "alice", proven: Proof | None = None) -> bytes:
    at = datetime.now(UTC)
    return signing.sign(pdf, signer(house, label), name="Alice", at=at, proof=proven or proof(level, house))


def outcomes(report: Report) -> dict[str, str]:
    return {check.id: check.outcome for check in report.checks if check.outcome != "holds"}


@pytest.mark.parametrize("level", LEVELS)
def test_each_level_holds_offline_and_says_which_it_is(unsigned: bytes, time_authority: Authority, level: str) -> None:
    made = sealed(unsigned, time_authority, level)
    report = verify(made, [time_authority.root])
    assert outcomes(report) == {}
    (told,) = report.signatures
    assert (told.level, told.chain, told.who) == (level, "trusted", "Alice")
    assert told.clock == ("the signer's own clock" if level == "B-B" else "Example Time Authority")
    assert told.revocation == ("not revoked" if level in ("B-LT", "B-LTA") else "cannot tell")
    assert made.startswith(unsigned)
    seals, _ = envelope.seals_of(envelope.open_pdf(made))
    assert seals[-1].end == len(made), "what came last covers every byte"
    assert outcomes(verify(made))["signer"] == "cannot tell"


def test_every_changed_byte_is_found(three: Walk, time_authority: Authority) -> None:
    dice = random.Random(4)
    seals, _ = envelope.seals_of(envelope.open_pdf(three.last))
    last = envelope.covered(three.last, seals[-1])
    token = range(last.before, last.before + 2 * len(last.container), 97)
    for place in (*(dice.randrange(len(three.last)) for _ in range(40)), *token, last.after - 2):
        changed = bytearray(three.last)
        changed[place] ^= 1 << dice.randrange(8)
        assert verify(bytes(changed), [time_authority.root]).exit_code in (1, 3), place


def test_no_byte_of_a_token_is_free(three: Walk) -> None:
    """The container of the last time stamp is what nothing else covers."""
    seals, _ = envelope.seals_of(envelope.open_pdf(three.last))
    token = envelope.covered(three.last, seals[-1]).container
    for place in range(len(token)):
        changed = bytearray(token)
        changed[place] ^= 0x20
        with suppress(ValueError, TypeError, KeyError, OverflowError):
            pytest.fail(f"byte {place} was changed: {loose.read_token(bytes(changed))}")


def test_whom_nobody_trusts_is_untrusted_and_a_stamp_of_another_authority_too(
    unsigned: bytes, time_authority: Authority, tmp_path: Path
) -> None:
    with authority(tmp_path) as other:
        report = verify(sealed(unsigned, other, "B-LTA"), [time_authority.root])
        assert (report.outcome, report.exit_code) == ("untrusted", 3)
        assert outcomes(report)["signer"] == outcomes(report)["time"] == "untrusted"
        mixed = Proof("B-T", other.url, (time_authority.root,), (other.root,))
        swapped = verify(sealed(unsigned, time_authority, "B-T", proven=mixed), [time_authority.root])
        assert outcomes(swapped) == {"time": "untrusted"}
        told = next(check.sentence for check in swapped.checks if check.id == "time")
        assert told.endswith("whom no certificate that was given as trusted vouches for.")


@pytest.mark.parametrize(
    ("label", "code", "sentence"),
    [
        ("alice-revoked", "certificate-revoked", "was revoked on 2026-01-15 00:00 UTC"),
        ("alice-expired", "certificate-expired", "expired on 2021-01-01"),
        ("alice-not-yet", "certificate-not-yet", "not valid before 2090-01-01"),
        ("alice-server", "certificate-purpose", "may not sign documents"),
        ("bob", "certificate-name", "The certificate is Bob's, and this signature is Alice's."),
    ],
)
def test_a_certificate_that_may_not_sign_is_refused_before_its_key_is_used(
    unsigned: bytes, time_authority: Authority, label: str, code: str, sentence: str
) -> None:
    def attempt() -> bytes:
        key, at = signer(time_authority, label), datetime.now(UTC)
        return signing.sign(unsigned, key, name="Alice", at=at, proof=proof("B-B", time_authority), whose=("Alice",))

    with pytest.raises(Refused) as refused:
        attempt()
    assert refused.value.code == code
    assert sentence in str(refused.value)


def test_names_are_compared_without_case_and_spaces(time_authority: Authority) -> None:
    certificate = signer(time_authority).certificate
    assert goes_by(certificate, ("ALICE ",))
    assert not goes_by(certificate, ("Alicia", "alice@example.org"))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"level": "B-Z"}, "level-unknown"),
        ({"url": ""}, "level-authority"),
        ({"stamps": ()}, "level-trust"),
        ({"url": "http://127.0.0.1:9/tsa"}, "level-unreached"),
    ],
)
def test_a_level_that_cannot_be_reached_is_refused(
    unsigned: bytes, time_authority: Authority, change: dict, code: str
) -> None:
    given = {"level": "B-LTA", "url": time_authority.url, "signers": (time_authority.root,)}
    with pytest.raises(Refused) as refused:
        sealed(unsigned, time_authority, "", proven=Proof(**{**given, "stamps": (time_authority.root,), **change}))
    assert refused.value.code in (code, "authority-unreachable")


def test_openssl_and_pdfsig_agree_on_each_signature_and_each_stamp(
    three: Walk, time_authority: Authority, tmp_path: Path
) -> None:
    if not shutil.which("openssl") or not shutil.which("pdfsig"):
        pytest.skip("openssl or pdfsig is not installed")
    (tmp_path / "root.pem").write_bytes(time_authority.root)
    (tmp_path / "issuing.pem").write_bytes(time_authority.pem("issuing"))
    with pikepdf.open(BytesIO(three.last)) as document:
        seals, _ = envelope.seals_of(document)
    for number, seal in enumerate(seals):
        found = envelope.covered(three.last, seal)
        (tmp_path / "held.der").write_bytes(found.container)
        (tmp_path / "covered").write_bytes(three.last[: found.before] + three.last[found.after : found.end])
        if seal.is_stamp:
            command = "openssl ts -verify -token_in -in held.der -data covered -CAfile root.pem"
        else:
            command = (
                "openssl cms -verify -binary -inform DER -in held.der -content covered -CAfile root.pem"
                " -certfile issuing.pem -purpose any -out /dev/null"
            )
        done = subprocess.run(command.split(), cwd=tmp_path, capture_output=True, check=False)
        assert done.returncode == 0, (number, done.stderr.decode())
    (tmp_path / "dossier.pdf").write_bytes(three.last)
    said = subprocess.run(["pdfsig", tmp_path / "dossier.pdf"], capture_output=True, check=False).stdout.decode()
    assert said.count("Signature is Valid.") == 3
    assert said.count("Total document signed") == said.count("Not total document signed") - 4 == 1


def test_the_last_time_stamp_is_renewed_and_all_still_holds(three: Walk, time_authority: Authority) -> None:
    again = signing.archive(three.last, proof("B-LTA", time_authority))
    assert again.startswith(three.last)
    report = verify(again, [time_authority.root])
    assert outcomes(report) == {}
    assert report.signatures[2].after == "After it: 2 time stamps, and nothing else."
