"""Whether the clock and the store can be trusted: what is sent too early or twice cannot be undone.

A clock that jumped would send what is not due or give up what is, and a restored backup has
forgotten what was sent since. Either stops all sending until an operator says that all is well.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from calendar_service.actions.freezing import (
    keep_epoch,
    note_clock,
    read_epoch,
    read_kept_epoch,
    store_id,
)
from calendar_service.actions.service import Service
from calendar_service.clock import Clock
from calendar_service.errors import UnavailableError
from calendar_service.store.queries.records import CLOCK_FACT, EPOCH_FACT, read_fact, write_fact

JUMP = timedelta(minutes=10)
"""How far the clock may differ from the time that has passed."""

BEHIND = timedelta(minutes=1)
"""How far the clock may lie behind what was noted before, by this machine or by another one."""

LONGEST_PAUSE = timedelta(days=366)
"""Nobody has looked at a service for so long, or its clock is wrong."""


class ClockJumpedError(UnavailableError):
    """The clock cannot be right, and nothing may be decided by it."""


class ClockGuard:
    """Compares the clock with what was noted, and with the time that has passed meanwhile."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.trust()

    def trust(self) -> None:
        """Takes the clock for right as it is."""
        self._now, self._since_boot = self._clock.now(), self._clock.since_boot()

    def jumped(self) -> str:
        """How the clock has jumped since the last look, in words; empty if it has not."""
        passed = timedelta(seconds=self._clock.since_boot() - self._since_boot)
        words = _jump(self._clock, (self._clock.now() - self._now) - passed)
        if not words:
            self.trust()
        return words


def clock_suspicion(session: Session, clock: Clock) -> str:
    """Why the clock cannot be right after what was noted of it, in words; empty if it can."""
    fact = read_fact(session, CLOCK_FACT)
    if fact is None:
        return ""
    gone = clock.now() - fact.noted_at
    boot, _, seconds = fact.value.rpartition(" ")
    if gone < -BEHIND or gone > LONGEST_PAUSE:
        return _jump(clock, gone, at_least=BEHIND)
    if boot and boot == clock.boot():
        return _jump(clock, gone - timedelta(seconds=clock.since_boot() - float(seconds)))
    return ""


def prove_epoch(session: Session, service: Service) -> str:
    """Raises the epoch, in the store and beside it; why it cannot, if the store is older."""
    store, epoch = store_id(session, service.clock), read_epoch(session)
    kept = read_kept_epoch(service.settings.var)
    if kept is not None and kept[0] == store and epoch < kept[1]:
        return (
            "The database is older than what was seen of it last: a backup was restored. What was"
            " sent since then would be sent again."
        )
    write_fact(session, EPOCH_FACT, str(epoch + 1), now=service.clock.now())
    note_clock(session, service.clock)
    return ""


def note_epoch(service: Service) -> None:
    """Keeps the store's epoch beside it, once it is committed."""
    with service.database.read() as session:
        store, epoch = store_id(session, service.clock), read_epoch(session)
    keep_epoch(service.settings.var, store, epoch)


def _jump(clock: Clock, jump: timedelta, *, at_least: timedelta = JUMP) -> str:
    if abs(jump) <= at_least:
        return ""
    way = "back" if jump < timedelta() else "ahead"
    minutes = round(abs(jump).total_seconds() / 60)
    length = f"{minutes:,} minutes" if minutes < 48 * 60 else f"{abs(jump).days:,} days"
    return f"The clock jumped {way} by {length}, to {clock.now():%Y-%m-%d %H:%M:%S} UTC."
