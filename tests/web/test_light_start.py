"""The web process starts without the libraries that only counting needs."""

import subprocess
import sys
from pathlib import Path


def test_serving_a_page_loads_no_heavy_library(tmp_path: Path) -> None:
    code = """if True:
        import sys
        from compliance.wsgi import application
        from django.conf import settings
        from django.urls import get_resolver
        get_resolver().url_patterns  # every page's module
        answers = []
        environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/manual/", "SERVER_NAME": "localhost", "SERVER_PORT": "80",
                   "wsgi.url_scheme": "http", "wsgi.input": __import__("io").BytesIO(), "HTTP_HOST": "localhost"}
        b"".join(application(environ, lambda status, headers: answers.append(status)))
        assert answers, "no answer"
        loaded = {"pandas", "numpy", "duckdb", "ibis", "pyarrow", "scipy", "matplotlib", "statsmodels", "openpyxl",
                  "pyspark", "psycopg2", "sqlglot"} & set(sys.modules)
        sys.exit(", ".join(sorted(loaded)) or 0)"""
    import os

    root = Path(__file__).parents[2]
    environment = {**os.environ, "PROBANDA_HOME": str(tmp_path), "DJANGO_SETTINGS_MODULE": "compliance.settings"}
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], check=True, cwd=root, env=environment)
    subprocess.run([sys.executable, "-c", code], check=True, cwd=root, env=environment)
