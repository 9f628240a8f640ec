"""`manage.py serve`: the web application and a worker on this machine, in one command."""

from __future__ import annotations

import os
import shutil
import socket
import sys
import threading
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from compliance.lib.messages import build
from compliance.management.supervision import Child, supervise
from compliance.people.models import User

START_SECONDS = 60.0
WEB = {"MALLOC_ARENA_MAX": "2"}
"""Threads of glibc share two heaps instead of having one each, which keeps a web process under 200 MB."""
KEEP_SCRATCH_SECONDS = 24 * 3600


class Command(BaseCommand):
    help = "Migrate, then run the web application and a worker until Ctrl-C. Each starts again if it ends by itself."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--bind", default="127.0.0.1", help="address to listen on; by default this machine only")
        parser.add_argument("--workers", type=int, default=settings.CELERY_WORKER_CONCURRENCY, metavar="N",
                            help="background jobs done at once")  # fmt: skip
        parser.add_argument(
            "--threads", type=int, default=8, metavar="N", help="requests that a web process answers at once"
        )
        parser.add_argument(
            "--processes", type=int, default=1, metavar="N", help="web processes; on PostgreSQL, one for each core"
        )

    def handle(
        self, *args: Any, port: int, bind: str, workers: int, threads: int, processes: int, **options: Any
    ) -> None:
        if min(workers, threads, processes) < 1:
            raise CommandError("--workers, --threads and --processes are whole numbers of at least 1.")
        check_free(bind, port)
        build(settings.BASE_DIR / "locale")
        call_command("migrate", verbosity=0)
        _prepare_queue()
        address = _address(bind, port)
        environment = {**os.environ, "TMPDIR": str(_scratch())}
        if not {"PROBANDA_BASE_URL", "PROBANDA_BASE_URL_FILE"} & set(os.environ):
            environment["PROBANDA_BASE_URL"] = address
        children = [
            Child("web application", web_command(bind, port, threads, processes), {**WEB, **environment}),
            Child("worker", worker_command(workers), environment),
        ]
        threading.Thread(target=self._greet, args=(bind, port, address), daemon=True).start()
        sys.exit(supervise(children, say=lambda line: self.stderr.write(line)))

    def _greet(self, bind: str, port: int, address: str) -> None:
        if not _answers(bind, port):
            return
        lines = [f"Probanda is at {address}"]
        people = settings.HOME / "demo-people.txt"
        if not User.objects.exists():
            lines.append("Nobody has an account yet: open that page to make the first organisation and administrator.")
        elif people.exists():
            lines.append(f"Sign in as one of the demo's people; their addresses and passwords are in {people}")
        else:
            lines.append("Sign in with your e-mail address and password.")
        if bind not in ("127.0.0.1", "::1", "localhost"):
            names = ", ".join(settings.ALLOWED_HOSTS)
            lines.append(f"Other machines reach it by the names in PROBANDA_ALLOWED_HOSTS, which are: {names}")
        if os.geteuid() == 0:
            lines.append("It runs as root, which it needs nothing of: an ordinary user is safer.")
        lines += [f"Everything is kept in {settings.HOME}", "Press Ctrl-C to stop."]
        self.stdout.write("\n".join(lines))
        self.stdout.flush()


def check_free(bind: str, port: int) -> None:
    """Raise CommandError, in one sentence, unless something may listen there."""
    try:
        family, kind, _, _, where = socket.getaddrinfo(bind, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(where)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise CommandError(
            f"Port {port} of {bind} cannot be used ({reason}). Choose another one, for example --port {_other(port)}."
        ) from error


def web_command(bind: str, port: int, threads: int, processes: int = 1) -> list[str]:
    """Return the command of the web application: several threads a process, nothing written outside the folder."""
    where = f"[{bind}]:{port}" if ":" in bind else f"{bind}:{port}"
    words = f"-m gunicorn compliance.wsgi:application --worker-class gthread --threads {threads} --bind"
    beat = "/dev/shm" if os.access("/dev/shm", os.W_OK) else str(settings.FILE_UPLOAD_TEMP_DIR)  # noqa: S108
    rest = f"--workers {processes} --graceful-timeout 3 --timeout 120 --log-level warning --no-control-socket"
    return [sys.executable, *words.split(), where, *rest.split(), "--worker-tmp-dir", beat]


def worker_command(workers: int) -> list[str]:
    """Return the command of a worker that also starts the regular round over left work."""
    words = "-m compliance.management.worker --quiet --app compliance.celery worker --beat --loglevel WARNING"
    rest = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--concurrency", str(workers)]
    return [sys.executable, *words.split(), *rest]


def _prepare_queue() -> None:
    """Declare the queue before two processes do so at once."""
    from compliance.celery import app

    with app.connection_for_write() as connection:
        app.amqp.queues[app.conf.task_default_queue].bind(connection.default_channel).declare()


def _scratch() -> Path:
    """Return the private folder for temporary files; what a killed worker left there a day ago or more is removed."""
    folder: Path = settings.HOME / "scratch"
    folder.mkdir(mode=0o700, exist_ok=True)
    for left in folder.iterdir():
        if left.lstat().st_mtime < time.time() - KEEP_SCRATCH_SECONDS:
            shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink(missing_ok=True)
    return folder


def _address(bind: str, port: int) -> str:
    host = {"0.0.0.0": "127.0.0.1", "::": "localhost", "": "127.0.0.1"}.get(bind, bind)  # noqa: S104 - read, not bound
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _answers(bind: str, port: int) -> bool:
    """Wait until the web application takes connections."""
    until = time.monotonic() + START_SECONDS
    host = _address(bind, port).removeprefix("http://").rsplit(":", 1)[0].strip("[]")
    while time.monotonic() < until:
        try:
            with socket.create_connection((host, port), timeout=1):
                return True
        except OSError:
            time.sleep(0.1)
    return False


def _other(port: int) -> int:
    return port + 1 if 0 < port < 65535 else 8001
