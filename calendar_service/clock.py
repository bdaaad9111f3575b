"""The only reader of the time. Everything else is told a clock, or told `now`."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

_BOOT_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def elapsed() -> float:
    """Seconds by the machine's own count, sleep included: for pauses and patience alone."""
    return time.clock_gettime(_BOOT_CLOCK)


class Clock(Protocol):
    """Something that tells the time, and how much of it passes whatever the time is set to."""

    def now(self) -> datetime:
        """The present instant, aware UTC."""
        ...

    def since_boot(self) -> float:
        """Seconds since the machine was started, sleep included; nobody can set them."""
        ...

    def boot(self) -> str:
        """Which start of the machine that was; empty where it cannot be told."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present instant, aware UTC."""
        return datetime.now(UTC)  # noqa: TID251 - the one place

    def since_boot(self) -> float:
        """Seconds since the machine was started, sleep included where the system counts it."""
        return time.clock_gettime(_BOOT_CLOCK)

    def boot(self) -> str:
        """The system's own name for its present run."""
        try:
            return _BOOT_ID.read_text(encoding="ascii").strip()
        except OSError:
            return ""


class SetClock:
    """A clock that stands still until it is set; rehearsals and tests run on it."""

    def __init__(self, instant: datetime) -> None:
        self._instant = instant.astimezone(UTC)
        self._since_boot = 0.0

    def now(self) -> datetime:
        """The instant it was last set to, aware UTC."""
        return self._instant

    def since_boot(self) -> float:
        """Seconds by which it was set on so far."""
        return self._since_boot

    def boot(self) -> str:
        """One boot for as long as it lives."""
        return f"{id(self):x}"

    def set(self, instant: datetime) -> None:
        """Lets time pass until an aware instant, or back to it."""
        self._since_boot += (instant - self._instant).total_seconds()
        self._instant = instant.astimezone(UTC)

    def jump(self, instant: datetime) -> None:
        """Sets it as somebody sets a machine's clock: no time passes."""
        self._instant = instant.astimezone(UTC)
