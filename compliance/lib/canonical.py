"""One way to write JSON as bytes, and one digest over bytes.

Whatever is hashed, chained, frozen or signed goes through :func:`dump`, so that anyone can write
the same value again with another tool and get the same digest (RFC 8785, JSON Canonicalization Scheme).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import IO, Any, TypeAlias

import rfc8785

Json: TypeAlias = Mapping[str, Any] | list[Any] | str | int | bool | None

_CHUNK = 1024 * 1024


def dump(value: Any) -> bytes:
    """Return `value` as canonical JSON in UTF-8 (RFC 8785: sorted keys, no spaces, one spelling of each number).

    Exact numbers travel as strings or integers; a float is refused, because two programs may round it differently.

    >>> dump({"b": 1, "a": ["é", None]})
    b'{"a":["\\xc3\\xa9",null],"b":1}'
    >>> dump({"rate": 0.48})
    Traceback (most recent call last):
    TypeError: A float has no one exact spelling; write 0.48 at .rate as a string.
    """
    _refuse_floats(value, "")
    return rfc8785.dumps(value)


def load(data: bytes) -> Any:
    """Read JSON bytes; a repeated key or a float is refused with a ValueError, since neither has one canonical form.

    >>> load(b'{"a":1,"a":2}')
    Traceback (most recent call last):
    ValueError: The key 'a' stands twice in one JSON object.
    """
    return json.loads(data, object_pairs_hook=_unique, parse_float=_no_float, parse_constant=_no_float)


def is_canonical(data: bytes) -> bool:
    """Say whether `data` is JSON written exactly as :func:`dump` writes it.

    >>> is_canonical(b'{"a":1}'), is_canonical(b'{"a": 1}'), is_canonical(b'nonsense')
    (True, False, False)
    """
    try:
        return dump(load(data)) == data
    except (ValueError, TypeError, RecursionError):
        return False


def sha256(data: bytes) -> str:
    """Return the SHA-256 of `data` as 64 lower-case hexadecimal digits.

    >>> sha256(b"")
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
    """
    return hashlib.sha256(data).hexdigest()


def digest(value: Any) -> str:
    """Return the SHA-256 of the canonical JSON of `value`."""
    return sha256(dump(value))


def sha256_stream(stream: IO[bytes]) -> tuple[str, int]:
    """Return the SHA-256 and the length in bytes of all that is left in `stream`, read in pieces of 1 MiB."""
    total, size = hashlib.sha256(), 0
    while piece := stream.read(_CHUNK):
        total.update(piece)
        size += len(piece)
    return total.hexdigest(), size


def _refuse_floats(value: Any, where: str) -> None:
    if isinstance(value, float):
        raise TypeError(f"A float has no one exact spelling; write {value!r} at {where or 'the top'} as a string.")
    if isinstance(value, Mapping):
        for key, item in value.items():
            _refuse_floats(item, f"{where}.{key}")
    elif isinstance(value, Iterable) and not isinstance(value, (str, bytes)):
        for place, item in enumerate(value):
            _refuse_floats(item, f"{where}[{place}]")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"The key {key!r} stands twice in one JSON object.")
        found[key] = value
    return found


def _no_float(text: str) -> Any:
    raise ValueError(f"The number {text} has no one exact spelling in JSON.")
