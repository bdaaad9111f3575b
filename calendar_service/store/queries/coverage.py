"""What readers are to be reminded of against what is in the ledger, by audiences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session

from calendar_service.domain.readers import Target, TargetKind
from calendar_service.domain.reminders import Offset
from calendar_service.store.queries.followers import Audience
from calendar_service.store.queries.readers import STANDS_SINCE, goes_on
from calendar_service.store.queries.reminders import following
from calendar_service.store.rows import (
    DeliveryRow,
    DueRow,
    EventRow,
    FeedEventRow,
    Kind,
    OccurrenceRow,
    ReaderRow,
    RevisionRow,
    SearchEventRow,
    SubscriptionOffsetRow,
    SubscriptionRow,
)

Selected = TypeVar("Selected")

DueKey = tuple[int, str, str, str, int]
"""Which due row: occurrence, offset, zone, hour and time_rev."""


@dataclass(frozen=True, slots=True)
class Group:
    """The subscriptions that want a reminder at an offset; where it is empty, notices or arrivals.

    Of those in one zone with one hour alone, where `zone` is not empty. They had begun, with the
    choices that they have, when `started_by` came, and not when `started_after` did.
    """

    targets: tuple[Target, ...]
    offset: str
    zone: str
    hour: str
    started_by: datetime
    started_after: datetime | None = None
    arrivals: bool = False


def wanted(session: Session) -> dict[Target, dict[Audience, int]]:
    """The audiences of all that is followed, by what the subscriptions themselves say.

    With each, how many subscriptions it has.
    """
    columns = (
        SubscriptionRow.target_kind,
        SubscriptionRow.target_name,
        SubscriptionOffsetRow.offset,
        SubscriptionRow.zone,
        SubscriptionRow.hour,
    )
    rows = session.execute(
        select(*columns, func.count())
        .join(SubscriptionOffsetRow)
        .where(SubscriptionRow.ended_at.is_(None))
        .group_by(*columns)
    )
    found: dict[Target, dict[Audience, int]] = {}
    for kind, name, offset, zone, hour, count in rows:
        audience = Audience(Offset.parse(offset), zone, time.fromisoformat(hour))
        found.setdefault(Target(TargetKind(kind), name), {})[audience] = count
    return found


def dates_between(
    session: Session, first: date, last: date
) -> list[tuple[OccurrenceRow, EventRow]]:
    """The instances that take place and touch some days, with their events, by day."""
    rows = session.execute(
        select(OccurrenceRow, EventRow)
        .join(EventRow, EventRow.id == OccurrenceRow.event_id)
        .where(OccurrenceRow.active, OccurrenceRow.last_day >= first)
        .where(OccurrenceRow.first_day <= last)
        .order_by(OccurrenceRow.first_day, OccurrenceRow.id)
    )
    return [(occurrence, event) for occurrence, event in rows]


def ways_to_events(session: Session) -> Mapping[int, list[Target]]:
    """The feeds that events are in and the searches that find them, by the event's number."""
    rows = session.execute(
        select(FeedEventRow.event_id, FeedEventRow.feed_slug).order_by(FeedEventRow.feed_slug)
    )
    found: dict[int, list[Target]] = {}
    for event_id, slug in rows:
        found.setdefault(event_id, []).append(Target(TargetKind.FEED, slug))
    finds = select(SearchEventRow.event_id, SearchEventRow.search_name)
    for event_id, name in session.execute(finds.order_by(SearchEventRow.search_name)):
        found.setdefault(event_id, []).append(Target(TargetKind.SEARCH, name))
    return found


def due_rows(session: Session, occurrence_ids: Iterable[int]) -> dict[DueKey, DueRow]:
    """The due rows of some occurrences, for whatever time of theirs."""
    rows = session.scalars(
        select(DueRow).where(
            DueRow.occurrence_id.in_(list(occurrence_ids)), DueRow.kind == str(Kind.REMINDER)
        )
    )
    return {
        (row.occurrence_id or 0, row.offset, row.zone, row.hour, row.time_rev): row for row in rows
    }


def count_group(session: Session, group: Group) -> int:
    """How many readers a group has."""
    return session.scalar(_readers(group)) or 0


def some_of(session: Session, group: Group, *, show: int) -> list[str]:
    """The addresses of a few of a group."""
    return _addresses(session, group, show)


def without_delivery(
    session: Session, group: Group, key: str, *, show: int
) -> tuple[int, list[str]]:
    """How many readers of a group have no delivery of a key, and the addresses of a few."""
    theirs = exists().where(
        DeliveryRow.reader_id == SubscriptionRow.reader_id, DeliveryRow.key == key
    )
    addresses = _addresses(session, group, show, ~theirs)
    if len(addresses) < show:
        return len(addresses), addresses
    return session.scalar(_readers(group).where(~theirs)) or 0, addresses


def events_changed_since(session: Session, since: datetime) -> list[EventRow]:
    """The events of which a later state than the first was published since then."""
    changed = select(RevisionRow.event_id).where(RevisionRow.at >= since, RevisionRow.sequence > 0)
    return list(
        session.scalars(select(EventRow).where(EventRow.id.in_(changed)).order_by(EventRow.id))
    )


def _readers(group: Group) -> Select[int]:
    count = func.count(SubscriptionRow.reader_id.distinct())
    return _among(select(count).select_from(SubscriptionRow), group)


def _addresses(
    session: Session, group: Group, show: int, *conditions: ColumnElement[bool]
) -> list[str]:
    theirs = ReaderRow.id == SubscriptionRow.reader_id
    found = select(ReaderRow.address).select_from(SubscriptionRow).join(ReaderRow, theirs)
    shown = _among(found, group).where(*conditions).distinct().limit(show)
    return list(session.scalars(shown))


def _among(statement: Select[Selected], group: Group) -> Select[Selected]:
    """The statement, of the subscriptions of a group alone."""
    statement = statement.where(following(group.targets), group.started_by >= STANDS_SINCE)
    statement = statement.where(goes_on(group.started_by))
    if group.started_after is not None:
        statement = statement.where(SubscriptionRow.started_at > group.started_after)
    if group.zone:
        place = SubscriptionRow.zone == group.zone, SubscriptionRow.hour == group.hour
        statement = statement.where(*place)
    if group.arrivals:
        return statement.where(SubscriptionRow.arrivals)
    if not group.offset:
        return statement.where(SubscriptionRow.notices)
    wanted = SubscriptionOffsetRow.offset == group.offset
    return statement.join(SubscriptionOffsetRow).where(wanted)
