"""The verifier that travels alone: the wheel and the zipapp say what the command says, without Django in reach."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from audits.dossiers.verification import verify
from scripts.build_verifier import build, closure

# What a machine without Django and without this folder would see: the installed wheel, and the libraries that it needs.
ALONE = """
import sys
wheel, libraries, *words = sys.argv[1:]
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split('.')[0] in ('django', 'celery', 'weasyprint', 'rest_framework', 'duckdb', 'ibis', 'pandas'):
            raise ModuleNotFoundError(f'No module named {name!r}', name=name)
sys.meta_path.insert(0, Absent())
sys.path = [wheel, *[one for one in sys.path if 'site-packages' not in one and one], libraries]
from audits.dossiers.verification import command
assert command.__file__.startswith(wheel), command.__file__
sys.exit(command.main(words))
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("verifier")
    build(target)
    return target


@pytest.fixture
def alone(built: Path, tmp_path: Path) -> list[str]:
    [wheel] = (built / "dist").glob("*.whl")
    zipfile.ZipFile(wheel).extractall(tmp_path / "installed")
    return [sys.executable, "-I", "-c", ALONE, str(tmp_path / "installed"), sysconfig.get_path("purelib")]


def ran(command: list[str], *words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*command, *map(str, words)], capture_output=True, text=True, check=False, cwd="/")


def test_it_needs_nothing_of_the_server(built: Path) -> None:
    ours, others = closure()
    assert "audits.metrics.recheck" in ours
    assert not {one for one in ours if one.startswith(("compliance.web", "compliance.people", "audits.work"))}
    assert {"pikepdf", "cryptography", "scipy"} <= set(others)


def test_the_wheel_and_the_zipapp_say_what_the_command_says(
    built: Path, alone: list[str], signed: bytes, tmp_path: Path
) -> None:
    signed_file = tmp_path / "dossier.pdf"
    signed_file.write_bytes(signed)
    expected = verify(signed)
    told = ran(alone, signed_file, "--format", "json")
    assert told.returncode == expected.exit_code == 2, told.stderr
    found = json.loads(told.stdout)
    assert [one["sentence"] for one in found["checks"]] == [one.sentence for one in expected.checks]
    zipped = ran([sys.executable, str(built / "probanda-verify.pyz")], signed_file, "--format", "json")
    assert json.loads(zipped.stdout)["checks"] == found["checks"]
    spoilt = tmp_path / "spoilt.pdf"
    data = bytearray(signed_file.read_bytes())
    data[len(data) // 2] ^= 1
    spoilt.write_bytes(data)
    assert ran(alone, spoilt).returncode == 1
    missing = ran(alone, tmp_path / "none.pdf")
    assert (missing.returncode, "cannot be read" in missing.stderr, "Traceback" in missing.stderr) == (1, True, False)
