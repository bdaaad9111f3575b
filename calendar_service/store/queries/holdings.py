"""All that is held about one address, and its end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlalchemy.orm import Session

from calendar_service.domain.readers import Target
from calendar_service.store.queries.readers import find_reader, target_of
from calendar_service.store.rows import (
    ConsentRow,
    DeliveryRow,
    ReaderRow,
    SignupRow,
    SubscriptionRow,
)


@dataclass(frozen=True, slots=True)
class Held:
    """What is held about an address: what it follows or followed, and how much of the rest.

    `deliveries` counts mails by their state, sent ones too.
    """

    follows: tuple[Target, ...]
    consents: int
    signups: int
    deliveries: Mapping[str, int]


def held_about(session: Session, address_key: str) -> Held | None:
    """What is held about an address, by its comparable form; None for nothing at all."""
    reader = find_reader(session, address_key)
    signed_up = SignupRow.address_key == address_key
    signups = session.scalar(select(func.count()).select_from(SignupRow).where(signed_up)) or 0
    if reader is None and not signups:
        return None
    mine = SubscriptionRow.reader_id == (reader.id if reader else None)
    follows = session.scalars(select(SubscriptionRow).where(mine).order_by(SubscriptionRow.id))
    consents = select(func.count()).select_from(ConsentRow).join(SubscriptionRow).where(mine)
    return Held(
        follows=tuple(target_of(row) for row in follows),
        consents=session.scalar(consents) or 0,
        signups=signups,
        deliveries=_deliveries(session, reader, signed_up),
    )


def erase(session: Session, address_key: str) -> None:
    """Deletes a reader and its sign-ups; what is theirs goes with them, queued mails too."""
    session.execute(delete(ReaderRow).where(ReaderRow.address_key == address_key))
    session.execute(delete(SignupRow).where(SignupRow.address_key == address_key))


def _deliveries(
    session: Session, reader: ReaderRow | None, signed_up: ColumnElement[bool]
) -> dict[str, int]:
    asked = DeliveryRow.signup_id.in_(select(SignupRow.id).where(signed_up))
    theirs = DeliveryRow.reader_id == reader.id if reader else asked
    counted = select(DeliveryRow.state, func.count()).where(or_(theirs, asked))
    return {row.state: row[1] for row in session.execute(counted.group_by(DeliveryRow.state))}
