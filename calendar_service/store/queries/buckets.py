"""Token buckets in the store, by their names; one writer at a time has each of them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from calendar_service.domain.buckets import Level
from calendar_service.store.bulk import dialect_of, passing_over
from calendar_service.store.rows import BucketRow


def read_level(session: Session, name: str) -> Level | None:
    """What was in a bucket when somebody last took from it; None if nobody has of late."""
    row = session.execute(
        select(BucketRow.tokens, BucketRow.at).where(BucketRow.name == name)
    ).first()
    return Level(row.tokens, row.at) if row else None


def lock_level(session: Session, name: str, full: Level) -> Level:
    """The same, and nobody else takes from it until this session ends; made full if it is new."""
    values = {"name": name, "tokens": full.tokens, "at": full.at}
    session.execute(passing_over(dialect_of(session), BucketRow).on_conflict_do_nothing(), [values])
    row = session.execute(
        select(BucketRow.tokens, BucketRow.at).where(BucketRow.name == name).with_for_update()
    ).one()
    return Level(row.tokens, row.at)


def write_level(session: Session, name: str, level: Level) -> None:
    """Writes what is left in a bucket."""
    session.execute(
        update(BucketRow).where(BucketRow.name == name).values(tokens=level.tokens, at=level.at)
    )


def add_once(session: Session, name: str, *, now: datetime) -> bool:
    """Notes something that may happen once; tells whether it had not happened yet."""
    values = {"name": name, "tokens": 0.0, "at": now}
    insert = passing_over(dialect_of(session), BucketRow).on_conflict_do_nothing()
    return session.execute(insert.returning(BucketRow.name), [values]).first() is not None


def forget_levels(session: Session, *, before: datetime) -> None:
    """Forgets buckets that nobody has taken from since; by then they are full again."""
    session.execute(delete(BucketRow).where(BucketRow.at <= before))
