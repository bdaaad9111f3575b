"""What an operator lists of the reminders: what is due next, what waits, and mail by mail."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy.orm import Session

from calendar_service.actions.service import Service
from calendar_service.domain.digests import Digest
from calendar_service.domain.stages import WAIT, seen_by
from calendar_service.domain.when import When
from calendar_service.domain.when_documents import read_when
from calendar_service.domain.words import when_in_words
from calendar_service.errors import UnknownEventError
from calendar_service.mail.addresses import typed_key
from calendar_service.store.queries.digests import Circle, count_circle
from calendar_service.store.queries.events import find_event, readable
from calendar_service.store.queries.followers import targets_of
from calendar_service.store.queries.notices import stages_of
from calendar_service.store.queries.reminders import (
    count_mails,
    count_reminded,
    count_told,
    each_mail,
    events_by_id,
    occurrences_by_id,
    planned_until,
)
from calendar_service.store.queries.searches import found_since
from calendar_service.store.rows import DueRow, EventRow, Kind, OccurrenceRow, State

PLANNED = "planned"
"""The state, for people, of what is due later and not owed to anybody yet."""

WAITING = (State.HELD, State.QUEUED, State.SENDING)
"""The states that are not the end of a mail."""

_Group = tuple[str, int | None, int | None, str]
"""Kind, event, occurrence and offset of what is due."""


@dataclass(frozen=True, slots=True)
class About:
    """What mails are about, in words; empty for those that are about no event."""

    uid: str = ""
    slug: str = ""
    title: str = ""
    when: str = ""


@dataclass(frozen=True, slots=True)
class Owed:
    """Mails about one occurrence at one offset in one state; due from `first` to `last`."""

    kind: str
    about: About
    offset: str
    state: str
    first: datetime
    last: datetime
    mails: int


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as it stands."""

    number: int
    kind: str
    address: str
    slug: str
    offset: str
    state: str
    due_at: datetime
    tries: int


def due_and_waiting(service: Service, *, within: timedelta, state: str | None = None) -> list[Owed]:
    """What falls due within a time from now, and the mails that wait; the soonest first.

    `state` is a delivery's or PLANNED; only that is told then.
    """
    found: list[Owed] = []
    with service.database.read() as session:
        if state in {None, PLANNED}:
            found += _planned(session, service.clock.now() + within)
        if state != PLANNED:
            found += _mails(session, (State(state),) if state else WAITING)
    return sorted(found, key=lambda one: (one.first, one.about.slug, one.offset, one.state))


def mails_by_event(service: Service, *, state: str | None = None) -> list[Owed]:
    """All mails that were ever owed, counted by what they are about, and in which state."""
    with service.database.read() as session:
        return _mails(session, (State(state),) if state else tuple(State))


def mails_one_by_one(
    service: Service,
    *,
    state: str | None = None,
    event: str | None = None,
    reader: str | None = None,
) -> Iterator[Mail]:
    """Mail by mail, in the order in which they came to be owed; a stream.

    Of a state, an event or an address alone. Raises UnknownEventError.
    """
    with service.database.read() as session:
        row = None if event is None else find_event(session, event)
        if event is not None and row is None:
            raise UnknownEventError(event)
        found = each_mail(
            session,
            states=(State(state),) if state else None,
            event_id=row.id if row else None,
            address_key=None if reader is None else typed_key(reader),
        )
        for one in found:
            yield Mail(
                one.id,
                one.kind,
                one.address or "",
                one.slug or "",
                one.offset,
                one.state,
                one.due_at,
                one.tries,
            )


def about(occurrence: OccurrenceRow | None, event: EventRow | None) -> About:
    """An event, or one date of it, in words, in the event's own language."""
    if event is None:
        return About()
    when: When | None = read_when(occurrence.document) if occurrence else None
    title = ""
    for _, revision in readable([event]):
        title = revision.event.title_in(revision.event.language)
        when = when or revision.event.when
    return About(event.uid, event.slug, title, when_in_words(when, "en") if when else "")


def _planned(session: Session, until: datetime) -> list[Owed]:
    groups: dict[_Group, list[DueRow]] = defaultdict(list)
    for due in planned_until(session, until):
        groups[due.kind, due.event_id, due.occurrence_id, due.offset].append(due)
    occurrences = occurrences_by_id(session, {occurrence for _, _, occurrence, _ in groups})
    of_dates = {row.event_id for row in occurrences.values()}
    events = events_by_id(session, {event for _, event, _, _ in groups} | of_dates)
    found = []
    for (kind, event_id, occurrence_id, offset), rows in groups.items():
        occurrence = occurrences.get(occurrence_id or 0)
        event = events.get(occurrence.event_id if occurrence else event_id or 0)
        readers = _count_readers(session, event, offset, rows)
        first, last = rows[0].instant, rows[-1].instant
        found.append(Owed(kind, about(occurrence, event), offset, PLANNED, first, last, readers))
    return found


def _count_readers(
    session: Session, event: EventRow | None, offset: str, rows: list[DueRow]
) -> int:
    """How many mails some instants are for: as many as there will be, if nobody chooses anew."""
    if event is None:
        return sum(_count_digests(session, row) for row in rows)
    if rows[0].kind == Kind.ARRIVAL:
        return sum(
            count_told(session, found_since(session, event.id, row.instant - WAIT), row)
            for row in rows
        )
    targets = targets_of(session, event.id, event.uid)
    if rows[0].kind == Kind.NOTICE:
        stages = stages_of(session, event.id)
        return sum(
            count_told(session, targets, row, since=seen_by(stages, row.time_rev)) for row in rows
        )
    return count_reminded(session, targets, offset, rows)


def _count_digests(session: Session, due: DueRow) -> int:
    circle = Circle(Digest(due.offset), due.zone, time.fromisoformat(due.hour))
    return count_circle(session, circle, at=due.instant)


def _mails(session: Session, states: tuple[State, ...]) -> list[Owed]:
    counted = count_mails(session, states)
    occurrences = occurrences_by_id(session, {one.occurrence_id for one in counted})
    events = events_by_id(session, {one.event_id for one in counted})
    return [
        Owed(
            one.kind,
            about(occurrences.get(one.occurrence_id or 0), events.get(one.event_id or 0)),
            one.offset,
            one.state,
            one.first,
            one.last,
            one.mails,
        )
        for one in counted
    ]
