"""The only reader of the time. Everything else is told a clock, or told `now`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Something that tells the time."""

    def now(self) -> datetime:
        """The present instant, aware UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present instant, aware UTC."""
        return datetime.now(UTC)  # noqa: TID251 - the one place


class SetClock:
    """A clock that stands still until it is set; rehearsals and tests run on it."""

    def __init__(self, instant: datetime) -> None:
        self._instant = instant.astimezone(UTC)

    def now(self) -> datetime:
        """The instant it was last set to, aware UTC."""
        return self._instant

    def set(self, instant: datetime) -> None:
        """Sets it to an aware instant, earlier or later."""
        self._instant = instant.astimezone(UTC)
