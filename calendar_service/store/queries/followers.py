"""Who follows an event, walked in the order of one index, however many they are."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Select,
    and_,
    delete,
    func,
    literal,
    select,
    tuple_,
)
from sqlalchemy.orm import Session

from calendar_service.domain.readers import Target, TargetKind
from calendar_service.domain.reminders import Offset
from calendar_service.store.bulk import passing_over
from calendar_service.store.queries.deliveries import (
    FRESH,
    delivery_key,
    insert_new,
    notice_key,
)
from calendar_service.store.rows import (
    AudienceRow,
    DeliveryRow,
    DueRow,
    FeedEventRow,
    Lane,
    SubscriptionOffsetRow,
    SubscriptionRow,
)

_PLACE = (SubscriptionRow.zone, SubscriptionRow.hour, SubscriptionRow.id)
"""The order in which an index has the followers of something."""

_ZONE_AND_HOUR = tuple_(SubscriptionRow.zone, SubscriptionRow.hour)


@dataclass(frozen=True, slots=True)
class Audience:
    """Readers who want the same reminder at the same local hour: all it takes to plan for them."""

    offset: Offset
    zone: str
    hour: time


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a fan-out stands: what is followed, and the last subscription that it has passed."""

    target: Target
    zone: str = ""
    hour: str = ""
    subscription_id: int = 0

    @classmethod
    def parse(cls, text: str) -> Cursor | None:
        """The cursor that a due row keeps; None before the first reader."""
        if not text:
            return None
        kind, name, zone, hour, number = json.loads(text)
        return cls(Target(TargetKind(kind), name), zone, hour, number)

    def __str__(self) -> str:
        """How a due row keeps it."""
        place = [str(self.target.kind), self.target.name, self.zone, self.hour]
        return json.dumps([*place, self.subscription_id], ensure_ascii=False)


def targets_of(session: Session, event_id: int, uid: str) -> list[Target]:
    """What readers can follow to be reminded of an event: itself, and the feeds it is in."""
    inside = select(FeedEventRow.feed_slug).where(FeedEventRow.event_id == event_id)
    feeds = [Target(TargetKind.FEED, slug) for slug in sorted(session.scalars(inside))]
    return [Target(TargetKind.EVENT, uid), *feeds]


def note_audiences(session: Session, target: Target, concerned: Iterable[Audience]) -> None:
    """Notes what readers who follow something want, for planning."""
    insert_new(
        session,
        AudienceRow,
        [
            {
                "target_kind": str(target.kind),
                "target_name": target.name,
                "offset": str(audience.offset),
                "zone": audience.zone,
                "hour": f"{audience.hour:%H:%M}",
            }
            for audience in concerned
        ],
    )


def audiences(session: Session, event_id: int, uid: str) -> list[Audience]:
    """The distinct audiences of an event, however many readers each has."""
    followed = targets_of(session, event_id, uid)
    columns = AudienceRow.offset, AudienceRow.zone, AudienceRow.hour
    target = tuple_(AudienceRow.target_kind, AudienceRow.target_name)
    rows = session.execute(
        select(*columns)
        .where(target.in_([(str(one.kind), one.name) for one in followed]))
        .distinct()
        .order_by(*columns)
    )
    return [
        Audience(Offset.parse(offset), zone, time.fromisoformat(hour))
        for offset, zone, hour in rows
    ]


def forget_audiences(session: Session) -> int:
    """Removes the audiences whose last reader is gone; tells how many."""
    anybody = (
        select(SubscriptionRow.id)
        .join(SubscriptionOffsetRow)
        .where(
            SubscriptionRow.target_kind == AudienceRow.target_kind,
            SubscriptionRow.target_name == AudienceRow.target_name,
            SubscriptionRow.zone == AudienceRow.zone,
            SubscriptionRow.hour == AudienceRow.hour,
            SubscriptionRow.ended_at.is_(None),
            SubscriptionOffsetRow.offset == AudienceRow.offset,
        )
    )
    result = session.execute(delete(AudienceRow).where(~anybody.exists()))
    return cast("CursorResult[Any]", result).rowcount


@dataclass(frozen=True, slots=True)
class Owing:
    """What is owed, and to whom: `facts` are those of each delivery.

    Of the followers it concerns those `among`, if not all, and of them those who want it: this
    offset, or else notices. `since` leaves out who had begun to follow by then.
    """

    facts: Mapping[str, object]
    among: tuple[str, str] | None = None
    offset: str = ""
    since: datetime | None = None


def reminders_owed(due: DueRow, event_id: int, *, deadline: datetime, now: datetime) -> Owing:
    """The reminders of a due row: to who wants its offset, in its zone and at its hour if any."""
    facts = {
        **_facts(due, deadline, now),
        "key": delivery_key(due.kind, due.occurrence_id or 0, due.offset, due.time_rev),
        "lane": int(Lane.DATED),
        "event_id": event_id,
        "occurrence_id": due.occurrence_id,
        "offset": due.offset,
    }
    return Owing(facts, among=(due.zone, due.hour) if due.zone else None, offset=due.offset)


def notices_owed(
    due: DueRow, *, deadline: datetime, now: datetime, since: datetime | None
) -> Owing:
    """The notices of a due row: to all who want to be told of changes."""
    facts = {
        **_facts(due, deadline, now),
        "key": notice_key(due.event_id or 0, due.time_rev),
        "lane": int(Lane.NEWS),
        "event_id": due.event_id,
        "occurrence_id": None,
        "offset": "",
    }
    return Owing(facts, since=since)


def owe_followers(session: Session, owing: Owing, cursor: Cursor, *, limit: int) -> Cursor | None:
    """Owes mails to the next followers behind a cursor, `limit` at most.

    Where it got to; None once it has passed the last one. The rows never leave the database.
    """
    edge = _edge(session, owing, cursor, limit)
    for stretch in _stretches(cursor, edge):
        owed = _owed(owing, and_(_following(owing, cursor.target), stretch))
        columns = [column.name for column in owed.selected_columns]
        session.execute(
            passing_over(session, DeliveryRow).from_select(columns, owed).on_conflict_do_nothing()
        )
    return edge


def _edge(session: Session, owing: Owing, cursor: Cursor, limit: int) -> Cursor | None:
    """The last of the next so many followers behind a cursor; None if there are fewer."""
    following = _following(owing, cursor.target)
    if cursor.subscription_id:
        same = _within(cursor, SubscriptionRow.id > cursor.subscription_id)
        ids = select(SubscriptionRow.id).where(following, same).order_by(SubscriptionRow.id)
        found = ids.limit(limit).subquery()
        count, last = session.execute(select(func.count(), func.max(found.c.id))).one()
        if count == limit:
            return replace(cursor, subscription_id=last)
        limit -= count
    others = (
        select(*_PLACE)
        .where(following, _zone_and_hour(cursor) < _ZONE_AND_HOUR)
        .order_by(*_PLACE)
        .offset(limit - 1)
        .limit(1)
    )
    edge = session.execute(others).first()
    return Cursor(cursor.target, *edge) if edge else None


def _stretches(cursor: Cursor, edge: Cursor | None) -> Iterator[ColumnElement[bool]]:
    """The followers behind a cursor as far as an edge, in up to three stretches of the index.

    One condition for all of them would have SQLite go through everybody in a zone for each batch:
    it begins and ends at zone and hour alone.
    """
    behind, before = SubscriptionRow.id > cursor.subscription_id, _zone_and_hour(cursor)
    if edge and _zone_and_hour(edge) == before:
        yield _within(cursor, behind, SubscriptionRow.id <= edge.subscription_id)
        return
    if cursor.subscription_id:
        yield _within(cursor, behind)
    between = before < _ZONE_AND_HOUR
    if edge is None:
        yield between
    else:
        yield and_(between, _zone_and_hour(edge) > _ZONE_AND_HOUR)
        yield _within(edge, SubscriptionRow.id <= edge.subscription_id)


def _within(place: Cursor, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    zone, hour = SubscriptionRow.zone == place.zone, SubscriptionRow.hour == place.hour
    return and_(zone, hour, *conditions)


def _zone_and_hour(place: Cursor) -> tuple[str, str]:
    return (place.zone, place.hour)


def _facts(due: DueRow, deadline: datetime, now: datetime) -> dict[str, object]:
    return {
        **FRESH,
        "kind": due.kind,
        "time_rev": due.time_rev,
        "due_at": due.instant,
        "deadline": deadline,
        "created_at": now,
    }


def _following(owing: Owing, target: Target) -> ColumnElement[bool]:
    """True for the subscriptions to a target that are among those concerned."""
    conditions = [
        SubscriptionRow.target_kind == str(target.kind),
        SubscriptionRow.target_name == target.name,
    ]
    if owing.among:
        zone, hour = owing.among
        conditions += [SubscriptionRow.zone == zone, SubscriptionRow.hour == hour]
    return and_(*conditions)


def _owed(owing: Owing, batch: ColumnElement[bool]) -> Select[Any]:
    """The deliveries of a batch of followers who want what is owed."""
    types = DeliveryRow.__table__.c
    statement = (
        select(
            SubscriptionRow.reader_id,
            SubscriptionRow.id.label("subscription_id"),
            *(literal(value, types[name].type).label(name) for name, value in owing.facts.items()),
        )
        .where(batch, SubscriptionRow.ended_at.is_(None))
        .order_by(SubscriptionRow.id)
    )
    if owing.since is not None:
        statement = statement.where(SubscriptionRow.started_at > owing.since)
    if not owing.offset:
        return statement.where(SubscriptionRow.notices)
    offsets = SubscriptionOffsetRow
    mine = and_(offsets.subscription_id == SubscriptionRow.id, offsets.offset == owing.offset)
    return statement.join(offsets, mine)
