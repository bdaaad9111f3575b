"""Forgets a reader who asks for it: all that is held, the mails that wait to be sent too."""

from __future__ import annotations

from sqlalchemy.orm import Session

from calendar_service.actions.limits import lock_address
from calendar_service.actions.reader_links import reader_of_link
from calendar_service.actions.service import Service
from calendar_service.errors import NotFoundError
from calendar_service.mail.addresses import typed_key
from calendar_service.store.database import CollidedError, begun_again
from calendar_service.store.queries.holdings import Held, erase, held_about
from calendar_service.store.queries.records import note_plans, write_audit

OPERATOR, READER = "operator", "reader"


class UnknownReaderError(NotFoundError):
    """Nothing is held about this address."""

    def __init__(self, address: str) -> None:
        super().__init__(
            f"Nothing is held about {address!r}; `calendar-service readers list` shows the "
            f"addresses that are here."
        )
        self.address = address


def look_up(service: Service, address: str) -> Held:
    """All that is held about an address, in numbers; raises UnknownReaderError for none."""
    with service.database.read() as session:
        held = held_about(session, typed_key(address))
    if held is None:
        raise UnknownReaderError(address)
    return held


def erase_reader(service: Service, address: str) -> Held:
    """Erases all that is held about an address, and tells what it was; raises UnknownReaderError.

    What waits to be sent is not sent any more. The audit line tells how much went, and of nobody.
    """

    def erased() -> Held | None:
        with service.database.plan() as session:
            return _erase(session, service, typed_key(address), OPERATOR)

    held = begun_again(erased, after=CollidedError)
    if held is None:
        raise UnknownReaderError(address)
    return held


def erase_by_link(service: Service, token: str) -> None:
    """Erases all that is held about the reader of a link; raises LinkError."""

    def erased() -> None:
        with service.database.plan() as session:
            reader = reader_of_link(session, service, token)
            _erase(session, service, reader.address_key, READER)

    begun_again(erased, after=CollidedError)


def _erase(session: Session, service: Service, key: str, actor: str) -> Held | None:
    now = service.clock.now()
    lock_address(session, service.secret, key, now=now)
    held = held_about(session, key)
    if held is None:
        return None
    erase(session, key)
    note_plans(session, now=now)
    write_audit(
        session,
        now=now,
        actor=actor,
        action="reader.erase",
        subject="a reader",
        detail={
            "subscriptions": len(held.follows),
            "consents": held.consents,
            "signups": held.signups,
            "deliveries": sum(held.deliveries.values()),
        },
    )
    return held
