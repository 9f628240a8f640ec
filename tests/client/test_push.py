"""The client, installed as a pipeline would, against a server that really runs."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from compliance.management.supervision import tied
from tests.trail.test_at_once import answer, start
from tests.work.house import PATIENCE, ROOT, house

pytestmark = pytest.mark.processes


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A shell with the client installed and the three names set."""

    environment: dict[str, str]
    folder: Path

    def run(self, *words: str, **changed: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(self.folder / "bin" / "probanda"), *words]
        return subprocess.run(
            command, cwd=self.folder, env={**self.environment, **changed}, capture_output=True, text=True, check=False
        )

    def push(self, *words: str) -> dict[str, object]:
        done = self.run("push", *words, "--format", "json")
        assert done.returncode == 0, done.stderr
        told: dict[str, object] = json.loads(done.stdout)
        return told


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    folder = tmp_path_factory.mktemp("pipeline")
    quiet = "--quiet --no-deps --no-index --no-build-isolation --disable-pip-version-check --no-compile".split()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PROBANDA_", "DJANGO_"))}
    sources = folder / "sources"
    subprocess.run(["git", "-C", str(ROOT), "checkout-index", "-a", f"--prefix={sources}/"], check=True)
    install = [sys.executable, "-m", "pip", "install", *quiet, "--target", str(folder), str(sources / "client")]
    subprocess.run(install, check=True, env=environment)
    with house(tmp_path_factory.mktemp("house")) as made:
        answer(start(made, "prepare"))
        slug, token = json.loads(answer(start(made, "token")))
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        words = f"-m gunicorn --bind 127.0.0.1:{port} --workers 1 --log-level warning compliance.wsgi".split()
        server = subprocess.Popen(
            tied([sys.executable, *words]), cwd=ROOT, env=made.environment, start_new_session=True
        )
        made.running.append(server)
        url = f"http://127.0.0.1:{port}"
        _wait_for(url)
        named = {"PROBANDA_URL": url, "PROBANDA_ORGANISATION": slug, "PROBANDA_TOKEN": token}
        yield Pipeline({**environment, "PYTHONPATH": str(folder), **named}, folder)


def _wait_for(url: str) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            urllib.request.urlopen(f"{url}/api/openapi.json", timeout=5).close()
            return
        except OSError:
            assert time.monotonic() < end
            time.sleep(0.2)


def test_pushed_once_again_and_changed(pipeline: Pipeline) -> None:
    card = pipeline.folder / "model card.md"
    card.write_text("# Model card\n", encoding="utf-8")
    words: tuple[str, ...] = (str(card), "--title", "Model card", "--row", "LL144-AUD-01", "--tag", "card")
    system = json.loads(_client(pipeline, "[one for one in house.every('systems/')]"))[0]
    named = f"{system['name']} {system['version']}".strip()
    words += ("--system", named)
    first = pipeline.push(*words)
    assert (first["how"], first["version"], first["rows"]) == ("new", 1, ["LL144-AUD-01"])
    assert pipeline.push(*words) == {**first, "how": "unchanged"}
    card.write_text("# Model card, corrected\n", encoding="utf-8")
    second = pipeline.push(*words)
    assert (second["how"], second["version"], second["evidence"]) == ("a new version", 2, first["evidence"])


def test_the_workflow_of_the_manual_runs(pipeline: Pipeline) -> None:
    page = (ROOT / "templates/docs/how-to/push-from-a-pipeline.md").read_text(encoding="utf-8")
    workflow = yaml.safe_load(page.split("```yaml")[1].split("```")[0])
    (step,) = [one for one in workflow["jobs"]["push"]["steps"] if "env" in one]
    assert set(step["env"]) == {name for name in pipeline.environment if name.startswith("PROBANDA_")}
    (pipeline.folder / "model-card.md").write_text("# Model card of the manual\n", encoding="utf-8")
    (pipeline.folder / "report.xml").write_text("<tests/>\n", encoding="utf-8")
    path = f"{pipeline.folder / 'bin'}:{os.environ['PATH']}"
    environment = {**pipeline.environment, "PATH": path}
    shell = ["bash", "-euo", "pipefail", "-c", step["run"]]
    done = subprocess.run(shell, cwd=pipeline.folder, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.split(" is ")[0] for line in done.stdout.splitlines()] == ["Model card", "Test report"]


def test_a_large_file_is_sent_piece_by_piece(pipeline: Pipeline) -> None:
    large = pipeline.folder / "large.bin"
    with large.open("wb") as file:
        file.truncate(40 * 1024 * 1024)
    made = pipeline.push(str(large), "--title", "Large")
    assert made["sha256"] == hashlib.sha256(large.read_bytes()).hexdigest()


def test_what_is_wrong_is_said_and_ends_with_its_own_status(pipeline: Pipeline) -> None:
    card = pipeline.folder / "card.md"
    card.write_text("Card", encoding="utf-8")
    refused = pipeline.run("push", str(card), PROBANDA_TOKEN="probanda_nonsense")
    assert (refused.returncode, refused.stderr) == (1, "The token is unknown, has ended or was closed.\n")
    assert pipeline.run("push", "absent.md").returncode == 2
    nobody = pipeline.run("push", str(card), "--system", "Nobody 1.0")
    assert (nobody.returncode, nobody.stderr.startswith("There is no AI system 'Nobody 1.0' here.")) == (2, True)
    empty = pipeline.folder / "empty.md"
    empty.touch()
    assert "is empty" in pipeline.run("push", str(empty)).stderr
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    gone = _client(pipeline, "house.get('me/')", url=f"http://127.0.0.1:{port}")
    assert "cannot be reached" in gone


def _client(pipeline: Pipeline, expression: str, url: str = "") -> str:
    code = (
        "import json, os\nfrom probanda_client import Probanda, Unreachable\n"
        "named = [os.environ['PROBANDA_' + name] for name in ('URL', 'ORGANISATION', 'TOKEN')]\n"
        f"house = Probanda({url!r} or named[0], *named[1:], attempts=2)\n"
        f"try:\n    print(json.dumps({expression}))\nexcept Unreachable as error:\n    print(error)\n"
    )
    environment = {**pipeline.environment, "PYTHONPATH": str(pipeline.folder)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    return done.stdout
