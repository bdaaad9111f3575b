"""What pages show: events by whether they run, come or are over, a page at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from heapq import merge
from itertools import takewhile

from sqlalchemy.orm import Session

from calendar_service.actions.service import Service
from calendar_service.domain.agenda import (
    AHEAD,
    Agenda,
    Entry,
    Page,
    by_day,
    instances,
    is_past,
    is_running,
    last_instance,
    next_instance,
    under_way,
    whole_days,
)
from calendar_service.domain.events import Revision
from calendar_service.domain.when import sort_key
from calendar_service.store.queries.listed import (
    EVERYTHING,
    Chosen,
    Listed,
    first_and_last_day,
    listed_around,
    listed_from,
    listed_until,
    revisions_of,
    series,
)

MOST_COMING = 40
MOST_PAST = 10
MOST_ON_A_PAGE = 40
"""Entries on a page, and the rest of the day on which there are that many."""

NEAR = timedelta(days=1)
"""From today in UTC: within it zones decide whether something is over or has begun."""

Found = Listed | Entry


def agenda(service: Service, chosen: Chosen = EVERYTHING) -> Agenda:
    """What runs, what comes next, and what was last; a series once, with its next instance."""
    now = service.clock.now()
    today = now.date()
    with service.database.read() as session:
        ahead, behind = _series_by_next(service, session, chosen)
        near = _entries(session, listed_around(session, chosen, today - NEAR, today + NEAR))
        over = sum(is_past(entry, _zone(service, entry.revision), now) for entry in near)
        further = listed_from(session, chosen, today + 2 * NEAR)
        coming, later = whole_days(
            _merged(_by_listing(further), _by_entry(ahead)), MOST_COMING - len(near) + over
        )
        begun = listed_until(session, chosen, today + NEAR)
        before = (one for one in begun if one.last_day < today - NEAR)
        past, earlier = whole_days(
            _merged(_by_listing(before), _by_entry(behind), backwards=True), MOST_PAST - over
        )
        entries = [*near, *_entries(session, [*coming, *past])]
    return _sorted_out(service, entries, now, earlier=earlier, later=later)


def agenda_from(
    service: Service, day: date, chosen: Chosen = EVERYTHING, *, until: date | None = None
) -> Page:
    """What begins on a day or later; or what is between it and another one, not before it.

    What began earlier and lasts until that day is between them too. A series comes with each
    instance, so far as lists show them.
    """
    today = service.clock.now().date()
    last = min(until, max(today, day) + AHEAD) if until else max(today + AHEAD, day)
    with service.database.read() as session:
        all_series = [revision for _, revision in series(session, chosen)]
        repeated = [
            one for revision in all_series for one in instances(revision, first=day, last=last)
        ]
        singles = listed_from(session, chosen, day)
        dated = _merged(_by_listing(singles), _by_entry(repeated))
        inside = takewhile(lambda one: until is None or one[0] <= until, dated)
        found, later = whole_days(inside, MOST_ON_A_PAGE)
        if later is None and until is not None:
            after = next(iter(listed_from(session, chosen, until + NEAR)), None)
            later = after.day if after else None
        earlier = next(iter(listed_until(session, chosen, day - NEAR)), None)
        begun: list[Found] = []
        if until is not None:
            begun += listed_around(session, chosen, day, day - NEAR)
            begun += (one for revision in all_series for one in under_way(revision, day))
        entries = _entries(session, [*begun, *found])
    return Page(_in_order(entries), earlier.day if earlier else None, later)


def agenda_until(service: Service, day: date, chosen: Chosen = EVERYTHING) -> Page:
    """What began on a day or before, as many of the latest as a page has."""
    with service.database.read() as session:
        repeated = [
            entry
            for _, revision in series(session, chosen)
            for entry in instances(revision, first=date.min, last=day)
        ]
        singles = listed_until(session, chosen, day)
        found, earlier = whole_days(
            _merged(_by_listing(singles), _by_entry(repeated), backwards=True), MOST_ON_A_PAGE
        )
        later = next(iter(listed_from(session, chosen, day + NEAR)), None)
        entries = _entries(session, found)
    return Page(_in_order(entries), earlier, later.day if later else None)


def days_with_events(service: Service) -> tuple[date, date] | None:
    """Between which days there are events; None where there are none."""
    with service.database.read() as session:
        return first_and_last_day(session)


def _series_by_next(
    service: Service, session: Session, chosen: Chosen
) -> tuple[list[Entry], list[Entry]]:
    """The series that go on, each with its next instance, and those that are over with the last."""
    now, ahead, behind = service.clock.now(), [], []
    for _, revision in series(session, chosen):
        found = next_instance(revision, _zone(service, revision), now)
        if found is None:
            behind.append(last_instance(revision, now))
        else:
            ahead.append(found)
    return ahead, behind


def _merged(
    singles: Iterable[tuple[date, Found]],
    repeated: Iterable[tuple[date, Found]],
    *,
    backwards: bool = False,
) -> Iterator[tuple[date, Found]]:
    in_order = sorted(repeated, key=_day_of, reverse=backwards)
    return merge(singles, in_order, key=_day_of, reverse=backwards)


def _by_listing(listed: Iterable[Listed]) -> Iterator[tuple[date, Found]]:
    return ((one.day, one) for one in listed)


def _by_entry(entries: Iterable[Entry]) -> Iterator[tuple[date, Found]]:
    return ((sort_key(entry.when)[0], entry) for entry in entries)


def _day_of(dated: tuple[date, Found]) -> date:
    return dated[0]


def _entries(session: Session, found: Iterable[Found]) -> list[Entry]:
    """What was found as entries; the events themselves are read for these alone."""
    found = list(found)
    numbers = {one.id for one in found if isinstance(one, Listed)}
    revisions: Mapping[int, Revision] = revisions_of(session, numbers)
    entries = [one for one in found if isinstance(one, Entry)]
    entries += [Entry(one, one.event.when) for one in revisions.values()]
    return entries


def _sorted_out(
    service: Service,
    entries: Iterable[Entry],
    now: datetime,
    *,
    earlier: date | None,
    later: date | None,
) -> Agenda:
    running: list[Entry] = []
    coming: list[Entry] = []
    past: list[Entry] = []
    for entry in sorted(entries, key=by_day):
        zone = _zone(service, entry.revision)
        if is_past(entry, zone, now):
            past.append(entry)
        elif is_running(entry, zone, now):
            running.append(entry)
        else:
            coming.append(entry)
    past.sort(key=lambda entry: entry.when.first_day, reverse=True)
    return Agenda(tuple(running), tuple(coming), tuple(past), earlier, later)


def _in_order(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    return tuple(sorted(entries, key=by_day))


def _zone(service: Service, revision: Revision) -> str:
    return revision.event.home_zone(service.settings.zone)
