"""Copies tables from one database to another, whatever the two are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, func, insert, literal, select

from calendar_service.store.database import Database
from calendar_service.store.queries.deliveries import FRESH
from calendar_service.store.rows import (
    DeliveryRow,
    DueRow,
    DueState,
    EventRow,
    Kind,
    Lane,
    Row,
    State,
)

CHUNK = 1000


def copy_tables(source: Database, target: Database, tables: Iterable[type[Row]]) -> int:
    """Copies whole tables, in the order given, into empty ones; tells how many rows."""
    return sum(_copy(source, target, row, select(row.__table__)) for row in tables)


def copy_news(source: Database, target: Database) -> None:
    """Copies what readers are to be told of changes, and what they were told of them already.

    For events that have changed alone; each reader as if they had heard it in a notice.
    """
    due: Any = DueRow.__table__
    waits = select(*(column for column in due.columns if column.name != "id")).where(
        due.c.kind == Kind.NOTICE, due.c.state == DueState.PLANNED
    )
    _copy(source, target, DueRow, waits)
    _copy(source, target, DeliveryRow, _told())


def _told() -> Select[Any]:
    """A notice that was sent, for each reader and each changed event that they had a mail about."""
    mail = DeliveryRow
    changed = select(EventRow.id).where(EventRow.sequence > 0)
    last = func.max(mail.due_at)
    facts = {**FRESH, "state": str(State.SENT), "kind": str(Kind.NOTICE), "lane": int(Lane.NEWS)}
    facts |= {"time_rev": 0, "offset": ""}
    del facts["revision"]
    types: Any = mail.__table__.columns
    columns: list[Any] = [
        mail.reader_id,
        mail.event_id,
        func.max(mail.revision).label("revision"),
        literal("told ").concat(mail.event_id).label("key"),
        *(last.label(name) for name in ("due_at", "deadline", "created_at")),
        *(literal(value, types[name].type).label(name) for name, value in facts.items()),
    ]
    return (
        select(*columns)
        .where(mail.state == State.SENT, mail.event_id.in_(changed))
        .group_by(mail.reader_id, mail.event_id)
    )


def _copy(source: Database, target: Database, row: type[Row], found: Select[Any]) -> int:
    copied = 0
    table: Any = row.__table__
    with source.read() as reading, target.write() as writing:
        rows = reading.execute(found.execution_options(yield_per=CHUNK))
        for chunk in rows.partitions():
            writing.execute(insert(table), [dict(one._mapping) for one in chunk])
            copied += len(chunk)
    return copied
