"""Bytes are kept whole or not at all, and are given out only as they came in."""

from __future__ import annotations

import hashlib
import io
import os
import resource
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from pytest_django.fixtures import Settings

from compliance.evidence import blobs
from compliance.evidence.blobs import FolderStore
from compliance.lib.problems import Refused
from tests.build import ROOM

OWNER = UUID(int=1)


def files(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


@pytest.fixture
def short_files(tmp_path: Path) -> Iterator[Path]:
    """A folder where, for this process, no file may grow beyond 256 KiB."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, hard))
    yield tmp_path
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("where", ["small_disk", "short_files"])
def test_a_full_disk_leaves_no_half_file(where: str, request: pytest.FixtureRequest) -> None:
    root: Path = request.getfixturevalue(where)
    store = FolderStore(root)
    kept = store.put(OWNER, io.BytesIO(b"small"))
    with pytest.raises(Refused, match=r"There is no room left where evidence is kept, so nothing was saved\."):
        store.put(OWNER, io.BytesIO(os.urandom(2 * ROOM)))
    assert [path.name for path in files(root)] == [kept.sha256]
    assert store.put(OWNER, io.BytesIO(b"small too")).size == 9


def test_the_same_bytes_are_kept_once_for_an_owner_and_never_replaced(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    kept = store.put(OWNER, io.BytesIO(b"data"))
    assert kept.sha256 == hashlib.sha256(b"data").hexdigest()
    (place,) = files(tmp_path)
    before = place.stat()
    assert store.put(OWNER, io.BytesIO(b"data")) == kept
    assert place.stat().st_ino == before.st_ino
    assert place.stat().st_mode & 0o777 == 0o440
    with pytest.raises(Refused, match="no longer where they were kept"):
        store.open(uuid4(), kept.sha256)


def test_a_longer_file_than_allowed_is_refused_before_it_is_read_whole(tmp_path: Path) -> None:
    class Endless(io.RawIOBase):
        given = 0

        def read(self, size: int = -1) -> bytes:
            self.given += size
            return b"x" * size

    source = Endless()
    with pytest.raises(Refused, match=r"The file is larger than the 3 MB that are accepted here, so nothing was saved"):
        FolderStore(tmp_path).put(OWNER, source, limit=3 * blobs.PIECE)  # type: ignore[arg-type]
    assert source.given == 4 * blobs.PIECE
    assert files(tmp_path) == []


def test_bytes_that_were_changed_or_removed_are_not_given_out(tmp_path: Path, settings: Settings) -> None:
    settings.STORAGE_URL = f"file://{tmp_path}"
    sha256 = blobs.put_bytes(OWNER, b"12 of 40 people").sha256
    assert blobs.read(OWNER, sha256) == b"12 of 40 people"
    (place,) = files(tmp_path)
    place.chmod(0o600)
    place.write_bytes(b"38 of 40 people")
    with pytest.raises(Refused, match=f"no longer have the SHA-256 {sha256}"):
        blobs.read(OWNER, sha256)
    with pytest.raises(Refused, match="no longer have the SHA-256"), blobs.local_path(OWNER, sha256):
        pass
    blobs.put_bytes(OWNER, b"12 of 40 people")  # whoever still has the bytes mends the place with them
    assert blobs.read(OWNER, sha256) == b"12 of 40 people"
    assert files(tmp_path) == [place]
    place.unlink()
    with pytest.raises(Refused, match=f"{sha256} are no longer where they were kept"):
        blobs.open_checked(OWNER, sha256)
