"""A delivery's steps in the store, each a compare-and-set on (id, token, state).

queued -> claimed -> sending -> sent; from sending also back to queued, or unconfirmed, failed.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from calendar_service.store.queries.deliveries import add_attempt
from calendar_service.store.rows import DeliveryRow, State

RETRY_AFTER = tuple(timedelta(seconds=seconds) for seconds in (30, 60, 120, 300, 600, 900))
"""How long to wait after the first, second ... refusal; the last one goes on for good."""

JITTER = 0.1
MOST_UNANSWERED = 3


class Outcome(StrEnum):
    """What came of one try."""

    SENT = "sent"
    REFUSED_FOR_NOW = "refused for now"
    REFUSED = "refused"
    UNANSWERED = "unanswered"
    UNRENDERABLE = "unrenderable"


@dataclass(frozen=True, slots=True)
class Tried:
    """One try at one delivery, to be settled."""

    delivery_id: int
    outcome: Outcome
    reply: str
    at: datetime


def claim(session: Session, token: str, *, now: datetime, limit: int) -> list[int]:
    """Claims the queued deliveries of the earliest deadlines for a sender; tells their ids."""
    ready = (
        select(DeliveryRow.id)
        .where(DeliveryRow.state == State.QUEUED, DeliveryRow.next_at <= now)
        .order_by(DeliveryRow.deadline, DeliveryRow.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    claimed = session.scalars(
        update(DeliveryRow)
        .where(DeliveryRow.id.in_(ready))
        .values(state=str(State.CLAIMED), token=token)
        .returning(DeliveryRow.id)
    ).all()
    return sorted(claimed)


def deliveries_of(session: Session, token: str, state: State) -> Sequence[DeliveryRow]:
    """What a sender holds in a state, the earliest deadline first."""
    return session.scalars(
        select(DeliveryRow)
        .where(DeliveryRow.token == token, DeliveryRow.state == state)
        .order_by(DeliveryRow.deadline, DeliveryRow.id)
    ).all()


def step(
    session: Session, delivery_id: int, token: str, before: State, /, **values: object
) -> bool:
    """Changes a delivery if it still is this sender's and in this state; tells whether it did."""
    result = session.execute(
        update(DeliveryRow)
        .where(DeliveryRow.id == delivery_id)
        .where(DeliveryRow.token == token, DeliveryRow.state == before)
        .values(**values)
    )
    return cast("CursorResult[Any]", result).rowcount == 1


def release(session: Session, token: str, before: State) -> int:
    """Gives back all that a sender holds in a state: it counts as never tried."""
    result = session.execute(
        update(DeliveryRow)
        .where(DeliveryRow.token == token, DeliveryRow.state == before)
        .values(state=str(State.QUEUED), token=None)
    )
    return cast("CursorResult[Any]", result).rowcount


def settle(session: Session, token: str, tried: Iterable[Tried]) -> None:
    """Writes what came of tries: the delivery's next state and the attempt."""
    for one in tried:
        row = session.get(DeliveryRow, one.delivery_id)
        if row is None:
            continue
        values = _after(row, one)
        if step(session, row.id, token, State.SENDING, **values):
            add_attempt(session, row.id, now=one.at, outcome=str(one.outcome), reply=one.reply)


def expire(session: Session, *, now: datetime) -> int:
    """Ends every queued delivery whose deadline has passed; tells how many."""
    result = session.execute(
        update(DeliveryRow)
        .where(DeliveryRow.state == State.QUEUED, DeliveryRow.deadline <= now)
        .values(state=str(State.EXPIRED), settled_at=now)
    )
    return cast("CursorResult[Any]", result).rowcount


def next_try(tries: int, *, now: datetime) -> datetime:
    """When to try again after so many refusals, a little earlier or later at random."""
    wait = RETRY_AFTER[min(tries, len(RETRY_AFTER)) - 1]
    return now + wait * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - no secret


def _after(row: DeliveryRow, tried: Tried) -> dict[str, object]:
    """The values of a delivery after a try."""
    tries = row.tries + 1
    match tried.outcome:
        case Outcome.SENT:
            return _final(State.SENT, tried, tries)
        case Outcome.REFUSED:
            return _final(State.FAILED, tried, tries)
        case Outcome.UNRENDERABLE:
            return _final(State.HELD, tried, tries)
        case Outcome.UNANSWERED if row.unanswered + 1 >= MOST_UNANSWERED:
            return _final(State.UNCONFIRMED, tried, tries) | {"unanswered": row.unanswered + 1}
    again = next_try(tries, now=tried.at)
    if again >= row.deadline:
        return _final(State.EXPIRED, tried, tries)
    unanswered = row.unanswered + (tried.outcome is Outcome.UNANSWERED)
    return {
        "state": str(State.QUEUED),
        "token": None,
        "tries": tries,
        "unanswered": unanswered,
        "next_at": again,
    }


def _final(state: State, tried: Tried, tries: int) -> dict[str, object]:
    return {"state": str(state), "tries": tries, "settled_at": tried.at}
