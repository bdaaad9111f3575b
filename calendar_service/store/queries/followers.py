"""Who follows an event, walked in the order in which they began, however many they are."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    CursorResult,
    Select,
    and_,
    bindparam,
    delete,
    func,
    literal,
    literal_column,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import Session

from calendar_service.domain.readers import Target, TargetKind
from calendar_service.domain.reminders import Offset
from calendar_service.store.bulk import dialect_of, passing_over
from calendar_service.store.queries.deliveries import (
    FRESH,
    arrival_key,
    delivery_key,
    insert_new,
    notice_key,
)
from calendar_service.store.queries.readers import goes_on
from calendar_service.store.rows import (
    AudienceRow,
    DeliveryRow,
    DueRow,
    FeedEventRow,
    Lane,
    OccurrenceRow,
    SearchEventRow,
    SubscriptionOffsetRow,
    SubscriptionRow,
)


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
    subscription_id: int = 0

    @classmethod
    def parse(cls, text: str) -> Cursor | None:
        """The cursor that a due row keeps; None before the first reader.

        One that an older release wrote, which went by zone and hour, begins its target again:
        whom something is owed already is not owed it twice.
        """
        if not text:
            return None
        kind, name, *place = json.loads(text)
        return cls(Target(TargetKind(kind), name), place[0] if len(place) == 1 else 0)

    def __str__(self) -> str:
        """How a due row keeps it."""
        place = [str(self.target.kind), self.target.name, self.subscription_id]
        return json.dumps(place, ensure_ascii=False)


def targets_of(session: Session, event_id: int, uid: str) -> list[Target]:
    """What readers can follow to be reminded of an event: it, its feeds, searches that find it.

    They come in this order, and by their names: a fan-out goes through them one after the other.
    """
    found = sorted(map(tuple, session.execute(_FOUND_THROUGH, {"event": event_id})))
    return [
        Target(TargetKind.EVENT, uid),
        *(Target(TargetKind(kind), name) for kind, name in found),
    ]


_FOUND_THROUGH: CompoundSelect[str, str] = union_all(
    select(literal_column(f"'{TargetKind.FEED}'"), FeedEventRow.feed_slug).where(
        FeedEventRow.event_id == bindparam("event")
    ),
    select(literal_column(f"'{TargetKind.SEARCH}'"), SearchEventRow.search_name).where(
        SearchEventRow.event_id == bindparam("event")
    ),
)


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
    """What is owed at an instant, and to whom: `facts` are those of each delivery.

    Of the followers it concerns those `among`, if not all, and of them those who want it: this
    offset, or else notices, or else `arrivals`; who has paused until later does not. `since` leaves
    out who had begun to follow by then.
    """

    facts: Mapping[str, object]
    at: datetime
    among: tuple[str, str] | None = None
    offset: str = ""
    since: datetime | None = None
    arrivals: bool = False


def reminders_owed(
    due: DueRow, occurrence: OccurrenceRow, *, deadline: datetime, now: datetime
) -> Owing:
    """The reminders of a due row: to who wants its offset, in its zone and at its hour if any."""
    facts = {
        **_facts(due, deadline, now),
        "key": delivery_key(due.kind, due.occurrence_id or 0, due.offset, due.time_rev),
        "lane": int(Lane.DATED),
        "event_id": occurrence.event_id,
        "occurrence_id": due.occurrence_id,
        "offset": due.offset,
    }
    at = max(due.instant, occurrence.timed_at or due.instant)
    return Owing(facts, at, among=(due.zone, due.hour) if due.zone else None, offset=due.offset)


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
    return Owing(facts, due.instant, since=since)


def arrivals_owed(due: DueRow, *, deadline: datetime, now: datetime) -> Owing:
    """The mails that tell of an event that came to searches: of one, to each reader once."""
    facts = {
        **_facts(due, deadline, now),
        "key": arrival_key(due.event_id or 0),
        "lane": int(Lane.NEWS),
        "event_id": due.event_id,
        "occurrence_id": None,
        "offset": "",
    }
    return Owing(facts, due.instant, arrivals=True)


def owe_followers(session: Session, owing: Owing, cursor: Cursor, *, limit: int) -> Cursor | None:
    """Owes mails to the next followers behind a cursor, `limit` at most.

    Where it got to; None once it has passed the last one. The rows never leave the database. They
    are written by subscription and so nearly by reader, in which order their index has them: in
    any other each page of that is written many times.
    """
    behind = and_(_following(owing, cursor.target), SubscriptionRow.id > cursor.subscription_id)
    found = select(SubscriptionRow.id).where(behind).order_by(SubscriptionRow.id).limit(limit)
    batch = found.subquery()
    count, last = session.execute(select(func.count(), func.max(batch.c.id))).one()
    if count:
        owed = _owed(owing, and_(behind, SubscriptionRow.id <= last))
        columns = [column.name for column in owed.selected_columns]
        session.execute(
            passing_over(dialect_of(session), DeliveryRow)
            .from_select(columns, owed)
            .on_conflict_do_nothing()
        )
    return replace(cursor, subscription_id=last) if count == limit else None


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
        .where(batch, SubscriptionRow.ended_at.is_(None), goes_on(owing.at))
        .order_by(SubscriptionRow.id)
    )
    if owing.since is not None:
        statement = statement.where(SubscriptionRow.started_at > owing.since)
    if owing.arrivals:
        return statement.where(SubscriptionRow.arrivals)
    if not owing.offset:
        return statement.where(SubscriptionRow.notices)
    offsets = SubscriptionOffsetRow
    mine = and_(offsets.subscription_id == SubscriptionRow.id, offsets.offset == owing.offset)
    return statement.join(offsets, mine)
