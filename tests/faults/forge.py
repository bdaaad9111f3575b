"""Forks workers off a process that has loaded the service already, so that each starts at once.

A worker is a process of its own that runs `python -m MODULE` as ever; it only need not import what
the forge has. `python -m tests.faults.forge` is the forge: it reads a line of JSON for each process
and answers with its number. The tests' process is the parent of all of them.
"""

from __future__ import annotations

import ctypes
import json
import os
import runpy
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path

from calendar_service.mail.rendering import prepare

CHECKOUT = Path(__file__).parents[2]
_SUBREAPER = 36
"""prctl(2): orphans below this process become its children, and not those of the first one."""

_DIE_WITH_PARENT = 1
"""prctl(2): so that tests that are broken off leave nobody at work."""


class Forked:
    """A process of the forge: what `subprocess.Popen` is of a program."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Its status once it has ended; negative is the signal that it died of."""
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def wait(self, timeout: float) -> int:
        """Its status, which it must have within so many seconds."""
        end = time.monotonic() + timeout
        while (status := self.poll()) is None:
            if time.monotonic() > end:
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout)
            time.sleep(0.005)
        return status

    def send_signal(self, number: signal.Signals) -> None:
        """Sends it a signal, if it has not ended."""
        if self.poll() is None:
            os.kill(self.pid, number)


class Forge:
    """The process that others are forked off, ended by `close`."""

    def __init__(self) -> None:
        if ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0) != 0:
            raise OSError("This system cannot give a process its grandchildren.")
        command = [sys.executable, "-m", "tests.faults.forge"]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, cwd=CHECKOUT, stdin=pipe, stdout=pipe)

    def fork(self, arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> Forked:
        """Runs `python -m` with these arguments, in an environment of its own; tells its number."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        told = [list(arguments), dict(environment), str(log)]
        self._process.stdin.write(json.dumps(told).encode() + b"\n")
        self._process.stdin.flush()
        return Forked(int(self._process.stdout.readline()))

    def close(self) -> None:
        """Ends the forge; what was forked off goes on."""
        self._process.communicate()


@cache
def forge() -> Forge:
    """The forge of this process."""
    return Forge()


def run(
    arguments: Sequence[str], environment: Mapping[str, str], log: Path
) -> subprocess.Popen[bytes]:
    """Runs `python -m` with these arguments without the forge, in an interpreter of its own."""
    command = [sys.executable, "-m", *arguments]
    with log.open("ab") as told:
        return subprocess.Popen(command, env=environment, cwd=CHECKOUT, stdout=told, stderr=told)


def _load() -> None:
    """Imports all that a worker imports, and prepares what it prepares."""
    for name in ("calendar_service.cli.worker", "psycopg", "pysqlite3.dbapi2"):
        with suppress(ImportError):  # the last one has no wheel everywhere
            import_module(name)
    prepare()


def _fork() -> bool:
    """Forks a process that is nobody's child here, and tells its number; True in that process."""
    reading, writing = os.pipe()
    if child := os.fork():
        os.waitpid(child, 0)  # from now on it is the tests' own
        os.write(1, os.read(reading, 64))
        os.close(reading)
        os.close(writing)
        return False
    between = os.getpid()
    if grandchild := os.fork():
        os.write(writing, f"{grandchild}\n".encode())
        os._exit(0)
    os.close(reading)
    os.close(writing)
    while os.getppid() == between:
        time.sleep(0.001)
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL, 0, 0, 0)
    return True


def _become(arguments: Sequence[str], environment: Mapping[str, str], log: str) -> None:
    """Runs a module as the program of this process."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    told = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for here, there in ((nothing, 0), (told, 1), (told, 2)):
        os.dup2(here, there)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = list(arguments)
    runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)


def main() -> None:
    """Forks until standard input ends."""
    _load()
    while line := sys.stdin.readline():
        if _fork():
            _become(*json.loads(line))
            return


if __name__ == "__main__":
    main()
