"""A time authority of our own on loopback, made by certomancer: its certificates, and the address that stamps."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

CONFIG = """
keysets:
  house:
    path-prefix: {folder}
    keys:
      root: {{path: root.pem}}
      tsa: {{path: tsa.pem}}
pki-architectures:
  house:
    keyset: house
    entity-defaults: {{country-name: BE, organization-name: Example}}
    entities:
      root: {{common-name: Example Root}}
      tsa: {{common-name: Example Time Authority}}
    certs:
      root:
        subject: root
        issuer: root
        validity: {{valid-from: "2020-01-01T00:00:00+0000", valid-to: "2100-01-01T00:00:00+0000"}}
        extensions:
          - id: basic_constraints
            critical: true
            value: {{ca: true}}
          - id: key_usage
            critical: true
            smart-value: {{schema: key-usage, params: [key_cert_sign, crl_sign]}}
      tsa:
        subject: tsa
        issuer: root
        validity: {{valid-from: "2020-01-01T00:00:00+0000", valid-to: "2100-01-01T00:00:00+0000"}}
        extensions:
          - id: extended_key_usage
            critical: true
            value: [time_stamping]
          - id: key_usage
            critical: true
            smart-value: {{schema: key-usage, params: [digital_signature]}}
    services:
      time-stamping:
        tsa:
          signing-cert: tsa
"""


@dataclass(frozen=True, slots=True)
class Authority:
    """`url` answers time-stamp requests; `root` is the PEM of the certificate that it leads to."""

    url: str
    root: bytes


@contextmanager
def authority(folder: Path) -> Iterator[Authority]:
    """Run a time authority with new keys until the block ends."""
    from asn1crypto import pem
    from certomancer.integrations.animator import Animator, AnimatorArchStore
    from certomancer.registry import ArchLabel, CertLabel, CertomancerConfig
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from werkzeug.serving import make_server

    for name in ("root", "tsa"):
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        plain = serialization.NoEncryption()
        form = serialization.PrivateFormat.PKCS8
        (folder / f"{name}.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, form, plain))
    (folder / "house.yml").write_text(CONFIG.format(folder=folder))
    config = CertomancerConfig.from_file(
        str(folder / "house.yml"), key_search_dir=str(folder), config_search_dir=str(folder)
    )
    house = config.get_pki_arch(ArchLabel("house"))
    root = pem.armor("CERTIFICATE", house.get_cert(CertLabel("root")).dump())
    application = Animator(AnimatorArchStore({ArchLabel("house"): house}), with_web_ui=False)
    server = make_server("127.0.0.1", 0, application)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Authority(f"http://127.0.0.1:{server.server_port}/house/tsa/tsa", root)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
