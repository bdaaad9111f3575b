"""Whether the clock and the store can be trusted: what is sent too early or twice cannot be undone.

A clock that jumped would send what is not due or give up what is, and a restored backup has
forgotten what was sent since. Either stops all sending until an operator says that all is well.
"""

from __future__ import annotations

import logging
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


_log = logging.getLogger(__name__)


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


def store_suspicion(session: Session, service: Service) -> str:
    """Why the store cannot be the one that was seen last, in words; empty if it can."""
    kept = read_kept_epoch(service.settings.var)  # first: meanwhile another sender may raise both
    store, epoch = store_id(session, service.clock), read_epoch(session)
    if kept is None or kept[0] != store or epoch >= kept[1]:
        return ""
    return (
        "The database is older than what was seen of it last: a backup was restored. What was"
        " sent since then would be sent again."
    )


def prove_epoch(session: Session, service: Service) -> str:
    """Raises the epoch, in the store and beside it; why it cannot, if the store is older."""
    why = store_suspicion(session, service)
    if not why:
        note_clock(session, service.clock)  # first: other senders wait here, and read what is new
        epoch = read_epoch(session) + 1
        write_fact(session, EPOCH_FACT, str(epoch), now=service.clock.now())
    return why


def note_epoch(service: Service) -> None:
    """Keeps the store's epoch beside it, once it is committed.

    Where it cannot, an older one stays, and nobody has to wait for it: a backup that is restored
    would be told by that one too, unless it is newer.
    """
    var = service.settings.var
    with service.database.read() as session:
        store, epoch = store_id(session, service.clock), read_epoch(session)
    try:
        keep_epoch(var, store, epoch)
    except OSError as error:
        kept, why = var / "epoch", error.strerror
        _log.error("%s cannot be written: %s. Make room; mails leave meanwhile.", kept, why)


def _jump(clock: Clock, jump: timedelta, *, at_least: timedelta = JUMP) -> str:
    if abs(jump) <= at_least:
        return ""
    way = "back" if jump < timedelta() else "ahead"
    minutes = round(abs(jump).total_seconds() / 60)
    length = f"{minutes:,} minutes" if minutes < 48 * 60 else f"{abs(jump).days:,} days"
    return f"The clock jumped {way} by {length}, to {clock.now():%Y-%m-%d %H:%M:%S} UTC."
