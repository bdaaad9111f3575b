"""What came of tries, and what a delivery becomes by it."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy.orm import Session

from calendar_service.actions.standing import count_bounce
from calendar_service.domain.standing import REMEMBERED, weight_of
from calendar_service.mail.errors import PermanentRefusalError, TemporaryRefusalError
from calendar_service.mail.identity import address_mac
from calendar_service.mail.senders import Fate, Receipt
from calendar_service.store.queries.ledger import Attempt, add_attempts, note_tried
from calendar_service.store.queries.standing import whose_delivery
from calendar_service.store.rows import DeliveryRow, State

RETRY_AFTER = tuple(timedelta(seconds=seconds) for seconds in (30, 60, 120, 300, 600, 900))
"""How long to wait after the first, second ... refusal; the last one goes on for good."""

JITTER = 0.1
MOST_UNANSWERED = 3


class Outcome(StrEnum):
    """What came of one try."""

    SENT = "sent"
    REFUSED_FOR_NOW = "refused for now"
    REFUSED = "refused"
    UNANSWERED = "unanswered"
    UNRENDERABLE = "unrenderable"


class Tried(NamedTuple):
    """One try at one delivery, to be settled; `strike` where the address itself was refused.

    `status` is then the relay's code (RFC 3463), or the general one where it gave none.
    """

    delivery_id: int
    outcome: Outcome
    reply: str
    at: datetime
    strike: bool = False
    status: str = ""

    @classmethod
    def of(cls, delivery_id: int, fate: Fate, at: datetime) -> Tried:
        """What a sender tells of a mail."""
        match fate:
            case Receipt(reply):
                return cls(delivery_id, Outcome.SENT, reply, at)
            case TemporaryRefusalError():
                return cls(delivery_id, Outcome.REFUSED_FOR_NOW, fate.reply, at)
            case PermanentRefusalError():
                strike = fate.is_about_the_address
                status = fate.enhanced or "5.0.0" if strike else ""
                return cls(delivery_id, Outcome.REFUSED, fate.reply, at, strike, status)
            case _:
                return cls(delivery_id, Outcome.UNANSWERED, fate.reply, at)


_FINAL = {
    Outcome.SENT: State.SENT,
    Outcome.REFUSED: State.FAILED,
    Outcome.UNRENDERABLE: State.HELD,
}


def settle(session: Session, token: str, tried: Iterable[Tried], *, now: datetime) -> None:
    """Writes what came of tries: each delivery's next state, and the attempt.

    One that is no longer this sender's has been settled or taken over by somebody else.
    """
    by_outcome: dict[Outcome, dict[int, Tried]] = defaultdict(dict)
    for one in tried:
        by_outcome[one.outcome][one.delivery_id] = one
    for outcome, ones in by_outcome.items():
        if outcome in _FINAL:
            settled = note_tried(session, ones, token, _FINAL[outcome], settled_at=now)
        else:
            settled = [n for n, one in ones.items() if _settle_unsent(session, token, one)]
        add_attempts(session, (_attempt(ones[number]) for number in settled))


def count_strikes(
    session: Session, secret: bytes, tried: Iterable[Tried], *, now: datetime
) -> None:
    """Counts the addresses that the relay refused as it counts mails that come back later."""
    for one in (each for each in tried if each.strike):
        weight = weight_of(one.status)
        owner = whose_delivery(session, one.delivery_id, since=one.at - REMEMBERED)
        if weight is not None and owner is not None:
            whose = address_mac(secret, owner.address_key)
            count_bounce(session, one.delivery_id, whose, weight, one.status, now=now)


def next_try(tries: int, *, now: datetime) -> datetime:
    """When to try again after so many tries, a little earlier or later at random."""
    wait = RETRY_AFTER[min(tries, len(RETRY_AFTER)) - 1]
    return now + wait * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - no secret


def _settle_unsent(session: Session, token: str, tried: Tried) -> bool:
    """Queues a delivery for another try, or ends it where there can be none."""
    row = session.get(DeliveryRow, tried.delivery_id)
    if row is None:
        return False
    unanswered = row.unanswered + (tried.outcome is Outcome.UNANSWERED)
    again = next_try(row.tries + 1, now=tried.at)
    state, values = State.QUEUED, {"settled_at": None, "not_before": again}
    if unanswered >= MOST_UNANSWERED:
        state, values = State.UNCONFIRMED, {"settled_at": tried.at}
    elif again >= row.deadline:
        state, values = State.EXPIRED, {"settled_at": tried.at}
    return bool(note_tried(session, [row.id], token, state, unanswered=unanswered, **values))


def _attempt(tried: Tried) -> Attempt:
    return Attempt(tried.delivery_id, tried.at, str(tried.outcome), tried.reply[:500], tried.strike)
