"""The address from which a request comes, behind as many proxies as the operator declared."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """Return the visitor's address, or an empty text where the connection has none (a Unix socket).

    Each declared proxy adds to `X-Forwarded-For` the address that it was asked from. So the last as many entries are
    theirs, the first of these is the visitor's, and what stands before it anybody may have written. Where an entry is
    missing or is no address, the request did not come through them all: then the connection's own address is told.
    """
    connected = _address(request.META.get("REMOTE_ADDR", ""))
    declared: int = settings.TRUSTED_PROXIES
    if not declared:
        return connected
    forwarded = request.headers.get("X-Forwarded-For", "").split(",")
    if len(forwarded) < declared:
        return connected
    return _address(forwarded[-declared]) or connected


def _address(text: str) -> str:
    """Return an address in its one spelling, without a port; empty where it is none.

    >>> _address(" 192.0.2.7:4711"), _address("[2001:DB8::1]:80"), _address("::ffff:192.0.2.7"), _address("unknown")
    ('192.0.2.7', '2001:db8::1', '192.0.2.7', '')
    """
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return ""
    mapped = getattr(found, "ipv4_mapped", None)
    return str(mapped or found)
