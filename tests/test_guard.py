"""The tests themselves: nothing leaves this machine."""

import os
import socket
from pathlib import Path

import pytest
from django.conf import settings


@pytest.mark.parametrize(
    ("family", "address"),
    [(socket.AF_INET, ("192.0.2.1", 443)), (socket.AF_INET, ("0.0.0.0", 9)), (socket.AF_INET6, ("2001:db8::1", 443))],
)
def test_a_connection_to_another_machine_is_refused(family: socket.AddressFamily, address: tuple[str, int]) -> None:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(family, kind) as one, pytest.raises(ConnectionRefusedError, match="this machine only"):
            one.connect(address)


def test_no_name_is_looked_up() -> None:
    with pytest.raises(ConnectionRefusedError, match="this machine only"):
        socket.create_connection(("example.org", 443))


def test_this_machine_is_reached(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(("127.0.0.1", server.getsockname()[1])).close()
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(str(tmp_path / "s"))
        server.listen()
        client.connect(str(tmp_path / "s"))


def test_the_private_folder_is_the_tests_own() -> None:
    assert os.environ["PROBANDA_HOME"] == str(settings.HOME)
    assert settings.HOME.name.startswith("probanda-tests-")
    assert str(settings.KEYS_DIR).startswith(str(settings.HOME))
