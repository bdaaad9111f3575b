"""The guard that keeps tests on this machine."""

from __future__ import annotations

import socket

import pytest

from tests.conftest import OutsideConnectionError


@pytest.mark.parametrize("host", ["192.0.2.1", "example.org"])
def test_a_connection_off_this_machine_fails_the_test(host: str) -> None:
    with socket.socket() as connection, pytest.raises(OutsideConnectionError, match=host):
        connection.connect((host, 80))


def test_a_connection_on_this_machine_is_let_through() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=5).close()
