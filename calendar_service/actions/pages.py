"""What the pages of one event and of one feed show."""

from __future__ import annotations

from dataclasses import dataclass

from calendar_service.actions.agenda import agenda
from calendar_service.actions.service import Service
from calendar_service.domain.agenda import (
    Agenda,
    Entry,
    is_past,
    is_running,
    last_instance,
    next_instance,
)
from calendar_service.domain.events import RelationType, Revision, Status
from calendar_service.domain.feeds import Feed
from calendar_service.domain.history import State
from calendar_service.errors import UnknownEventError, UnknownFeedError
from calendar_service.store.queries.events import (
    find_event,
    readable_history,
    readable_or_unknown,
    related_events,
)
from calendar_service.store.queries.feeds import all_feeds as stored_feeds
from calendar_service.store.queries.feeds import feeds_of_event, find_feed
from calendar_service.store.queries.listed import Chosen


@dataclass(frozen=True, slots=True)
class Related:
    """Another event, and how the two hang together.

    `outgoing`: this event stands so to that one ("prepares"); else that one to this.
    """

    type: RelationType
    outgoing: bool
    revision: Revision


@dataclass(frozen=True, slots=True)
class EventPage:
    """All that an event's page tells; what is put off to a day not yet known is never past."""

    entry: Entry
    is_past: bool
    is_running: bool
    related: tuple[Related, ...]
    feeds: tuple[Feed, ...]
    states: tuple[State, ...]

    @property
    def is_put_off(self) -> bool:
        """Whether it waits for a new day, be its old one over or not."""
        return _is_put_off(self.entry)


@dataclass(frozen=True, slots=True)
class FeedPage:
    """All that a feed's page tells."""

    feed: Feed
    agenda: Agenda


def event_page(service: Service, name: str) -> EventPage:
    """The event of a slug or UID; raises UnknownEventError, also for a draft."""
    now = service.clock.now()
    with service.database.read() as session:
        row = find_event(session, name)
        if row is None or row.status == Status.DRAFT:
            raise UnknownEventError(name)
        revision = readable_or_unknown(row)
        related = related_events(session, revision.event)
        feeds = feeds_of_event(session, row.uid)
        states = [
            State(event, published_at) for event, published_at in readable_history(session, row.id)
        ]
    zone = revision.event.home_zone(service.settings.zone)
    entry = Entry(revision, revision.event.when)
    if revision.event.recurrence is not None:
        entry = next_instance(revision, zone, now) or last_instance(revision, now)
    return EventPage(
        entry=entry,
        is_past=is_past(entry, zone, now) and not _is_put_off(entry),
        is_running=is_running(entry, zone, now),
        related=tuple(
            Related(*relation) for relation in related if relation[2].event.status != Status.DRAFT
        ),
        feeds=tuple(feeds),
        states=tuple(states),
    )


def all_feeds(service: Service) -> tuple[Feed, ...]:
    """The feeds on offer, in their order."""
    with service.database.read() as session:
        return tuple(stored_feeds(session))


def feed_page(service: Service, slug: str) -> FeedPage:
    """The feed of a slug with its events; raises UnknownFeedError."""
    with service.database.read() as session:
        state = find_feed(session, slug)
    if state is None:
        raise UnknownFeedError(slug)
    return FeedPage(state.feed, agenda(service, Chosen(feed=slug)))


def _is_put_off(entry: Entry) -> bool:
    return entry.revision.event.status is Status.POSTPONED
