"""`worker`: the reminders."""

from __future__ import annotations

import signal
import threading
from types import FrameType

import click

from calendar_service.cli.context import log_to_stderr, ready_service
from calendar_service.cli.supervisor import with_parent_option
from calendar_service.delivery.relay import open_sender
from calendar_service.scheduler.worker import run_worker


@click.command()
@with_parent_option
def worker() -> None:
    """Plan and send the reminders alone. Several may run on one database."""
    log_to_stderr()
    stop = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)
    with ready_service() as service:
        run_worker(service, lambda: open_sender(service.settings), stop)
