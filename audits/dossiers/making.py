"""From a manifest to a signed file: render, prepare, sign. Runs in a worker."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from audits.dossiers import render, signing
from compliance import env

Say = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class Made:
    """The rendered bytes (the same for the same manifest), the signed bytes, and whose certificate signed."""

    rendered: bytes
    signed: bytes
    signer: str


def signer() -> signing.Signer:
    """Return the operator's PKCS#12 signer, or the local one that is made at the first start and labelled untrusted."""
    if settings.SIGNING_PKCS12:
        return signing.pkcs12_signer(Path(settings.SIGNING_PKCS12), env.text(settings.SIGNING_PASSWORD_NAME))
    return signing.local_signer(settings.KEYS_DIR)


def make(
    manifest: dict[str, Any], attachments: Mapping[str, bytes], *, signer: signing.Signer, at: datetime, say: Say
) -> Made:
    """Return the dossier. `at` is the time of signing; the rendered bytes depend on the manifest alone."""
    say(0.05, "Rendering the pages.")
    rendered = render.render_in_child(manifest, dict(attachments))
    say(0.8, "Signing the file.")
    signed = signing.sign(rendered, signer, name=manifest["dossier"]["frozen_by"]["name"], at=at)
    return Made(rendered=rendered, signed=signed, signer=signer.label)
