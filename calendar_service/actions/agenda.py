"""What pages show: events by whether they run, come or are over, and how they hang together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from calendar_service.actions.service import Service
from calendar_service.domain.events import RelationType, Revision, Status
from calendar_service.domain.feeds import Feed
from calendar_service.domain.when import When, over_at, sort_key
from calendar_service.errors import UnknownEventError, UnknownFeedError
from calendar_service.store.queries.events import (
    Dated,
    dated_event,
    dated_events,
    find_event,
    related_events,
)
from calendar_service.store.queries.feeds import all_feeds as stored_feeds
from calendar_service.store.queries.feeds import feeds_of_event, find_feed


@dataclass(frozen=True, slots=True)
class Entry:
    """An event as listed: of a series, the instance that runs or comes next, else the last."""

    revision: Revision
    when: When


@dataclass(frozen=True, slots=True)
class Agenda:
    """Entries by where they stand in time; what is over comes newest first."""

    running: tuple[Entry, ...]
    coming: tuple[Entry, ...]
    past: tuple[Entry, ...]


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
    """All that an event's page tells."""

    entry: Entry
    is_past: bool
    related: tuple[Related, ...]
    feeds: tuple[Feed, ...]


@dataclass(frozen=True, slots=True)
class FeedPage:
    """All that a feed's page tells."""

    feed: Feed
    agenda: Agenda


def agenda(service: Service) -> Agenda:
    """Everything that is published."""
    with service.database.read() as session:
        dated = dated_events(session)
    return _sorted_out(service, dated)


def event_page(service: Service, name: str) -> EventPage:
    """The event of a slug or UID; raises UnknownEventError, also for a draft."""
    with service.database.read() as session:
        row = find_event(session, name)
        if row is None or row.status == Status.DRAFT:
            raise UnknownEventError(name)
        dated = dated_event(session, row)
        related = related_events(session, dated[0].revision.event)
        feeds = feeds_of_event(session, row.uid)
    sorted_out = _sorted_out(service, dated)
    entries = sorted_out.running + sorted_out.coming + sorted_out.past
    return EventPage(
        entry=entries[0],
        is_past=bool(sorted_out.past),
        related=tuple(
            Related(*relation) for relation in related if relation[2].event.status != Status.DRAFT
        ),
        feeds=tuple(feeds),
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
        dated = dated_events(session, feed=slug)
    return FeedPage(state.feed, _sorted_out(service, dated))


def is_over(when: When, zone: str, now: datetime) -> bool:
    """Whether an event has ended for somebody in its zone."""
    return over_at(when, zone) <= now


def _sorted_out(service: Service, dated: Iterable[Dated]) -> Agenda:
    now = service.clock.now()
    running: list[Entry] = []
    coming: list[Entry] = []
    past: list[Entry] = []
    for revision, when in _one_each(service, dated, now):
        zone = revision.event.home_zone(service.settings.zone)
        entry = Entry(revision, when)
        if over_at(when, zone) <= now:
            past.append(entry)
        elif when.starts_at(zone) <= now and revision.event.status.takes_place:
            running.append(entry)
        else:
            coming.append(entry)
    for part in (running, coming, past):
        part.sort(key=_by_day)
    past.sort(key=lambda entry: entry.when.first_day, reverse=True)
    return Agenda(tuple(running), tuple(coming), tuple(past))


def _one_each(
    service: Service, dated: Iterable[Dated], now: datetime
) -> Iterable[tuple[Revision, When]]:
    """Each event once: with the first instance that is not over, else with the last one."""
    chosen: dict[str, tuple[Revision, When]] = {}
    for one in sorted(dated, key=lambda one: sort_key(one.when)):
        event = one.revision.event
        before = chosen.get(event.uid)
        zone = event.home_zone(service.settings.zone)
        if before is None or is_over(before[1], zone, now):
            chosen[event.uid] = (one.revision, one.when)
    return chosen.values()


def _by_day(entry: Entry) -> tuple[object, ...]:
    return (*sort_key(entry.when), entry.revision.event.slug)
