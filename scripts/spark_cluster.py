"""A Spark standalone cluster for tests: a master and two workers of one core each, on loopback, behind a secret.

    scripts/spark_cluster.py start    start it; print the settings that reach it
    scripts/spark_cluster.py stop     stop it and take its folder away

It needs Java 17 (`scripts/system java`) and PySpark, which brings Spark itself. Whoever does not know the secret, which
stands in a file of the one who started it, can make it do nothing.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

HOST = "127.0.0.1"
LINK = Path(__file__).resolve().parent.parent / "var" / "spark"
SECONDS = 60


def home() -> Path:
    """Return the folder of Spark inside PySpark."""
    found = find_spec("pyspark")
    if found is None or found.origin is None:
        raise SystemExit("PySpark is not installed here. Run: make services SPARK=1")
    return Path(found.origin).parent


def launch(place: Path, name: str, *words: str) -> None:
    """Start one part in the background; its number is kept, and what it says."""
    environment = os.environ | {
        "SPARK_HOME": str(home()),
        "SPARK_CONF_DIR": str(place),
        "SPARK_LOCAL_IP": HOST,
        "SPARK_DAEMON_MEMORY": "256m",
    }
    with (place / f"{name}.log").open("w") as log:
        process = subprocess.Popen(
            [str(home() / "bin" / "spark-class"), *words],
            cwd=place, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    (place / f"{name}.pid").write_text(str(process.pid))


def await_words(place: Path, name: str, words: str) -> None:
    """Wait until a part has said these words."""
    log = place / f"{name}.log"
    for _ in range(SECONDS * 10):
        if words in log.read_text(errors="replace"):
            return
        time.sleep(0.1)
    raise SystemExit(f"Spark's {name} did not start within {SECONDS} seconds:\n{log.read_text()[-2000:]}")


def start() -> None:
    """Start a master and two workers, and print how to reach them."""
    if LINK.is_symlink():
        stop()
    LINK.parent.mkdir(mode=0o700, exist_ok=True)
    place = Path(tempfile.mkdtemp(prefix="probanda-spark-", dir="/var/tmp"))
    LINK.symlink_to(place)
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    settings = place / "spark-defaults.conf"
    settings.touch(mode=0o600)
    settings.write_text(
        f"spark.authenticate true\nspark.authenticate.secret {secrets.token_hex(16)}\nspark.executor.memory 512m\n"
        f"spark.driver.host {HOST}\nspark.driver.bindAddress {HOST}\nspark.ui.enabled false\n"
        f"spark.ui.killEnabled false\nspark.local.dir {place}\nspark.sql.warehouse.dir {place}/warehouse\n"
    )
    common = ["--host", HOST, "--webui-port", "0", "--properties-file", str(settings)]
    launch(place, "master", "org.apache.spark.deploy.master.Master", "--port", str(port), *common)
    await_words(place, "master", "I have been elected leader")
    url = f"spark://{HOST}:{port}"
    for name in ("worker-1", "worker-2"):
        launch(
            place, name, "org.apache.spark.deploy.worker.Worker", "--cores", "1", "--memory", "600M",
            "--work-dir", str(place / name), *common, url,
        )  # fmt: skip
    for name in ("worker-1", "worker-2"):
        await_words(place, name, "Successfully registered with master")
    print(f"export SPARK_MASTER={url}\nexport SPARK_CONF_DIR={place}\nexport SPARK_LOCAL_IP={HOST}")


def stop() -> None:
    """End what was started here, by its number, and remove its folder."""
    if not LINK.is_symlink():
        return
    place = LINK.resolve()
    for path in sorted(place.glob("*.pid"), reverse=True):  # workers first
        try:
            os.killpg(int(path.read_text()), signal.SIGTERM)
        except (ProcessLookupError, ValueError):
            continue
    shutil.rmtree(place, ignore_errors=True)
    LINK.unlink()


if __name__ == "__main__":
    if sys.argv[1:] not in (["start"], ["stop"]):
        sys.exit(__doc__)
    {"start": start, "stop": stop}[sys.argv[1]]()
