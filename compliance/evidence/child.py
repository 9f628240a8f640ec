"""Run a reader of strangers' files in a process of its own, with little time, and believe only what it writes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings

from compliance.lib.problems import Problem, Refused


def run(module: str, path: Path, *words: str, seconds: int, most: int) -> bytes:
    """Return what `python -m compliance.evidence.MODULE PATH WORDS` writes. Refused where it takes longer, fails, or
    writes more than `most` bytes."""
    command = [sys.executable, "-m", f"compliance.evidence.{module}", str(path), *words]
    environment = {"PATH": os.environ.get("PATH", ""), "PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C.UTF-8"}
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=seconds, cwd=settings.BASE_DIR, env=environment, check=False
        )
    except subprocess.TimeoutExpired:
        raise Refused(Problem("child-time", f"The file could not be read within {seconds} seconds.")) from None
    if done.returncode or len(done.stdout) > most:
        raise Refused(
            Problem("child-failed", "The file cannot be read: it is damaged, or it asks for too much memory.")
        )
    return done.stdout
