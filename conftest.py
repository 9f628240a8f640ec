"""What holds for every test and doctest: no connection leaves this machine."""

import ipaddress
import os
import sys
from typing import Any

import pytest

# pytest-django has loaded tests.settings by now. A process that a test starts gets the application's own settings,
# with the tests' private folder.
os.environ["DJANGO_SETTINGS_MODULE"] = "compliance.settings"


def _is_here(host: object) -> bool:
    """Tell whether a host is this machine; an empty one is, as no name is looked up for it."""
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host in (None, "", "localhost"):
        return True
    try:
        return ipaddress.ip_address(str(host)).is_loopback
    except ValueError:
        return False


def _no_connection_but_loopback(event: str, args: tuple[Any, ...]) -> None:
    """Refuse, from inside the interpreter, to look up or reach another machine (Unix sockets are paths or bytes)."""
    if event == "socket.getaddrinfo":
        host = args[0]
    elif event in ("socket.connect", "socket.sendto", "socket.sendmsg") and isinstance(args[1], tuple):
        host = args[1][0]
    else:
        return
    if not _is_here(host):
        raise ConnectionRefusedError(f"A test may connect to this machine only, not to {host!r}.")


sys.addaudithook(_no_connection_but_loopback)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip, in words, what needs the services where they do not run."""
    if item.get_closest_marker("services") and not os.environ.get("DATABASE_URL"):
        pytest.skip('it needs PostgreSQL and Redis; run: eval "$(make services)"')
    if item.get_closest_marker("spark") and not os.environ.get("SPARK_MASTER"):
        pytest.skip('it needs a Spark cluster; run: eval "$(make services SPARK=1)"')
