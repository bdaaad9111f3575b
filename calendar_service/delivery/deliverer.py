"""One sender at work: brings every mail that is owed to the relay, and writes down how it went."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from calendar_service.actions.service import Service
from calendar_service.delivery.checks import verdict
from calendar_service.delivery.composing import Outgoing, compose
from calendar_service.delivery.fanout import fan_out
from calendar_service.delivery.journal import Journal
from calendar_service.delivery.ledger import (
    Outcome,
    Tried,
    claim,
    deliveries_of,
    expire,
    release,
    settle,
    step,
)
from calendar_service.delivery.recovery import senders_folder, settle_leftovers
from calendar_service.delivery.sender_lock import take_lock
from calendar_service.mail.errors import (
    PermanentRefusalError,
    RelayUnavailableError,
    TemporaryRefusalError,
)
from calendar_service.mail.senders import Fate, Parcel, Receipt, Sender
from calendar_service.store.queries.deliveries import anything_due
from calendar_service.store.queries.records import RELAY_FACT, write_fact
from calendar_service.store.rows import DeliveryRow, State

BATCH = 20
"""Mails that are checked, sent and settled together: what a crash may have to look up."""

RELAY_WAITS = tuple(timedelta(seconds=seconds) for seconds in (15, 30, 60, 120, 300))

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Breaker:
    """Stops trying a relay that is down, and tries again after a while."""

    failures: int = 0
    opens_at: datetime | None = None

    def lets_through(self, now: datetime) -> bool:
        """Whether it is time to try."""
        return self.opens_at is None or now >= self.opens_at

    def failed(self, now: datetime) -> None:
        """The relay could not be used."""
        wait = RELAY_WAITS[min(self.failures, len(RELAY_WAITS) - 1)]
        self.failures, self.opens_at = self.failures + 1, now + wait

    def worked(self) -> None:
        """The relay answered."""
        self.failures, self.opens_at = 0, None


class Deliverer:
    """Sends what is owed through one sender; holds the lock that says it is alive."""

    def __init__(
        self, service: Service, sender: Sender, stopping: Callable[[], bool] = lambda: False
    ) -> None:
        self._service = service
        self._sender = sender
        self._stopping = stopping
        self._lock = take_lock(senders_folder(service))
        self._journal = Journal(self._lock.journal_file)
        self._breaker = Breaker()
        self._interrupted = False
        self._tried: list[Tried] = []

    def deliver_due(self) -> int:
        """Owes and sends everything whose instant has come; tells how many mails left."""
        self._settle_interrupted()
        with self._service.database.read() as session:
            if not anything_due(session, now=self._service.clock.now()):
                return 0
        fan_out(self._service)
        with self._service.database.write() as session:
            expire(session, now=self._service.clock.now())
        sent = 0
        while not self._stopping() and self._breaker.lets_through(self._service.clock.now()):
            tried = self._deliver_batch()
            if tried is None:
                break
            sent += sum(one.outcome is Outcome.SENT for one in tried)
        return sent

    def close(self) -> None:
        """Ends this sender in order; nothing of it is left to recover.

        Where the store cannot take what came of its last mails, lock and journal stay, for the
        next sender to settle.
        """
        self._sender.close()
        try:
            self._settle_interrupted()
            with self._service.database.write() as session:
                release(session, self._lock.token, State.CLAIMED)
        except BaseException:
            self._journal.close()
            self._lock.let_go()
            raise
        self._journal.close()
        self._lock.give_up()

    def _settle_interrupted(self) -> None:
        """Settles a batch that a failing store interrupted, from memory and from the journal."""
        if self._interrupted:
            lock = self._lock
            settle_leftovers(self._service, lock.token, lock.journal_file, self._tried)
            self._journal.clear()
            self._interrupted = False

    def _deliver_batch(self) -> list[Tried] | None:
        """Claims, checks, sends and settles one batch; None when nothing is left to claim."""
        token, now = self._lock.token, self._service.clock.now()
        self._interrupted, self._tried = True, []
        with self._service.database.write() as session:
            claimed = claim(session, token, now=now, limit=BATCH)
        if not claimed:
            self._interrupted = False
            return None
        ready, tried = self._check(now)
        self._tried = tried
        for outgoing in ready:
            if self._stopping():
                break
            if not self._still_stands(outgoing):
                continue
            try:
                tried.append(self._send(outgoing))
            except RelayUnavailableError as error:
                self._relay_failed(error)
                break
        else:
            self._relay_worked(bool(ready))
        self._settle(tried)
        return tried

    def _check(self, now: datetime) -> tuple[list[Outgoing], list[Tried]]:
        """The mails of the claimed deliveries that still stand; the others end here, unsent."""
        token = self._lock.token
        ready, tried = [], []
        with self._service.database.write() as session:
            for row in deliveries_of(session, token, State.CLAIMED):
                state = verdict(session, row, now)
                if state is not State.SENDING:
                    step(session, row.id, token, State.CLAIMED, state=str(state), settled_at=now)
                elif step(session, row.id, token, State.CLAIMED, state=str(State.SENDING)):
                    try:
                        ready.append(compose(session, self._service, row, now))
                    except SQLAlchemyError:  # the store's fault, and not the mail's
                        raise
                    except Exception as error:
                        _log.exception("delivery %d cannot be written; it is held", row.id)
                        tried.append(Tried(row.id, Outcome.UNRENDERABLE, repr(error), now))
        return ready, tried

    def _send(self, outgoing: Outgoing) -> Tried:
        """Hands one mail to the relay; raises RelayUnavailableError where that is at fault."""
        parcel = Parcel(
            outgoing.delivery_id, outgoing.envelope_from, outgoing.to, outgoing.message.as_bytes()
        )
        fates: list[Fate] = []

        def told(parcel: Parcel, fate: Fate) -> None:
            fates.append(fate)
            if isinstance(fate, Receipt):
                self._note(parcel.number, fate.reply)

        self._sender.send(iter([parcel]), told)
        now = self._service.clock.now()
        match fates[0]:
            case Receipt(reply):
                return Tried(outgoing.delivery_id, Outcome.SENT, reply, now)
            case TemporaryRefusalError() as error:
                return Tried(outgoing.delivery_id, Outcome.REFUSED_FOR_NOW, str(error), now)
            case PermanentRefusalError() as error:
                return Tried(outgoing.delivery_id, Outcome.REFUSED, str(error), now)
            case error:
                return Tried(outgoing.delivery_id, Outcome.UNANSWERED, str(error), now)

    def _note(self, delivery_id: int, reply: str) -> None:
        """Writes into the journal; where that is full, the batch is still settled from memory."""
        try:
            self._journal.note(delivery_id, reply)
        except OSError as error:
            _log.error("The journal %s: %s. Make room.", self._lock.journal_file, error)

    def _still_stands(self, outgoing: Outgoing) -> bool:
        """Looks again right before a mail is sent: those before it may have taken long."""
        now = self._service.clock.now()
        with self._service.database.read() as session:
            row = session.get_one(DeliveryRow, outgoing.delivery_id)
            state = verdict(session, row, now)
        if state is State.SENDING:
            return True
        token = self._lock.token
        with self._service.database.write() as session:
            step(
                session,
                outgoing.delivery_id,
                token,
                State.SENDING,
                state=str(state),
                settled_at=now,
            )
        return False

    def _settle(self, tried: list[Tried]) -> None:
        """Writes what came of the batch, and gives back what was not tried."""
        with self._service.database.write() as session:
            settle(session, self._lock.token, tried)
            release(session, self._lock.token, State.SENDING)
            release(session, self._lock.token, State.CLAIMED)
        self._journal.clear()
        self._interrupted = False

    def _relay_failed(self, error: RelayUnavailableError) -> None:
        now = self._service.clock.now()
        self._breaker.failed(now)
        _log.error("%s Nothing is lost; trying again at %s.", error, self._breaker.opens_at)
        with self._service.database.write() as session:
            write_fact(session, RELAY_FACT, str(error), now=now)

    def _relay_worked(self, tried_any: bool) -> None:
        if tried_any and self._breaker.failures:
            with self._service.database.write() as session:
                write_fact(session, RELAY_FACT, "", now=self._service.clock.now())
        if tried_any:
            self._breaker.worked()
