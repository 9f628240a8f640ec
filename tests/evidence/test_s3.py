"""The same promises on S3-compatible storage, over HTTP, against moto's server on loopback."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import boto3
import pytest
from moto.server import ThreadedMotoServer
from pytest_django.fixtures import Settings

from compliance.evidence import blobs
from compliance.lib.problems import Refused

OWNER, OTHER = UUID(int=1), UUID(int=2)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(server: str, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "tests")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "tests")
    client = boto3.client("s3", endpoint_url=server, region_name="eu-central-1")
    client.create_bucket(Bucket="kept", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    settings.STORAGE_URL = f"s3://kept/evidence?endpoint_url={server}&region=eu-central-1"
    yield client
    for found in client.list_objects_v2(Bucket="kept").get("Contents", []):
        client.delete_object(Bucket="kept", Key=found["Key"])
    client.delete_bucket(Bucket="kept")


def keys(bucket: Any) -> list[str]:
    return [found["Key"] for found in bucket.list_objects_v2(Bucket="kept").get("Contents", [])]


def test_bytes_are_kept_once_under_their_owner_and_digest(bucket: Any) -> None:
    data = bytes(range(256)) * 40_000
    kept = blobs.store().put(OWNER, io.BytesIO(data))
    assert blobs.store().put(OWNER, io.BytesIO(data)) == kept
    assert keys(bucket) == [f"evidence/{OWNER}/{kept.sha256}"]
    assert blobs.read(OWNER, kept.sha256) == data
    with blobs.local_path(OWNER, kept.sha256) as path:
        assert path.read_bytes() == data
    with pytest.raises(Refused, match="no longer where they were kept"):
        blobs.read(OTHER, kept.sha256)


def test_changed_bytes_are_not_given_out(bucket: Any) -> None:
    sha256 = blobs.put_bytes(OWNER, b"12 of 40 people").sha256
    bucket.put_object(Bucket="kept", Key=f"evidence/{OWNER}/{sha256}", Body=b"38 of 40 people")
    with pytest.raises(Refused, match="no longer have the SHA-256"):
        blobs.open_checked(OWNER, sha256)
    blobs.put_bytes(OWNER, b"12 of 40 people")  # whoever still has the bytes mends the place with them
    assert blobs.read(OWNER, sha256) == b"12 of 40 people"


def test_too_long_a_file_never_reaches_the_store(bucket: Any) -> None:
    with pytest.raises(Refused, match="larger than the 1 MB"):
        blobs.store().put(OWNER, io.BytesIO(b"x" * (1024 * 1024 + 1)), limit=1024 * 1024)
    assert keys(bucket) == []
