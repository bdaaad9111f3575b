"""The link by which a reader comes to their choices, without a password; it is in every mail."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from calendar_service.actions.service import Service
from calendar_service.actions.tokens import LinkError, Purpose, make_token, read_token
from calendar_service.store.queries.readers import find_reader_by_key
from calendar_service.store.rows import ReaderRow, SubscriptionRow


def preferences_token(service: Service, reader_key: str) -> str:
    """The token of the link by which a reader changes what they are sent."""
    return make_token(service.secret, Purpose.PREFERENCES, reader_key)


def reader_of_link(session: Session, service: Service, token: str) -> ReaderRow:
    """Whose link it is; a forged one takes no other time than one of a reader who is gone."""
    try:
        (key,) = read_token(service.secret, Purpose.PREFERENCES, token, 1)
    except LinkError:
        key = ""
    reader = find_reader_by_key(session, key)
    if reader is None:
        raise LinkError
    return reader


def language_of(session: Session, reader: ReaderRow) -> str:
    """The language that a reader is written to in; English where nothing tells."""
    mine = SubscriptionRow.reader_id == reader.id
    running_first = SubscriptionRow.ended_at.is_not(None), SubscriptionRow.id
    found = select(SubscriptionRow.language).where(mine).order_by(*running_first).limit(1)
    return session.scalar(found) or "en"
