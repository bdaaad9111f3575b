"""Makes the mail of a delivery from what the store says at this moment."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from calendar_service.actions.service import Service
from calendar_service.actions.signup import (
    CONFIRM_WITHIN,
    confirm_token,
    title_of,
    unsubscribe_token,
)
from calendar_service.delivery.checks import LATE_AFTER
from calendar_service.domain.events import Localized
from calendar_service.domain.readers import Target, TargetKind
from calendar_service.domain.when_documents import read_when
from calendar_service.ical.calendars import event_calendar
from calendar_service.mail.addresses import parse_mailbox
from calendar_service.mail.composing import compose_confirmation, compose_reminder
from calendar_service.mail.identity import message_id
from calendar_service.mail.messages import (
    Attachment,
    ConfirmationMail,
    Envelope,
    ListHeaders,
    Masthead,
    ReminderMail,
)
from calendar_service.store.queries.events import instance_of, to_revision
from calendar_service.store.queries.readers import (
    preferences_of,
    subscriptions_covering,
    target_of,
)
from calendar_service.store.rows import (
    DeliveryRow,
    EventRow,
    Kind,
    OccurrenceRow,
    ReaderRow,
    SignupRow,
    SubscriptionRow,
)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A mail ready to leave, its delivery, and the envelope's two addresses."""

    delivery_id: int
    envelope_from: str
    to: str
    message: EmailMessage


def compose(session: Session, service: Service, delivery: DeliveryRow, now: datetime) -> Outgoing:
    """The mail of a delivery whose check has passed."""
    write = _confirmation if delivery.kind == Kind.CONFIRMATION else _reminder
    to, message = write(session, service, delivery, now)
    return Outgoing(delivery.id, _masthead(service).from_address.address, to, message)


def _confirmation(
    session: Session, service: Service, delivery: DeliveryRow, now: datetime
) -> tuple[str, EmailMessage]:
    signup = session.get_one(SignupRow, delivery.signup_id)
    preferences = preferences_of(signup)
    language = preferences.language
    mail = ConfirmationMail(
        envelope=_envelope(service, delivery, signup.address, language, now),
        follows=_in(title_of(session, target_of(signup)), language),
        offsets=preferences.offsets,
        zone=preferences.zone,
        confirm_url=f"{service.settings.origin}/confirm/{confirm_token(service, signup.key)}",
        expires_in=round(CONFIRM_WITHIN.total_seconds() / 3600),
    )
    return signup.address, compose_confirmation(mail)


def _reminder(
    session: Session, service: Service, delivery: DeliveryRow, now: datetime
) -> tuple[str, EmailMessage]:
    reader = session.get_one(ReaderRow, delivery.reader_id)
    subscription = session.get_one(SubscriptionRow, delivery.subscription_id)
    occurrence = session.get_one(OccurrenceRow, delivery.occurrence_id)
    published = to_revision(session.get_one(EventRow, occurrence.event_id))
    revision = instance_of(published, occurrence)
    event, language, origin = revision.event, subscription.language, service.settings.origin
    followed = target_of(subscription)
    reasons = [target_of(row) for row in subscriptions_covering(session, reader.id, event.uid)]
    token = unsubscribe_token(service, reader.key, event.uid, subscription.id)
    stop_url = f"{origin}/unsubscribe/{token}"
    mail = ReminderMail(
        envelope=_envelope(service, delivery, reader.address, language, now),
        revision=revision,
        when=read_when(occurrence.document),
        zone=subscription.zone,
        follows=tuple(_in(title_of(session, target), language) for target in reasons),
        event_url=f"{origin}/events/{event.slug}?lang={language}",
        unsubscribe_url=stop_url,
        list_headers=ListHeaders(
            id=_list_id(service, followed, event.slug),
            name=_in(title_of(session, followed), language),
            one_click_url=stop_url,
        ),
        attachment=Attachment(
            f"{event.slug}.ics",
            event_calendar(published, language=language, origin=origin).content,
        ),
        late=now - delivery.due_at > LATE_AFTER,
    )
    return reader.address, compose_reminder(mail)


def _envelope(
    service: Service, delivery: DeliveryRow, to: str, language: str, now: datetime
) -> Envelope:
    masthead = _masthead(service)
    identity = message_id(service.secret, delivery.key, masthead.from_address.domain)
    return Envelope(to, identity, now, language, masthead)


def _masthead(service: Service) -> Masthead:
    settings = service.settings
    return Masthead(
        from_address=parse_mailbox(settings.mail_from),
        service=settings.name,
        origin=settings.origin,
        imprint=settings.imprint,
        contact=settings.contact,
    )


def _list_id(service: Service, target: Target, slug: str) -> str:
    """The List-Id of what is followed (RFC 2919): its name below the site's own."""
    name = target.name if target.kind is TargetKind.FEED else slug
    host = re.sub(r"[^a-z0-9.]+", "-", urlsplit(service.settings.origin).hostname or "").strip("-.")
    return f"{name}.{target.kind}s.{host or 'localhost'}"


def _in(text: Localized, language: str) -> str:
    return text.get(language) or next(iter(text.values()), "")
