"""The dates of an event in two states of it, each beside itself: a series takes them along.

A date is the same one if it is at the same time as one was, or else as far from its series' start.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from calendar_service.domain.events import Event
from calendar_service.domain.recurrence import (
    named_start,
    occurrences,
    recurrence_id,
    wall_start,
)
from calendar_service.domain.when import ONE_DAY, InMonth, Timed, When, sort_key

HORIZON = timedelta(days=400)
"""How far ahead the dates of a series count; the worker moves on every day what is stored."""

LOOKING_BACK = timedelta(days=2)
"""Dates this recent still count: somewhere on Earth their day is not over."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A date in both states; None where there was no such one, or is none any more."""

    before: Event | None
    after: Event | None


def pair_dates(before: Event, after: Event, *, now: datetime) -> dict[str, Pair]:
    """Every date ahead by its recurrence id in the later state, soonest first.

    An event that does not repeat is its only date, and has no recurrence id.
    """
    if before.recurrence is None and after.recurrence is None:
        return {"": Pair(before, after)}
    both = _Both.of(before, after, now=now)
    pairs = {
        _name(after, far): Pair(both.known[both.joined[far]] if far in both.joined else None, event)
        for far, event in both.standing.items()
    }
    gone = both.known.keys() - both.joined.values()
    pairs |= {f"without {_name(before, far)}": Pair(both.known[far], None) for far in gone}
    ahead = {name: pair for name, pair in pairs.items() if _is_within(pair, both.first, both.last)}
    return dict(sorted(ahead.items(), key=lambda item: _start(item[1])))


def renamed_dates(before: Event, after: Event, *, now: datetime) -> dict[str, str]:
    """The recurrence ids of dates that have another one in the later state, and that one."""
    if before.recurrence is None and after.recurrence is None:
        return {}
    joined = _Both.of(before, after, now=now).joined
    names = {_name(before, was): _name(after, far) for far, was in joined.items()}
    return {was: name for was, name in names.items() if was != name}


def has_moved(pair: Pair) -> bool:
    """Whether a date begins at another time than it did, or did not take place before."""
    before, after = pair.before, pair.after
    if before is None or after is None or not before.status.takes_place:
        return True
    return _begins(before.when) != _begins(after.when)


@dataclass(frozen=True, slots=True)
class _Both:
    """The dates of two states around today, by how far each is from the first of its series.

    `joined` says which date that stands is which that was known.
    """

    first: date
    last: date
    known: Mapping[timedelta, Event]
    standing: Mapping[timedelta, Event]
    joined: Mapping[timedelta, timedelta]

    @classmethod
    def of(cls, before: Event, after: Event, *, now: datetime) -> _Both:
        first, last = (now - LOOKING_BACK).date(), (now + HORIZON).date()
        reach = abs(_origin(after) - _origin(before)) + _reach(before) + _reach(after)
        known, standing = (_dates(event, first - reach, last + reach) for event in (before, after))
        return cls(first, last, known, standing, _joined(known, standing))


def _dates(event: Event, first: date, last: date) -> dict[timedelta, Event]:
    """The dates of an event that begin between two days, by how far each is from the first."""
    if event.recurrence is None or isinstance(event.when, InMonth):
        return {timedelta(): event}
    dated = occurrences(event.when, event.recurrence, first=first, last=last)
    origin = _origin(event)
    return {named_start(one.recurrence_id) - origin: event.at(one) for one in dated}


def _joined(
    known: Mapping[timedelta, Event], standing: Mapping[timedelta, Event]
) -> dict[timedelta, timedelta]:
    """Which date that stands is which that was known: of the same time, else of the same place."""
    times = {far: _time(event.when) for far, event in known.items()}
    joined = {far: far for far, one in standing.items() if times.get(far) == _time(one.when)}
    free = {time: far for far, time in times.items() if far not in joined}
    for far, event in standing.items():
        if far not in joined and (same := free.pop(_time(event.when), None)) is not None:
            joined[far] = same
    taken = set(joined.values())
    free_places = known.keys() - taken
    joined |= {far: far for far in standing if far in free_places and far not in joined}
    return joined


def _time(when: When) -> object:
    return when.instants() if isinstance(when, Timed) else when


def _begins(when: When) -> object:
    return when.starts_at() if isinstance(when, Timed) else when.first_day


def _is_within(pair: Pair, first: date, last: date) -> bool:
    days = [event.when.first_day for event in (pair.before, pair.after) if event is not None]
    return any(first <= day <= last for day in days)


def _start(pair: Pair) -> tuple[date, time]:
    event = pair.after or pair.before
    assert event is not None  # noqa: S101 - one of them is there
    return sort_key(event.when)


def _name(event: Event, far: timedelta) -> str:
    """The recurrence id of a date, told by how far it is from the first one."""
    start = _origin(event) + far
    if event.recurrence is None or isinstance(event.when, InMonth):
        return start.isoformat() if far else ""
    return recurrence_id(event.when, start)


def _origin(event: Event) -> datetime:
    """The first start on the wall; of a month, its beginning."""
    if isinstance(event.when, InMonth):
        return datetime.combine(event.when.first_day, time())
    return wall_start(event.when)


def _reach(event: Event) -> timedelta:
    """How far from its place in the series a date may lie at most."""
    changes = event.recurrence.overrides if event.recurrence else ()
    return max((abs(one.shift) for one in changes), default=timedelta()) + ONE_DAY
