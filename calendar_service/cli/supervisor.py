"""One parent that starts the service's processes, keeps them running and ends all it started."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from types import FrameType

import click

from calendar_service.errors import CalendarError

PATIENCE = 10.0
"""Seconds that a child has to end by itself before it is killed."""

RESTART_WAIT = 1.0
MOST_RESTARTS = 5
"""Restarts of one child within `RESTART_SPAN` seconds; after that everything ends."""

RESTART_SPAN = 60.0


class Supervisor:
    """Runs commands of this program as children until it is told to stop."""

    def __init__(self, commands: Sequence[str]) -> None:
        self._commands = commands
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._crashes: dict[str, list[float]] = {command: [] for command in commands}
        self._stop = threading.Event()

    def run(self, address: tuple[str, int], *, when_ready: Callable[[], None]) -> int:
        """Runs until SIGINT or SIGTERM; the exit status, 1 if a child would not stay up."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)
        status = 0
        told = False
        try:
            for command in self._commands:
                self._children[command] = _start(command)
            while not self._stop.wait(0.2):
                if not told and _answers(*address):
                    when_ready()
                    told = True
                if not self._mend():
                    status = 1
                    break
        finally:
            self._end_all()
        return status

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._stop.set()

    def _mend(self) -> bool:
        """Starts a child that has ended again; False once one has ended too often."""
        for command, child in self._children.items():
            if child.poll() is None:
                continue
            crashes = [at for at in self._crashes[command] if at > time.monotonic() - RESTART_SPAN]
            self._crashes[command] = [*crashes, time.monotonic()]
            click.echo(f"The {command} process ended with status {child.returncode}.", err=True)
            if len(crashes) >= MOST_RESTARTS:
                click.echo(f"It ended {len(crashes) + 1} times in a minute; giving up.", err=True)
                return False
            self._stop.wait(RESTART_WAIT)
            self._children[command] = _start(command)
        return True

    def _end_all(self) -> None:
        for child in self._children.values():
            if child.poll() is None:
                child.terminate()
        deadline = time.monotonic() + PATIENCE
        for child in self._children.values():
            try:
                child.wait(max(deadline - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def check_free(host: str, port: int) -> None:
    """Raises CalendarError if another program serves on that address already."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CalendarError(
                f"Cannot serve on {host}:{port}: {error.strerror}. Stop what runs there, or set "
                f"CALENDAR_BIND to another address."
            ) from error


def _end_with_parent(_context: click.Context, _option: click.Parameter, wanted: bool) -> None:
    """Ends this process when its parent has: standard input, a pipe from it, closes then."""

    def watch() -> None:
        while os.read(sys.stdin.fileno(), 1):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    if wanted:
        threading.Thread(target=watch, name="parent watch", daemon=True).start()


with_parent_option = click.option(
    "--with-parent",
    is_flag=True,
    hidden=True,
    expose_value=False,
    callback=_end_with_parent,
    help="End when standard input closes.",
)
"""For the commands that `up` starts: they end with it, even if it is killed."""


def _start(command: str) -> subprocess.Popen[bytes]:
    """A child in a session of its own: Ctrl-C reaches the parent alone, who ends it in order."""
    arguments = [sys.executable, "-m", "calendar_service", command, "--with-parent"]
    return subprocess.Popen(arguments, stdin=subprocess.PIPE, start_new_session=True)  # noqa: S603 - ours


def _answers(host: str, port: int) -> bool:
    try:
        with socket.create_connection((_reachable(host), port), timeout=0.5):
            return True
    except OSError:
        return False


def _reachable(host: str) -> str:
    """An address of this machine to reach a server on, for one that listens on all."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - not a bind
