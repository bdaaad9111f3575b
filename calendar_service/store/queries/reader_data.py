"""Everything that is held about one reader, row by row, for whoever asks for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from calendar_service.store.rows import (
    AttemptRow,
    AuditRow,
    BounceRow,
    ConsentRow,
    DeliveryRow,
    EventRow,
    ReaderRow,
    SignupRow,
    SubscriptionRow,
)


def all_subscriptions_of(session: Session, reader_id: int) -> Sequence[SubscriptionRow]:
    """What a reader follows or followed."""
    mine = select(SubscriptionRow).where(SubscriptionRow.reader_id == reader_id)
    return session.scalars(mine.order_by(SubscriptionRow.id)).all()


def consents_of(session: Session, subscription_id: int) -> Sequence[ConsentRow]:
    """What was agreed to, and when."""
    given = select(ConsentRow).where(ConsentRow.subscription_id == subscription_id)
    return session.scalars(given.order_by(ConsentRow.id)).all()


def signups_of(session: Session, address_key: str) -> Sequence[SignupRow]:
    """The sign-ups of an address that are not deleted yet."""
    theirs = select(SignupRow).where(SignupRow.address_key == address_key)
    return session.scalars(theirs.order_by(SignupRow.id)).all()


def mails_of(session: Session, reader: ReaderRow) -> list[tuple[DeliveryRow, str | None]]:
    """Every mail owed to a reader, sent or not, with the slug of the event that it is about."""
    asked = select(SignupRow.id).where(SignupRow.address_key == reader.address_key)
    theirs = or_(DeliveryRow.reader_id == reader.id, DeliveryRow.signup_id.in_(asked))
    rows = session.execute(
        select(DeliveryRow, EventRow.slug)
        .outerjoin(EventRow, EventRow.id == DeliveryRow.event_id)
        .where(theirs)
        .order_by(DeliveryRow.id)
    )
    return [(row, slug) for row, slug in rows]


def attempts_of(session: Session, reader: ReaderRow) -> dict[int, list[AttemptRow]]:
    """Each try at sending them, by the number of the mail."""
    found: dict[int, list[AttemptRow]] = defaultdict(list)
    mine = select(AttemptRow).join(DeliveryRow).where(DeliveryRow.reader_id == reader.id)
    for row in session.scalars(mine.order_by(AttemptRow.id)):
        found[row.delivery_id].append(row)
    return found


def returned_of(session: Session, whose: str) -> Sequence[BounceRow]:
    """What is remembered to have come back from an address, by its HMAC."""
    return session.scalars(
        select(BounceRow).where(BounceRow.whose == whose).order_by(BounceRow.at)
    ).all()


def audit_of(session: Session, reader_id: int) -> Sequence[AuditRow]:
    """What was done to a reader's choices, and by whom."""
    about = select(AuditRow).where(AuditRow.subject == f"reader {reader_id}")
    return session.scalars(about.order_by(AuditRow.id)).all()
