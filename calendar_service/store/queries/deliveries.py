"""The reminder ledger: planning due instants and the mails owed at them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple, cast

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from calendar_service.store.bulk import among, dialect_of, passing_over, these
from calendar_service.store.rows import DeliveryRow, DueRow, DueState, Kind, OccurrenceRow, State

READY: ColumnElement[bool] = and_(
    DeliveryRow.state == literal_column(f"'{State.QUEUED}'"), DeliveryRow.not_before.is_(None)
)
"""The mails that may be sent now, in the words of the index that holds just them."""


def plan_due(session: Session, rows: Iterable[Mapping[str, object]]) -> None:
    """Adds due rows that are not there yet; each is told without state and cursor."""
    about = {"event_id": None, "occurrence_id": None}
    planned = {"state": str(DueState.PLANNED), "cursor": ""}
    insert_new(session, DueRow, [{**about, **row, **planned} for row in rows])


def delivery_key(kind: str, occurrence_id: int, offset: str, time_rev: int) -> str:
    """What a mail about an occurrence is owed for: no reader is owed the same twice."""
    return f"{kind}:email:{occurrence_id}:{offset}:{time_rev}"


def notice_key(event_id: int, sequence: int) -> str:
    """What a notice of an event's revision is owed for."""
    return f"{Kind.NOTICE}:email:{event_id}:{sequence}"


def arrival_key(event_id: int) -> str:
    """What the news of an event that came to searches is owed for: once, however often it comes."""
    return f"{Kind.ARRIVAL}:email:{event_id}"


def digest_key(digest: str, day: date) -> str:
    """What the digest of a day is owed for."""
    return f"{Kind.DIGEST}:email:{digest}:{day}"


def supersede(session: Session, occurrence_id: int, time_rev: int) -> None:
    """Calls back what was planned for earlier times of an occurrence.

    What is owed already is called back when its turn comes: it says which time it is about, and a
    change must not take the longer the more readers there are.
    """
    session.execute(
        update(DueRow)
        .where(DueRow.occurrence_id == occurrence_id, DueRow.time_rev < time_rev)
        .where(DueRow.state == DueState.PLANNED)
        .values(state=str(DueState.SUPERSEDED))
    )


def planned_with_occurrences(session: Session) -> list[tuple[DueRow, OccurrenceRow]]:
    """Every instant that is still to come, with what it is for."""
    rows = session.execute(
        select(DueRow, OccurrenceRow)
        .join(OccurrenceRow, OccurrenceRow.id == DueRow.occurrence_id)
        .where(DueRow.state == DueState.PLANNED)
    )
    return [(due, occurrence) for due, occurrence in rows]


class Overdue(NamedTuple):
    """An instant of an occurrence that has come, and for whom."""

    occurrence_id: int
    instant: datetime
    offset: str
    zone: str
    hour: str


def overdue_of(
    session: Session, occurrence_ids: Iterable[int], *, now: datetime
) -> Iterator[Overdue]:
    """The instants of some occurrences that have come and are not fanned out yet."""
    named = {**these(session, occurrence_ids), "now": now}
    return map(Overdue._make, session.execute(_overdue(dialect_of(session)), named))


def owe(session: Session, deliveries: Iterable[Mapping[str, object]]) -> None:
    """Adds mails that are owed; one whose key is there already is owed only once."""
    values = [{**FRESH, **_ABOUT_NOTHING, **delivery} for delivery in deliveries]
    insert_new(session, DeliveryRow, values)


_ABOUT_NOTHING: Mapping[str, object] = {
    "reader_id": None,
    "subscription_id": None,
    "signup_id": None,
    "event_id": None,
    "occurrence_id": None,
}

FRESH: Mapping[str, object] = {
    "state": str(State.QUEUED),
    "token": None,
    "not_before": None,
    "tries": 0,
    "unanswered": 0,
    "revision": None,
    "settled_at": None,
}
"""How a delivery begins."""


def count_by_state(session: Session) -> dict[str, int]:
    """How many deliveries stand in each state."""
    counted = select(DeliveryRow.state, func.count()).group_by(DeliveryRow.state)
    return {row.state: row[1] for row in session.execute(counted)}


def anything_due(session: Session, *, now: datetime) -> bool:
    """Whether there is an instant to fan out, or a mail to send or to give up, by now."""
    return bool(session.scalar(_ANYTHING_DUE, {"now": now}))


def next_instant(session: Session) -> datetime | None:
    """The earliest instant at which something is due or may be tried again; None for never."""
    found = [session.scalar(_FIRST_DUE), session.scalar(_FIRST_AGAIN)]
    return min((instant for instant in found if instant is not None), default=None)


def next_due(session: Session, *, after: datetime) -> datetime | None:
    """The earliest instant after another one at which something falls due; None for never."""
    found: datetime | None = session.scalar(_FIRST_DUE_AFTER, {"now": after})
    return found


def insert_new(session: Session, row: type[Any], values: list[dict[str, object]]) -> None:
    """Inserts rows, passing over those that are there already (`ON CONFLICT DO NOTHING`)."""
    if values:
        session.execute(passing_over(dialect_of(session), row).on_conflict_do_nothing(), values)


# Statements are built once: every turn of a sender, and every second of an idle one, asks these.

_due, _mail = (cast("Table", row.__table__).c for row in (DueRow, DeliveryRow))
_NOW = bindparam("now", type_=_due.instant.type)
_IS_PLANNED = _due.state == str(DueState.PLANNED)
_FIRST_DUE = select(func.min(_due.instant)).where(_IS_PLANNED)
_FIRST_DUE_AFTER = _FIRST_DUE.where(_due.instant > _NOW)
_FIRST_AGAIN = select(func.min(_mail.not_before)).where(_mail.not_before.is_not(None))
_ANYTHING_DUE = select(
    or_(
        exists().where(_IS_PLANNED, _due.instant <= _NOW),
        exists().where(READY),
        exists().where(_mail.not_before <= _NOW),
    )
)


@cache
def _overdue(dialect: str) -> Select[Any]:
    return select(*(_due[name] for name in Overdue._fields)).where(
        among(dialect, _due.occurrence_id), _IS_PLANNED, _due.instant <= _NOW
    )
