"""A value of any type as the one text that stands for it, whatever engine and file format it came through."""

from __future__ import annotations

import struct
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from audits.metrics.rounding import plain


def as_word(value: Any, *, single: bool = False) -> str:
    """Return the text of a value: numbers without zeros that say nothing, nothing for what is missing.

    A binary float is the shortest decimal that is read as the same float, which is what a file of text would hold;
    `single` says that it has 32 bits.

    >>> as_word(True), as_word(1.0), as_word(None), as_word(Decimal("2.50")), as_word(0.10000000149011612, single=True)
    ('true', '1', '', '2.5', '0.1')
    """
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        value = Decimal(_shortest(value) if single else repr(value))
    if isinstance(value, Decimal):
        return plain(value) if value.is_finite() else str(value)
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)


def _shortest(value: float) -> str:
    for digits in range(6, 10):
        text = f"{value:.{digits}g}"
        if struct.pack("f", float(text)) == struct.pack("f", value):
            break
    return text
