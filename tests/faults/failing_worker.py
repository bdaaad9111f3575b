"""A worker that ends at a chosen point: `python -m tests.faults.failing_worker POINT NUMBER [HOW]`.

It is the real worker; where it would do something for the NUMBERth time, it is gone, as by SIGKILL.
Or it stands still there, as by SIGSTOP, until it is continued.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy.engine.default import DefaultDialect

from calendar_service.cli import main
from calendar_service.delivery import lease
from calendar_service.delivery.deliverer import Deliverer
from calendar_service.delivery.journal import Journal
from calendar_service.mail.sessions import Session
from tests.faults.clocked_worker import run_on
from tests.faults.clocks import CLOCK, SharedClock

POINTS: dict[str, tuple[object, str]] = {
    "commit": (DefaultDialect, "do_commit"),
    "final dot": (Session, "hand_over"),
    "note": (Journal, "note"),
    "claim": (Deliverer, "_settle_and_claim"),
    "heartbeat": (lease, "note_seen"),
}
"""What it ends at, and the method or function that does it."""

STATUS = 77
"""What it ends with when it dies; a worker that is told to end ends with 0."""


ENDS: dict[str, Callable[[], object]] = {
    "dies": lambda: os._exit(STATUS),
    "stands still": lambda: os.kill(os.getpid(), signal.SIGSTOP),
}
"""How it ends."""


def ending(
    method: Callable[..., Any], when: str, number: int, end: Callable[[], object]
) -> Callable[..., Any]:
    """The method, but the process ends before or after its numberth call."""
    calls = 0

    def called(*args: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == number and when == "before":
            end()
        result = method(*args, **named)
        if calls == number and when == "after":
            end()
        return result

    return called


if __name__ == "__main__":
    if clock := os.environ.get(CLOCK):
        run_on(SharedClock(Path(clock)))
    when, _, point = sys.argv[1].partition(" ")
    owner, name = POINTS[point]
    end = ENDS[sys.argv[3] if len(sys.argv) > 3 else "dies"]
    setattr(owner, name, ending(getattr(owner, name), when, int(sys.argv[2]), end))
    main(["worker"])
