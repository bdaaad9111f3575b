"""Real workers, each a process of its own, that can be killed, stopped and continued."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from calendar_service.actions.service import Service
from calendar_service.store.queries.records import WORKER_FACT, read_fact
from calendar_service.store.rows import DeliveryRow, State
from tests.faults.clocks import CLOCK, SharedClock
from tests.faults.forge import Forked, forge, run

PATIENCE = float(os.environ.get("PATIENCE", "120"))
"""Seconds within which anything must have happened, on however busy a machine."""


def start_worker(
    service: Service,
    relay_port: int,
    *,
    program: tuple[str, ...] = (),
    rate: int | None = None,
    **named: str,
) -> Worker:
    """A worker of an installation, on its clock, sending through a relay of this machine.

    `program` is another module than the service's, with its arguments. `rate` is how many mails a
    second may leave; `named` are further settings in its environment.
    """
    settings = service.settings
    relay = f"smtp://127.0.0.1:{relay_port}?timeout=10&answer=20"
    named = {
        "CALENDAR_DATABASE_URL": service.database.url.render_as_string(hide_password=False),
        "CALENDAR_VAR": str(settings.var),
        "CALENDAR_SMTP_URL": relay if rate is None else f"{relay}&rate={rate}",
        "CALENDAR_ORIGIN": settings.origin,
        **named,
    }
    if isinstance(service.clock, SharedClock):
        named[CLOCK] = str(service.clock.file)
        program = program or ("tests.faults.clocked_worker",)
    command = program or ("calendar_service", "worker")
    environment, log = {**os.environ, **named}, log_of(service)
    if "PYTHONPATH" in named:  # nothing that the forge has imported will do
        return Worker(run(command, environment, log))
    return Worker(forge().fork(command, environment, log))


class Worker:
    """A worker's process."""

    def __init__(self, process: Forked | subprocess.Popen[bytes]) -> None:
        self.process = process

    def send_signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(PATIENCE)

    @property
    def stands_still(self) -> bool:
        """Whether SIGSTOP has stopped it."""
        stopped = os.WSTOPPED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, self.process.pid, stopped) is not None

    def end(self) -> int:
        """Ends it in order; its status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


def log_of(service: Service) -> Path:
    """Where the workers of an installation write their log: not where its disk may be full."""
    return service.settings.var.parent / "worker.log"


def said(service: Service, words: str) -> int:
    """How often the log of an installation's workers has these words."""
    return log_of(service).read_text(encoding="utf-8").count(words)


@contextmanager
def started(service: Service, relay_port: int, **choices: Any) -> Iterator[Worker]:
    """One worker, which the test ends; takes what start_worker takes."""
    worker = start_worker(service, relay_port, **choices)
    try:
        yield worker
    finally:
        worker.kill()


@contextmanager
def working(
    service: Service, relay_port: int, count: int = 1, *, rate: int | None = None, **named: str
) -> Iterator[list[Worker]]:
    """Some workers, ended in order."""
    choices: dict[str, Any] = {"rate": rate, **named}
    workers = [start_worker(service, relay_port, **choices) for _ in range(count)]
    try:
        yield workers
    finally:
        for worker in workers:
            worker.send_signal(signal.SIGTERM)
        for worker in workers:
            worker.process.wait(PATIENCE)


def wait_until(holds: Callable[[], bool], *, what: str, every: float = 0.05) -> None:
    """Waits until something holds; fails where it does not in PATIENCE."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, f"waited in vain: {what}"
        time.sleep(every)


def states(service: Service, kind: str = "reminder") -> dict[str, int]:
    """How many mails of a kind stand in each state."""
    counted = (
        select(DeliveryRow.state, func.count())
        .where(DeliveryRow.kind == kind)
        .group_by(DeliveryRow.state)
    )
    with service.database.read() as session:
        return {row[0]: row[1] for row in session.execute(counted)}


def all_sent(service: Service, count: int, kind: str = "reminder") -> bool:
    """Whether so many mails of a kind are sent, and none is in another state."""
    return states(service, kind) == {str(State.SENT): count}


def seen_alive(service: Service) -> float:
    """The instant at which a worker's loop last noted that it is alive; 0 before the first."""
    with service.database.read() as session:
        fact = read_fact(session, WORKER_FACT)
        return fact.noted_at.timestamp() if fact else 0.0
