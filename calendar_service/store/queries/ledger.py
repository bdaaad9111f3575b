"""A delivery's steps in the store, in batches, each a compare-and-set on (id, token, state).

queued -> claimed -> sending -> sent; from sending also back to queued, or unconfirmed, failed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, Row, insert, select, update
from sqlalchemy.orm import Session

from calendar_service.store.queries.deliveries import READY
from calendar_service.store.rows import AttemptRow, DeliveryRow, Lane, State

_SHARE = 10
"""Of a claim, one mail in so many is for whoever waits for an answer, however long the rest."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at one delivery, and what the relay said of it."""

    delivery_id: int
    at: datetime
    outcome: str
    reply: str
    strike: bool = False


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

    A few are kept for the lane of those who wait for an answer, so that neither holds up the
    other for longer than a batch.
    """
    dated = _claim(session, token, Lane.DATED, limit - -(-limit // _SHARE))
    asked_for = _claim(session, token, Lane.ASKED_FOR, limit - dated)
    left = limit - dated - asked_for
    return dated + asked_for + (_claim(session, token, Lane.DATED, left) if left else 0)


def _claim(session: Session, token: str, lane: Lane, limit: int) -> int:
    ready = (
        select(DeliveryRow.id)
        .where(DeliveryRow.lane == int(lane), READY)
        .order_by(DeliveryRow.deadline, DeliveryRow.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("ready")  # which PostgreSQL runs once, as the lock demands
    )
    result = session.execute(
        update(DeliveryRow)
        .where(DeliveryRow.id.in_(select(ready.c.id)))
        .values(state=str(State.CLAIMED), token=token)
    )
    return cast("CursorResult[Any]", result).rowcount


def held_by(session: Session, token: str, state: State) -> Sequence[Row[Any]]:
    """What a sender holds in a state, the earliest deadline first: all columns of each."""
    table = DeliveryRow.__table__
    return session.execute(
        select(*table.columns)
        .where(DeliveryRow.token == token, DeliveryRow.state == state)
        .order_by(DeliveryRow.deadline, DeliveryRow.id)
    ).all()


def step(
    session: Session, ids: Iterable[int], token: str, before: State, /, **values: object
) -> list[int]:
    """Changes those deliveries that still are this sender's and in this state; tells which."""
    changed: list[int] = []
    for batch in _batches(list(ids)):
        changed += session.scalars(
            update(DeliveryRow)
            .where(DeliveryRow.id.in_(batch))
            .where(DeliveryRow.token == token, DeliveryRow.state == before)
            .values(**values)
            .returning(DeliveryRow.id)
        )
    return changed


def release(session: Session, token: str, *states: State) -> int:
    """Gives back all that a sender holds in these states: it counts as never tried."""
    result = session.execute(
        update(DeliveryRow)
        .where(DeliveryRow.token == token, DeliveryRow.state.in_(states))
        .values(state=str(State.QUEUED), token=None)
    )
    return cast("CursorResult[Any]", result).rowcount


def add_attempts(session: Session, attempts: Iterable[Attempt]) -> None:
    """Notes tries and what came of them."""
    values = [
        {
            "delivery_id": one.delivery_id,
            "at": one.at,
            "outcome": one.outcome,
            "reply": one.reply[:500],
            "strike": one.strike,
        }
        for one in attempts
    ]
    if values:
        session.execute(insert(AttemptRow.__table__), values)  # type: ignore[arg-type]


def _batches(ids: list[int], size: int = 1000) -> Iterable[list[int]]:
    return (ids[begin : begin + size] for begin in range(0, len(ids), size))
