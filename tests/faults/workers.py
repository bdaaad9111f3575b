"""Real workers, each a process of its own, that can be killed, stopped and continued."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import func, select

from calendar_service.actions.service import Service
from calendar_service.store.rows import DeliveryRow, State

PATIENCE = 120.0
"""Seconds within which anything must have happened, on however busy a machine."""


def start_worker(service: Service, relay_port: int, *, program: tuple[str, ...] = ()) -> Worker:
    """A worker of an installation, sending through a relay of this machine."""
    settings = service.settings
    named = {
        "CALENDAR_DATABASE_URL": service.database.url.render_as_string(hide_password=False),
        "CALENDAR_VAR": str(settings.var),
        "CALENDAR_SMTP_URL": f"smtp://127.0.0.1:{relay_port}?timeout=10&answer=20",
        "CALENDAR_ORIGIN": settings.origin,
    }
    command = program or ("-m", "calendar_service", "worker")
    log = (settings.var / "worker.log").open("ab")
    process = subprocess.Popen(
        [sys.executable, *command],
        env={**os.environ, **named},
        cwd=Path(__file__).parents[2],
        stdout=log,
        stderr=log,
    )
    log.close()
    return Worker(process)


class Worker:
    """A worker's process."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process

    def send_signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(PATIENCE)

    def end(self) -> int:
        """Ends it in order; its status."""
        self.process.terminate()
        return self.process.wait(PATIENCE)


@contextmanager
def working(service: Service, relay_port: int, count: int = 1) -> Iterator[list[Worker]]:
    """Some workers, ended in order."""
    workers = [start_worker(service, relay_port) for _ in range(count)]
    try:
        yield workers
    finally:
        for worker in workers:
            if worker.process.poll() is None:
                worker.process.terminate()
        for worker in workers:
            worker.process.wait(PATIENCE)


def wait_until(holds: Callable[[], bool], *, what: str, every: float = 0.02) -> None:
    """Waits until something holds; fails where it does not in PATIENCE."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, f"waited in vain: {what}"
        time.sleep(every)


def states(service: Service) -> dict[str, int]:
    """How many reminders stand in each state."""
    counted = (
        select(DeliveryRow.state, func.count())
        .where(DeliveryRow.kind == "reminder")
        .group_by(DeliveryRow.state)
    )
    with service.database.read() as session:
        return {row[0]: row[1] for row in session.execute(counted)}


def all_sent(service: Service, count: int) -> bool:
    """Whether so many reminders are sent, and none is in another state."""
    return states(service) == {str(State.SENT): count}
