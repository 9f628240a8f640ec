"""Run the benchmarks one after the other, so that none disturbs another: `make bench`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    failed = []
    for path in sorted((ROOT / "bench").glob("[a-z]*.py")):
        print(f"== {path.stem} ==", flush=True)
        if subprocess.run([sys.executable, str(path)], cwd=ROOT, env=environment, check=False).returncode:
            failed.append(path.stem)
    if failed:
        print(f"These benchmarks failed: {', '.join(failed)}.", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
