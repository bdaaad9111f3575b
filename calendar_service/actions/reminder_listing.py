"""What an operator lists of the reminders: what is due next, what waits, and mail by mail."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from calendar_service.actions.service import Service
from calendar_service.domain.when_documents import read_when
from calendar_service.domain.words import when_in_words
from calendar_service.errors import UnknownEventError
from calendar_service.mail.addresses import typed_key
from calendar_service.store.queries.events import find_event, readable
from calendar_service.store.queries.followers import targets_of
from calendar_service.store.queries.reminders import (
    count_followers,
    count_mails,
    each_mail,
    occurrences_with_events,
    planned_until,
)
from calendar_service.store.rows import DueRow, EventRow, OccurrenceRow, State

PLANNED = "planned"
"""The state, for people, of what is due later and not owed to anybody yet."""

WAITING = (State.HELD, State.QUEUED, State.CLAIMED, State.SENDING)
"""The states that are not the end of a mail."""


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


def about(occurrence: OccurrenceRow, event: EventRow) -> About:
    """An occurrence of an event in words, in the event's own language."""
    when = when_in_words(read_when(occurrence.document), "en")
    title = ""
    for _, revision in readable([event]):
        title = revision.event.title_in(revision.event.language)
    return About(event.uid, event.slug, title, when)


def _planned(session: Session, until: datetime) -> list[Owed]:
    groups: dict[tuple[int, str, str], list[DueRow]] = defaultdict(list)
    for due in planned_until(session, until):
        groups[due.occurrence_id, due.kind, due.offset].append(due)
    known = occurrences_with_events(session, {occurrence for occurrence, _, _ in groups})
    found = []
    for (occurrence_id, kind, offset), rows in groups.items():
        occurrence, event = known[occurrence_id]
        targets = targets_of(session, event.id, event.uid)
        places = [(row.zone, row.hour) for row in rows if row.zone]
        readers = count_followers(session, targets, offset, places)
        first, last = rows[0].instant, rows[-1].instant
        found.append(Owed(kind, about(occurrence, event), offset, PLANNED, first, last, readers))
    return found


def _mails(session: Session, states: tuple[State, ...]) -> list[Owed]:
    counted = count_mails(session, states)
    known = occurrences_with_events(
        session, {one.occurrence_id for one in counted if one.occurrence_id is not None}
    )
    return [
        Owed(
            one.kind,
            _about(known, one.occurrence_id),
            one.offset,
            one.state,
            one.first,
            one.last,
            one.mails,
        )
        for one in counted
    ]


def _about(known: Mapping[int, tuple[OccurrenceRow, EventRow]], occurrence_id: int | None) -> About:
    found = known.get(occurrence_id or 0)
    return about(*found) if found else About()
