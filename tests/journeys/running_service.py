"""The whole service as `make run` starts it: one parent, a site and a worker, on a free port."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from pathlib import Path

from tests.ical.linted import assert_clean

CHECKOUT = Path(__file__).resolve().parents[2]
PATIENCE = 180.0
UP = (sys.executable, "-m", "calendar_service", "up")


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message[str, str]
    body: bytes


@dataclass(frozen=True)
class Running:
    """A service that is up. `origin` is where it answers."""

    origin: str
    process: subprocess.Popen[bytes]
    log: Path

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        return fetch(self.origin + path, headers=headers)

    def children(self) -> list[int]:
        """The processes that the parent has started."""
        file = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(number) for number in file.read_text().split()]

    def interrupt(self) -> int:
        """Sends what Ctrl-C sends, which a terminal gives to all that runs in it."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(PATIENCE)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


def fetch(
    url: str,
    *,
    data: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    method: str | None = None,
) -> Answer:
    """One HTTP exchange; an error status is an answer like any other."""
    request = urllib.request.Request(url, data=data, headers=dict(headers or {}), method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            body = answer.read()
            plain = "Content-Encoding" not in answer.headers
            if answer.headers.get_content_type() == "text/calendar" and body and plain:
                assert_clean(body)
            return Answer(answer.status, answer.headers, body)
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.headers, error.read())


def environment(var: Path, port: int, **more: str) -> dict[str, str]:
    """The environment of a service in a folder of its own, with the checkout's content."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("CALENDAR_")}
    return own | {
        "CALENDAR_VAR": str(var),
        "CALENDAR_BIND": f"127.0.0.1:{port}",
        "CALENDAR_CONTENT": str(CHECKOUT),
        "PYTHONPATH": str(CHECKOUT),
        **more,
    }


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def command(var: Path, port: int, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Runs one command of the service and waits for it."""
    return subprocess.run(
        [sys.executable, "-m", "calendar_service", *arguments],
        env=environment(var, port, **more),
        cwd=var.parent,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )


@contextmanager
def running(
    var: Path, port: int | None = None, *, start: Sequence[str] = UP, **more: str
) -> Iterator[Running]:
    """Starts `calendar-service up` and waits until it says where to look; ends it at the end."""
    port = port or free_port()
    log = var.parent / "up.log"
    with log.open("wb") as stream:
        process = subprocess.Popen(
            start,
            env=environment(var, port, **more),
            cwd=var.parent,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            process_group=0,
        )
    service = Running(f"http://127.0.0.1:{port}", process, log)
    try:
        _wait_until_up(service)
        yield service
    finally:
        if process.poll() is None:
            service.stop()


def _wait_until_up(service: Running) -> None:
    end = time.monotonic() + PATIENCE
    while b"The calendar is up." not in service.log.read_bytes():
        assert service.process.poll() is None, service.log.read_text()
        assert time.monotonic() < end, service.log.read_text()
        time.sleep(0.1)
