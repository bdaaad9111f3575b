"""Whom a sender's claimed mails are for, and which of them another one makes needless."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, FromClause, Row, Table, and_, or_, select
from sqlalchemy.orm import Session

from calendar_service.store.rows import (
    DeliveryRow,
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


def readers_of(session: Session, token: str) -> Iterable[Row[int, str, str]]:
    """The readers of the claimed mails: number, key and address."""
    mail, reader = _MAILS.c, _READERS.c
    return session.execute(
        select(reader.id, reader.key, reader.address)
        .join_from(_MAILS, _READERS, reader.id == mail.reader_id)
        .where(_is_claimed(token))
    )


def subscriptions_of(session: Session, token: str) -> Iterable[Row[Any]]:
    """All that those readers follow, a row for each offset.

    Number of the reader and of the subscription, kind and name of the target, language, zone, hour
    and offset.
    """
    mail, following, offset = _MAILS.c, _SUBSCRIPTIONS.c, _OFFSETS.c
    how = (following.target_kind, following.target_name, following.language, following.zone)
    return session.execute(
        select(following.reader_id, following.id, *how, following.hour, offset.offset)
        .join_from(_MAILS, _SUBSCRIPTIONS, following.reader_id == mail.reader_id)
        .outerjoin(_OFFSETS, offset.subscription_id == following.id)
        .where(_is_claimed(token), following.ended_at.is_(None))
    )


def outdone(session: Session, token: str, *, now: datetime) -> frozenset[int]:
    """The claimed mails that another one of the same occurrence makes needless.

    Overdue offsets become one mail, the one due last; and what a reader had before a change that
    left its instant as it was is not said again.
    """
    mail, others = _MAILS.c, _MAILS.alias()
    other = others.c
    about_the_same = and_(
        other.reader_id == mail.reader_id,
        other.occurrence_id == mail.occurrence_id,
        other.kind == mail.kind,
    )
    return frozenset(
        session.scalars(
            select(mail.id)
            .join_from(_MAILS, others, about_the_same)
            .where(_is_claimed(token), or_(_is_due_later(others, now), _said_before(others)))
        )
    )


def _is_due_later(others: FromClause, now: datetime) -> ColumnElement[bool]:
    mail, other = _MAILS.c, others.c
    return and_(
        other.time_rev == mail.time_rev,
        other.due_at <= now,
        other.state.in_(_ALIVE),
        or_(
            other.due_at > mail.due_at,
            and_(other.due_at == mail.due_at, other.id > mail.id),
        ),
    )


def _said_before(others: FromClause) -> ColumnElement[bool]:
    mail, other = _MAILS.c, others.c
    return and_(
        other.offset == mail.offset,
        other.due_at == mail.due_at,
        other.time_rev < mail.time_rev,
        other.state == str(State.SENT),
    )


def _is_claimed(token: str) -> ColumnElement[bool]:
    return and_(_MAILS.c.token == token, _MAILS.c.state == str(State.CLAIMED))
