"""Whom a sender's claimed mails are for, and which of them another one makes needless."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, and_, bindparam, case, exists, func, or_, select
from sqlalchemy.orm import Session

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

_ALIVE = [str(state) for state in (State.QUEUED, State.CLAIMED, State.SENDING, State.SENT)]

_TELLING = [str(state) for state in (State.SENDING, State.SENT, State.UNCONFIRMED)]


def followers_of(session: Session, token: str) -> Iterable[tuple[Any, ...]]:
    """The readers of the claimed mails and all that they follow, a row for each subscription.

    Number, key and address of the reader; number of the subscription, since when it runs and until
    when it is paused; kind and name of its target, language, zone, hour, whether it wants notices,
    which digest, whether arrivals, and its offsets with blanks between them.
    """
    return cast("Iterable[tuple[Any, ...]]", session.execute(_FOLLOWERS, {"holder": token}))


def outdone(
    session: Session, token: str, *, now: datetime
) -> tuple[frozenset[int], frozenset[int]]:
    """The claimed mails that another one of the same occurrence makes needless, or may make so.

    Overdue offsets become one mail, the one due last; and what a reader had before a change that
    left its instant as it was is not said again. While it is just being said, nobody can know.
    """
    found = session.execute(_OUTDONE, {"holder": token, "now": now}).all()
    needless = frozenset(number for number, being_said in found if not being_said)
    return needless, frozenset(number for number, _ in found) - needless


def told_of(
    session: Session, token: str, event_ids: Iterable[int]
) -> Iterable[tuple[int, int | None, int, bool]]:
    """What the readers of the claimed mails about some events have been told of them.

    The number of the mail, the occurrence that was told of, or None for a notice, the newest
    revision, and whether any is being told just now. What may have reached a reader counts as told.
    """
    values = {"holder": token, "events": list(event_ids)}
    return cast("Iterable[tuple[int, int | None, int, bool]]", session.execute(_TOLD, values))


def newest_answers(session: Session, token: str) -> dict[int, int]:
    """Of readers whose claimed mails answer changes of theirs, the number of the newest answer."""
    rows = session.execute(_NEWEST_ANSWERS, {"holder": token, "answers": str(Kind.PREFERENCES)})
    return {row[0]: row[1] for row in rows}


_mail, _reader, _following = _MAILS.c, _READERS.c, _SUBSCRIPTIONS.c
_others = _MAILS.alias()
_other = _others.c
_is_claimed = and_(_mail.token == bindparam("holder"), _mail.state == str(State.CLAIMED))

_FOLLOWERS = (
    select(
        *(_reader.id, _reader.key, _reader.address, _following.id),
        *(_following.started_at, _following.paused_until),
        *(_following.target_kind, _following.target_name),
        *(_following.language, _following.zone, _following.hour),
        *(_following.notices, _following.digest, _following.arrivals),
        select(func.aggregate_strings(_OFFSETS.c.offset, " "))
        .where(_OFFSETS.c.subscription_id == _following.id)
        .scalar_subquery(),
    )
    .join_from(_MAILS, _READERS, _reader.id == _mail.reader_id)
    .join(_SUBSCRIPTIONS, _following.reader_id == _reader.id)
    .where(_is_claimed, _following.ended_at.is_(None))
    .order_by(_following.id)
    .distinct()
)

_TOLD = (
    select(
        *(_mail.id, _other.occurrence_id, func.max(_other.revision)),
        func.max(case((_other.state == str(State.SENDING), 1), else_=0)) == 1,
    )
    .join_from(
        _MAILS,
        _others,
        and_(
            _other.reader_id == _mail.reader_id,
            _other.event_id == _mail.event_id,
            _other.id != _mail.id,
        ),
    )
    .where(
        _is_claimed,
        _mail.event_id.in_(bindparam("events", expanding=True)),
        _other.revision.is_not(None),
        or_(_other.state.in_(_TELLING), _other.unanswered > 0),
    )
    .group_by(_mail.id, _other.occurrence_id)
)

_NEWEST_ANSWERS = (
    select(_other.reader_id, func.max(_other.id))
    .join_from(
        _MAILS, _others, and_(_other.reader_id == _mail.reader_id, _other.kind == _mail.kind)
    )
    .where(_is_claimed, _mail.kind == bindparam("answers"))
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
_GOES = [str(State.SENDING), str(State.SENT)]
_between = _MAILS.alias()
_said_otherwise_since = exists().where(
    _between.c.reader_id == _mail.reader_id,
    _between.c.occurrence_id == _mail.occurrence_id,
    _between.c.kind == _mail.kind,
    _between.c.time_rev > _other.time_rev,
    _between.c.time_rev < _mail.time_rev,
    _between.c.state.in_(_GOES),
)
_said_before = and_(
    _other.offset == _mail.offset,
    _other.due_at == _mail.due_at,
    _other.time_rev < _mail.time_rev,
    _other.state.in_(_GOES),
    ~_said_otherwise_since,
)
_being_said = and_(_other.time_rev < _mail.time_rev, _other.state == str(State.SENDING))
_OUTDONE = (
    select(_mail.id, _being_said)
    .join_from(
        _MAILS,
        _others,
        and_(
            _other.reader_id == _mail.reader_id,
            _other.occurrence_id == _mail.occurrence_id,
            _other.kind == _mail.kind,
        ),
    )
    .where(_is_claimed, or_(_is_due_later, _said_before))
)
