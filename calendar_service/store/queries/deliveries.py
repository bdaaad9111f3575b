"""The reminder ledger: planning due instants and the mails owed at them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Table, exists, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from calendar_service.store.rows import (
    UNSENT,
    AttemptRow,
    DeliveryRow,
    DueRow,
    DueState,
    State,
)


def plan_due(session: Session, rows: Iterable[Mapping[str, object]]) -> None:
    """Adds due rows that are not there yet; each is told without state and cursor."""
    values = [{**row, "state": str(DueState.PLANNED), "cursor": 0} for row in rows]
    insert_new(session, DueRow, values)


def supersede(session: Session, occurrence_id: int, time_rev: int) -> None:
    """Calls back all that was planned or owed for earlier times of an occurrence."""
    session.execute(
        update(DueRow)
        .where(DueRow.occurrence_id == occurrence_id, DueRow.time_rev < time_rev)
        .where(DueRow.state == DueState.PLANNED)
        .values(state=str(DueState.SUPERSEDED))
    )
    session.execute(
        update(DeliveryRow)
        .where(DeliveryRow.occurrence_id == occurrence_id, DeliveryRow.time_rev < time_rev)
        .where(DeliveryRow.state.in_(UNSENT))
        .values(state=str(State.SUPERSEDED))
    )


def owe(session: Session, deliveries: Iterable[Mapping[str, object]]) -> None:
    """Adds mails that are owed; one whose key is there already is owed only once."""
    defaults = {"channel": "email", "tries": 0, "unanswered": 0, "late": False}
    queued = {"state": str(State.QUEUED), "token": None, "settled_at": None}
    nobody = {"reader_id": None, "subscription_id": None, "signup_id": None, "occurrence_id": None}
    values = [{**defaults, **queued, **nobody, **delivery} for delivery in deliveries]
    insert_new(session, DeliveryRow, values)


def add_attempt(
    session: Session, delivery_id: int, *, now: datetime, outcome: str, reply: str
) -> None:
    """Notes a try and what came of it."""
    session.add(AttemptRow(delivery_id=delivery_id, at=now, outcome=outcome, reply=reply[:500]))


def count_by_state(session: Session) -> dict[str, int]:
    """How many deliveries stand in each state."""
    counted = select(DeliveryRow.state, func.count()).group_by(DeliveryRow.state)
    return {row.state: row[1] for row in session.execute(counted)}


def anything_due(session: Session, *, now: datetime) -> bool:
    """Whether there is an instant to fan out, or a mail to send or to give up, by now."""
    due = exists().where(DueRow.state == DueState.PLANNED, DueRow.instant <= now)
    waiting = DeliveryRow.state == State.QUEUED
    ready = exists().where(waiting, DeliveryRow.next_at <= now)
    over = exists().where(waiting, DeliveryRow.deadline <= now)
    return bool(session.scalar(select(or_(due, ready, over))))


def oldest_waiting(session: Session) -> datetime | None:
    """When the oldest mail that waits to be sent was due."""
    waiting = DeliveryRow.state.in_((State.QUEUED, State.CLAIMED, State.SENDING))
    return session.scalar(select(func.min(DeliveryRow.due_at)).where(waiting))


def insert_new(session: Session, row: type[Any], values: list[dict[str, object]]) -> None:
    """Inserts rows, passing over those that are there already (`ON CONFLICT DO NOTHING`)."""
    if not values:
        return
    table: Table = row.__table__
    if session.get_bind().dialect.name == "postgresql":
        session.execute(postgresql.insert(table).on_conflict_do_nothing(), values)
    else:
        session.execute(sqlite.insert(table).on_conflict_do_nothing(), values)
