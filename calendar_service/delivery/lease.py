"""A sender's right to the deliveries that it has claimed, for as long as it proves that it lives.

Its lock ends with the process. A process that stands still holds its lock and does nothing, so a
sender also says every few seconds that it lives: one that has not for long loses its work to
others, and knows by itself, before its next mail, that it may have.
"""

from __future__ import annotations

import os
import secrets
import threading
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from calendar_service.actions.freezing import freeze, why_frozen
from calendar_service.actions.service import Service
from calendar_service.delivery.guard import (
    ClockGuard,
    ClockJumpedError,
    clock_suspicion,
    note_epoch,
    prove_epoch,
    store_suspicion,
)
from calendar_service.delivery.sender_lock import take_lock
from calendar_service.errors import UnavailableError
from calendar_service.store.queries.senders import (
    add_sender,
    count_senders,
    note_seen,
    remove_sender,
)

BEAT = 5.0
"""Seconds between two proofs that a sender lives."""

FENCE = 20.0
"""Seconds after the last proof from which on a sender sends nothing more."""

_AT_WORK = timedelta(seconds=FENCE)

TAKEN_AFTER = timedelta(seconds=60)
"""After so long without a proof others take its work, whether or not its lock is held."""


def senders_folder(service: Service) -> Path:
    """Where the senders of this machine keep their locks and journals."""
    return service.settings.var / "senders"


def machine_of(service: Service) -> str:
    """The name of the folder that this machine's locks and journals lie in, made once."""
    folder = senders_folder(service)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "machine"
    if not file.exists():
        draft = folder / f"machine.{secrets.token_hex(4)}"
        draft.write_text(secrets.token_hex(8), encoding="ascii")
        with suppress(FileExistsError):
            os.link(draft, file)  # whole, and by one process alone
        draft.unlink()
    return file.read_text(encoding="ascii")


class Lease:
    """One sender's lease: its token, its lock and its journal's place."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._lock = take_lock(senders_folder(service))
        self.token = self._lock.token
        self.journal_file = self._lock.journal_file
        self._guard = ClockGuard(service.clock)
        self._beating = threading.Lock()
        self._lost = False
        self._standstills = 0
        self._suspicion = ""
        self._stopped = False
        self._proved = service.clock.since_boot()
        self.at_work = 1
        try:
            with service.database.write() as session:
                machine = machine_of(service)
                add_sender(session, self.token, machine, os.getpid(), now=service.clock.now())
                session.flush()
                self._count(session)
        except BaseException:
            self._lock.give_up()
            raise

    @property
    def lost(self) -> bool:
        """Whether others have taken its work over."""
        return self._lost

    @property
    def standstills(self) -> int:
        """How often it has been without a proof for so long that others may have taken its work."""
        return self._standstills

    def now(self) -> datetime:
        """The present instant, for whoever owes, sends or gives up what is due by it.

        Raises ClockJumpedError where the clock has jumped since the last look; it is read before
        it is looked at, so that no jump comes in between.
        """
        now = self._service.clock.now()
        self._look_at_clock()
        if self._suspicion:
            raise ClockJumpedError(self._suspicion)
        return now

    def holds(self) -> bool:
        """Whether it may go on sending: what it has claimed is its own, and the clock is right.

        Asks the store only where nobody has for some seconds.
        """
        self._look_at_clock()
        waited = self._service.clock.since_boot() - self._proved
        if waited >= BEAT and not self._lost:
            with suppress(UnavailableError):
                self.beat()
            waited = self._service.clock.since_boot() - self._proved
        return waited < FENCE and not (self._lost or self._suspicion)

    def beat(self) -> None:
        """Proves that it lives, and that clock and store can be trusted; raises UnavailableError.

        What cannot be trusted stops all sending.
        """
        with self._beating:
            began = self._service.clock.since_boot()
            with self._service.database.write() as session:
                if not note_seen(session, self.token, now=self._service.clock.now()):
                    self._lost = True
                    return
                self._count(session)
                frozen = bool(why_frozen(session))
                self.heed(frozen=frozen)
                why = "" if frozen else self._doubts(session)
            self._standstills += began - self._proved >= FENCE
            self._proved = began
            if why:
                self._suspect(why)
            elif not frozen:
                note_epoch(self._service)

    def trusts(self, session: Session) -> bool:
        """Whether the store is the one that was seen last, and no backup restored under it."""
        self._suspicion = self._suspicion or store_suspicion(session, self._service)
        return not self._suspicion

    def heed(self, *, frozen: bool) -> None:
        """Goes by what the store says: what was stopped and is no more, an operator has let go on.

        Then clock and store are right as they are.
        """
        if self._stopped and not frozen:
            self._guard.trust()
            self._suspicion = ""
        self._stopped = frozen

    def give_up(self) -> None:
        """Ends the sender in order: nothing of it is left to recover."""
        if not self._lost:  # else whoever took its work over has done so
            with self._service.database.write() as session:
                remove_sender(session, self.token)
        self._lock.give_up()

    def let_go(self) -> None:
        """Ends the sender and leaves its files to whoever recovers it."""
        self._lock.let_go()

    def _look_at_clock(self) -> None:
        """Stops all sending where the clock has jumped; once, or a release would be undone."""
        if not self._suspicion and (why := self._guard.jumped()):
            self._suspect(why)

    def _doubts(self, session: Session) -> str:
        """Why clock or store cannot be trusted, be it what could not be written before."""
        return (
            self._suspicion
            or self._guard.jumped()
            or clock_suspicion(session, self._service.clock)
            or prove_epoch(session, self._service)
        )

    def _suspect(self, why: str) -> None:
        """Stops all sending, here at once and elsewhere with the next turn."""
        self._suspicion = why
        with suppress(UnavailableError):
            freeze(self._service, why)
            self._stopped = True

    def _count(self, session: Session) -> None:
        """How many senders there are, this one among them, as far as they have said so of late."""
        since = self._service.clock.now() - _AT_WORK
        self.at_work = count_senders(session, seen_since=since)
