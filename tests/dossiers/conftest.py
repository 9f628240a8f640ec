"""One printed and signed dossier for all tests of this folder, since printing takes seconds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from audits.dossiers import render, signing
from tests.dossiers.example import example_attachments, example_manifest

AT = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(hours=1)
"""Ahead of the keys that the tests make on their way, so that these are valid by then, on whatever day."""


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
