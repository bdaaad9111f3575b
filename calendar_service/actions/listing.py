"""What an operator lists: events with their history, feeds with their size, subscriptions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from calendar_service.actions.service import Service
from calendar_service.domain.changes import changed_fields
from calendar_service.domain.events import Revision
from calendar_service.domain.feeds import Feed
from calendar_service.errors import UnknownEventError, UnknownFeedError
from calendar_service.store.queries.enrolments import followers
from calendar_service.store.queries.events import (
    all_events,
    find_event,
    history,
    to_revision,
)
from calendar_service.store.queries.feeds import all_feeds, feed_size, find_feed
from calendar_service.store.queries.readers import Subscription


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


def subscriptions(
    service: Service, *, feed: str | None = None, event: str | None = None
) -> Iterator[Subscription]:
    """Every running subscription, by reader; a stream.

    Of a feed alone, or of an event: to itself, or to a feed that it is in. Raises
    UnknownFeedError or UnknownEventError.
    """
    with service.database.read() as session:
        if feed is not None and find_feed(session, feed) is None:
            raise UnknownFeedError(feed)
        row = None if event is None else find_event(session, event)
        if event is not None and row is None:
            raise UnknownEventError(event)
        yield from followers(session, feed=feed, event=row)
