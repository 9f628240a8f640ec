"""Bytes kept in S3-compatible storage: PREFIX/OWNER/SHA256, written once (`If-None-Match: *`) while they stay whole."""

from __future__ import annotations

import tempfile
from typing import IO, Any
from uuid import UUID

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from django.conf import settings

from compliance.evidence.blobs import Kept, copy_and_digest, missing
from compliance.lib.canonical import sha256_stream
from compliance.lib.problems import Refused


class S3Store:
    """Keys and region come from the client's usual environment (AWS_ACCESS_KEY_ID and so on)."""

    def __init__(self, *, bucket: str, prefix: str = "", endpoint_url: str | None = None, region: str | None = None):
        self.bucket, self.prefix = bucket, prefix
        self._client: Any = boto3.client(
            "s3", endpoint_url=endpoint_url, region_name=region, config=Config(retries={"max_attempts": 4})
        )

    def put(self, owner: UUID, stream: IO[bytes], *, limit: int | None = None) -> Kept:
        """Keep what `stream` holds, once. Raises Refused when it is longer than `limit` bytes."""
        with tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as file:
            kept = copy_and_digest(stream, file, limit)
            file.seek(0)
            try:
                self._client.put_object(
                    Bucket=self.bucket, Key=self._key(owner, kept.sha256), Body=file, IfNoneMatch="*"
                )
            except ClientError as error:
                if error.response["Error"]["Code"] not in ("PreconditionFailed", "412"):
                    raise
                self._mend(owner, kept.sha256, file)
        return kept

    def _mend(self, owner: UUID, sha256: str, good: IO[bytes]) -> None:
        """Put good bytes in the place of kept ones that were damaged since."""
        with self.open(owner, sha256) as stream:
            if sha256_stream(stream)[0] == sha256:
                return
        good.seek(0)
        self._client.put_object(Bucket=self.bucket, Key=self._key(owner, sha256), Body=good)

    def open(self, owner: UUID, sha256: str) -> IO[bytes]:
        """Open kept bytes as a local temporary file; raises Refused where they are gone."""
        file: IO[bytes] = tempfile.NamedTemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR)  # noqa: SIM115 - the caller closes
        try:
            self._client.download_fileobj(self.bucket, self._key(owner, sha256), file)
        except ClientError as error:
            file.close()
            if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
                raise Refused(missing(sha256)) from None
            raise
        file.seek(0)
        return file

    def _key(self, owner: UUID, sha256: str) -> str:
        return "/".join(part for part in (self.prefix, str(owner), sha256) if part)
