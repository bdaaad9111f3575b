"""What an operator holds back, lets go, or gives another try."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, bindparam, func, literal_column, select, update
from sqlalchemy.orm import Session

from calendar_service.store.queries.records import forget_fact, write_fact
from calendar_service.store.rows import AttemptRow, DeliveryRow, FactRow, State

UNRENDERABLE = "unrenderable"
"""The outcome of a try at a mail that could not be written."""

_HELD_EVENT = "held "
_HELD = DeliveryRow.state == literal_column(f"'{State.HELD}'")
"""In the words of the index that holds just them."""

_WHY_HELD = (
    select(FactRow.value).where(FactRow.name == bindparam("name")).with_for_update(read=True)
)

_QUEUED_ANEW: dict[str, object] = {
    "state": str(State.QUEUED),
    "token": None,
    "not_before": None,
    "unanswered": 0,
    "settled_at": None,
}


def why_event_held(session: Session, uid: str) -> str | None:
    """Why all mail about an event is held; None where it is not.

    Who lets it go waits for who has read this, so that no mail is held after the last was let go.
    """
    why: str | None = session.scalar(_WHY_HELD, {"name": _HELD_EVENT + uid})
    return why


def held_events(session: Session) -> dict[str, str]:
    """The UIDs of the events about which all mail is held, and why."""
    rows = session.scalars(select(FactRow).where(FactRow.name.startswith(_HELD_EVENT)))
    return {row.name.removeprefix(_HELD_EVENT): row.value for row in rows}


def hold_event(session: Session, uid: str, why: str, *, now: datetime) -> None:
    """Holds all mail about an event, that which is not yet owed too."""
    write_fact(session, _HELD_EVENT + uid, why, now=now)


def let_event_go(session: Session, uid: str) -> None:
    """Takes that back; what was held meanwhile stays held until it is queued anew."""
    forget_fact(session, _HELD_EVENT + uid)


def unrenderable(session: Session) -> tuple[int, str]:
    """How many held mails could not be written, and why not, of the newest one."""
    attempts = (
        select(AttemptRow.delivery_id, AttemptRow.reply)
        .join(DeliveryRow, DeliveryRow.id == AttemptRow.delivery_id)
        .where(_HELD, AttemptRow.outcome == UNRENDERABLE)
    )
    count = select(func.count(attempts.subquery().c.delivery_id.distinct()))
    newest = session.execute(attempts.order_by(AttemptRow.id.desc()).limit(1)).first()
    return session.scalar(count) or 0, newest.reply if newest else ""


def hold_delivery(session: Session, number: int, *, now: datetime) -> bool:
    """Holds a mail that waits; False where no sender has left it to us."""
    queued = (DeliveryRow.id == number, DeliveryRow.state == State.QUEUED)
    held: dict[str, object] = {"state": str(State.HELD), "not_before": None, "settled_at": now}
    return _change(session, *queued, values=held) == 1


def requeue_delivery(session: Session, number: int, before: State) -> bool:
    """Queues a mail anew if it still is in a state; tells whether it was."""
    stands = (DeliveryRow.id == number, DeliveryRow.state == before)
    return _change(session, *stands, values=_QUEUED_ANEW) == 1


def requeue_held(session: Session, *, event_id: int | None = None, limit: int) -> int:
    """Queues held mails anew, all or those about an event; tells how many, `limit` at most."""
    held = select(DeliveryRow.id).where(_HELD).order_by(DeliveryRow.id).limit(limit)
    if event_id is not None:
        held = held.where(DeliveryRow.event_id == event_id)
    return _change(session, _HELD, DeliveryRow.id.in_(held), values=_QUEUED_ANEW)


def requeue_ended(session: Session, states: Collection[State], *, now: datetime) -> int:
    """Queues anew what ended in some states and is still worth sending; tells how many."""
    return _change(
        session, DeliveryRow.state.in_(states), DeliveryRow.deadline > now, values=_QUEUED_ANEW
    )


def _change(session: Session, *conditions: ColumnElement[bool], values: dict[str, object]) -> int:
    result = session.execute(
        update(DeliveryRow)
        .where(*conditions)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", result).rowcount
