"""Keeps occurrences and due reminders true to the events and subscriptions.

Called inside the transaction of whichever action changed one of them. A reminder whose instant
has passed when it is planned is not planned: it was never promised to anybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, time

from sqlalchemy.orm import Session

from calendar_service.actions.saved_searches import keep_search
from calendar_service.domain.dates import HORIZON, LOOKING_BACK
from calendar_service.domain.events import Event
from calendar_service.domain.readers import Target
from calendar_service.domain.recurrence import Occurrence, occurrences
from calendar_service.domain.reminders import DEFAULT_HOUR, Offset
from calendar_service.domain.when import InMonth
from calendar_service.domain.when_documents import read_when
from calendar_service.store.queries.deliveries import (
    plan_due,
    planned_with_occurrences,
    supersede,
)
from calendar_service.store.queries.events import (
    occurrence_rows,
    occurrences_ahead,
    readable,
    repeating_events,
    upcoming_events,
    write_occurrence,
)
from calendar_service.store.queries.followers import Audience, audiences, note_audiences
from calendar_service.store.queries.readers import events_followed
from calendar_service.store.queries.records import note_plans
from calendar_service.store.rows import DueState, EventRow, Kind, OccurrenceRow


def plan_event(session: Session, row: EventRow, event: Event, *, now: datetime) -> None:
    """Brings an event's instances and reminders up to date with its time and status."""
    moved = _write_occurrences(session, row.id, event, now=now)
    concerned = audiences(session, row.id, row.uid)
    ahead = occurrences_ahead(session, [row.id], (now - LOOKING_BACK).date())
    plan_due(session, _due(ahead, concerned, now=now, moved=moved))
    note_plans(session, now=now)


def plan_subscription(
    session: Session, target: Target, concerned: Iterable[Audience], *, now: datetime
) -> None:
    """Plans for one subscription's audiences over all that it covers."""
    concerned = list(concerned)
    keep_search(session, target, now=now)
    note_audiences(session, target, concerned)
    events = events_followed(session, target)
    ahead = occurrences_ahead(session, events, (now - LOOKING_BACK).date())
    plan_due(session, _due(ahead, concerned, now=now))


def plan_zones_anew(session: Session, *, now: datetime) -> None:
    """Brings everything ahead up to date with another release of the tz database.

    An event whose instant is another one has moved. Where only a reader's own hour is another
    instant, that reminder is due then.
    """
    for row, revision in readable(upcoming_events(session, (now - LOOKING_BACK).date())):
        plan_event(session, row, revision.event, now=now)
    for due, occurrence in planned_with_occurrences(session):
        hour = time.fromisoformat(due.hour) if due.hour else DEFAULT_HOUR
        instant = Offset.parse(due.offset).instant(
            read_when(occurrence.document), zone=due.zone or "UTC", hour=hour
        )
        if instant is None:
            due.state = str(DueState.SUPERSEDED)
        else:
            due.instant = instant


def plan_series_ahead(session: Session, *, now: datetime) -> int:
    """Moves the horizon of every series on to what it should be today; tells how many there are."""
    rows = repeating_events(session)
    for row, revision in readable(rows):
        plan_event(session, row, revision.event, now=now)
    return len(rows)


def _write_occurrences(
    session: Session, event_id: int, event: Event, *, now: datetime
) -> frozenset[int]:
    """Brings the stored instances up to date; tells which of them have another time now."""
    moved = set()
    stored = occurrence_rows(session, event_id)
    since = (now - LOOKING_BACK).date()
    for occurrence in _instances(event, now=now):
        before = stored.pop(occurrence.recurrence_id, None)
        known = before.time_rev if before else 0
        takes_place = event.at(occurrence).status.takes_place
        row = write_occurrence(session, event_id, before, occurrence, active=takes_place, now=now)
        if row.time_rev != known:
            moved.add(row.id)
        supersede(session, row.id, row.time_rev)
    for row in stored.values():
        ahead = row.last_day if event.recurrence is None else row.first_day
        if row.active and ahead >= since:  # a series is not expanded back to what runs already
            row.active, row.time_rev, row.timed_at = False, row.time_rev + 1, now
            supersede(session, row.id, row.time_rev)
    session.flush()
    return frozenset(moved)


def _instances(event: Event, *, now: datetime) -> Iterator[Occurrence]:
    if isinstance(event.when, InMonth):
        return iter(())
    if event.recurrence is None:
        return iter([Occurrence("", event.when)])
    first, last = (now - LOOKING_BACK).date(), (now + HORIZON).date()
    return occurrences(event.when, event.recurrence, first=first, last=last)


def _due(
    ahead: Iterable[OccurrenceRow],
    concerned: list[Audience],
    *,
    now: datetime,
    moved: frozenset[int] = frozenset(),
) -> Iterator[dict[str, object]]:
    """What is to be due. What is past is not, unless the instance has moved and is still ahead.

    Whoever follows it would else hear nothing of the new time; several such become one mail.
    """
    for row in ahead:
        when = read_when(row.document)
        for audience in concerned:
            offset = audience.offset
            instant = offset.instant(when, zone=audience.zone, hour=audience.hour)
            if instant is None or (instant <= now and row.id not in moved):
                continue
            personal = offset.depends_on_reader(when)
            yield {
                "occurrence_id": row.id,
                "kind": str(Kind.REMINDER),
                "offset": str(offset),
                "zone": audience.zone if personal else "",
                "hour": f"{audience.hour:%H:%M}" if personal else "",
                "time_rev": row.time_rev,
                "instant": instant,
            }
