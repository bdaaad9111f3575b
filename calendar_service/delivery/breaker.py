"""Stops trying a relay that is down, and tries again after a while."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

WAITS = tuple(timedelta(seconds=seconds) for seconds in (15, 30, 60, 120, 300))
"""How long to leave a relay alone after the first, second ... failure in a row."""


@dataclass(slots=True)
class Breaker:
    """Whether it is time to try the relay; no mail's tries are spent on one that is down."""

    failures: int = 0
    opens_at: datetime | None = None

    def lets_through(self, now: datetime) -> bool:
        """Whether it is time to try."""
        return self.opens_at is None or now >= self.opens_at

    def failed(self, now: datetime) -> None:
        """The relay could not be used."""
        wait = WAITS[min(self.failures, len(WAITS) - 1)]
        self.failures, self.opens_at = self.failures + 1, now + wait

    def worked(self) -> None:
        """The relay answered."""
        self.failures, self.opens_at = 0, None
