"""What the page of a month shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from calendar_service.actions.agenda import days_with_events
from calendar_service.actions.service import Service
from calendar_service.domain.agenda import AHEAD, Entry, instances
from calendar_service.domain.events import Revision
from calendar_service.domain.months import Day, Month, by_date, days_shown, month_of, on_the_day
from calendar_service.store.queries.listed import (
    EVERYTHING,
    Chosen,
    Listed,
    listed_within,
    revisions_of,
    series,
)

MOST_ON_A_DAY = 5
LONGEST = timedelta(days=31)
"""How long an instance of a series may go on to be found in the month after it begins."""

Found = Listed | Entry


@dataclass(frozen=True, slots=True)
class MonthPage:
    """A month's days, what has no day in it yet, and the months beside it that have something."""

    month: Month
    days: tuple[Day, ...]
    undated: tuple[Entry, ...]
    before: Month | None
    after: Month | None


def month_page(
    service: Service, month: Month, *, first_weekday: int, chosen: Chosen = EVERYTHING
) -> MonthPage:
    """A month with what is in it: a few for each day, and how many more there are."""
    shown = days_shown(month, first_weekday)
    with service.database.read() as session:
        listed = listed_within(session, chosen, shown[0], shown[-1])
        spans: list[tuple[date, date, Found]] = [
            (one.first_day, one.last_day, one) for one in listed if one.has_day
        ]
        repeated = _repeated(session, chosen, shown[0], shown[-1])
        spans += repeated
        on_days = by_date(spans, shown[0], shown[-1])
        undated = [one for one in listed if not one.has_day and month_of(one.day) == month]
        kept = [one for found in on_days.values() for one in found[:MOST_ON_A_DAY]]
        numbers = {one.id for one in (*kept, *undated) if isinstance(one, Listed)}
        revisions = revisions_of(session, numbers)
    days = (_day(day, month, on_days.get(day, []), revisions) for day in shown)
    before, after = _beside(service, month, repeats=bool(repeated))
    return MonthPage(month, tuple(days), tuple(_entries(undated, revisions)), before, after)


def _repeated(
    session: Session, chosen: Chosen, first: date, last: date
) -> list[tuple[date, date, Found]]:
    found = [
        entry
        for _, revision in series(session, chosen)
        for entry in instances(revision, first=first - LONGEST, last=last)
    ]
    return [(one.when.first_day, one.when.last_day, one) for one in found]


def _day(day: date, month: Month, found: list[Found], revisions: Mapping[int, Revision]) -> Day:
    entries = sorted(_entries(found[:MOST_ON_A_DAY], revisions), key=on_the_day)
    more = max(0, len(found) - MOST_ON_A_DAY)
    return Day(day, month_of(day) == month, tuple(entries), more)


def _entries(found: Iterable[Found], revisions: Mapping[int, Revision]) -> list[Entry]:
    entries = []
    for one in found:
        if isinstance(one, Entry):
            entries.append(one)
        elif revision := revisions.get(one.id):
            entries.append(Entry(revision, revision.event.when))
    return entries


def _beside(service: Service, month: Month, *, repeats: bool) -> tuple[Month | None, Month | None]:
    """The months before and after, as far as there are events, or it is on the way to today."""
    today = month_of(service.clock.now().date())
    days = days_with_events(service)
    first = min(today, month_of(days[0])) if days else today
    last = max(today, month_of(days[1])) if days else today
    if repeats:
        last = max(last, month_of(service.clock.now().date() + AHEAD))
    before, after = month.beside(-1), month.beside(1)
    return (
        min(before, last) if before >= first else None,
        max(after, first) if after <= last else None,
    )
