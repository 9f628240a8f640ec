"""What an operator should know before the first visitor does: each check has an id, a sentence and a hint."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, register


@register()
def private_folder_is_private(**_: Any) -> list[CheckMessage]:
    """The private folder holds keys and evidence, so nobody else on the machine should read it."""
    if os.stat(settings.HOME).st_mode & 0o007:
        return [
            checks.Warning(
                f"Everybody on this machine may look into the private folder {str(settings.HOME)!r}.",
                hint=f"Run: chmod 700 {settings.HOME}",
                id="probanda.W001",
            )
        ]
    return []


@register()
def signing_key_is_readable(**_: Any) -> list[CheckMessage]:
    """A PKCS#12 file that is named must be there before the first dossier is signed."""
    path = settings.SIGNING_PKCS12
    if path and not os.access(path, os.R_OK):
        return [
            checks.Error(
                f"PROBANDA_SIGNING_PKCS12 is {path!r}, which cannot be read.",
                hint="Write the path of a readable PKCS#12 file, or leave it empty to sign with the local key.",
                id="probanda.E001",
            )
        ]
    return []


@register()
def time_authority_can_be_asked(**_: Any) -> list[CheckMessage]:
    """A time authority that is named must have a host, and the certificates that it is trusted by must be readable."""
    found: list[CheckMessage] = []
    url, path = settings.TIMESTAMP_URL, settings.TIMESTAMP_TRUST
    if settings.SIGNING_TRUST and not _certificates(settings.SIGNING_TRUST):
        found.append(
            checks.Error(
                f"PROBANDA_SIGNING_TRUST is {settings.SIGNING_TRUST!r}, which holds no certificate that can be read.",
                hint="Write the path of a PEM file with the certificates that signers' own lead to.",
                id="probanda.E004",
            )
        )
    if url and not _host(url):
        found.append(
            checks.Error(
                "PROBANDA_TIMESTAMP_URL names no host, so no time stamp can be asked for.",
                hint="Write the whole address of a time authority (RFC 3161), such as https://time.example.org/tsa.",
                id="probanda.E002",
            )
        )
    if path and not _certificates(path):
        found.append(
            checks.Error(
                f"PROBANDA_TIMESTAMP_TRUST is {path!r}, which holds no certificate that can be read.",
                hint="Write the path of a PEM file with the certificates that your time authority leads to.",
                id="probanda.E003",
            )
        )
    if url and not path:
        found.append(
            checks.Info(
                "PROBANDA_TIMESTAMP_TRUST is empty, so a time stamp is kept without judging who gave it.",
                hint="Write the path of a PEM file with the certificates that your time authority leads to.",
                id="probanda.I001",
            )
        )
    return found


def _host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def _certificates(path: str) -> bool:
    try:
        return bool(x509.load_pem_x509_certificates(Path(path).read_bytes()))
    except (OSError, ValueError):
        return False
