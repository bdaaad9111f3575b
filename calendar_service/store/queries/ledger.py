"""A delivery's steps in the store, in batches.

queued -> sending -> sent; from sending also back to queued, or unconfirmed, failed. What is claimed
is locked until it is on its way, with the transaction that looks at it; whatever becomes of it then
is a compare-and-set on (id, token, state).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple, cast

from sqlalchemy import (
    CursorResult,
    Result,
    Table,
    Update,
    and_,
    bindparam,
    select,
    tuple_,
    update,
)
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate

from calendar_service.store.bulk import among, dialect_of, insert_rows, these
from calendar_service.store.queries.deliveries import READY
from calendar_service.store.rows import AttemptRow, DeliveryRow, Lane, State

_MAILS = cast("Table", DeliveryRow.__table__)
"""Without the ORM, which would look at each of thousands of rows once more."""

_CLAIMED = "claimed"
"""What a sender of an older release may still be at work on: it has not begun to send that."""

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
    session.execute(_RIPEN, {"now": now})


def expire(session: Session, *, now: datetime) -> int:
    """Ends every waiting delivery whose deadline has passed; tells how many."""
    return sum(_changed(session.execute(_EXPIRE, {"now": now, "of": lane})) for lane in Lane)


def claim(session: Session, *, limit: int) -> list[Owed]:
    """The ready deliveries of the earliest deadlines, by lane; nobody else has them meanwhile.

    That is until the session ends: what is not on its way by then is free as before. Each lane has
    its share, so that none holds up another for longer than a batch; what one does not need the
    others may have.
    """
    claimed: dict[Lane, list[Owed]] = {}
    left = limit
    for lane, share in (*_SHARES.items(), (Lane.DATED, 1)):
        claimed[lane] = _ready(session, lane, min(left, -(-limit // share)))
        left -= len(claimed[lane])
    for lane in _SHARES:
        if left and claimed[lane]:
            more = _ready(session, lane, left, after=claimed[lane][-1])
            claimed[lane] += more
            left -= len(more)
    return [owed for lane in Lane for owed in claimed[lane]]


def held_by(session: Session, token: str) -> list[int]:
    """The numbers of what a sender is sending."""
    held = select(_mail.id).where(_IS_SENDING).order_by(_mail.id)
    return list(session.scalars(held, {"holder": token}))


def start(session: Session, ids: Collection[int], token: str, *, tells: int | None) -> None:
    """Gives claimed deliveries to a sender; `tells` is the state of their event that they tell."""
    end(session, ids, State.SENDING, token=token, revision=tells)


def end(session: Session, ids: Collection[int], state: State, **values: object) -> None:
    """Changes claimed deliveries: they are sent, have to wait, or end here, unsent."""
    if ids:
        named = {**these(session, ids), **_named({"state": str(state), **values})}
        session.execute(_end(dialect_of(session), *values), named)


def note_tried(
    session: Session, ids: Collection[int], token: str, state: State, **values: object
) -> list[int]:
    """Changes those deliveries that this sender still was sending, and has tried; tells which."""
    if not ids:
        return []
    told = {"state": str(state), "token": None, **values}
    named = {**these(session, ids), **_named(told), "holder": token}
    return list(session.scalars(_note_tried(dialect_of(session), *values), named))


def give_back(session: Session, ids: Collection[int], token: str) -> None:
    """Gives back deliveries that this sender was to send: they count as never tried."""
    if ids:
        named = {**these(session, ids), "holder": token}
        session.execute(_give_back(dialect_of(session)), named)


def release(session: Session, token: str) -> int:
    """Gives back all that a sender was to send; tells how many.

    That of an older release too, which may have claimed on while its store was upgraded.
    """
    return _changed(session.execute(_RELEASE, {"holder": token}))


def add_attempts(session: Session, attempts: Iterable[Attempt]) -> None:
    """Notes tries and what came of them."""
    insert_rows(session, AttemptRow, Attempt._fields, attempts)


# Statements are built once: a sender executes each of them every half second.

_mail = _MAILS.c
_IS_SENDING = and_(_mail.token == bindparam("holder"), _mail.state == str(State.SENDING))
_IS_UNDER_WAY = _mail.state.in_([str(State.SENDING), _CLAIMED])
_RELEASE = (
    update(_MAILS)
    .where(_mail.token == bindparam("holder"), _IS_UNDER_WAY)
    .values(state=str(State.QUEUED), token=None)
)

_NOW = bindparam("now", type_=_mail.deadline.type)
_RIPEN = update(_MAILS).where(_mail.not_before <= _NOW).values(not_before=None)

_EXPIRE = (
    update(_MAILS)
    .where(_mail.lane == bindparam("of"), READY, _mail.deadline <= _NOW)
    .values(state=str(State.EXPIRED), settled_at=_NOW)
)

_READY = (
    select(*(_mail[name] for name in Owed._fields))
    .where(_mail.lane == bindparam("of"), READY)
    .order_by(_mail.deadline, _mail.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_PASSED = (bindparam(name, type_=_mail[name].type) for name in ("deadline", "id"))
_READY_AFTER = _READY.where(tuple_(_mail.deadline, _mail.id) > tuple_(*_PASSED))


def _ready(session: Session, lane: Lane, most: int, after: Owed | None = None) -> list[Owed]:
    if most <= 0:
        return []
    statement, named = _READY, {"of": int(lane), "most": most}
    passed = {} if after is None else {"deadline": after.deadline, "id": after.id}
    if passed:
        statement = _READY_AFTER
    return [Owed._make(row) for row in session.execute(statement, {**named, **passed})]


def _changed(result: Result[Any]) -> int:
    return cast("CursorResult[Any]", result).rowcount


def _named(values: Mapping[str, object]) -> dict[str, object]:
    """New values under the names that `_changing` gives them."""
    return {f"to_{name}": value for name, value in values.items()}


def _changing(*names: str) -> Update:
    return update(_MAILS).values(
        {name: bindparam(f"to_{name}", type_=_mail[name].type) for name in names}
    )


@cache
def _end(dialect: str, *names: str) -> Update:
    is_claimed = (among(dialect, _mail.id), _mail.state == str(State.QUEUED))
    return _changing("state", *names).where(*is_claimed)


@cache
def _note_tried(dialect: str, *names: str) -> ReturningUpdate[int]:
    return (
        _changing("state", "token", *names)
        .values(tries=_mail.tries + 1)
        .where(among(dialect, _mail.id), _IS_SENDING)
        .returning(_mail.id)
    )


@cache
def _give_back(dialect: str) -> Update:
    return _RELEASE.where(among(dialect, _mail.id))
