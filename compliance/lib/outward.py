"""Ask an address that a person typed, without letting it lead into the operator's own network.

A name is looked up once, every address it has must be one of the public internet, and the connection goes to that very
address: a name that answers otherwise a moment later gains nothing. Redirects are followed by the same rules, or not at
all. Time and size are bounded.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

from compliance.lib.problems import Problem, Refused

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
PORTS = {"http": 80, "https": 443}
REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PIECE = 64 * 1024
_INSIDE = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("2002::/16"), ipaddress.ip_network("2001::/32"))
"""Ranges of IPv6 that carry an address of IPv4 within them, and so could lead anywhere."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `url` is where it came from after redirects; `cut` says that the body was longer than asked."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    cut: bool


class Unreachable(Exception):
    """Nothing came back: refused, too slow, or no such name. Its text is a full sentence."""


def ask(
    url: str,
    *,
    method: str = "GET",
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    seconds: float = 10,
    limit: int = 1024 * 1024,
    redirects: int = 0,
    allowed: Collection[str] = (),
) -> Answer:
    """Ask an address and return what it answers, at most `limit` bytes within `seconds`.

    `allowed` names hosts of the operator's own network that may be asked all the same. Raises Refused for an address
    that is not one of the public internet, and :class:`Unreachable` where nothing came back in time.
    """
    until = time.monotonic() + seconds
    while True:
        parts = checked(url)
        answer = _ask_once(parts, method, body, headers or {}, until, limit, allowed)
        place = answer.headers.get("location")
        if answer.status not in REDIRECTS or not place or redirects <= 0:
            return answer
        redirects -= 1
        url, method, body = urljoin(url, place), "GET", None


def checked(url: str) -> SplitResult:
    """Return the parts of an address that may be asked at all, whatever its name leads to.

    >>> checked("https://example.org/audit").hostname
    'example.org'
    >>> checked("file:///etc/passwd")
    Traceback (most recent call last):
    compliance.lib.problems.Refused: The address does not begin with https:// or http://.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _refused("address-unclear", "The address cannot be read.", url) from None
    if parts.scheme not in PORTS:
        raise _refused("address-scheme", "The address does not begin with https:// or http://.", url)
    if not parts.hostname or port == 0:
        raise _refused("address-unclear", "The address names no host.", url)
    if parts.username is not None or parts.password is not None:
        raise _refused("address-with-password", "The address holds a name or password before its host.", url)
    return parts


def is_public(address: str) -> bool:
    """Say whether an address is one of the public internet.

    >>> [is_public(one) for one in ("93.184.216.34", "127.0.0.1", "10.0.0.7", "169.254.169.254", "::ffff:10.0.0.7")]
    [True, False, False, False, False]
    """
    found: Address = ipaddress.ip_address(address.partition("%")[0])
    inner = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    found = inner or found
    if isinstance(found, ipaddress.IPv6Address) and any(found in network for network in _INSIDE):
        return False
    return found.is_global and not found.is_multicast


def reach(parts: SplitResult, allowed: Collection[str] = ()) -> str:
    """Return the one address to connect to; every one that the name has must be public, or the host be `allowed`."""
    host = str(parts.hostname)
    port = parts.port or PORTS[parts.scheme]
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable(f"There is no host {host}.") from error
    addresses = [str(place[0]) for *_kind, place in found]
    if host not in allowed:
        for address in addresses:
            if not is_public(address):
                sentence = f"The host {host} is not on the public internet."
                raise _refused("address-private", sentence, parts.geturl())
    return addresses[0]


class _Http(http.client.HTTPConnection):
    """Connects to the address that was checked, and to no other."""

    def __init__(self, host: str, address: str, **options: Any):
        super().__init__(host, **options)
        self.address = address

    def connect(self) -> None:
        self.sock = socket.create_connection((self.address, self.port), self.timeout)


class _Https(_Http):
    """The same, and the certificate is held against the name."""

    default_port = 443

    def connect(self) -> None:
        super().connect()
        self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)


def _ask_once(
    parts: SplitResult,
    method: str,
    body: bytes | None,
    headers: Mapping[str, str],
    until: float,
    limit: int,
    allowed: Collection[str],
) -> Answer:
    address = reach(parts, allowed)
    kind = _Https if parts.scheme == "https" else _Http
    connection = kind(str(parts.hostname), address, port=parts.port or PORTS[parts.scheme], timeout=_left(until))
    path = parts._replace(scheme="", netloc="", fragment="").geturl() or "/"
    try:
        connection.request(method, path, body=body, headers={"Connection": "close", **headers})
        answer = connection.getresponse()
        read = b""
        while len(read) <= limit and (piece := answer.read1(min(_PIECE, limit + 1 - len(read)))):
            read += piece
            if connection.sock is not None:
                connection.sock.settimeout(_left(until))
            else:
                _left(until)
        told = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(parts.geturl(), answer.status, told, read[:limit], cut=len(read) > limit)
    except TimeoutError as error:
        raise Unreachable(f"{parts.hostname} did not answer in time.") from error
    except ssl.SSLCertVerificationError as error:
        raise Unreachable(f"The certificate of {parts.hostname} does not hold: {error.verify_message}.") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Unreachable(f"{parts.hostname} could not be asked ({error.__class__.__name__}).") from error
    finally:
        connection.close()


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _refused(code: str, sentence: str, url: str) -> Refused:
    return Refused(Problem(code, sentence, column="url", found=url[:200]))
