"""A worker on a clock that a test sets: `python -m tests.faults.clocked_worker`.

It is the real worker. Its ticker goes by that clock too, as it goes by the machine's: it stops
when the clock is set back, and has missed much when it leaps ahead.
"""

from __future__ import annotations

import os
from datetime import datetime, tzinfo
from pathlib import Path

from apscheduler.executors import base as executors
from apscheduler.schedulers import base as schedulers

from calendar_service.actions import service
from calendar_service.cli import main
from tests.faults.clocks import CLOCK, SharedClock


def run_on(clock: SharedClock) -> None:
    """Lets service and ticker take this clock for the machine's."""

    class SharedDatetime(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> SharedDatetime:
            return cls.fromtimestamp(clock.now().timestamp(), tz)

    setattr(service, "SystemClock", lambda: clock)  # noqa: B010 - it is imported there
    for module in (executors, schedulers):
        module.datetime = SharedDatetime


if __name__ == "__main__":
    run_on(SharedClock(Path(os.environ[CLOCK])))
    main(["worker"])
