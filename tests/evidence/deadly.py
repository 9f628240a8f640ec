"""Reads every kept byte of a house, writes down each step, and is killed within the third file."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import IO, Any

import django

if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "compliance.settings"
    django.setup()

from compliance.evidence import fixity
from compliance.evidence.blobs import FolderStore
from compliance.evidence.jobs import claim
from compliance.evidence.keeping import FixityRun
from compliance.people.models import Organisation


class Deadly(FolderStore):
    """Gives out two files; the third ends the process by SIGKILL while it is open."""

    opened = 0

    def open(self, *words: Any) -> IO[bytes]:
        Deadly.opened += 1
        stream = super().open(*words)
        if Deadly.opened == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        return stream


def main() -> None:
    fixity.SAVE_SECONDS = 0
    fixity.blobs.store = lambda: Deadly(Path(os.environ["PROBANDA_HOME"]) / "evidence")  # type: ignore[attr-defined]
    run = claim(FixityRun, fixity.begin(Organisation.objects.get()).pk)
    assert run is not None
    fixity.check(run)


if __name__ == "__main__":
    main()
