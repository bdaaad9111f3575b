"""A worker that dies at a chosen point: `python -m tests.faults.failing_worker POINT NUMBER`.

It is the real worker; where it would do something for the NUMBERth time, it is gone, as by SIGKILL.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

from sqlalchemy.engine.default import DefaultDialect

from calendar_service.cli import main
from calendar_service.delivery.journal import Journal
from calendar_service.mail.sessions import Session

POINTS: dict[str, tuple[type, str]] = {
    "commit": (DefaultDialect, "do_commit"),
    "final dot": (Session, "hand_over"),
    "note": (Journal, "note"),
}
"""What it dies at, and the method that does it."""

STATUS = 77
"""What it ends with when it dies; a worker that is told to end ends with 0."""


def dying(method: Callable[..., Any], when: str, number: int) -> Callable[..., Any]:
    """The method, but it ends the process before or after its numberth call."""
    calls = 0

    def called(*args: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == number and when == "before":
            os._exit(STATUS)
        result = method(*args, **named)
        if calls == number:
            os._exit(STATUS)
        return result

    return called


if __name__ == "__main__":
    when, _, point = sys.argv[1].partition(" ")
    owner, name = POINTS[point]
    setattr(owner, name, dying(getattr(owner, name), when, int(sys.argv[2])))
    main(["worker"])
