"""Lists of events by where they stand in time, and the days on which they are cut into pages."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from calendar_service.domain.events import Event, Revision
from calendar_service.domain.recurrence import occurrences
from calendar_service.domain.when import InMonth, When, over_at, sort_key

AHEAD = timedelta(days=400)
"""How far ahead of today lists show a series: nobody pages through the years of a weekly one."""

FAR = timedelta(days=3700)
"""How far ahead the next instance of a series is looked for: one may be every ten years."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An event as listed, and when: of a series, the day of one instance."""

    revision: Revision
    when: When


@dataclass(frozen=True, slots=True)
class Agenda:
    """Entries by where they stand in time; what is over comes newest first.

    There is more from `later` on, and up to `earlier`, if these days are told.
    """

    running: tuple[Entry, ...] = ()
    coming: tuple[Entry, ...] = ()
    past: tuple[Entry, ...] = ()
    earlier: date | None = None
    later: date | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Entries between two days, soonest first, with the days where the pages beside it begin."""

    entries: tuple[Entry, ...]
    earlier: date | None = None
    later: date | None = None


Dated = TypeVar("Dated")


def whole_days(dated: Iterable[tuple[date, Dated]], most: int) -> tuple[list[Dated], date | None]:
    """The first so many, and the rest of the day on which that many are reached.

    Also the first day that has to wait for the next page, if there is any. What comes in is in the
    order of its days, forwards or backwards.
    """
    taken: list[Dated] = []
    last: date | None = None
    for day, one in dated:
        if len(taken) >= most and day != last:
            return taken, day
        taken.append(one)
        last = day
    return taken, None


def is_running(entry: Entry, zone: str, now: datetime) -> bool:
    """Whether it takes place at this moment; of what has no day yet, nobody knows."""
    if isinstance(entry.when, InMonth) or not entry.revision.event.status.takes_place:
        return False
    return entry.when.starts_at(zone) <= now < over_at(entry.when, zone)


def is_past(entry: Entry, zone: str, now: datetime) -> bool:
    """Whether it is over."""
    return over_at(entry.when, zone) <= now


def by_day(entry: Entry) -> tuple[object, ...]:
    """Orders entries as a list has them."""
    return (*sort_key(entry.when), entry.revision.event.slug)


def instances(revision: Revision, *, first: date, last: date) -> Iterator[Entry]:
    """The instances of a series that begin between two days, each as it is, soonest first."""
    event = revision.event
    assert not isinstance(event.when, InMonth)  # noqa: S101 - a series has its days
    for one in occurrences(event.when, event.recurrence, first=first, last=last):
        yield Entry(_as(revision, event.at(one)), one.when)


def under_way(revision: Revision, day: date) -> Iterator[Entry]:
    """The instances of a series that began before a day and last until it, or longer."""
    one_day = timedelta(days=1)
    began = day - _length(revision.event) - one_day
    for entry in instances(revision, first=began, last=day - one_day):
        if entry.when.last_day >= day:
            yield entry


def next_instance(revision: Revision, zone: str, now: datetime) -> Entry | None:
    """The instance of a series that runs or comes next, or None where all are over.

    One that does not take place is passed over if any takes place after it.
    """
    began = now.date() - timedelta(days=2) - _length(revision.event)
    for reach in (AHEAD, FAR):
        ahead = [
            entry
            for entry in instances(revision, first=began, last=(now + reach).date())
            if not is_past(entry, zone, now)
        ]
        if ahead:
            taking_place = (one for one in ahead if one.revision.event.status.takes_place)
            return next(taking_place, ahead[0])
    return None


def last_instance(revision: Revision, now: datetime) -> Entry:
    """The last instance of a series until now, or the series as it begins."""
    until = instances(revision, first=date.min, last=(now + timedelta(days=2)).date())
    last = deque(until, maxlen=1)
    return last[0] if last else Entry(revision, revision.event.when)


def _length(event: Event) -> timedelta:
    return event.when.last_day - event.when.first_day


def _as(revision: Revision, event: Event) -> Revision:
    return Revision(event, revision.sequence, revision.published_at, revision.created_at)
