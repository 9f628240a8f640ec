"""From a manifest to a signed file: render, prepare, sign. Runs in a worker."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from audits.dossiers import keys, render, signing
from audits.dossiers.levels import Proof
from compliance import env

Say = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class Made:
    """The rendered bytes (the same for the same manifest), the sealed bytes, and whose certificate sealed them.

    Where people are to sign, there is no seal: they sign what was rendered.
    """

    rendered: bytes
    signed: bytes = b""
    signer: str = ""
    stamp_ends_at: datetime | None = None


def proof(level: str) -> Proof:
    """Return the level with the operator's time authority, and the certificates that the operator trusts."""
    return Proof(
        level, settings.TIMESTAMP_URL, _certificates(settings.SIGNING_TRUST), _certificates(settings.TIMESTAMP_TRUST)
    )


def _certificates(path: str) -> tuple[bytes, ...]:
    return (Path(path).read_bytes(),) if path else ()


def signer() -> keys.Signer:
    """Return the operator's PKCS#12 signer, or the local one that is made at the first start and labelled untrusted."""
    if settings.SIGNING_PKCS12:
        return keys.pkcs12_signer(Path(settings.SIGNING_PKCS12), env.text(settings.SIGNING_PASSWORD_NAME))
    return keys.local_signer(settings.KEYS_DIR)


def make(
    manifest: dict[str, Any], attachments: Mapping[str, bytes], *, signer: keys.Signer, at: datetime, say: Say
) -> Made:
    """Return the dossier. `at` is the time of signing; the rendered bytes depend on the manifest alone."""
    say(0.05, "Rendering the pages.")
    rendered = render.render_in_child(manifest, dict(attachments))
    asked = manifest.get("signing", {"level": "B-B", "signers": []})
    if asked["signers"]:
        return Made(rendered)
    level = asked["level"]
    say(0.8, "Signing the file.")
    signed = signing.sign(rendered, signer, name=manifest["dossier"]["frozen_by"]["name"], at=at, proof=proof(level))
    return Made(rendered, signed, signer.label, signing.stamp_ends_at(signed))
