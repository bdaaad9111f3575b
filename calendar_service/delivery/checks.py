"""The last look before a mail is sent: whether what it says still stands."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from calendar_service.store.queries.readers import subscriptions_covering
from calendar_service.store.rows import (
    DeliveryRow,
    EventRow,
    Kind,
    OccurrenceRow,
    SignupRow,
    State,
    SubscriptionOffsetRow,
)

LATE_AFTER = timedelta(minutes=15)
"""A reminder this long overdue says that it is late."""


def verdict(session: Session, delivery: DeliveryRow, now: datetime) -> State:
    """SENDING if the mail is to go out, else the state it ends in unsent."""
    if delivery.deadline <= now:
        return State.EXPIRED
    if delivery.kind == Kind.CONFIRMATION:
        signup = session.get(SignupRow, delivery.signup_id)
        waits = signup is not None and signup.confirmed_at is None
        return State.SENDING if waits else State.CANCELLED
    return _verdict_on_reminder(session, delivery, now)


def _verdict_on_reminder(session: Session, delivery: DeliveryRow, now: datetime) -> State:
    occurrence = session.get_one(OccurrenceRow, delivery.occurrence_id)
    if not occurrence.active:
        return State.CANCELLED
    if occurrence.time_rev != delivery.time_rev:
        return State.SUPERSEDED
    if not _still_wanted(session, delivery, occurrence):
        return State.CANCELLED
    if _has_a_later_one(session, delivery, now) or _said_before(session, delivery):
        return State.SUPERSEDED
    return State.SENDING


def _still_wanted(session: Session, delivery: DeliveryRow, occurrence: OccurrenceRow) -> bool:
    event = session.get_one(EventRow, occurrence.event_id)
    rows = subscriptions_covering(session, delivery.reader_id or 0, event.uid)
    return bool(
        session.scalar(
            select(
                exists().where(
                    SubscriptionOffsetRow.subscription_id.in_([row.id for row in rows]),
                    SubscriptionOffsetRow.offset == delivery.offset,
                )
            )
        )
    )


def _said_before(session: Session, delivery: DeliveryRow) -> bool:
    """Whether the reader had this reminder before a change that left its instant as it was."""
    other = aliased(DeliveryRow)
    return bool(
        session.scalar(
            select(
                exists().where(
                    other.occurrence_id == delivery.occurrence_id,
                    other.reader_id == delivery.reader_id,
                    other.kind == delivery.kind,
                    other.offset == delivery.offset,
                    other.due_at == delivery.due_at,
                    other.time_rev < delivery.time_rev,
                    other.state == State.SENT,
                )
            )
        )
    )


def _has_a_later_one(session: Session, delivery: DeliveryRow, now: datetime) -> bool:
    """Whether another reminder of the same occurrence is due too: overdue ones become one mail."""
    other = aliased(DeliveryRow)
    later = or_(
        other.due_at > delivery.due_at,
        and_(other.due_at == delivery.due_at, other.id > delivery.id),
    )
    alive = (State.QUEUED, State.CLAIMED, State.SENDING, State.SENT)
    return bool(
        session.scalar(
            select(
                exists().where(
                    other.occurrence_id == delivery.occurrence_id,
                    other.reader_id == delivery.reader_id,
                    other.time_rev == delivery.time_rev,
                    other.kind == delivery.kind,
                    other.due_at <= now,
                    other.state.in_(alive),
                    later,
                )
            )
        )
    )
