"""Who is not written to: counting what comes back, never again, and taking it back.

The list holds HMACs of addresses. It outlives the erasing of a reader, and says nothing to who
has the store alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from calendar_service.actions.service import Service
from calendar_service.actions.tokens import Purpose, make_token, read_token
from calendar_service.domain.standing import REMEMBERED, Weight, Why, is_enough
from calendar_service.errors import NotFoundError
from calendar_service.mail.addresses import address_key, typed_key
from calendar_service.mail.identity import address_mac
from calendar_service.mail.verp import Returned, is_genuine
from calendar_service.store.queries.readers import Subscription
from calendar_service.store.queries.records import write_audit
from calendar_service.store.queries.standing import (
    add_bounce,
    all_suppressions,
    allow,
    bounces_of,
    find_suppression,
    suppress,
    weigh_more,
    whose_delivery,
)

OPERATOR = "operator"


class NotSuppressedError(NotFoundError):
    """An address that is written to already."""

    def __init__(self, address: str) -> None:
        super().__init__(f"{address!r} is not suppressed; mails to it leave already.")
        self.address = address


@dataclass(frozen=True, slots=True)
class Suppression:
    """Since when an address is not written to, and why."""

    why: Why
    status: str
    at: datetime


def count_returned(service: Service, returned: Returned, weight: Weight, status: str) -> bool:
    """Counts a mail that came back, and suppresses its address where that is enough.

    Tells whether it counted: not where its MAC is forged, its delivery is unknown, did not leave
    or is too old, or it was counted before.
    """
    now = service.clock.now()
    with service.database.read() as session:
        owner = whose_delivery(session, returned.delivery_id, since=now - REMEMBERED)
    key = owner.key if owner else ""  # a forged one takes as long as one of nobody's mail
    if not is_genuine(service.secret, returned, key) or owner is None:
        return False
    whose, number = address_mac(service.secret, owner.address_key), returned.delivery_id
    with service.database.write() as session:
        return count_bounce(session, number, whose, weight, status, now=now)


def count_bounce(
    session: Session, delivery_id: int, whose: str, weight: Weight, status: str, *, now: datetime
) -> bool:
    """Counts a delivery that came back or was refused at once; tells whether that says more.

    One that comes back again counts no more, but for its heaviest word.
    """
    added = add_bounce(session, delivery_id, whose=whose, weight=weight, status=status, at=now)
    counted = added or weigh_more(session, delivery_id, weight, status)
    if counted and (enough := is_enough(bounces_of(session, whose), now=now)):
        why = Why.COMPLAINT if enough is Weight.COMPLAINT else Why.BOUNCES
        if suppress(session, whose, why, status=status, now=now):
            _note(session, now, "mail", "address.suppress", {"why": str(why), "status": status})
    return counted


def suppress_address(service: Service, address: str) -> bool:
    """Lets nothing be sent to an address any more, as the operator; tells whether that is new."""
    return _suppress(service, address_mac(service.secret, typed_key(address)), Why.OPERATOR)


def never_token(service: Service, address_key: str, language: str) -> str:
    """The token by which a confirmation mail's address is never written to again."""
    facts = (address_mac(service.secret, address_key), language)
    return make_token(service.secret, Purpose.NEVER, *facts)


def look_at_never(service: Service, token: str) -> str:
    """The language of whom a link would never let be written to again; raises LinkError."""
    return read_token(service.secret, Purpose.NEVER, token, 2)[1]


def never_again(service: Service, token: str) -> str:
    """Lets nothing be sent to a link's address any more; tells its language, or raises LinkError.

    Doing it again changes nothing. It does not expire: a mail program may offer it for years.
    """
    whose, language = read_token(service.secret, Purpose.NEVER, token, 2)
    _suppress(service, whose, Why.NEVER_AGAIN)
    return language


def allow_after_never(session: Session, secret: bytes, key: str, *, now: datetime) -> None:
    """Takes back that a reader wanted no mail ever again, who has now confirmed that they do.

    What came back, and what an operator has decided, stands.
    """
    whose = address_mac(secret, key)
    row = find_suppression(session, whose)
    if row is not None and row.why == Why.NEVER_AGAIN:
        session.delete(row)
        _note(session, now, "reader", "address.allow", {"why": row.why})


def allow_address(service: Service, address: str) -> Suppression:
    """Lets an address be written to again; tells why it was not, or raises NotSuppressedError."""
    now = service.clock.now()
    with service.database.write() as session:
        row = allow(session, address_mac(service.secret, typed_key(address)))
        if row is None:
            raise NotSuppressedError(address)
        _note(session, now, OPERATOR, "address.allow", {"why": row.why})
        return Suppression(Why(row.why), row.status, row.at)


def why_suppressed(service: Service, address: str) -> Suppression | None:
    """Why nothing is sent to an address; None where mails leave."""
    with service.database.read() as session:
        row = find_suppression(session, address_mac(service.secret, typed_key(address)))
        return Suppression(Why(row.why), row.status, row.at) if row else None


def standing_of(
    service: Service, subscriptions: Iterable[Subscription]
) -> Iterator[tuple[Subscription, Suppression | None]]:
    """Subscriptions, each with why nothing is sent to its reader; None where mails leave."""
    with service.database.read() as session:
        rows = all_suppressions(session)
        known = {row.whose: Suppression(Why(row.why), row.status, row.at) for row in rows}
    for one in subscriptions:
        whose = address_mac(service.secret, address_key(one.address)) if known else ""
        yield one, known.get(whose)


def _suppress(service: Service, whose: str, why: Why) -> bool:
    now = service.clock.now()
    with service.database.write() as session:
        new = suppress(session, whose, why, now=now)
        if new:
            actor = OPERATOR if why is Why.OPERATOR else "reader"
            _note(session, now, actor, "address.suppress", {"why": str(why)})
    return new


def _note(
    session: Session, now: datetime, actor: str, action: str, detail: dict[str, object]
) -> None:
    """The audit line, of nobody."""
    write_audit(session, now=now, actor=actor, action=action, subject="an address", detail=detail)
