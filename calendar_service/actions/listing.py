"""What an operator lists: events with their history, feeds with their size, subscriptions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from calendar_service.actions.service import Service
from calendar_service.domain.changes import changed_fields
from calendar_service.domain.events import Revision
from calendar_service.domain.feeds import Feed
from calendar_service.errors import UnknownEventError
from calendar_service.store.queries.events import (
    all_events,
    find_event,
    history,
    to_revision,
)
from calendar_service.store.queries.feeds import all_feeds, feed_size
from calendar_service.store.queries.readers import Subscription, all_subscriptions


@dataclass(frozen=True, slots=True)
class Past:
    """A published state in an event's history, and which fields it changed."""

    sequence: int
    published_at: datetime
    actor: str
    changed: tuple[str, ...]


def all_revisions(service: Service) -> list[Revision]:
    """Every event as it stands, drafts too, by day."""
    with service.database.read() as session:
        return all_events(session)


def event_history(service: Service, name: str) -> tuple[Revision, tuple[Past, ...]]:
    """An event by UID or slug and its history, first state first; raises UnknownEventError."""
    with service.database.read() as session:
        row = find_event(session, name)
        if row is None:
            raise UnknownEventError(name)
        states = history(session, row.id)
        before = {state.sequence + 1: state.document for state in states}
        past = tuple(
            Past(
                state.sequence,
                state.published_at,
                state.actor,
                changed_fields(before.get(state.sequence, state.document), state.document),
            )
            for state in states
        )
        return to_revision(row), past


def feed_sizes(service: Service) -> list[tuple[Feed, int]]:
    """The feeds on offer with the number of their events."""
    with service.database.read() as session:
        return [(feed, feed_size(session, feed.slug)) for feed in all_feeds(session)]


def subscriptions(service: Service) -> list[Subscription]:
    """Every running subscription, by reader."""
    with service.database.read() as session:
        return all_subscriptions(session)
