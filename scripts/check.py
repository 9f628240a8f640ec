"""Run every check, say how each went, and fail if any failed: `make check`, or `scripts/check.py NAME...`."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
PYTHON = sys.executable
# Settings as an operator would write them for a public server.
PRODUCTION = {
    "PROBANDA_ALLOWED_HOSTS": "audit.example.org",
    "PROBANDA_BASE_URL": "https://audit.example.org",
    "PROBANDA_SECRET_KEY": "".join(chr(33 + (7 * n) % 90) for n in range(64)),
}
CHECKS: dict[str, tuple[list[str], dict[str, str]]] = {
    "style": ([str(BIN / "ruff"), "check", "--quiet"], {}),
    "format": ([str(BIN / "ruff"), "format", "--check", "--quiet"], {}),
    "types": ([str(BIN / "mypy")], {}),
    "imports": ([str(BIN / "lint-imports"), "--no-logo"], {}),
    "templates": ([PYTHON, "scripts/check_templates.py"], {}),
    "documents": ([PYTHON, "scripts/check_documents.py"], {}),
    "messages": ([PYTHON, "scripts/messages.py", "check"], {}),
    "lock": ([str(BIN / "uv"), "lock", "--check", "--quiet"], {}),
    "migrations": ([PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"], {}),
    "system": ([PYTHON, "manage.py", "check", "--fail-level", "WARNING"], {}),
    "deployment": ([PYTHON, "manage.py", "check", "--deploy", "--fail-level", "WARNING"], PRODUCTION),
}


def run(name: str, home: str) -> bool:
    """Run one check in a private folder of its own; print its output only when it fails."""
    command, extra = CHECKS[name]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PROBANDA_")}
    environment |= {"PROBANDA_HOME": home, **extra}
    began = time.monotonic()
    done = subprocess.run(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    ok = done.returncode == 0
    print(f"{name:<12} {'ok' if ok else 'FAILED':<7} {time.monotonic() - began:5.1f} s", flush=True)
    if not ok:
        print(done.stdout, flush=True)
    return ok


def main() -> int:
    names = sys.argv[1:] or list(CHECKS)
    if unknown := [name for name in names if name not in CHECKS]:
        print(f"There is no check {unknown[0]!r}. Write one of: {', '.join(CHECKS)}.", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="probanda-check-") as home:
        failed = [name for name in names if not run(name, home)]
    print(f"{len(failed)} of {len(names)} checks failed: {', '.join(failed)}." if failed else "All checks hold.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
