"""An authority of our own on loopback, made by certomancer: certificates of people, what was revoked, and the time."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

CONFIG = """
external-url-prefix: "http://127.0.0.1:{port}"
keysets:
  house:
    path-prefix: {folder}
    keys: {{{keys}}}
pki-architectures:
  house:
    keyset: house
    entity-defaults: {{country-name: BE, organization-name: Example}}
    entities:
      root: {{common-name: Example Root}}
      issuing: {{common-name: Example Issuing Authority}}
      ocsp: {{common-name: Example Responder}}
      tsa: {{common-name: Example Time Authority}}
      alice: {{common-name: Alice}}
      bob: {{common-name: Bob}}
      charlie: {{common-name: Charlie}}
    certs:
      root:
        subject: root
        issuer: root
        validity: {long}
        extensions:
          - {{id: basic_constraints, critical: true, value: {{ca: true}}}}
          - {{id: key_usage, critical: true, smart-value: {{schema: key-usage, params: [key_cert_sign, crl_sign]}}}}
      issuing:
        subject: issuing
        issuer: root
        validity: {long}
        extensions:
          - {{id: basic_constraints, critical: true, value: {{ca: true, path_len_constraint: 0}}}}
          - {{id: key_usage, critical: true, smart-value: {{schema: key-usage, params: [key_cert_sign, crl_sign]}}}}
          - {{id: crl_distribution_points, smart-value: {{schema: crl-dist-url, params: {{crl-repo-names: [root]}}}}}}
      ocsp:
        subject: ocsp
        issuer: issuing
        validity: {long}
        extensions:
          - {{id: extended_key_usage, critical: true, value: [ocsp_signing]}}
          - {{id: ocsp_no_check}}
          - {{id: key_usage, critical: true, smart-value: {{schema: key-usage, params: [digital_signature]}}}}
      tsa: {{subject: tsa, issuer: root, validity: {long}, extensions: &stamps [
          {{id: extended_key_usage, critical: true, value: [time_stamping]}},
          {{id: crl_distribution_points, smart-value: {{schema: crl-dist-url, params: {{crl-repo-names: [root]}}}}}},
          {{id: key_usage, critical: true, smart-value: {{schema: key-usage, params: [digital_signature]}}}}]}}
      tsa-ending: {{subject: tsa, subject-key: tsa, issuer: root, issuer-cert: root, validity: {soon},
          extensions: *stamps}}
      alice: {{subject: alice, issuer: issuing, validity: {long}, extensions: &signs [
          {{id: authority_information_access,
            smart-value: {{schema: aia-urls, params: {{ocsp-responder-names: [issuing]}}}}}},
          {{id: key_usage, critical: true,
            smart-value: {{schema: key-usage, params: [digital_signature, non_repudiation]}}}}]}}
      bob: {{subject: bob, issuer: issuing, validity: {long}, extensions: *signs}}
      charlie: {{subject: charlie, issuer: issuing, validity: {long}, extensions: *signs}}
      alice-revoked:
        subject: alice
        issuer: issuing
        validity: {long}
        revocation: {{revoked-since: "2026-01-15T00:00:00+0000", reason: key_compromise}}
        extensions: *signs
      alice-expired:
        subject: alice
        issuer: issuing
        validity: {{valid-from: "2020-01-01T00:00:00+0000", valid-to: "2021-01-01T00:00:00+0000"}}
        extensions: *signs
      alice-not-yet:
        subject: alice
        issuer: issuing
        validity: {{valid-from: "2090-01-01T00:00:00+0000", valid-to: "2100-01-01T00:00:00+0000"}}
        extensions: *signs
      alice-server:
        subject: alice
        issuer: issuing
        validity: {long}
        extensions:
          - {{id: extended_key_usage, critical: true, value: [server_auth]}}
          - {{id: key_usage, critical: true, smart-value: {{schema: key-usage, params: [digital_signature]}}}}
    services:
      ocsp:
        issuing: {{for-issuer: issuing, responder-cert: ocsp, signing-key: ocsp}}
      crl-repo:
        root: {{for-issuer: root, signing-key: root, simulated-update-schedule: "P90D"}}
      time-stamping:
        tsa: {{signing-cert: tsa}}
        ending: {{signing-key: tsa, signing-cert: tsa-ending}}
"""
LONG = '{valid-from: "2020-01-01T00:00:00+0000", valid-to: "2100-01-01T00:00:00+0000"}'
KEYS = ("root", "issuing", "ocsp", "tsa", "alice", "bob", "charlie")


@dataclass(frozen=True, slots=True)
class Authority:
    """`url` answers time-stamp requests; `root` is the PEM of the certificate that all of it leads to.

    `ending` is another address of it, whose certificate ends within the month.
    """

    url: str
    root: bytes
    house: Any

    @property
    def ending(self) -> str:
        return self.url.removesuffix("tsa") + "ending"

    def pkcs12(self, label: str, password: str) -> bytes:
        """Return the key and certificate of that label with its chain, as a person gets them."""
        from certomancer.registry import CertLabel

        return bytes(self.house.package_pkcs12(CertLabel(label), password=password.encode()))

    def pem(self, label: str) -> bytes:
        """Return the certificate of that label."""
        from asn1crypto import pem
        from certomancer.registry import CertLabel

        return bytes(pem.armor("CERTIFICATE", self.house.get_cert(CertLabel(label)).dump()))

    def key(self, label: str) -> bytes:
        """Return the private key of that name, in PEM."""
        from asn1crypto import pem
        from certomancer.registry import KeyLabel

        return bytes(pem.armor("PRIVATE KEY", self.house.key_set.get_private_key(KeyLabel(label)).dump()))


@contextmanager
def authority(folder: Path) -> Iterator[Authority]:
    """Run an authority with new keys until the block ends: it stamps, and says which certificates were revoked."""
    from asn1crypto import pem
    from certomancer.integrations.animator import Animator, AnimatorArchStore
    from certomancer.registry import ArchLabel, CertLabel, CertomancerConfig
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from werkzeug.serving import make_server

    for name in KEYS:
        key = ec.generate_private_key(ec.SECP256R1()) if name == "bob" else rsa.generate_private_key(65537, 2048)
        plain = serialization.NoEncryption()
        form = serialization.PrivateFormat.PKCS8
        (folder / f"{name}.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, form, plain))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    ends = datetime.now(UTC) + timedelta(days=20)
    soon = f'{{valid-from: "2020-01-01T00:00:00+0000", valid-to: "{ends:%Y-%m-%dT%H:%M:%S}+0000"}}'
    keys = ", ".join(f"{name}: {{path: {name}.pem}}" for name in KEYS)
    (folder / "house.yml").write_text(CONFIG.format(folder=folder, port=port, keys=keys, long=LONG, soon=soon))
    config = CertomancerConfig.from_file(
        str(folder / "house.yml"), key_search_dir=str(folder), config_search_dir=str(folder)
    )
    house = config.get_pki_arch(ArchLabel("house"))
    root = pem.armor("CERTIFICATE", house.get_cert(CertLabel("root")).dump())
    application = Animator(AnimatorArchStore({ArchLabel("house"): house}), with_web_ui=False)
    server = make_server("127.0.0.1", port, application, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Authority(f"http://127.0.0.1:{server.server_port}/house/tsa/tsa", root, house)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
