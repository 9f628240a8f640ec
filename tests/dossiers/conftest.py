"""One printed and signed dossier for all tests of this folder, since printing takes seconds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from audits.dossiers import keys, render, signing
from tests.authority import Authority
from tests.dossiers.example import example_attachments, example_manifest
from tests.dossiers.signers import Walk, walk

AT = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(hours=1)
"""Ahead of the keys that the tests make on their way, so that these are valid by then, on whatever day."""


@pytest.fixture(scope="session")
def key_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys")


@pytest.fixture(scope="session")
def local(key_folder: Path) -> keys.Signer:
    return keys.local_signer(key_folder)


@pytest.fixture(scope="session")
def ca(key_folder: Path, local: keys.Signer) -> bytes:
    return (key_folder / keys.LOCAL_CERTIFICATE).read_bytes()


@pytest.fixture(scope="session")
def unsigned() -> bytes:
    return render.render_in_child(example_manifest(6), example_attachments())


@pytest.fixture(scope="session")
def signed(unsigned: bytes, local: keys.Signer) -> bytes:
    return signing.sign(unsigned, local, name="Alice", at=AT)


@pytest.fixture(scope="session")
def three(time_authority: Authority) -> Walk:
    """A dossier that Alice, Bob and Charlie signed at level B-LTA."""
    return walk(time_authority)
