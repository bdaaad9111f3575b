"""The senders at work, by what they say of themselves."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, delete, func, select, update
from sqlalchemy.orm import Session

from calendar_service.store.rows import DeliveryRow, SenderRow


def add_sender(session: Session, token: str, machine: str, process: int, *, now: datetime) -> None:
    """Says that a sender is at work."""
    session.add(
        SenderRow(token=token, machine=machine, process=process, started_at=now, seen_at=now)
    )


def all_senders(session: Session) -> list[SenderRow]:
    """Every sender that has not ended in order, the oldest first."""
    return list(session.scalars(select(SenderRow).order_by(SenderRow.started_at, SenderRow.token)))


def count_senders(session: Session, *, seen_since: datetime) -> int:
    """How many senders have said since an instant that they live."""
    seen = select(func.count()).where(SenderRow.seen_at >= seen_since)
    return session.scalar(seen) or 0


def note_seen(session: Session, token: str, *, now: datetime) -> bool:
    """Says that a sender lives; False if it was taken for dead, and its work given to others."""
    seen = update(SenderRow).where(SenderRow.token == token).values(seen_at=now)
    return cast("CursorResult[Any]", session.execute(seen)).rowcount == 1


def remove_sender(session: Session, token: str) -> bool:
    """Ends a sender; False if that was done before."""
    gone = delete(SenderRow).where(SenderRow.token == token)
    return cast("CursorResult[Any]", session.execute(gone)).rowcount == 1


def orphaned_tokens(session: Session) -> list[str]:
    """The tokens on deliveries whose senders nobody knows any more."""
    known = select(SenderRow.token)
    return list(
        session.scalars(
            select(DeliveryRow.token)
            .where(DeliveryRow.token.is_not(None), DeliveryRow.token.not_in(known))
            .distinct()
        )
    )
