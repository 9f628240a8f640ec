"""One printed and signed dossier for all tests of this folder, since printing takes seconds."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from audits.dossiers import render, signing
from tests.dossiers.example import example_attachments, example_manifest

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys")


@pytest.fixture(scope="session")
def local(keys: Path) -> signing.Signer:
    return signing.local_signer(keys)


@pytest.fixture(scope="session")
def ca(keys: Path, local: signing.Signer) -> bytes:
    return (keys / signing.LOCAL_CERTIFICATE).read_bytes()


@pytest.fixture(scope="session")
def unsigned() -> bytes:
    return render.render_in_child(example_manifest(6), example_attachments())


@pytest.fixture(scope="session")
def signed(unsigned: bytes, local: signing.Signer) -> bytes:
    return signing.sign(unsigned, local, name="Alice", at=AT)
