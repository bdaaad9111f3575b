"""The real server: what it takes in before anybody is asked, and how it ends."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from calendar_service.web.app import LARGEST_FORM
from tests.journeys.running_service import environment, free_port

PATIENCE = 30.0
FORM = b"POST /unsubscribe/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"


@dataclass(frozen=True)
class Server:
    port: int
    process: subprocess.Popen[bytes]
    log: Path

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), PATIENCE)


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """`calendar-service web` on a free port."""
    port, log = free_port(), folder / "web.log"
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "calendar_service", "web"],
            env=environment(folder / "var", port),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
        )
    running = Server(port, process, log)
    try:
        wait_until_it_answers(running)
        yield running
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(PATIENCE)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for the tests that ask it; the last test of this file ends it."""
    with serving(tmp_path_factory.mktemp("server")) as server:
        yield server


def wait_until_it_answers(server: Server) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return server.connect().close()
        except ConnectionRefusedError:
            assert server.process.poll() is None, server.log.read_text()
            assert time.monotonic() < end, server.log.read_text()
            time.sleep(0.05)


def status(connection: socket.socket) -> int:
    """The status of the answer on a connection."""
    with connection.makefile("rb") as answer:
        return int(answer.readline().split()[1])


def test_it_refuses_what_is_far_too_large_unsent(server: Server) -> None:
    with server.connect() as connection:
        connection.sendall(FORM + b"Content-Length: %d\r\n\r\n" % (LARGEST_FORM + 1))
        assert status(connection) == 413


def test_slow_clients_hold_up_nobody(server: Server) -> None:
    slow = [server.connect() for _ in range(40)]
    for connection in slow:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
    started = time.monotonic()
    with server.connect() as connection:
        connection.sendall(b"GET /imprint HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert status(connection) == 200
    assert time.monotonic() - started < PATIENCE / 3
    for connection in slow:
        connection.close()


def test_a_connection_answers_again_and_head_has_no_body(server: Server) -> None:
    asked = b"HEAD /imprint HTTP/1.1\r\nHost: x\r\n\r\n"
    last = asked.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    with server.connect() as connection, connection.makefile("rb") as answers:
        connection.sendall(asked)
        first = list(iter(answers.readline, b"\r\n"))
        connection.sendall(last)
        second = answers.read()
    assert first[0] == b"HTTP/1.1 200 OK\r\n"
    assert any(line.lower().startswith(b"content-length: ") for line in first)
    assert second.startswith(b"HTTP/1.1 200 OK\r\n")
    assert second.endswith(b"\r\n\r\n")
    assert b"<html" not in second


def test_its_workers_end_with_it_even_if_it_is_killed(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        ended_by(server, signal.SIGKILL)


def test_told_to_stop_it_ends_in_order_with_its_workers(server: Server) -> None:
    assert ended_by(server, signal.SIGTERM) == 0
    assert "Traceback" not in server.log.read_text()


def ended_by(server: Server, number: signal.Signals) -> int:
    """The status with which a signal ends it, once all its workers have ended too."""
    process = server.process.pid
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    assert children
    server.process.send_signal(number)
    status = server.process.wait(PATIENCE)
    end = time.monotonic() + PATIENCE
    while any(is_running(child) for child in children):
        assert time.monotonic() < end
        time.sleep(0.05)
    return status


def is_running(process: str) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
