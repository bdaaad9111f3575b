"""Many confirmed readers at once, as they would be after years, and an event that all follow."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from bench.crowds import HOME, enrol
from calendar_service.actions.service import Service
from calendar_service.domain.when import Timed
from calendar_service.domain.zones import to_wall
from calendar_service.store.rows import RevisionRow
from tests.calendars_at_work import NATO, load_feeds, publish_event


def address(number: int) -> str:
    """The address of one of the crowd, counted from 1."""
    return f"reader{number}@example.org"


def crowd(service: Service, readers: int) -> set[str]:
    """Readers of NATO's feed in several languages and zones; their addresses."""
    load_feeds(service, NATO)
    enrol(service.database, NATO.slug, readers)
    return {address(number) for number in range(1, readers + 1)}


def reminded_at(due: datetime) -> Timed:
    """The hour of an event whose day-before reminder is due at an instant."""
    start = to_wall(due, "Europe/Brussels") + timedelta(days=1)
    return Timed(start, start + timedelta(hours=1), "Europe/Brussels")


def due_soon(service: Service, uid: str = "briefing", *, within: timedelta) -> datetime:
    """Publishes an event whose day-before reminder is due that soon; tells when."""
    due = (service.clock.now() + within).replace(microsecond=0)
    when = reminded_at(due)
    assert when.end is not None
    start, end = (one.isoformat(timespec="seconds") for one in (when.start, when.end))
    publish_event(service, uid, start, end=end, zone=when.zone)
    return due


def begins_soon(service: Service, uid: str = "briefing") -> Timed:
    """Publishes an event that begins within the hour, too late for reminders; tells when it is.

    It counts as published an hour ago, so that a change of it is one.
    """
    start = to_wall(service.clock.now(), HOME).replace(microsecond=0) + timedelta(minutes=40)
    end = start + timedelta(hours=1)
    publish_event(service, uid, start.isoformat(), end=end.isoformat(), zone=HOME)
    with service.database.write() as session:
        revision = session.scalars(select(RevisionRow)).one()
        revision.at -= timedelta(hours=1)
    return Timed(start, end, HOME)
