"""From a due instant to one owed mail for each reader whom it concerns.

A batch of deliveries and the cursor behind them are one transaction, and what is owed has a
unique key: a fan-out that is killed goes on where it was, and owes nothing twice.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from calendar_service.actions.service import Service
from calendar_service.domain.reminders import deadline
from calendar_service.domain.when_documents import read_when
from calendar_service.store.queries.deliveries import owe
from calendar_service.store.queries.readers import covers
from calendar_service.store.rows import (
    DueRow,
    DueState,
    EventRow,
    OccurrenceRow,
    SubscriptionOffsetRow,
    SubscriptionRow,
)

BATCH = 1000


def fan_out(service: Service) -> None:
    """Owes every mail whose instant has come, oldest instant first."""
    while _fan_out_batch(service):
        pass


def _fan_out_batch(service: Service) -> bool:
    """One batch of the oldest due row; tells whether there may be more."""
    now = service.clock.now()
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
        if not occurrence.active or occurrence.time_rev != due.time_rev:
            due.state = str(DueState.SUPERSEDED)
            return True
        concerned = _next_readers(session, due, occurrence)
        owe(session, [_delivery(due, occurrence, reader, now) for reader in concerned])
        if concerned:
            due.cursor = concerned[-1].id
        if len(concerned) < BATCH:
            due.state = str(DueState.DONE)
    return True


def _next_readers(
    session: Session, due: DueRow, occurrence: OccurrenceRow
) -> list[Row[int, int, str]]:
    """The next subscriptions behind the cursor: their ids, readers and zones."""
    event = session.get_one(EventRow, occurrence.event_id)
    statement = (
        select(SubscriptionRow.id, SubscriptionRow.reader_id, SubscriptionRow.zone)
        .join(SubscriptionOffsetRow)
        .where(covers(event.id, event.uid))
        .where(SubscriptionOffsetRow.offset == due.offset, SubscriptionRow.id > due.cursor)
        .order_by(SubscriptionRow.id)
        .limit(BATCH)
    )
    if due.zone:
        statement = statement.where(
            SubscriptionRow.zone == due.zone, SubscriptionRow.hour == due.hour
        )
    return list(session.execute(statement))


def _delivery(
    due: DueRow, occurrence: OccurrenceRow, reader: Row[int, int, str], now: datetime
) -> dict[str, object]:
    subscription_id, reader_id, zone = reader
    what = f"{occurrence.id}:{due.offset}:{due.time_rev}"
    return {
        "key": f"{due.kind}:email:{reader_id}:{what}",
        "kind": due.kind,
        "reader_id": reader_id,
        "subscription_id": subscription_id,
        "occurrence_id": occurrence.id,
        "time_rev": due.time_rev,
        "offset": due.offset,
        "due_at": due.instant,
        "next_at": due.instant,
        "created_at": now,
        "deadline": deadline(read_when(occurrence.document), zone),
    }
