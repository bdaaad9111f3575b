"""An operator's verbs about mails: holding them back, letting them go, giving them another try.

A mail that a sender has just now cannot be held any more; one that is only queued can.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from sqlalchemy.orm import Session

from calendar_service.actions.freezing import freeze, thaw, why_frozen
from calendar_service.actions.service import Service
from calendar_service.domain.events import Revision
from calendar_service.errors import ConflictError, NotFoundError, UnknownEventError
from calendar_service.store.queries.events import find_event, to_revision
from calendar_service.store.queries.holds import (
    held_events,
    hold_delivery,
    hold_event,
    let_event_go,
    requeue_delivery,
    requeue_ended,
    requeue_held,
)
from calendar_service.store.queries.records import note_plans, write_audit
from calendar_service.store.rows import DeliveryRow, EventRow, State

AT_ONCE = 20_000
"""Mails that are let go in one transaction, so that senders are not kept waiting."""

OPERATOR = "operator"

_ENDED_UNSENT = frozenset({State.FAILED, State.UNCONFIRMED})


class UnknownDeliveryError(NotFoundError):
    """No delivery has this number."""

    def __init__(self, number: int) -> None:
        super().__init__(
            f"There is no delivery {number}; `calendar-service reminders list --each` shows them."
        )
        self.number = number


def subject_of(number: int) -> str:
    """How the audit trail names a delivery."""
    return f"delivery {number}"


def hold_one(service: Service, number: int, why: str) -> None:
    """Holds one mail until it is released; raises UnknownDeliveryError or ConflictError."""
    now = service.clock.now()
    with service.database.write() as session:
        if not hold_delivery(session, number, now=now):
            raise _cannot(session, number, "held")
        _note(session, service, "reminder.hold", subject_of(number), why)


def hold_about(service: Service, name: str, why: str) -> Revision:
    """Holds all mail about an event, that which is not owed yet too; raises UnknownEventError."""
    now = service.clock.now()
    with service.database.plan() as session:
        row = _event(session, name)
        hold_event(session, row.uid, why, now=now)
        note_plans(session, now=now)  # so that what is ready to be sent is looked at again
        _note(session, service, "reminder.hold", row.uid, why)
        return to_revision(row)


def hold_all(service: Service, why: str) -> str:
    """Stops all sending; tells why it was stopped before, if it was."""
    with service.database.read() as session:
        before = why_frozen(session)
    freeze(service, f"An operator holds all mail: {why}", actor=OPERATOR)
    return before


def release_one(service: Service, number: int) -> None:
    """Lets one held mail go; raises UnknownDeliveryError or ConflictError."""
    with service.database.write() as session:
        if not requeue_delivery(session, number, State.HELD):
            raise _cannot(session, number, "released")
        _note(session, service, "reminder.release", subject_of(number))


def release_about(service: Service, name: str) -> tuple[Revision, int]:
    """Lets all mail about an event go, and tells how many were held; raises UnknownEventError."""
    with service.database.plan() as session:
        row = _event(session, name)
        let_event_go(session, row.uid)
        _note(session, service, "reminder.release", row.uid)
        event_id, revision = row.id, to_revision(row)
    return revision, _requeue(
        service, lambda session: requeue_held(session, event_id=event_id, limit=AT_ONCE)
    )


def release_sending(service: Service) -> str:
    """Lets sending go on, whatever stopped it; tells what it was, if it was stopped at all."""
    return thaw(service, actor=OPERATOR)


def release_all(service: Service) -> tuple[str, int]:
    """Lets everything go: sending, events and single mails; tells why it was stopped, how many."""
    why = thaw(service, actor=OPERATOR)
    with service.database.plan() as session:
        for uid in held_events(session):
            let_event_go(session, uid)
        _note(session, service, "reminder.release", "all mails")
    return why, _requeue(service, lambda session: requeue_held(session, limit=AT_ONCE))


def retry_one(service: Service, number: int) -> None:
    """Gives a mail another try at once; raises UnknownDeliveryError or ConflictError.

    For one that was refused, was never answered, or waits for its next try.
    """
    now = service.clock.now()
    with service.database.write() as session:
        row = session.get(DeliveryRow, number)
        if row is None:
            raise UnknownDeliveryError(number)
        state = State(row.state)
        if state not in {*_ENDED_UNSENT, State.QUEUED}:
            raise _cannot(session, number, "tried again")
        if row.deadline <= now:
            raise ConflictError(
                f"It is too late for delivery {number}: it was worth sending until "
                f"{row.deadline:%Y-%m-%d %H:%M} UTC."
            )
        if not requeue_delivery(session, number, state):
            raise _cannot(session, number, "tried again")
        _note(session, service, "reminder.retry", subject_of(number))


def retry_refused(service: Service, states: Collection[State]) -> int:
    """Gives every mail another try that ended so and is still worth sending; tells how many.

    For those that were refused, and those that the relay never answered for, which it may have.
    """
    now = service.clock.now()
    with service.database.write() as session:
        count = requeue_ended(session, _ENDED_UNSENT & set(states), now=now)
        if count:
            _note(session, service, "reminder.retry", "all mails", count=count)
    return count


def _requeue(service: Service, batch: Callable[[Session], int]) -> int:
    """Queues batch after batch, a transaction each; tells how many in all."""
    total = 0
    while True:
        with service.database.write() as session:
            count = batch(session)
        total += count
        if count < AT_ONCE:
            return total


def _event(session: Session, name: str) -> EventRow:
    row = find_event(session, name)
    if row is None:
        raise UnknownEventError(name)
    return row


def _cannot(session: Session, number: int, what: str) -> NotFoundError | ConflictError:
    """Why a mail cannot be held, released or tried again."""
    row = session.get(DeliveryRow, number, populate_existing=True)
    if row is None:
        return UnknownDeliveryError(number)
    if row.state == State.SENDING:
        return ConflictError(f"A sender has delivery {number} at this moment; look again in one.")
    return ConflictError(
        f"Delivery {number} is {row.state} and cannot be {what}; "
        f"`calendar-service reminders show {number}` tells more."
    )


def _note(
    session: Session, service: Service, action: str, subject: str, why: str = "", **detail: object
) -> None:
    said = {"why": why} if why else {}
    write_audit(
        session,
        now=service.clock.now(),
        actor=OPERATOR,
        action=action,
        subject=subject,
        detail=said | detail,
    )
