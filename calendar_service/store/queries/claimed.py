"""Whom claimed mails are for, and which of them another one makes needless."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import Select, Table, and_, bindparam, case, exists, func, or_, select, text
from sqlalchemy.orm import Session

from calendar_service.store.bulk import among, dialect_of, these
from calendar_service.store.queries.ledger import Owed
from calendar_service.store.rows import (
    DeliveryRow,
    Kind,
    ReaderRow,
    State,
    SubscriptionOffsetRow,
    SubscriptionRow,
)

_MAILS, _READERS, _SUBSCRIPTIONS, _OFFSETS = (
    cast("Table", row.__table__)
    for row in (DeliveryRow, ReaderRow, SubscriptionRow, SubscriptionOffsetRow)
)

_GOES = [str(state) for state in (State.SENDING, State.SENT)]
_ALIVE = [str(State.QUEUED), *_GOES]

_AWAIT = text("SELECT pg_advisory_xact_lock(0x63616D, CAST(:number % 2147483648 AS integer))")

_TELLING = [str(state) for state in (State.SENDING, State.SENT, State.UNCONFIRMED)]


def await_others(session: Session, event_ids: Iterable[int]) -> None:
    """Waits for whoever looks at mails about these events, and has others wait until the end.

    On PostgreSQL alone; on SQLite nobody writes meanwhile.
    """
    if dialect_of(session) == "postgresql":
        for number in sorted(event_ids):
            session.execute(_AWAIT, {"number": number})


def followers_of(session: Session, readers: Iterable[int]) -> Iterable[tuple[Any, ...]]:
    """Some readers and all that they follow, a row for each subscription.

    Number, key and address of the reader; number of the subscription, since when it runs and until
    when it is paused; kind and name of its target, language, zone, hour, whether it wants notices,
    which digest, whether arrivals, and its offsets with blanks between them.
    """
    found = session.execute(_followers(dialect_of(session)), these(session, readers))
    return cast("Iterable[tuple[Any, ...]]", found)


def outdone(
    session: Session, mails: Iterable[int], *, now: datetime
) -> tuple[frozenset[int], frozenset[int]]:
    """Those of some mails that another one of the same occurrence makes needless, or may make so.

    Overdue offsets become one mail, the one due last; and what a reader had before a change that
    left its instant as it was is not said again. While it is just being said, nobody can know.
    """
    values = {**these(session, mails), "now": now}
    found = session.execute(_outdone(dialect_of(session)), values).all()
    needless = frozenset(number for number, is_undecided in found if not is_undecided)
    return needless, frozenset(number for number, _ in found) - needless


def told_of(
    session: Session, mails: Collection[Owed], event_ids: Iterable[int]
) -> Iterable[tuple[int, int | None, int, bool]]:
    """What the readers of some mails about some events have been told of them.

    The number of the mail, the occurrence that was told of, or None for a notice, the newest
    revision, and whether any is being told just now. What may have reached a reader counts as told.
    """
    values = {
        **these(session, (mail.id for mail in mails)),
        **these(session, {mail.reader_id for mail in mails if mail.reader_id}, "readers"),
        "events": list(event_ids),
    }
    found = session.execute(_told(dialect_of(session)), values)
    return cast("Iterable[tuple[int, int | None, int, bool]]", found)


def newest_answers(session: Session, mails: Iterable[int]) -> dict[int, int]:
    """Of readers whom some of these mails answer, the number of the newest answer."""
    values = {**these(session, mails), "answers": str(Kind.PREFERENCES)}
    rows = session.execute(_newest_answers(dialect_of(session)), values)
    return {row[0]: row[1] for row in rows}


_mail, _reader, _following = _MAILS.c, _READERS.c, _SUBSCRIPTIONS.c
_others = _MAILS.alias()
_other = _others.c


@cache
def _followers(dialect: str) -> Select[Any]:
    offsets = (
        select(func.aggregate_strings(_OFFSETS.c.offset, " "))
        .where(_OFFSETS.c.subscription_id == _following.id)
        .scalar_subquery()
    )
    return (
        select(
            *(_reader.id, _reader.key, _reader.address, _following.id),
            *(_following.started_at, _following.paused_until),
            *(_following.target_kind, _following.target_name),
            *(_following.language, _following.zone, _following.hour),
            *(_following.notices, _following.digest, _following.arrivals),
            offsets,
        )
        .join_from(_READERS, _SUBSCRIPTIONS, _following.reader_id == _reader.id)
        .where(
            among(dialect, _reader.id),
            among(dialect, _following.reader_id),
            _following.ended_at.is_(None),
        )
        .order_by(_following.id)
    )


@cache
def _told(dialect: str) -> Select[Any]:
    is_about_the_same = and_(
        _other.reader_id == _mail.reader_id,
        _other.event_id == _mail.event_id,
        _other.id != _mail.id,
    )
    return (
        select(
            *(_mail.id, _other.occurrence_id, func.max(_other.revision)),
            func.max(case((_other.state == str(State.SENDING), 1), else_=0)) == 1,
        )
        .join_from(_MAILS, _others, is_about_the_same)
        .where(
            among(dialect, _mail.id),
            among(dialect, _other.reader_id, "readers"),
            _mail.event_id.in_(bindparam("events", expanding=True)),
            _other.revision.is_not(None),
            or_(_other.state.in_(_TELLING), _other.unanswered > 0),
        )
        .group_by(_mail.id, _other.occurrence_id)
    )


@cache
def _newest_answers(dialect: str) -> Select[Any]:
    is_another = and_(_other.reader_id == _mail.reader_id, _other.kind == _mail.kind)
    return (
        select(_other.reader_id, func.max(_other.id))
        .join_from(_MAILS, _others, is_another)
        .where(among(dialect, _mail.id), _mail.kind == bindparam("answers"))
        .group_by(_other.reader_id)
    )


_is_due_later = and_(
    _other.time_rev == _mail.time_rev,
    _other.due_at <= bindparam("now", type_=_mail.due_at.type),
    _other.state.in_(_ALIVE),
    or_(
        _other.due_at > _mail.due_at,
        and_(_other.due_at == _mail.due_at, _other.id > _mail.id),
    ),
)
_between = _MAILS.alias()
_said_otherwise_since = (
    exists()
    .where(
        _between.c.reader_id == _mail.reader_id,
        _between.c.occurrence_id == _mail.occurrence_id,
        _between.c.kind == _mail.kind,
        _between.c.time_rev > _other.time_rev,
        _between.c.time_rev < _mail.time_rev,
        _between.c.state.in_(_GOES),
    )
    .correlate(_MAILS, _others)  # by itself it would look no further out than the next query
)
_said_before = and_(
    _other.offset == _mail.offset,
    _other.due_at == _mail.due_at,
    _other.time_rev < _mail.time_rev,
    _other.state.in_(_GOES),
    ~_said_otherwise_since,
)
_being_said = and_(_other.time_rev < _mail.time_rev, _other.state == str(State.SENDING))


@cache
def _outdone(dialect: str) -> Select[Any]:
    """Each mail looks up its own reader's: joined, PostgreSQL would read the whole ledger."""
    is_of_the_same = and_(
        _other.reader_id == _mail.reader_id,
        _other.occurrence_id == _mail.occurrence_id,
        _other.kind == _mail.kind,
    )
    makes_needless = or_(_is_due_later, _said_before)
    undecided = (
        select(func.min(case((_being_said, 1), else_=0)))
        .where(is_of_the_same, makes_needless)
        .correlate(_MAILS)
        .scalar_subquery()
    )
    return select(_mail.id, undecided).where(among(dialect, _mail.id), undecided.is_not(None))
