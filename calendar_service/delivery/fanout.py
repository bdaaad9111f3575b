"""From a due instant to one owed mail for each reader whom it concerns.

A batch of deliveries and the cursor behind them are one transaction, and what is owed has a
unique key: a fan-out that is killed goes on where it was, and owes nothing twice.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from calendar_service.actions.digests import plan_digests
from calendar_service.actions.service import Service
from calendar_service.clock import elapsed
from calendar_service.domain.digests import Digest, issue_of
from calendar_service.domain.events import Status
from calendar_service.domain.notices import worth_until
from calendar_service.domain.readers import Target
from calendar_service.domain.reminders import deadline
from calendar_service.domain.stages import WAIT, seen_by
from calendar_service.domain.when_documents import read_when
from calendar_service.store.database import begun_again
from calendar_service.store.queries.deliveries import FRESH, digest_key
from calendar_service.store.queries.digests import Circle, owe_circle
from calendar_service.store.queries.followers import (
    Cursor,
    Owing,
    arrivals_owed,
    notices_owed,
    owe_followers,
    reminders_owed,
    targets_of,
)
from calendar_service.store.queries.notices import stages_of
from calendar_service.store.queries.searches import found_since
from calendar_service.store.rows import DueRow, DueState, EventRow, Kind, Lane, OccurrenceRow

BATCH = 20_000
"""Followers of one thing gone through in one transaction, which takes a tenth of a second."""

TARGETS = 10
"""Things gone through in one transaction that readers can follow the same event through."""

FIRST_BATCH = 1000
"""Followers gone through before the first mails leave."""

A_MOMENT = 0.1
"""Seconds after which mails leave again, however many are still to be owed."""


class FanOut:
    """A fan-out that takes turns with the sending: a million of one event hold up no other mail.

    The first batch is small, so that the first mails leave before the last are owed; the next ones
    are twice as large each time, while they take no longer than half a moment. `goes_on` tells
    whether there was more to owe at the last look.
    """

    def __init__(self, service: Service, now: Callable[[], datetime]) -> None:
        self._service = service
        self._now = now
        self._most = FIRST_BATCH
        self.goes_on = False

    def for_a_moment(self, *, idle: bool) -> bool:
        """Owes for a moment; tells whether there was anything to owe.

        Where the sending is `idle`, it goes on as soon as there are some of very many.
        """
        end, owed = elapsed() + A_MOMENT, False
        while (state := self._owe_some()) is not None:
            owed = True
            if (idle and state is DueState.PLANNED) or elapsed() >= end:
                break
        return owed

    def _owe_some(self) -> DueState | None:
        began = elapsed()
        state = fan_out_batch(self._service, self._now(), self._most)
        self.goes_on = state is not None
        is_quick = elapsed() - began < A_MOMENT / 2
        most = 2 * self._most if is_quick else self._most // 2
        of_the_same = state is DueState.PLANNED
        self._most = max(FIRST_BATCH, min(most, BATCH)) if of_the_same else FIRST_BATCH
        return state


def fan_out(service: Service, now: datetime | None = None) -> None:
    """Owes every mail whose instant has come, oldest instant first."""
    while fan_out_batch(service, now or service.clock.now()) is not None:
        pass


def fan_out_batch(service: Service, now: datetime, most: int = BATCH) -> DueState | None:
    """Goes through some followers of what is due first by now.

    How it stands then: PLANNED where there are more of them; None where nothing was due. Where a
    follower is erased at that moment (PostgreSQL), they are gone through anew without them.
    """
    return begun_again(lambda: _owe_what_is_due(service, now, most), after=IntegrityError)


def _owe_what_is_due(service: Service, now: datetime, most: int) -> DueState | None:
    with service.database.write() as session:
        due = session.scalar(
            select(DueRow)
            .where(DueRow.state == DueState.PLANNED, DueRow.instant <= now)
            .order_by(DueRow.instant, DueRow.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if due is None:
            return None
        _OWE[Kind(due.kind)](session, service, due, now, most)
        return DueState(due.state)


def _owe_reminders(
    session: Session, _service: Service, due: DueRow, now: datetime, most: int
) -> None:
    occurrence = session.get_one(OccurrenceRow, due.occurrence_id)
    if not (occurrence.active and occurrence.time_rev == due.time_rev):
        due.state = str(DueState.SUPERSEDED)
        return
    last = deadline(read_when(occurrence.document), due.zone or "UTC")
    owing = reminders_owed(due, occurrence, deadline=last, now=now)
    _owe_batch(session, due, _followed(session, occurrence.event_id), owing, most)


def _owe_notices(session: Session, service: Service, due: DueRow, now: datetime, most: int) -> None:
    """Owes what an event's followers are to be told.

    Of what was changed right after it was published they know nothing else, but for those who
    began to follow in between.
    """
    event = session.get_one(EventRow, due.event_id)
    stages = stages_of(session, event.id)
    if event.status == Status.DRAFT or not stages:
        due.state = str(DueState.SUPERSEDED)
        return
    since = seen_by(stages, due.time_rev)
    zone = service.settings.zone
    last = worth_until(stages[-1].event, told_at=due.instant, zone=zone)
    owing = notices_owed(due, deadline=last, now=now, since=since)
    _owe_batch(session, due, _followed(session, event.id), owing, most)


def _owe_arrivals(
    session: Session, service: Service, due: DueRow, now: datetime, most: int
) -> None:
    """Owes the news of an event that came to searches, to who follows those that find it still."""
    event = session.get_one(EventRow, due.event_id)
    found = found_since(session, event.id, due.instant - WAIT)
    stages = stages_of(session, event.id)
    if event.status == Status.DRAFT or not found or not stages:
        due.state = str(DueState.SUPERSEDED)
        return
    last = worth_until(stages[-1].event, told_at=due.instant, zone=service.settings.zone)
    _owe_batch(session, due, found, arrivals_owed(due, deadline=last, now=now), most)


def _owe_digests(
    session: Session, _service: Service, due: DueRow, now: datetime, most: int
) -> None:
    """Owes what all is told together, and plans the next time of it."""
    circle = Circle(Digest(due.offset), due.zone, time.fromisoformat(due.hour))
    issue = issue_of(circle.digest, due.instant, circle.zone)
    facts = {
        **FRESH,
        "key": digest_key(due.offset, issue.day),
        "kind": due.kind,
        "lane": int(Lane.CAN_WAIT),
        "time_rev": due.time_rev,
        "offset": due.offset,
        "due_at": due.instant,
        "deadline": due.instant + circle.digest.worth_for,
        "created_at": now,
    }
    passed = owe_circle(session, circle, facts, after=int(due.cursor or 0), limit=most)
    if passed is not None:
        due.cursor = str(passed)
        return
    due.state = str(DueState.DONE)
    plan_digests(session, [circle], now=max(now, due.instant))


_OWE = {
    Kind.REMINDER: _owe_reminders,
    Kind.NOTICE: _owe_notices,
    Kind.ARRIVAL: _owe_arrivals,
    Kind.DIGEST: _owe_digests,
}
"""How the mails of each kind are owed that fall due."""


def _followed(session: Session, event_id: int) -> list[Target]:
    event = session.get_one(EventRow, event_id)
    return targets_of(session, event.id, event.uid)


def _owe_batch(
    session: Session, due: DueRow, followed: list[Target], owing: Owing, most: int
) -> None:
    """Owes to the next followers, and moves the cursor on behind them.

    What has few followers is gone through at once with what is followed next.
    """
    cursor = Cursor.parse(due.cursor) or Cursor(followed[0])
    for _ in range(TARGETS):
        passed = owe_followers(session, owing, cursor, limit=most)
        if passed is not None:
            due.cursor = str(passed)
            return
        behind = [one for one in followed if _place(one) > _place(cursor.target)]
        if not behind:
            due.state = str(DueState.DONE)
            return
        cursor = Cursor(behind[0])
    due.cursor = str(cursor)


def _place(target: Target) -> tuple[str, str]:
    """Where a target is gone through; one that leads to the event no more has a place too."""
    return str(target.kind), target.name
