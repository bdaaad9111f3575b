"""Starts the servers that are measured, and reads what they take of the machine."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.apps import ADDRESS, APPS
from bench.asking import ask
from bench.others import OTHERS

PATIENCE = 600
"""Seconds in which a server has to come up; some read ten thousand files first."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: what it is, where it answers, and its first process."""

    name: str
    folder: Path
    url: str
    pid: int

    def cpu(self) -> float:
        """Seconds of CPU that it has taken so far, with all its processes."""
        return sum(map(_cpu, _family(self.pid)))

    def resident(self) -> float:
        """Megabytes of memory that its largest process holds."""
        return max(map(_resident, _family(self.pid)))


@contextmanager
def running(
    name: str, folder: Path, *, under: str = "granian", workers: int = 1
) -> Iterator[Server]:
    """A server of one of APPS or OTHERS over a folder, until the end of the block."""
    port = free_port()
    if name in APPS:
        how = [name, str(folder), str(port), under, str(workers)]
        command, path = [sys.executable, "-m", "bench.serve", *how], ADDRESS
    else:
        command, path = OTHERS[name](folder, port)
    url = f"http://127.0.0.1:{port}{path}"
    with started(command, url) as pid:
        yield Server(name, folder, url, pid)


@contextmanager
def started(
    command: Sequence[str], url: str, environment: Mapping[str, str] | None = None
) -> Iterator[int]:
    """A process that answers at an address, until the end of the block."""
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
    )
    try:
        _wait_for(url, process)
        yield process.pid
    finally:
        process.terminate()
        process.wait(30)


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if process.poll() is not None:
            sys.exit(f"{url}: its server ended at once; start it by hand: {process.args!r}")
        try:
            if ask(url).status == 200:
                return
        except OSError:
            pass
        time.sleep(0.1)
    sys.exit(f"{url} does not answer within {PATIENCE} seconds.")


def _family(pid: int) -> list[int]:
    """A process with its children, and theirs."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(one for child in children for one in _family(int(child)))]


def _cpu(pid: int) -> float:
    """To the nanosecond: the usual clock counts hundredths of a second."""
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9


def _resident(pid: int) -> float:
    match = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(match[1]) / 1024 if match else 0.0
