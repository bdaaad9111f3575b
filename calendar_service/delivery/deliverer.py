"""One sender at work: brings every mail that is owed to the relay, and writes down how it went.

    turn:   settle what was told  ->  fan out  ->  claim  ->  check  ->  compose
    send:   the relay's side asks for mail after mail; each answer is noted in the journal at once

A turn is one transaction for a few hundred mails. The relay's side asks for the next mail only
when a connection is free for it, and what was checked longer ago than a moment is checked again.
"""

from __future__ import annotations

import logging
import os
from collections import deque
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from calendar_service.actions.freezing import why_frozen
from calendar_service.actions.service import Service
from calendar_service.clock import elapsed
from calendar_service.delivery.breaker import Breaker
from calendar_service.delivery.checks import sorted_out
from calendar_service.delivery.composing import Composer, Outgoing
from calendar_service.delivery.facts import nothing_gathered
from calendar_service.delivery.fanout import A_MOMENT, FanOut, fan_out
from calendar_service.delivery.gathering import gather, gather_suppressed
from calendar_service.delivery.journal import Journal
from calendar_service.delivery.knowledge import events_with_news
from calendar_service.delivery.lease import Lease
from calendar_service.delivery.recovery import settle_leftovers
from calendar_service.delivery.settling import Outcome, Tried, count_strikes, settle
from calendar_service.errors import CalendarError, UnavailableError
from calendar_service.mail.errors import RelayUnavailableError
from calendar_service.mail.senders import Fate, Parcel, Receipt, Sender
from calendar_service.store.queries.claimed import await_others
from calendar_service.store.queries.deliveries import anything_due, next_due
from calendar_service.store.queries.ledger import (
    Owed,
    claim,
    end,
    expire,
    give_back,
    ripen,
    start,
)
from calendar_service.store.queries.records import (
    RELAY_FACT,
    plans_now,
    read_plans,
    relay_trouble,
    write_fact,
)
from calendar_service.store.rows import State

LEAST, MOST = 20, 1000
"""Mails in a turn, within these bounds."""

TURN = 0.5
"""Seconds that a turn's mails are to take: a sender of several leaves enough to the others."""

FRESH = 2.0
"""Seconds for which a check holds; a mail that had to wait longer is checked again."""

SOON = timedelta(seconds=1)
"""How long a mail waits for another one that is on its way, and may say the same."""

AHEAD = 16 * (os.cpu_count() or 1)
"""Mails that are written before it is their turn."""

LOOK_EVERY = 0.05
"""Seconds between two looks at whether this sender may go on, and what was checked still stands."""

_log = logging.getLogger(__name__)


class Deliverer:
    """Sends what is owed through one sender; holds the lease that says it is alive."""

    def __init__(
        self, service: Service, sender: Sender, stopping: Callable[[], bool] = lambda: False
    ) -> None:
        self._service = service
        self._sender = sender
        self._stopping = stopping
        self._composer = Composer(service)
        self._breaker = Breaker()
        self._ready: deque[Owed] = deque()
        self._written: deque[tuple[Owed, Outgoing]] = deque()
        self._facts = nothing_gathered(service.clock.now())
        self._tried: list[Tried] = []
        self._sent = 0
        self._checked_at = self._looked_at = self._asked_at = 0.0
        self._plans = self._standstills = 0
        self._next_due: datetime | None = None
        self._failure: Exception | None = None
        self._unsettled = self._unnoted = False
        self._begin()
        self._fan_out = FanOut(service, self._now)

    def prove_alive(self) -> None:
        """Says that this sender lives; for another thread, while this one waits for the relay."""
        self._lease.beat()

    def deliver_due(self) -> int:
        """Owes and sends everything whose instant has come; tells how many mails left."""
        if not self._may_deliver():
            return 0
        self._sent, self._failure, self._unnoted = 0, None, False
        self._standstills = self._lease.standstills
        if not self._breaker.lets_through(self._service.clock.now()):
            self._wait_for_relay()
            return 0
        try:
            self._sender.send(self._parcels(), self._told, self._may_go)
        except RelayUnavailableError as error:
            self._relay_failed(error)
            self._wait_for_relay()
        else:
            self._relay_worked()
        if self._failure is not None:
            raise self._failure
        self._settle()
        return self._sent

    def close(self) -> None:
        """Ends this sender in order; nothing of it is left to recover.

        Where the store cannot take what came of its last mails, lock and journal stay, for the
        next sender to settle.
        """
        self._sender.close()
        try:
            self._settle()
            self._lease.give_up()
        except BaseException:
            self._lease.let_go()
            raise
        finally:
            self._journal.close()

    def _begin(self) -> None:
        """Takes a lease and a journal; neither, where store or disk has no room for both."""
        lease = Lease(self._service)
        try:
            self._journal = Journal(lease.journal_file, room=2 * MOST)
        except BaseException:
            lease.give_up()
            raise
        self._lease = lease

    def _now(self) -> datetime:
        """The present instant, as far as the clock can be trusted."""
        return self._lease.now()

    def _may_deliver(self) -> bool:
        """Whether there is anything to do, and nothing that forbids it."""
        now = self._service.clock.now()
        with self._service.database.read() as session:
            frozen = bool(why_frozen(session))
            due = anything_due(session, now=now)
        self._lease.heed(frozen=frozen)
        if not (due or self._unsettled):
            return False
        if not self._lease.holds() and not self._renewed():
            return False
        if self._unsettled:
            self._settle()
        return due and not frozen

    def _renewed(self) -> bool:
        """A new lease in place of one that was lost: others have taken over what was claimed.

        Or the store forgot this sender, as it does where a backup is restored under it: so before
        anything is sent, the store is looked at.
        """
        if not self._lease.lost:
            return False  # clock or store cannot be trusted, or the store does not answer
        lease, journal = self._lease, self._journal
        self._begin()
        _log.warning("this sender stood still for too long; its work was taken over")
        journal.close()
        lease.give_up()
        self._tried.clear()
        self._ready.clear()
        self._written.clear()
        self._unsettled = False
        self._lease.beat()
        return self._lease.holds()

    def _parcels(self) -> Iterator[Parcel]:
        """The mails that are due, each as it is asked for; ends where it must.

        A failing store ends it too, so that what is under way is still awaited and noted.
        """
        try:
            while not (self._stopping() or self._unnoted):
                looked = elapsed() - self._looked_at < LOOK_EVERY and not self._is_anything_due()
                if not (looked and self._is_any_left()):
                    if not self._lease.holds():
                        return
                    if not self._is_any_left() or self._is_stale():
                        if not self._turn():
                            return
                        continue  # it may have stood still since: look once more
                    self._looked_at = elapsed()
                if (parcel := self._next()) is not None:
                    yield parcel
        except UnavailableError as error:
            self._failure = error

    def _is_any_left(self) -> bool:
        return bool(self._ready or self._written)

    def _next(self) -> Parcel | None:
        self._write_ahead()
        if not self._written:
            return None
        owed, outgoing = self._written.popleft()
        try:
            return outgoing.parcel()
        except Exception as error:
            self._cannot_write(owed.id, error)
            return None

    def _write_ahead(self) -> None:
        """Writes the next few mails, which are signed on other cores until it is their turn.

        Not all that is ready: what becomes due meanwhile is not to wait for that.
        """
        while self._ready and len(self._written) < AHEAD:
            owed = self._ready.popleft()
            try:
                self._written.append((owed, self._composer.compose(owed, self._facts)))
            except Exception as error:
                self._cannot_write(owed.id, error)

    def _may_go(self) -> bool:
        """Whether what the relay's side has may still leave; asks the lease now and then.

        Not if this sender stood still since it was given out: others may have sent it.
        """
        if self._unnoted:
            return False
        now = elapsed()
        if now - self._asked_at < LOOK_EVERY:
            return True
        self._asked_at = now
        return self._lease.holds() and self._lease.standstills == self._standstills

    def _told(self, parcel: Parcel, fate: Fate) -> None:
        """Notes at once what became of a mail; what cannot be noted is settled before the next."""
        tried = Tried.of(parcel.number, fate, self._service.clock.now())
        if isinstance(fate, Receipt):
            self._sent += 1
            try:
                self._journal.note(parcel.number, fate.reply)
            except OSError as error:
                _log.error("The journal %s: %s. Make room.", self._journal.file, error)
                self._unnoted = True
        self._tried.append(tried)
        self._breaker.worked()

    def _turn(self) -> bool:
        """Settles, owes, claims and checks; tells whether there is more to do."""
        self._relay_worked()
        self._sender.share(self._lease.at_work)
        seconds = max(self._service.clock.since_boot() - self._checked_at, 0.001)
        pace = len(self._tried) / seconds
        fanned_out = self._fan_out.for_a_moment(idle=not self._is_any_left())
        most = round(pace * (A_MOMENT if self._fan_out.goes_on else TURN))
        claimed = self._settle_and_claim(max(LEAST, min(MOST, most)))
        return fanned_out or claimed

    def _is_stale(self) -> bool:
        """Whether what was checked may stand no more, or more is to be owed."""
        fresh = A_MOMENT if self._fan_out.goes_on else FRESH
        if self._service.clock.since_boot() - self._checked_at > fresh:
            return True
        return self._is_anything_due() or plans_now(self._service.database) != self._plans

    def _is_anything_due(self) -> bool:
        """Whether something has fallen due since the claim: it goes before what was asked for."""
        return self._next_due is not None and self._service.clock.now() >= self._next_due

    def _settle_and_claim(self, most: int) -> bool:
        """Writes what was told, claims so many mails and makes ready what of them still stands.

        What waited too long is among them. The others end here, unsent. Tells whether any was
        claimed.
        """
        now, token, self._unsettled = self._now(), self._lease.token, True
        looked_at = elapsed()  # what is planned while this is committed is seen before a mail goes
        with self._service.database.write() as session:
            settle(session, token, self._tried, now=now)
            count_strikes(session, self._service.secret, self._tried, now=now)
            self._plans = read_plans(session)
            give_back(session, self._waiting(), token)
            ripen(session, now=now)
            expire(session, now=now)
            goes_on = self._lease.trusts(session) and not why_frozen(session)
            claimed = claim(session, limit=most) if goes_on else []
            ready = self._checked(session, claimed, now)
            self._next_due = next_due(session, after=now)
            session.flush()
            session.expunge_all()  # what was gathered outlives the session
        self._settled()
        self._ready.extend(ready)
        self._checked_at, self._looked_at = self._service.clock.since_boot(), looked_at
        return bool(claimed)

    def _waiting(self) -> list[int]:
        """What is ready and has not been asked for: it goes back, to be looked at again."""
        return [*(owed.id for owed, _ in self._written), *(owed.id for owed in self._ready)]

    def _checked(self, session: Session, claimed: list[Owed], now: datetime) -> list[Owed]:
        """Puts the claimed mails on their way that still stand, and tells which.

        What another sender tells of the same events at this moment is awaited: else each of two
        mails to a reader might go because the other one has not gone yet.
        """
        await_others(session, events_with_news(session, claimed))
        zone, digests = self._service.settings.zone, self._facts.digests
        self._facts = facts = gather(session, claimed, now, zone, digests)
        gather_suppressed(session, self._service.secret, facts)
        going, ending = sorted_out(claimed, facts, now)
        for told, ids in going.items():
            start(session, ids, self._lease.token, tells=told)
        for state, ids in ending.items():
            end(session, ids, state, **_unsent(state, now))
        leaving = {number for ids in going.values() for number in ids}
        return [owed for owed in claimed if owed.id in leaving]

    def _cannot_write(self, delivery_id: int, error: Exception) -> None:
        known = isinstance(error, CalendarError)
        why, cause = (str(error), None) if known else (repr(error), error)
        _log.error(
            "Delivery %d is held: it cannot be written. %s", delivery_id, why, exc_info=cause
        )
        now = self._service.clock.now()
        self._tried.append(Tried(delivery_id, Outcome.UNRENDERABLE, why, now))

    def _settle(self) -> None:
        """Writes what came of the last mails, and gives back what was not sent."""
        if not self._unsettled:
            return
        settle_leftovers(self._service, self._lease.token, remembered=self._tried)
        self._settled()
        self._unsettled = False

    def _settled(self) -> None:
        self._tried.clear()
        self._ready.clear()
        self._written.clear()
        self._journal.clear()

    def _relay_failed(self, error: RelayUnavailableError) -> None:
        now = self._service.clock.now()
        self._breaker.failed(now)
        _log.error("%s Nothing is lost; trying again at %s.", error, self._breaker.opens_at)
        with self._service.database.write() as session:
            write_fact(session, RELAY_FACT, str(error), now=now)

    def _wait_for_relay(self) -> None:
        """Owes what is due all the same, and ends what nobody can wait for any longer."""
        now = self._now()
        fan_out(self._service, now)
        with self._service.database.write() as session:
            expire(session, now=now)

    def _relay_worked(self) -> None:
        """Says that the relay works, where this sender or one before it has said otherwise."""
        if self._tried and relay_trouble(self._service.database):
            with self._service.database.write() as session:
                write_fact(session, RELAY_FACT, "", now=self._service.clock.now())


def _unsent(state: State, now: datetime) -> dict[str, datetime]:
    """What else becomes of a mail that does not go: it waits for a moment, or ends."""
    return {"not_before": now + SOON} if state is State.QUEUED else {"settled_at": now}
