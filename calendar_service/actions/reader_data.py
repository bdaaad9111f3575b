"""Hands a reader all that is held about them (GDPR 15 and 20), as names and values."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from calendar_service.actions.reader_links import reader_of_link
from calendar_service.actions.service import Service
from calendar_service.actions.titles import title_of
from calendar_service.mail.identity import address_mac
from calendar_service.store.queries.reader_data import (
    all_subscriptions_of,
    attempts_of,
    audit_of,
    consents_of,
    mails_of,
    returned_of,
    signups_of,
)
from calendar_service.store.queries.readers import offsets_of, target_of
from calendar_service.store.queries.standing import find_suppression
from calendar_service.store.rows import (
    AttemptRow,
    DeliveryRow,
    PrivateCalendarRow,
    ReaderRow,
    SignupRow,
    SubscriptionRow,
)

Data = dict[str, object]


def all_about(service: Service, token: str) -> Data:
    """All that is held about the reader of a link, in the order in which it came to be.

    Instants are UTC. Raises LinkError.
    """
    with service.database.read() as session:
        reader = reader_of_link(session, service, token)
        whose = address_mac(service.secret, reader.address_key)
        suppression = find_suppression(session, whose)
        attempts = attempts_of(session, reader)
        return {
            "address": reader.address,
            "confirmed_at": _instant(reader.confirmed_at),
            "left_at": _instant(reader.left_at),
            "follows": [
                _subscription(session, row) for row in all_subscriptions_of(session, reader.id)
            ],
            "signups": [_signup(row) for row in signups_of(session, reader.address_key)],
            "emails": [
                _mail(row, slug, attempts.get(row.id, ()))
                for row, slug in mails_of(session, reader)
            ],
            "returned": [
                {"at": _instant(row.at), "weight": row.weight, "status": row.status}
                for row in returned_of(session, whose)
            ],
            "not_written_to": {
                "since": _instant(suppression.at),
                "why": suppression.why,
                "status": suppression.status,
            }
            if suppression
            else None,
            "private_calendar": _calendar(session, reader),
            "log": _log(session, reader),
        }


def _subscription(session: Session, row: SubscriptionRow) -> Data:
    target = target_of(row)
    return {
        "kind": str(target.kind),
        "name": target.name,
        "title": dict(title_of(session, target)),
        "offsets": [str(offset) for offset in offsets_of(session, row.id)],
        "language": row.language,
        "zone": row.zone,
        "hour": row.hour,
        "notices": row.notices,
        "digest": row.digest or None,
        "arrivals": row.arrivals,
        "started_at": _instant(row.started_at),
        "ended_at": _instant(row.ended_at),
        "chosen_at": _instant(row.chosen_at),
        "paused_until": _instant(row.paused_until),
        "consents": [
            {
                "asked_at": _instant(consent.asked_at),
                "agreed_at": _instant(consent.agreed_at),
                "language": consent.language,
                "words": consent.words,
            }
            for consent in consents_of(session, row.id)
        ],
    }


def _signup(row: SignupRow) -> Data:
    return {
        "kind": row.target_kind,
        "name": row.target_name,
        "address": row.address,
        "offsets": row.offsets.split(),
        "language": row.language,
        "zone": row.zone,
        "hour": row.hour,
        "notices": row.notices,
        "digest": row.digest or None,
        "arrivals": row.arrivals,
        "words": row.words,
        "words_language": row.words_language,
        "asked_at": _instant(row.asked_at),
        "expires_at": _instant(row.expires_at),
        "confirmed_at": _instant(row.confirmed_at),
    }


def _mail(row: DeliveryRow, event: str | None, attempts: Iterable[AttemptRow]) -> Data:
    return {
        "kind": row.kind,
        "event": event,
        "offset": row.offset or None,
        "due_at": _instant(row.due_at),
        "state": row.state,
        "settled_at": _instant(row.settled_at),
        "revision_told": row.revision,
        "attempts": [
            {"at": _instant(one.at), "outcome": one.outcome, "reply": one.reply} for one in attempts
        ],
    }


def _calendar(session: Session, reader: ReaderRow) -> Data | None:
    row = session.get(PrivateCalendarRow, reader.id)
    return {"made_at": _instant(row.made_at), "alarms": row.alarms} if row else None


def _log(session: Session, reader: ReaderRow) -> list[Data]:
    return [
        {"at": _instant(row.at), "by": row.actor, "what": row.action, "detail": row.detail}
        for row in audit_of(session, reader.id)
    ]


def _instant(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
