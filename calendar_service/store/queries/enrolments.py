"""Readers and what they follow, by the thousand: written in batches, read as a stream."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from functools import lru_cache
from secrets import token_urlsafe
from typing import Any

from sqlalchemy import Row, Table, bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from calendar_service.domain.digests import Digest
from calendar_service.domain.readers import Consent, Enrolment, Preferences, Target, TargetKind
from calendar_service.domain.reminders import Offset, parse_offsets
from calendar_service.store.bulk import insert_rows, new_keys
from calendar_service.store.queries.readers import Subscription, covers
from calendar_service.store.rows import (
    ConsentRow,
    EventRow,
    ReaderRow,
    SubscriptionOffsetRow,
    SubscriptionRow,
)

CHUNK = 1000
"""Rows that a stream fetches at once."""

_OFFSETS = (
    select(func.aggregate_strings(SubscriptionOffsetRow.offset, " "))
    .where(SubscriptionOffsetRow.subscription_id == SubscriptionRow.id)
    .correlate(SubscriptionRow)
    .scalar_subquery()
    .label("offsets")
)
_FOLLOWS = (
    SubscriptionRow.id,
    SubscriptionRow.reader_id,
    SubscriptionRow.target_kind,
    SubscriptionRow.target_name,
    SubscriptionRow.language,
    SubscriptionRow.zone,
    SubscriptionRow.hour,
    SubscriptionRow.notices,
    SubscriptionRow.digest,
    SubscriptionRow.started_at,
    SubscriptionRow.arrivals,
    SubscriptionRow.ended_at,
    SubscriptionRow.paused_until,
    _OFFSETS,
)


@dataclass(frozen=True, slots=True)
class Known:
    """A reader who is here; `left` is true of one who has stopped everything."""

    id: int
    left: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """A subscription as it stands; `running` is false of one that its reader has stopped."""

    id: int
    preferences: Preferences
    running: bool
    paused_until: datetime | None

    def is_like(self, one: Enrolment) -> bool:
        """Whether it says the same; who tells of no pause says nothing of one."""
        same_pause = one.paused_until in {None, self.paused_until}
        return same_pause and self.preferences == one.preferences

    def pause_after(self, one: Enrolment) -> datetime | None:
        """Until when it is paused with other choices: as long as it was, unless they say."""
        return one.paused_until or (self.paused_until if self.running else None)


def readers_by_key(session: Session, keys: Collection[str]) -> dict[str, Known]:
    """Those readers of some addresses who are here, by the address's comparable form."""
    columns = (ReaderRow.address_key, ReaderRow.id, ReaderRow.left_at)
    rows = session.execute(select(*columns).where(ReaderRow.address_key.in_(keys)))
    return {key: Known(number, left_at is not None) for key, number, left_at in rows}


def followed_by(
    session: Session, reader_ids: Collection[int]
) -> dict[tuple[int, Target], Standing]:
    """What some readers follow or have followed, by reader and target."""
    rows = session.execute(select(*_FOLLOWS).where(SubscriptionRow.reader_id.in_(reader_ids)))
    return {(row.reader_id, _target(row)): _standing(row) for row in rows}


def subscriptions_by_id(session: Session, numbers: Collection[int]) -> dict[int, Standing]:
    """Some subscriptions as they stand; those that are gone are left out."""
    rows = session.execute(select(*_FOLLOWS).where(SubscriptionRow.id.in_(numbers)))
    return {row.id: _standing(row) for row in rows}


def event_names(session: Session, *, hidden: str) -> dict[str, str]:
    """The UID of each event by its UID and by its slug; those of one status are left out."""
    rows = session.execute(
        select(EventRow.uid, EventRow.slug).where(EventRow.status != hidden)
    ).all()
    return {slug: uid for uid, slug in rows} | {uid: uid for uid, _ in rows}


def add_readers(session: Session, confirmed: Mapping[str, Enrolment]) -> dict[str, Known]:
    """Adds readers whose addresses are confirmed, by their comparable form; tells their numbers."""
    numbers = new_keys(session, ReaderRow, len(confirmed))
    insert_rows(
        session,
        ReaderRow,
        ("id", "key", "address", "address_key", "confirmed_at"),
        (
            (number, token_urlsafe(16), one.address, key, one.consent.agreed_at)
            for number, (key, one) in zip(numbers, confirmed.items(), strict=True)
        ),
    )
    return {key: Known(number, left=False) for key, number in zip(confirmed, numbers, strict=True)}


def add_subscriptions(
    session: Session, added: Sequence[tuple[int, Enrolment]], *, now: datetime
) -> list[int]:
    """Adds what readers, told by their numbers, follow from now on; tells the new numbers."""
    numbers = new_keys(session, SubscriptionRow, len(added))
    told = ("id", "reader_id", "target_kind", "target_name", "started_at", "paused_until")
    insert_rows(
        session,
        SubscriptionRow,
        (*told, *_CHOICES),
        (
            (
                *(number, reader_id, str(one.target.kind), one.target.name, now, one.paused_until),
                *_choices(one.preferences).values(),
            )
            for number, (reader_id, one) in zip(numbers, added, strict=True)
        ),
    )
    _add_details(session, [(n, one) for n, (_, one) in zip(numbers, added, strict=True)])
    return list(numbers)


def renew_subscriptions(
    session: Session, renewed: Mapping[int, Enrolment], *, now: datetime
) -> None:
    """Gives subscriptions other choices and one more consent; one that was stopped runs again.

    Each is paused until when it is told, or not at all.

    They start anew, as when somebody signs up again: what was due before is not owed to them.
    """
    if not renewed:
        return
    table = SubscriptionRow.__table__
    assert isinstance(table, Table)  # noqa: S101 - for its columns
    session.execute(
        update(table)
        .where(table.c.id == bindparam("number"))
        .values(started_at=now, ended_at=None, chosen_at=None),
        [
            {"number": number, "paused_until": one.paused_until, **_choices(one.preferences)}
            for number, one in renewed.items()
        ],
    )
    mine = SubscriptionOffsetRow.subscription_id.in_(list(renewed))
    session.execute(delete(SubscriptionOffsetRow).where(mine))
    _add_details(session, list(renewed.items()))


def welcome_back(session: Session, reader_ids: Collection[int]) -> None:
    """Takes back that some readers had stopped everything."""
    if reader_ids:
        session.execute(update(ReaderRow).where(ReaderRow.id.in_(reader_ids)).values(left_at=None))


def running_enrolments(session: Session, *, now: datetime) -> Iterator[Enrolment]:
    """All that is followed, by reader, each with the newest words agreed to; a stream.

    A pause that is over is none.
    """
    newest = (
        select(func.max(ConsentRow.id))
        .where(ConsentRow.subscription_id == SubscriptionRow.id)
        .correlate(SubscriptionRow)
        .scalar_subquery()
    )
    consent = (
        ConsentRow.words,
        ConsentRow.language.label("spoken"),
        ConsentRow.asked_at,
        ConsentRow.agreed_at,
    )
    statement = (
        select(ReaderRow.address, *_FOLLOWS, *consent)
        .join(ReaderRow, ReaderRow.id == SubscriptionRow.reader_id)
        .outerjoin(ConsentRow, ConsentRow.id == newest)
        .where(SubscriptionRow.ended_at.is_(None))
        .order_by(SubscriptionRow.reader_id, SubscriptionRow.id)
    )
    for row in session.execute(statement, execution_options={"yield_per": CHUNK}):
        words = Consent(
            row.words or "",
            row.spoken or row.language,
            row.asked_at or row.started_at,
            row.agreed_at or row.started_at,
        )
        pause = row.paused_until if row.paused_until and row.paused_until > now else None
        yield Enrolment(row.address, _target(row), _preferences(row), words, pause)


def followers(
    session: Session, *, feed: str | None = None, event: EventRow | None = None
) -> Iterator[Subscription]:
    """The running subscriptions, by reader; a stream.

    Those to a feed alone, or those through which its readers are reminded of an event.
    """
    statement = (
        select(ReaderRow.address, *_FOLLOWS)
        .join(ReaderRow, ReaderRow.id == SubscriptionRow.reader_id)
        .where(SubscriptionRow.ended_at.is_(None))
        .order_by(SubscriptionRow.reader_id, SubscriptionRow.id)
    )
    if feed is not None:
        to_feed = SubscriptionRow.target_kind == str(TargetKind.FEED)
        statement = statement.where(to_feed, SubscriptionRow.target_name == feed)
    if event is not None:
        statement = statement.where(covers(event.id, event.uid))
    for row in session.execute(statement, execution_options={"yield_per": CHUNK}):
        yield Subscription(
            row.id,
            row.reader_id,
            row.address,
            _target(row),
            _preferences(row),
            row.started_at,
            row.paused_until,
        )


def count_running(session: Session) -> int:
    """How many subscriptions run."""
    running = select(func.count()).select_from(SubscriptionRow)
    return session.scalar(running.where(SubscriptionRow.ended_at.is_(None))) or 0


def _add_details(session: Session, followed: Sequence[tuple[int, Enrolment]]) -> None:
    """The offsets and the consent of subscriptions, by their numbers."""
    insert_rows(
        session,
        SubscriptionOffsetRow,
        ("subscription_id", "offset"),
        ((number, str(offset)) for number, one in followed for offset in one.preferences.offsets),
    )
    keys = new_keys(session, ConsentRow, len(followed))
    insert_rows(
        session,
        ConsentRow,
        ("id", "subscription_id", "asked_at", "agreed_at", "language", "words"),
        (
            (key, number, consent.asked_at, consent.agreed_at, consent.language, consent.words)
            for key, (number, one) in zip(keys, followed, strict=True)
            for consent in (one.consent,)
        ),
    )


_CHOICES = ("language", "zone", "hour", "notices", "digest", "arrivals")


def _choices(preferences: Preferences) -> dict[str, object]:
    """What a subscription's row says of preferences, in the order of _CHOICES."""
    hour, digest = f"{preferences.hour:%H:%M}", str(preferences.digest or "")
    told = preferences.notices, digest, preferences.arrivals
    values = preferences.language, preferences.zone, hour, *told
    return dict(zip(_CHOICES, values, strict=True))


def _target(row: Row[Any]) -> Target:
    return Target(TargetKind(row.target_kind), row.target_name)


def _standing(row: Row[Any]) -> Standing:
    return Standing(row.id, _preferences(row), row.ended_at is None, row.paused_until)


def _preferences(row: Row[Any]) -> Preferences:
    return Preferences(
        offsets=_offsets(row.offsets or ""),
        language=row.language,
        zone=row.zone,
        hour=time.fromisoformat(row.hour),
        notices=row.notices,
        digest=Digest(row.digest) if row.digest else None,
        arrivals=row.arrivals,
    )


@lru_cache(1000)
def _offsets(text: str) -> tuple[Offset, ...]:
    return parse_offsets(text.split())
