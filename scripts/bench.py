"""Run the benchmarks one after the other, so that none disturbs another: `make bench`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


ON_SERVICES = ("many_systems",)
"""What is measured on PostgreSQL too, where `make services` runs it."""


def main() -> int:
    everything = os.environ | {"PYTHONPATH": str(ROOT)}
    alone = {name: value for name, value in everything.items() if name not in ("DATABASE_URL", "CELERY_BROKER_URL")}
    failed = []
    for path in sorted((ROOT / "bench").glob("[a-z]*.py")):
        print(f"== {path.stem} ==", flush=True)
        environment = everything if path.stem in ON_SERVICES else alone
        if subprocess.run([sys.executable, str(path)], cwd=ROOT, env=environment, check=False).returncode:
            failed.append(path.stem)
    if failed:
        print(f"These benchmarks failed: {', '.join(failed)}.", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
