"""What an operator should know before the first visitor does: each check has an id, a sentence and a hint."""

from __future__ import annotations

import os
from typing import Any

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
