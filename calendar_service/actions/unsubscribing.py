"""Stopping reminders, by the link that each mail has; looking at it stops nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from calendar_service.actions.service import Service
from calendar_service.actions.titles import Titled, titled
from calendar_service.actions.tokens import LinkError, Purpose, make_token, read_token
from calendar_service.store.queries.readers import (
    find_reader_by_key,
    running_subscriptions,
    subscriptions_covering,
    target_of,
)
from calendar_service.store.queries.records import note_plans, write_audit
from calendar_service.store.rows import ReaderRow, SubscriptionRow


@dataclass(frozen=True, slots=True)
class Following:
    """What an unsubscribe link stops, and how much else its reader follows."""

    language: str
    titles: tuple[Titled, ...]
    others: int


def following(service: Service, token: str) -> Following:
    """What an unsubscribe link would stop; changes nothing. Raises GoneError."""
    with service.database.read() as session:
        mail = _mail_of(session, service, token)
        return _to_following(session, mail)


def unsubscribe(service: Service, token: str, *, everything: bool = False) -> Following:
    """Stops every subscription that the mail's event is reminded through, or all of them.

    Tells what was stopped. Doing it again changes nothing. Raises GoneError.
    """
    now = service.clock.now()
    with service.database.plan() as session:
        mail = _mail_of(session, service, token)
        before = _to_following(session, mail)
        reader = mail.reader
        stopped = running_subscriptions(session, reader.id) if everything else mail.reasons(session)
        stop_following(session, reader, stopped, now=now)
        return before


def stop_following(
    session: Session, reader: ReaderRow, stopped: Sequence[SubscriptionRow], *, now: datetime
) -> None:
    """Ends some subscriptions of a reader, who has left with the last of them."""
    for row in stopped:
        row.ended_at = now
    session.flush()
    if not running_subscriptions(session, reader.id) and reader.left_at is None:
        reader.left_at = now
    if stopped:
        note_plans(session, now=now)
        write_audit(
            session,
            now=now,
            actor="reader",
            action="reader.unsubscribe",
            subject=f"reader {reader.id}",
            detail={"stopped": [row.target_name for row in stopped]},
        )


def unsubscribe_token(
    service: Service, reader_key: str, event_uid: str = "", subscription_id: int = 0
) -> str:
    """The token of a mail's unsubscribe link: its reader, its event and what it was sent for.

    A mail about all that its reader follows has neither, and its link stops all.
    """
    facts = (reader_key, event_uid, str(subscription_id))
    return make_token(service.secret, Purpose.UNSUBSCRIBE, *facts)


@dataclass(frozen=True, slots=True)
class _Mail:
    """The mail that an unsubscribe link came in."""

    reader: ReaderRow
    event_uid: str
    subscription_id: int

    def reasons(self, session: Session) -> list[SubscriptionRow]:
        """The subscriptions, still running, for which such a mail is sent."""
        if not self.event_uid and not self.subscription_id:
            return running_subscriptions(session, self.reader.id)
        return subscriptions_covering(
            session, self.reader.id, self.event_uid, also=self.subscription_id
        )


def _mail_of(session: Session, service: Service, token: str) -> _Mail:
    try:
        reader_key, uid, number = read_token(service.secret, Purpose.UNSUBSCRIBE, token, 3)
    except LinkError:
        reader_key, uid, number = "", "", "0"
    reader = find_reader_by_key(session, reader_key)
    if reader is None:
        raise LinkError
    return _Mail(reader, uid, int(number))


def _to_following(session: Session, mail: _Mail) -> Following:
    running = running_subscriptions(session, mail.reader.id)
    stopping = mail.reasons(session)
    sent_for = session.get(SubscriptionRow, mail.subscription_id)  # perhaps ended long ago
    spoken = [*stopping, *running, *filter(None, [sent_for])]
    return Following(
        language=next((row.language for row in spoken), "en"),
        titles=tuple(titled(session, target_of(row)) for row in stopping),
        others=len(running) - len(stopping),
    )
