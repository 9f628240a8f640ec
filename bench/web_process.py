"""What a web process weighs before a page needs more: its memory, and that no library of counting is loaded.

A process of its own starts the application, knows every page and answers one; its peak of memory is told.

    python -m bench.web_process
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
MOST: Final = 200
"""Megabytes that a web process may hold at its peak."""
HEAVY: Final = (
    "pandas", "numpy", "duckdb", "ibis", "pyarrow", "scipy", "matplotlib", "statsmodels", "openpyxl", "pyspark",
    "psycopg2", "sqlglot",
)  # fmt: skip
"""What only counting and testing need."""
_SERVE: Final = """if True:
    import io, sys
    from compliance.wsgi import application
    from django.urls import get_resolver
    get_resolver().url_patterns  # every page's module
    answers = []
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/manual/", "SERVER_NAME": "localhost", "SERVER_PORT": "80",
               "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(), "HTTP_HOST": "localhost"}
    b"".join(application(environ, lambda status, headers: answers.append(status)))
    assert answers, "no answer"
    # Not ru_maxrss: that of a new process begins with what its parent held, such as a whole run of tests.
    status = dict(line.split(":", 1) for line in open("/proc/self/status"))
    print(int(status["VmHWM"].split()[0]) // 1024, *sorted(set(sys.argv[1:]) & set(sys.modules)))"""


def weighed(home: Path) -> tuple[int, list[str]]:
    """Return the peak of a web process in megabytes, and the heavy libraries that it loaded to answer a page."""
    environment = {**os.environ, "PROBANDA_HOME": str(home), "DJANGO_SETTINGS_MODULE": "compliance.settings"}
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], check=True, cwd=ROOT, env=environment)
    done = subprocess.run(
        [sys.executable, "-c", _SERVE, *HEAVY], check=True, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    megabytes, *loaded = done.stdout.split()
    return int(megabytes), loaded


def main() -> int:
    """Print the line; 1 if the process is too heavy."""
    with tempfile.TemporaryDirectory() as home:
        megabytes, loaded = weighed(Path(home))
    print(f"A web process that answered a page holds {megabytes} MB and loaded {', '.join(loaded) or 'nothing heavy'}.")
    return int(megabytes >= MOST or bool(loaded))


if __name__ == "__main__":
    raise SystemExit(main())
