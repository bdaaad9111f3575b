"""Bounces that are counted, and addresses that are not written to, by their HMACs."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ARRAY, Text, any_, bindparam, delete, func, select
from sqlalchemy.orm import Session

from calendar_service.domain.standing import LIGHTEST_FIRST, Bounce, Weight, Why
from calendar_service.store.bulk import dialect_of, passing_over
from calendar_service.store.queries.deliveries import insert_new
from calendar_service.store.rows import (
    BounceRow,
    DeliveryRow,
    ReaderRow,
    SignupRow,
    State,
    SuppressionRow,
)

_LEFT = (State.SENDING, State.SENT, State.UNCONFIRMED, State.QUEUED, State.FAILED)


class Owner(NamedTuple):
    """Whose a mail is: the key of the reader or the sign-up, and its comparable address."""

    key: str
    address_key: str


def whose_delivery(session: Session, delivery_id: int, *, since: datetime) -> Owner | None:
    """Whose a delivery is that was settled or due since then and may have left."""
    found = session.execute(
        select(
            func.coalesce(ReaderRow.key, SignupRow.key),
            func.coalesce(ReaderRow.address_key, SignupRow.address_key),
        )
        .select_from(DeliveryRow)
        .outerjoin(ReaderRow, ReaderRow.id == DeliveryRow.reader_id)
        .outerjoin(SignupRow, SignupRow.id == DeliveryRow.signup_id)
        .where(DeliveryRow.id == delivery_id, DeliveryRow.state.in_(_LEFT))
        .where(func.coalesce(DeliveryRow.settled_at, DeliveryRow.due_at) >= since)
    ).first()
    return Owner(*found) if found else None


def add_bounce(
    session: Session, delivery_id: int, *, whose: str, weight: Weight, status: str, at: datetime
) -> bool:
    """Counts a delivery that came back; tells whether it had not been counted yet."""
    values = {"delivery_id": delivery_id, "whose": whose, "weight": str(weight), "status": status}
    insert = passing_over(dialect_of(session), BounceRow).on_conflict_do_nothing()
    added = session.execute(insert.returning(BounceRow.delivery_id), [{**values, "at": at}])
    return added.first() is not None


def weigh_more(session: Session, delivery_id: int, weight: Weight, status: str) -> bool:
    """Lets a delivery that is counted already weigh more; tells whether it does now."""
    row = session.get_one(BounceRow, delivery_id)
    if LIGHTEST_FIRST.index(weight) <= LIGHTEST_FIRST.index(Weight(row.weight)):
        return False
    row.weight, row.status = str(weight), status
    session.flush()
    return True


def bounces_of(session: Session, whose: str) -> list[Bounce]:
    """All that is remembered to have come back from an address."""
    rows = session.execute(
        select(BounceRow.weight, BounceRow.at).where(BounceRow.whose == whose)
    ).all()
    return [Bounce(Weight(row.weight), row.at) for row in rows]


def count_ours(session: Session, since: datetime) -> dict[str, int]:
    """To how many addresses mails came back that say nothing of them, since then, by the codes."""
    counted = select(BounceRow.status, func.count(BounceRow.whose.distinct()))
    ours = counted.where(BounceRow.weight == str(Weight.OURS), BounceRow.at > since)
    return {row.status: row[1] for row in session.execute(ours.group_by(BounceRow.status))}


def suppress(session: Session, whose: str, why: Why, *, status: str = "", now: datetime) -> bool:
    """Lets nothing be sent to an address any more; tells whether that is new."""
    if session.get(SuppressionRow, whose) is not None:
        return False
    values: dict[str, object] = {"whose": whose, "why": str(why), "status": status, "at": now}
    insert_new(session, SuppressionRow, [values])
    return True


def allow(session: Session, whose: str) -> SuppressionRow | None:
    """Lets an address be written to again, and forgets its bounces; tells why it was not."""
    row = session.get(SuppressionRow, whose)
    if row is not None:
        session.delete(row)
    session.execute(delete(BounceRow).where(BounceRow.whose == whose))
    return row


def find_suppression(session: Session, whose: str) -> SuppressionRow | None:
    """Why an address is not written to; None where it is."""
    return session.get(SuppressionRow, whose)


def all_suppressions(session: Session) -> Sequence[SuppressionRow]:
    """All addresses that are not written to, and why."""
    return session.scalars(select(SuppressionRow)).all()


def suppressed_among(session: Session, whose: Collection[str]) -> frozenset[str]:
    """Those of some addresses that are not written to, however many: they go as one value."""
    if not whose:
        return frozenset()
    if session.get_bind().dialect.name == "postgresql":
        listed = any_(bindparam(None, list(whose), ARRAY(Text)))
        found = select(SuppressionRow.whose).where(SuppressionRow.whose == listed)
    else:
        told = func.json_each(json.dumps(list(whose))).table_valued("value")
        found = select(SuppressionRow.whose).where(SuppressionRow.whose.in_(select(told.c.value)))
    return frozenset(session.scalars(found))


def count_suppressed(session: Session) -> dict[str, int]:
    """How many addresses are not written to, by why."""
    counted = select(SuppressionRow.why, func.count()).group_by(SuppressionRow.why)
    return {row.why: row[1] for row in session.execute(counted)}


def forget_bounces(session: Session, *, before: datetime) -> None:
    """Forgets what came back so long ago that it counts no more."""
    session.execute(delete(BounceRow).where(BounceRow.at <= before))
