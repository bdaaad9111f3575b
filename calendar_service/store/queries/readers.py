"""Readers and their subscriptions; what a sign-up says."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy import ColumnElement, and_, delete, func, or_, select
from sqlalchemy.orm import Session

from calendar_service.domain.digests import Digest
from calendar_service.domain.readers import Preferences, Target, TargetKind
from calendar_service.domain.reminders import Offset, parse_offsets
from calendar_service.store.rows import (
    EventRow,
    FeedEventRow,
    ReaderRow,
    SearchEventRow,
    SignupRow,
    SubscriptionOffsetRow,
    SubscriptionRow,
)

STANDS_SINCE = func.coalesce(SubscriptionRow.chosen_at, SubscriptionRow.started_at)
"""Since when a subscription has the choices that it has."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """One thing that one reader follows; `paused_until` may be over."""

    id: int
    reader_id: int
    address: str
    target: Target
    preferences: Preferences
    started_at: datetime
    paused_until: datetime | None = None


def covers(event_id: int, uid: str) -> ColumnElement[bool]:
    """True for running subscriptions to an event, a feed it is in, or a search that finds it."""
    searches = select(SearchEventRow.search_name).where(SearchEventRow.event_id == event_id)
    feeds = select(FeedEventRow.feed_slug).where(FeedEventRow.event_id == event_id)
    return and_(
        SubscriptionRow.ended_at.is_(None),
        or_(
            _targets(TargetKind.EVENT) & (SubscriptionRow.target_name == uid),
            _targets(TargetKind.FEED) & SubscriptionRow.target_name.in_(feeds),
            _targets(TargetKind.SEARCH) & SubscriptionRow.target_name.in_(searches),
        ),
    )


def events_followed(session: Session, target: Target) -> list[int]:
    """The ids of the events that a target covers."""
    if target.kind is TargetKind.FEED:
        inside = select(FeedEventRow.event_id).where(FeedEventRow.feed_slug == target.name)
        return list(session.scalars(inside))
    if target.kind is TargetKind.SEARCH:
        found = select(SearchEventRow.event_id).where(SearchEventRow.search_name == target.name)
        return list(session.scalars(found))
    return list(session.scalars(select(EventRow.id).where(EventRow.uid == target.name)))


def goes_on(at: ColumnElement[datetime] | datetime) -> ColumnElement[bool]:
    """True for the subscriptions that are not paused at an instant."""
    paused_until = SubscriptionRow.paused_until
    return or_(paused_until.is_(None), paused_until <= at)


def find_reader(session: Session, address_key: str) -> ReaderRow | None:
    """The reader of an address, by its comparable form."""
    return session.scalar(select(ReaderRow).where(ReaderRow.address_key == address_key))


def follower_keys(session: Session, address_keys: Collection[str]) -> dict[str, str]:
    """The key of each reader of some addresses who follows anything, by the address."""
    mine = ReaderRow.address_key.in_(address_keys), ReaderRow.left_at.is_(None)
    rows = session.execute(select(ReaderRow.address_key, ReaderRow.key).where(*mine))
    return {row.address_key: row.key for row in rows}


def find_subscription(session: Session, reader_id: int, target: Target) -> SubscriptionRow | None:
    """What a reader follows under that name, running or ended."""
    return session.scalar(
        select(SubscriptionRow).where(
            SubscriptionRow.reader_id == reader_id,
            SubscriptionRow.target_kind == str(target.kind),
            SubscriptionRow.target_name == target.name,
        )
    )


def running_subscriptions(session: Session, reader_id: int) -> list[SubscriptionRow]:
    """What a reader follows now."""
    return list(
        session.scalars(
            select(SubscriptionRow)
            .where(SubscriptionRow.reader_id == reader_id, SubscriptionRow.ended_at.is_(None))
            .order_by(SubscriptionRow.id)
        )
    )


def write_preferences(session: Session, row: SubscriptionRow, preferences: Preferences) -> None:
    """Sets how a subscription is to be reminded; its offsets are replaced."""
    row.language, row.zone = preferences.language, preferences.zone
    row.hour = f"{preferences.hour:%H:%M}"
    row.notices, row.digest = preferences.notices, preferences.digest or ""
    row.arrivals = preferences.arrivals
    session.flush()
    mine = SubscriptionOffsetRow.subscription_id == row.id
    session.execute(delete(SubscriptionOffsetRow).where(mine))
    session.add_all(
        SubscriptionOffsetRow(subscription_id=row.id, offset=str(offset))
        for offset in preferences.offsets
    )
    session.flush()


def all_subscriptions(session: Session) -> list[Subscription]:
    """Every running subscription with its reader, by reader."""
    rows = session.execute(
        select(SubscriptionRow, ReaderRow)
        .join(ReaderRow)
        .where(SubscriptionRow.ended_at.is_(None))
        .order_by(ReaderRow.id, SubscriptionRow.id)
    ).all()
    return [_to_subscription(session, row, reader) for row, reader in rows]


def offsets_of(session: Session, subscription_id: int) -> tuple[Offset, ...]:
    """A subscription's offsets, the longest first."""
    return parse_offsets(
        session.scalars(
            select(SubscriptionOffsetRow.offset).where(
                SubscriptionOffsetRow.subscription_id == subscription_id
            )
        )
    )


def preferences_of(signup: SignupRow) -> Preferences:
    """How somebody who signed up wants to be reminded."""
    return Preferences(
        parse_offsets(signup.offsets.split()),
        signup.language,
        signup.zone,
        time.fromisoformat(signup.hour),
        notices=signup.notices,
        digest=Digest(signup.digest) if signup.digest else None,
        arrivals=signup.arrivals,
    )


def target_of(row: SignupRow | SubscriptionRow) -> Target:
    """What it follows or would follow."""
    return Target(TargetKind(row.target_kind), row.target_name)


def delete_readers_gone(session: Session, *, before: datetime) -> int:
    """Erases readers who had left by then and follow nothing; tells how many."""
    gone: Sequence[int] = session.scalars(
        delete(ReaderRow).where(ReaderRow.left_at <= before).returning(ReaderRow.id)
    ).all()
    return len(gone)


def _targets(kind: TargetKind) -> ColumnElement[bool]:
    return SubscriptionRow.target_kind == str(kind)


def chosen(session: Session, row: SubscriptionRow) -> Preferences:
    """How the reader of a subscription wants to be written to about what it follows."""
    return Preferences(
        offsets=offsets_of(session, row.id),
        language=row.language,
        zone=row.zone,
        hour=time.fromisoformat(row.hour),
        notices=row.notices,
        digest=Digest(row.digest) if row.digest else None,
        arrivals=row.arrivals,
    )


def _to_subscription(session: Session, row: SubscriptionRow, reader: ReaderRow) -> Subscription:
    preferences = chosen(session, row)
    return Subscription(
        row.id,
        reader.id,
        reader.address,
        target_of(row),
        preferences,
        row.started_at,
        row.paused_until,
    )


def find_reader_by_key(session: Session, key: str) -> ReaderRow | None:
    """The reader whose links carry this key."""
    return session.scalar(select(ReaderRow).where(ReaderRow.key == key))


def subscriptions_covering(
    session: Session, reader_id: int, event_uid: str, *, also: int | None = None
) -> list[SubscriptionRow]:
    """The running subscriptions through which a reader is reminded of an event.

    `also` is one more by its id, which may have covered the event earlier.
    """
    event_id = session.scalar(select(EventRow.id).where(EventRow.uid == event_uid)) or 0
    running = select(SubscriptionRow).where(
        SubscriptionRow.reader_id == reader_id, SubscriptionRow.ended_at.is_(None)
    )
    reminded = or_(covers(event_id, event_uid), SubscriptionRow.id == also)
    return list(session.scalars(running.where(reminded).order_by(SubscriptionRow.id)))
