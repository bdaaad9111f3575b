"""Mails that have left, and what proves that one came back."""

from __future__ import annotations

from sqlalchemy import select

from calendar_service.actions.service import Service
from calendar_service.clock import SetClock
from calendar_service.mail.verp import BounceAddress, Returned, returned_mac
from calendar_service.store.rows import DeliveryRow, ReaderRow
from tests.delivery.mailings import DUE, deliver, two_readers
from tests.stores import with_settings

BOUNCES = BounceAddress.parse("bounces@example.org")


def after_sending(service: Service, clock: SetClock) -> Service:
    """An installation whose readers `one` and `two` were sent a reminder, with own envelopes."""
    service = with_settings(service, bounce_address="bounces@example.org")
    two_readers(service)
    clock.set(DUE)
    assert deliver(service) == 2
    return service


def returned_from(service: Service, name: str = "one") -> Returned:
    """What the envelope sender of a reader's newest mail says."""
    with service.database.read() as session:
        number, key = session.execute(
            select(DeliveryRow.id, ReaderRow.key)
            .join(ReaderRow, ReaderRow.id == DeliveryRow.reader_id)
            .where(ReaderRow.address == f"{name}@example.org")
            .order_by(DeliveryRow.id.desc())
            .limit(1)
        ).one()
    return Returned(number, returned_mac(service.secret, number, key))
