"""Several files under one digest."""

from __future__ import annotations

from collections.abc import Iterable

from compliance.lib.canonical import digest


def bundle_digest(files: Iterable[tuple[str, str, int]]) -> str:
    """Return the digest of several files: that of the canonical JSON with the name, SHA-256 and size in bytes of each,
    in their order.

    >>> bundle_digest([("a.txt", "00" * 32, 4), ("b.txt", "ff" * 32, 5)])[:12]
    '168a27d540a4'
    """
    told = [{"file_name": name, "sha256": sha256, "size": size} for name, sha256, size in files]
    return digest({"schema": "probanda/evidence-files/1", "files": told})
