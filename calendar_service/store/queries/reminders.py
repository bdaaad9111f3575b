"""The ledger as an operator looks at it: counted by what mails are about, or mail by mail."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, exists, func, or_, select, tuple_
from sqlalchemy.orm import Session

from calendar_service.domain.readers import Target
from calendar_service.store.queries.deliveries import READY
from calendar_service.store.rows import (
    AttemptRow,
    AuditRow,
    DeliveryRow,
    DueRow,
    DueState,
    EventRow,
    Kind,
    OccurrenceRow,
    ReaderRow,
    SignupRow,
    State,
    SubscriptionOffsetRow,
    SubscriptionRow,
)

CHUNK = 1000
"""Mails that a stream fetches at once."""


@dataclass(frozen=True, slots=True)
class Counted:
    """Mails that are about the same, at the same offset and in the same state."""

    kind: str
    event_id: int | None
    occurrence_id: int | None
    offset: str
    state: str
    first: datetime
    last: datetime
    mails: int


def count_mails(session: Session, states: Collection[State] | None = None) -> list[Counted]:
    """The mails in some states, or all, by what they are about; those due first come first."""
    mail = DeliveryRow
    about = (mail.kind, mail.event_id, mail.occurrence_id, mail.offset, mail.state)
    first, last = func.min(DeliveryRow.due_at), func.max(DeliveryRow.due_at)
    statement = select(*about, first, last, func.count()).group_by(*about).order_by(first, *about)
    if states is not None:
        statement = statement.where(DeliveryRow.state.in_(states))
    return [Counted(*row) for row in session.execute(statement)]


def planned_until(session: Session, until: datetime) -> list[DueRow]:
    """The instants that are still to be fanned out, up to one, the soonest first."""
    return list(
        session.scalars(
            select(DueRow)
            .where(DueRow.state == DueState.PLANNED, DueRow.instant <= until)
            .order_by(DueRow.instant, DueRow.id)
        )
    )


def count_reminded(
    session: Session, targets: Iterable[Target], offset: str, due: Collection[DueRow]
) -> int:
    """How many readers who follow one of the targets want a reminder at an offset, then.

    Those of some zones and hours alone, where the instants depend on them.
    """
    readers = _followers(targets, due).join(SubscriptionOffsetRow)
    places = [(row.zone, row.hour) for row in due if row.zone]
    if places:
        readers = readers.where(tuple_(SubscriptionRow.zone, SubscriptionRow.hour).in_(places))
    return session.scalar(readers.where(SubscriptionOffsetRow.offset == offset)) or 0


def count_told(
    session: Session, targets: Iterable[Target], due: DueRow, *, since: datetime | None = None
) -> int:
    """How many readers who follow one of the targets want to be told of a change, or arrival, then.

    Those alone who began to follow after an instant, if there is one.
    """
    wanted = SubscriptionRow.arrivals if due.kind == Kind.ARRIVAL else SubscriptionRow.notices
    readers = _followers(targets, [due]).where(wanted)
    if since is not None:
        readers = readers.where(SubscriptionRow.started_at > since)
    return session.scalar(readers) or 0


def _followers(targets: Iterable[Target], due: Collection[DueRow]) -> Select[int]:
    """Counts the readers who follow something and have not paused it at the instant of theirs."""
    theirs = exists().where(
        DueRow.id.in_([row.id for row in due]),
        DueRow.zone.in_(["", SubscriptionRow.zone]),
        DueRow.hour.in_(["", SubscriptionRow.hour]),
        DueRow.instant >= SubscriptionRow.paused_until,
    )
    goes_on = or_(SubscriptionRow.paused_until.is_(None), theirs)
    count = select(func.count(SubscriptionRow.reader_id.distinct()))
    return count.where(following(targets), goes_on)


def following(targets: Iterable[Target]) -> ColumnElement[bool]:
    """True for the running subscriptions to one of the targets."""
    followed = tuple_(SubscriptionRow.target_kind, SubscriptionRow.target_name)
    named = [(str(target.kind), target.name) for target in targets]
    return SubscriptionRow.ended_at.is_(None) & followed.in_(named)


def occurrences_by_id(
    session: Session, numbers: Iterable[int | None]
) -> Mapping[int, OccurrenceRow]:
    """Some occurrences by their numbers."""
    wanted = {number for number in numbers if number is not None}
    rows = session.scalars(select(OccurrenceRow).where(OccurrenceRow.id.in_(wanted)))
    return {row.id: row for row in rows}


def events_by_id(session: Session, numbers: Iterable[int | None]) -> Mapping[int, EventRow]:
    """Some events by their numbers."""
    wanted = {number for number in numbers if number is not None}
    rows = session.scalars(select(EventRow).where(EventRow.id.in_(wanted)))
    return {row.id: row for row in rows}


def recurrence_ids(session: Session, occurrence_ids: Iterable[int]) -> Mapping[int, str]:
    """What some dates are called within their series; empty for those of none."""
    rows = session.execute(
        select(OccurrenceRow.id, OccurrenceRow.recurrence_id).where(
            OccurrenceRow.id.in_(list(occurrence_ids))
        )
    )
    return {row.id: row.recurrence_id for row in rows}


def each_mail(
    session: Session,
    *,
    states: Collection[State] | None = None,
    event_id: int | None = None,
    address_key: str | None = None,
) -> Iterator[Row[Any]]:
    """Mail by mail with address and event, the newest last; a stream."""
    statement = (
        select(
            *DeliveryRow.__table__.columns,
            func.coalesce(ReaderRow.address, SignupRow.address).label("address"),
            EventRow.uid,
            EventRow.slug,
        )
        .select_from(DeliveryRow)
        .outerjoin(ReaderRow, ReaderRow.id == DeliveryRow.reader_id)
        .outerjoin(SignupRow, SignupRow.id == DeliveryRow.signup_id)
        .outerjoin(EventRow, EventRow.id == DeliveryRow.event_id)
        .order_by(DeliveryRow.id)
    )
    if states is not None:
        statement = statement.where(DeliveryRow.state.in_(states))
    if event_id is not None:
        statement = statement.where(DeliveryRow.event_id == event_id)
    if address_key is not None:
        readers = select(ReaderRow.id).where(ReaderRow.address_key == address_key)
        signups = select(SignupRow.id).where(SignupRow.address_key == address_key)
        statement = statement.where(
            or_(DeliveryRow.reader_id.in_(readers), DeliveryRow.signup_id.in_(signups))
        )
    rows: Any = session.execute(statement, execution_options={"yield_per": CHUNK})
    yield from rows


def oldest_overdue(session: Session, *, now: datetime) -> datetime | None:
    """When the oldest mail was due that could have left by now; owed to its readers or not yet.

    What waits for its next try, or is held, could not.
    """
    ready = or_(READY, DeliveryRow.state == State.SENDING)
    mails = session.scalar(select(func.min(DeliveryRow.due_at)).where(ready))
    due = DueRow.state == DueState.PLANNED, DueRow.instant <= now
    instants = session.scalar(select(func.min(DueRow.instant)).where(*due))
    return min((one for one in (mails, instants) if one is not None), default=None)


def oldest_retried(session: Session) -> datetime | None:
    """When the oldest mail was due that waits for its next try, and not for its first."""
    waits = DeliveryRow.not_before.is_not(None) & (DeliveryRow.tries > 0)
    return session.scalar(select(func.min(DeliveryRow.due_at)).where(waits))


def attempts_of(session: Session, delivery_id: int) -> Sequence[AttemptRow]:
    """The tries at a delivery, the first one first."""
    return session.scalars(
        select(AttemptRow).where(AttemptRow.delivery_id == delivery_id).order_by(AttemptRow.id)
    ).all()


def audit_of(session: Session, subjects: Collection[str]) -> Sequence[AuditRow]:
    """What was done to some things, in order."""
    return session.scalars(
        select(AuditRow).where(AuditRow.subject.in_(subjects)).order_by(AuditRow.at, AuditRow.id)
    ).all()
