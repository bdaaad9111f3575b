"""Who wants digests, and what they are to tell of."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime, time
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, delete, exists, func, literal, literal_column, select
from sqlalchemy.orm import Session

from calendar_service.domain.digests import Digest
from calendar_service.store.bulk import dialect_of, passing_over
from calendar_service.store.queries.readers import STANDS_SINCE, goes_on
from calendar_service.store.rows import (
    DeliveryRow,
    DueRow,
    DueState,
    EventRow,
    Kind,
    OccurrenceRow,
    ReaderRow,
    RevisionRow,
    SubscriptionRow,
)

_WANTS_ONE = SubscriptionRow.digest != literal_column("''")
"""In the words of the index that holds just them."""


class Circle(NamedTuple):
    """Readers who want the same digest at the same local hour."""

    digest: Digest
    zone: str
    hour: time


def circles(session: Session) -> list[Circle]:
    """All of them, however many readers each has."""
    columns = SubscriptionRow.digest, SubscriptionRow.zone, SubscriptionRow.hour
    rows = session.execute(
        select(*columns)
        .where(_WANTS_ONE, SubscriptionRow.ended_at.is_(None))
        .distinct()
        .order_by(*columns)
    )
    return [Circle(Digest(digest), zone, time.fromisoformat(hour)) for digest, zone, hour in rows]


def count_circle(session: Session, circle: Circle, *, at: datetime) -> int:
    """How many readers a circle has who have not paused at an instant."""
    readers = select(func.count(SubscriptionRow.reader_id.distinct()))
    return session.scalar(readers.where(*_in(circle), goes_on(at))) or 0


def without_digest(
    session: Session, circle: Circle, key: str, *, at: datetime, started_by: datetime, show: int
) -> tuple[int, list[str]]:
    """How many of a circle, not paused at an instant, are not owed a key; addresses of a few.

    Of those whose choices stood at `started_by`.
    """
    theirs = exists().where(
        DeliveryRow.reader_id == SubscriptionRow.reader_id, DeliveryRow.key == key
    )
    among = *_in(circle), goes_on(at), started_by >= STANDS_SINCE, ~theirs
    count = select(func.count(SubscriptionRow.reader_id.distinct())).where(*among)
    readers = ReaderRow.id.in_(select(SubscriptionRow.reader_id).where(*among))
    found = select(ReaderRow.address).where(readers).order_by(ReaderRow.id).limit(show)
    return session.scalar(count) or 0, list(session.scalars(found))


def find_planned(session: Session, circle: Circle, instant: datetime) -> DueRow | None:
    """What is planned of a circle's digest of an instant, or was owed."""
    of_them = (
        DueRow.kind == Kind.DIGEST,
        DueRow.offset == str(circle.digest),
        DueRow.zone == circle.zone,
        DueRow.hour == f"{circle.hour:%H:%M}",
        DueRow.instant == instant,
    )
    return session.scalar(select(DueRow).where(*of_them))


def owe_circle(
    session: Session, circle: Circle, facts: Mapping[str, Any], *, after: int, limit: int
) -> int | None:
    """Owes a digest to the next readers of a circle, `limit` subscriptions at most.

    The last subscription that was passed; None once there are no more. A reader of several is owed
    one. The rows never leave the database.
    """
    theirs = *_in(circle), SubscriptionRow.id > after
    due_at: datetime = facts["due_at"]
    by_number = select(SubscriptionRow.id).where(*theirs).order_by(SubscriptionRow.id)
    edge = session.scalar(by_number.offset(limit - 1).limit(1))
    types: Any = DeliveryRow.__table__.c
    owed = select(
        SubscriptionRow.reader_id,
        SubscriptionRow.id.label("subscription_id"),
        *(literal(value, types[name].type).label(name) for name, value in facts.items()),
    ).where(*theirs, goes_on(due_at))
    if edge is not None:
        owed = owed.where(SubscriptionRow.id <= edge)
    owed = owed.order_by(SubscriptionRow.id)
    columns = [column.name for column in owed.selected_columns]
    session.execute(
        passing_over(dialect_of(session), DeliveryRow)
        .from_select(columns, owed)
        .on_conflict_do_nothing()
    )
    return edge


def dates_of(
    session: Session, event_ids: Collection[int], first: date, last: date
) -> list[tuple[OccurrenceRow, EventRow]]:
    """The dates of some events that take place and touch some days, by day."""
    rows = session.execute(
        select(OccurrenceRow, EventRow)
        .join(EventRow, EventRow.id == OccurrenceRow.event_id)
        .where(OccurrenceRow.active, OccurrenceRow.last_day >= first)
        .where(OccurrenceRow.first_day <= last, OccurrenceRow.event_id.in_(event_ids))
        .order_by(OccurrenceRow.first_day, OccurrenceRow.starts_at, OccurrenceRow.id)
    )
    return [(occurrence, event) for occurrence, event in rows]


def published_since(
    session: Session, event_ids: Collection[int], since: datetime
) -> list[EventRow]:
    """Those of some events of which a state was published since an instant, by day."""
    changed = select(RevisionRow.event_id).where(
        RevisionRow.at >= since, RevisionRow.event_id.in_(event_ids)
    )
    found = select(EventRow).where(EventRow.id.in_(changed))
    return list(session.scalars(found.order_by(EventRow.first_day, EventRow.id)))


def _in(circle: Circle) -> tuple[ColumnElement[bool], ...]:
    """True for the running subscriptions of a circle."""
    return (
        SubscriptionRow.digest == str(circle.digest),
        _WANTS_ONE,
        SubscriptionRow.zone == circle.zone,
        SubscriptionRow.hour == f"{circle.hour:%H:%M}",
        SubscriptionRow.ended_at.is_(None),
    )


def forget_digests(session: Session, *, before: datetime) -> None:
    """Removes the instants of digests that are long over."""
    session.execute(
        delete(DueRow).where(
            DueRow.kind == Kind.DIGEST, DueRow.state == DueState.DONE, DueRow.instant < before
        )
    )
