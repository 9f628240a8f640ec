"""What was kept before evidence had versions is carried over without loss."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings


def test_every_piece_becomes_its_first_version_with_its_digest(tmp_path: Path) -> None:
    environment = {**os.environ, "PROBANDA_HOME": str(tmp_path), "PYTHONPATH": str(settings.BASE_DIR)}
    environment.pop("DATABASE_URL", None)
    command = [sys.executable, "-m", "tests.evidence.before_versions"]
    done = subprocess.run(command, env=environment, cwd=settings.BASE_DIR, capture_output=True, check=True, text=True)
    told = json.loads(done.stdout)
    assert told["ids"] == told["old"]
    one, two, three = "aa" * 32, "bb" * 32, "cc" * 32
    assert told["pieces"] == [
        ["Call", "A draft.", "internal", "1", three],
        ["Export", "", "internal", "1", one],
        ["Policy", "", "internal", "1", two],
    ]
    assert told["versions"] == [
        ["file", "12", "", "", "The vendor", "2026-01-02", "2027-01-02", one],
        ["link", "80", "https://example.org/p", "", "", "None", "None", two],
        ["note", "14", "", "What was said.", "", "None", "None", three],
    ]
    assert told["files"] == [
        ["", "application/json", two, "80"],
        ["", "text/plain; charset=utf-8", three, "14"],
        ["export.csv", "text/csv", one, "12"],
    ]
    assert told["spoken"] == [["file", "Sortwell Screen", ""]]
    assert told["attached"] == [["Export", "None"]]
