"""Ask a time authority for a token over a digest (RFC 3161). Only this file opens a connection."""

from __future__ import annotations

import asyncio
import re
from urllib.parse import urlsplit

from compliance.lib.problems import Problem, Refused

SECONDS = 10


def stamp(sha256: str, url: str, *, seconds: int = SECONDS) -> bytes:
    """Return the token (DER) of the authority at `url` over a SHA-256 digest.

    One that cannot be reached, refuses, or answers with anything else is `Refused` with a sentence that names its host.
    """
    from pyhanko.sign.timestamps import HTTPTimeStamper
    from pyhanko.sign.timestamps.common_utils import TimestampRequestError

    async def asked() -> bytes:
        token = await HTTPTimeStamper(url, timeout=seconds).async_timestamp(bytes.fromhex(sha256), "sha256")
        return bytes(token.dump())

    try:
        return asyncio.run(asked())
    except TimestampRequestError as error:
        raise _refused(url, str(error.__cause__ or error)) from error
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise _refused(url, str(error) or type(error).__name__) from error


def _refused(url: str, why: str) -> Refused:
    told = re.sub(r", url=.*", "", why)[:200].rstrip(".")  # an address may hold what nobody else should read
    sentence = f"The time authority at {urlsplit(url).hostname} gave no time stamp: {told}."
    hint = "Try again later, or lock the plan without a time stamp: then only our own clock says when."
    return Refused(Problem("authority-unreachable", sentence, hint))
