"""From a due instant to one owed mail for each reader whom it concerns.

A batch of deliveries and the cursor behind them are one transaction, and what is owed has a
unique key: a fan-out that is killed goes on where it was, and owes nothing twice.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from calendar_service.actions.service import Service
from calendar_service.domain.reminders import deadline
from calendar_service.domain.when_documents import read_when
from calendar_service.store.queries.followers import Cursor, owe_followers, targets_of
from calendar_service.store.rows import DueRow, DueState, EventRow, OccurrenceRow

BATCH = 20_000
"""Followers gone through in one transaction, which takes a tenth of a second."""


def fan_out(service: Service, now: datetime | None = None) -> None:
    """Owes every mail whose instant has come, oldest instant first."""
    while fan_out_batch(service, now or service.clock.now()):
        pass


def fan_out_batch(service: Service, now: datetime) -> bool:
    """One batch of the oldest row that is due by now; tells whether there was one."""
    with service.database.write() as session:
        due = session.scalar(
            select(DueRow)
            .where(DueRow.state == DueState.PLANNED, DueRow.instant <= now)
            .order_by(DueRow.instant, DueRow.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if due is None:
            return False
        occurrence = session.get_one(OccurrenceRow, due.occurrence_id)
        if occurrence.active and occurrence.time_rev == due.time_rev:
            _owe_batch(session, due, occurrence, now)
        else:
            due.state = str(DueState.SUPERSEDED)
    return True


def _owe_batch(session: Session, due: DueRow, occurrence: OccurrenceRow, now: datetime) -> None:
    """Owes to the next followers, and moves the cursor on, to the next thing that is followed."""
    event = session.get_one(EventRow, occurrence.event_id)
    followed = targets_of(session, event.id, event.uid)
    cursor = Cursor.parse(due.cursor) or Cursor(followed[0])
    last = deadline(read_when(occurrence.document), due.zone or "UTC")
    passed = owe_followers(session, due, cursor, deadline=last, now=now, limit=BATCH)
    if passed is None:
        place = followed.index(cursor.target) + 1 if cursor.target in followed else len(followed)
        passed = Cursor(followed[place]) if place < len(followed) else None
    if passed is None:
        due.state = str(DueState.DONE)
    else:
        due.cursor = str(passed)
