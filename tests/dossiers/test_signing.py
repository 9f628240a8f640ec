"""Who may sign, and what another program says of the signature."""

from __future__ import annotations

import shutil
import stat
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from audits.dossiers import keys, signing
from audits.dossiers.verification import trust, verify
from compliance.lib.problems import Refused
from tests.dossiers.conftest import AT

PASSWORD = "correct horse"


def named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def usage(sign: bool, issue: bool) -> x509.KeyUsage:
    return x509.KeyUsage(sign, False, not sign, False, False, issue, False, False, False)


def certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey,
    issuer: tuple[x509.Certificate, ec.EllipticCurvePrivateKey] | None = None,
    *,
    start: datetime = AT - timedelta(days=30),
    sign: bool = True,
    server: bool = False,
    reach: int | None = None,
    more: x509.ExtensionType | None = None,
) -> x509.Certificate:
    by, by_key = (issuer[0].subject, issuer[1]) if issuer else (named(name), key)
    builder = x509.CertificateBuilder().subject_name(named(name)).issuer_name(by).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(start).not_valid_after(start + timedelta(days=365))
    ca = issuer is None or name.endswith("CA")
    builder = builder.add_extension(x509.BasicConstraints(ca=ca, path_length=reach if ca else None), critical=True)
    if more:
        builder = builder.add_extension(more, critical=True)
    if server:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    return builder.add_extension(usage(sign, ca), critical=True).sign(by_key, hashes.SHA256())


@pytest.fixture(scope="module")
def authority() -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    return certificate("Example Root CA", key), key


@pytest.fixture
def store(
    tmp_path: Path, authority: tuple[x509.Certificate, ec.EllipticCurvePrivateKey]
) -> Callable[..., tuple[Path, x509.Certificate]]:
    def make(
        *, start: datetime = AT - timedelta(days=30), sign: bool = True, weak: bool = False, server: bool = False
    ) -> tuple[Path, x509.Certificate]:
        middle_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        middle = certificate("Example Issuing CA", middle_key, authority)
        held = rsa.generate_private_key(65537, 1024) if weak else key
        leaf = certificate("Alice, auditor", held, (middle, middle_key), start=start, sign=sign, server=server)
        packed = serialization.BestAvailableEncryption(PASSWORD.encode())
        path = tmp_path / "signer.p12"
        path.write_bytes(pkcs12.serialize_key_and_certificates(b"alice", held, leaf, [middle], packed))
        return path, leaf

    return make


def test_the_local_key_is_made_once_and_kept_from_others(key_folder: Path, local: keys.Signer) -> None:
    again = keys.local_signer(key_folder)
    assert again.fingerprint == local.fingerprint
    assert again.label == "Probanda local signing key (untrusted, made on this machine)"
    assert {stat.S_IMODE(path.stat().st_mode) for path in key_folder.iterdir()} == {0o600}
    assert sorted(path.name for path in key_folder.iterdir()) == ["local-ca.pem", "local-signing-key.pem"]
    assert "PRIVATE" not in repr(again)


def test_a_lost_certificate_is_written_again_and_a_spoilt_key_refused(tmp_path: Path) -> None:
    first = keys.local_signer(tmp_path)
    (tmp_path / keys.LOCAL_CERTIFICATE).unlink()
    assert keys.local_signer(tmp_path).fingerprint == first.fingerprint
    written = (tmp_path / keys.LOCAL_CERTIFICATE).read_bytes()
    assert x509.load_pem_x509_certificate(written) == first.certificate
    (tmp_path / keys.LOCAL_KEY).write_bytes(written)
    with pytest.raises(Refused) as refused:
        keys.local_signer(tmp_path)
    assert refused.value.code == "local-key-spoilt"


def test_a_chain_from_pkcs12_is_trusted_through_its_root(
    unsigned: bytes,
    store: Callable[..., tuple[Path, x509.Certificate]],
    authority: tuple[x509.Certificate, ec.EllipticCurvePrivateKey],
) -> None:
    path, leaf = store()
    signer = keys.pkcs12_signer(path, PASSWORD, at=AT)
    signed = signing.sign(unsigned, signer, name="Alice", at=AT)
    root = authority[0].public_bytes(serialization.Encoding.PEM)
    report = verify(signed, [root])
    assert report.exit_code == 0, [check for check in report.checks if check.outcome != "holds"]
    assert report.signer == leaf.subject.rfc4514_string()
    assert verify(signed).exit_code == 2
    other = certificate("Another CA", ec.generate_private_key(ec.SECP256R1()))
    stranger = verify(signed, [other.public_bytes(serialization.Encoding.PEM)])
    assert (stranger.outcome, stranger.exit_code) == ("untrusted", 3)
    assert "not vouched for" in next(check.sentence for check in stranger.checks if check.id == "signer")


ONLY_EXAMPLES = x509.NameConstraints(permitted_subtrees=[x509.DNSName("example.org")], excluded_subtrees=None)


@pytest.mark.parametrize(
    ("root", "middle", "sentence"),
    [
        ({"reach": 1}, {"reach": 0}, "The signer leads to the trusted certificate"),
        ({"reach": 0}, {}, "The certificate Root CA may not stand above so many others."),
        ({}, {"more": ONLY_EXAMPLES}, "The certificate Middle CA carries a condition that this check does not know"),
    ],
)
def test_what_an_issuer_may_do_is_held_against_the_chain(
    root: dict[str, Any], middle: dict[str, Any], sentence: str
) -> None:
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(3)]
    top = certificate("Root CA", keys[0], **root)
    between = certificate("Middle CA", keys[1], (top, keys[0]), **middle)
    leaf = certificate("Alice", keys[2], (between, keys[1]))
    found = trust.judge([leaf, between], [top], AT)
    assert found.sentence.startswith(sentence)
    assert found.state == ("trusted" if "leads to" in sentence else "unknown")


@pytest.mark.parametrize(
    ("made", "password", "at", "code"),
    [
        ({}, "wrong", AT, "pkcs12-password"),
        ({}, PASSWORD, AT + timedelta(days=400), "certificate-expired"),
        ({"start": AT + timedelta(days=1)}, PASSWORD, AT, "certificate-not-yet"),
        ({"sign": False}, PASSWORD, AT, "certificate-purpose"),
        ({"server": True}, PASSWORD, AT, "certificate-purpose"),
        ({"weak": True}, PASSWORD, AT, "key-kind"),
    ],
)
def test_a_pkcs12_that_may_not_sign_is_refused_and_its_password_never_told(
    store: Callable[..., tuple[Path, x509.Certificate]], made: dict, password: str, at: datetime, code: str
) -> None:
    path, _ = store(**made)
    with pytest.raises(Refused) as refused:
        keys.pkcs12_signer(path, password, at=at)
    assert refused.value.code == code
    assert password not in str(refused.value)


@pytest.mark.parametrize(
    ("content", "code"), [(None, "pkcs12-missing"), (b"-----BEGIN CERTIFICATE-----", "pkcs12-unreadable")]
)
def test_what_is_no_pkcs12_is_refused(tmp_path: Path, content: bytes | None, code: str) -> None:
    path = tmp_path / "signer.p12"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Refused) as refused:
        keys.pkcs12_signer(path, PASSWORD)
    assert refused.value.code == code


def test_a_signature_outside_the_certificate_s_dates_is_broken(unsigned: bytes, local: keys.Signer, ca: bytes) -> None:
    signed = signing.sign(unsigned, local, name="Alice", at=datetime(2001, 1, 1, tzinfo=UTC))
    report = verify(signed, [ca])
    assert [check.id for check in report.checks if check.outcome != "holds"] == ["signer"]
    assert report.exit_code == 1


def test_the_signature_gives_its_reason_and_no_opinion(signed: bytes) -> None:
    with pikepdf.open(BytesIO(signed)) as document:
        value = document.Root.AcroForm.Fields[0].V
        assert str(value.Name) == "Alice"
        assert str(value.Reason) == "Certifies that these are the records as frozen; no opinion on compliance"


def test_pdfsig_agrees(signed: bytes, tmp_path: Path) -> None:
    if not shutil.which("pdfsig"):
        pytest.skip("pdfsig is not installed")
    (tmp_path / "dossier.pdf").write_bytes(signed)
    said = subprocess.run(["pdfsig", tmp_path / "dossier.pdf"], capture_output=True, check=False).stdout.decode()
    assert "Signature is Valid." in said
    assert "Total document signed" in said
    assert "Not total" not in said


def test_openssl_agrees(signed: bytes, ca: bytes, tmp_path: Path) -> None:
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    start = signed.index(b"/ByteRange [") + len(b"/ByteRange [")
    _, before, after, _ = (int(one) for one in signed[start : signed.index(b"]", start)].split())
    held = bytes.fromhex(signed[before + 1 : after - 1].decode())
    (tmp_path / "container.der").write_bytes(held[: 4 + int.from_bytes(held[2:4], "big")])
    (tmp_path / "covered").write_bytes(signed[:before] + signed[after:])
    (tmp_path / "ca.pem").write_bytes(ca)
    command = "openssl cms -verify -binary -inform DER -in container.der -content covered -CAfile ca.pem -purpose any"
    done = subprocess.run(
        [*command.split(), "-no_check_time", "-out", "/dev/null"], cwd=tmp_path, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()


def test_pyhanko_s_own_validation_agrees(signed: bytes, ca: bytes) -> None:
    from asn1crypto import pem
    from asn1crypto import x509 as asn1
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.status import SignatureCoverageLevel
    from pyhanko_certvalidator import ValidationContext

    root = asn1.Certificate.load(pem.unarmor(ca)[2])
    context = ValidationContext(trust_roots=[root], allow_fetching=False, moment=AT)
    found = validate_pdf_signature(PdfFileReader(BytesIO(signed)).embedded_signatures[0], context)
    assert found.intact
    assert found.valid
    assert found.trusted
    assert found.docmdp_ok
    assert found.coverage is SignatureCoverageLevel.ENTIRE_FILE
