"""A delivery's steps in the store, in batches, each a compare-and-set on (id, token, state).

queued -> claimed -> sending -> sent; from sending also back to queued, or unconfirmed, failed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import CursorResult, Table, bindparam, select, update
from sqlalchemy.orm import Session

from calendar_service.store.bulk import among, insert_rows
from calendar_service.store.queries.deliveries import READY
from calendar_service.store.rows import AttemptRow, DeliveryRow, Lane, State

_MAILS = cast("Table", DeliveryRow.__table__)
"""Without the ORM, which would look at each of thousands of rows once more."""

_SHARES = {Lane.ASKED_FOR: 10, Lane.NEWS: 2, Lane.CAN_WAIT: 20}
"""Of a claim, one mail in so many is for who waits for an answer, for changes, for digests."""


class Owed(NamedTuple):
    """One mail that is owed, as far as its check and its writing need to know."""

    id: int
    key: str
    kind: str
    lane: int
    reader_id: int | None
    subscription_id: int | None
    signup_id: int | None
    event_id: int | None
    occurrence_id: int | None
    time_rev: int
    offset: str
    due_at: datetime
    deadline: datetime


class Attempt(NamedTuple):
    """One try at one delivery, and what the relay said of it."""

    delivery_id: int
    at: datetime
    outcome: str
    reply: str
    strike: bool


def ripen(session: Session, *, now: datetime) -> None:
    """Lets what had to wait for its next try be claimed again, once its time has come."""
    session.execute(
        update(DeliveryRow).where(DeliveryRow.not_before <= now).values(not_before=None)
    )


def expire(session: Session, *, now: datetime) -> int:
    """Ends every waiting delivery whose deadline has passed; tells how many."""
    ended = 0
    for lane in Lane:
        result = session.execute(
            update(DeliveryRow)
            .where(DeliveryRow.lane == int(lane), READY, DeliveryRow.deadline <= now)
            .values(state=str(State.EXPIRED), settled_at=now)
        )
        ended += cast("CursorResult[Any]", result).rowcount
    return ended


def claim(session: Session, token: str, *, limit: int) -> int:
    """Claims the ready deliveries of the earliest deadlines for a sender; tells how many.

    Each lane has its share, so that none holds up another for longer than a batch; what one does
    not need the others may have.
    """
    shares = {lane: -(-limit // share) for lane, share in _SHARES.items()}
    shares[Lane.DATED] = max(0, limit - sum(shares.values()))
    claimed = 0
    for lane in (*Lane, *Lane):
        most = min(shares.pop(lane, limit), limit - claimed)
        claimed += _claim(session, token, lane, most) if most else 0
    return claimed


def _claim(session: Session, token: str, lane: Lane, limit: int) -> int:
    result = session.execute(_CLAIM, {"by": token, "of": int(lane), "most": limit})
    return cast("CursorResult[Any]", result).rowcount


_CLAIM = (
    update(_MAILS)
    .where(
        _MAILS.c.id.in_(
            select(
                select(_MAILS.c.id)
                .where(_MAILS.c.lane == bindparam("of"), READY)
                .order_by(_MAILS.c.deadline, _MAILS.c.id)
                .limit(bindparam("most"))
                .with_for_update(skip_locked=True)
                .cte("ready")  # which PostgreSQL runs once, as the lock demands
                .c.id
            )
        )
    )
    .values(state=str(State.CLAIMED), token=bindparam("by"))
)


def held_by(session: Session, token: str, state: State) -> list[Owed]:
    """What a sender holds in a state, by lane, and in each the earliest deadline first."""
    rows = session.execute(_HELD, {"holder": token, "is": str(state)})
    return [Owed._make(row) for row in rows]


_HELD = (
    select(*(_MAILS.c[name] for name in Owed._fields))
    .where(_MAILS.c.token == bindparam("holder"), _MAILS.c.state == bindparam("is"))
    .order_by(_MAILS.c.lane, _MAILS.c.deadline, _MAILS.c.id)
)


def step(
    session: Session, ids: Collection[int], token: str, before: State, /, **values: object
) -> list[int]:
    """Changes those deliveries that still are this sender's and in this state; tells which."""
    if not ids:
        return []
    return list(
        session.scalars(
            update(_MAILS)
            .where(among(session, _MAILS.c.id, ids))
            .where(_MAILS.c.token == token, _MAILS.c.state == str(before))
            .values(**values)
            .returning(_MAILS.c.id)
        )
    )


def release(session: Session, token: str, *states: State) -> int:
    """Gives back all that a sender holds in these states: it counts as never tried."""
    result = session.execute(
        update(_MAILS)
        .where(_MAILS.c.token == token, _MAILS.c.state.in_([str(state) for state in states]))
        .values(state=str(State.QUEUED), token=None)
    )
    return cast("CursorResult[Any]", result).rowcount


def add_attempts(session: Session, attempts: Iterable[Attempt]) -> None:
    """Notes tries and what came of them."""
    insert_rows(session, AttemptRow, Attempt._fields, attempts)
