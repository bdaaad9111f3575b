"""Events as lists show them: a page at a time, whatever the number of all of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVarTuple

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from calendar_service.domain.events import Revision, Status
from calendar_service.store.queries.events import readable
from calendar_service.store.rows import EventRow, FeedEventRow

Columns = TypeVarTuple("Columns")

AT_ONCE = 100
"""Rows that one statement fetches: as many as most pages take."""

MOST_AT_ONCE = 5000
MOST_NAMED = 300
"""Chosen events that a statement names by their numbers; of more it fetches all and looks."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which events: those of a feed if one is named, and those of some numbers if there are any.

    Drafts never are.
    """

    feed: str | None = None
    among: Collection[int] | None = None

    def has(self, number: int) -> bool:
        """Whether an event is among the numbers."""
        return self.among is None or number in self.among


EVERYTHING = Chosen()


@dataclass(frozen=True, slots=True)
class Listed:
    """An event that is dated once: its number, the day it is listed on, and its first and last."""

    id: int
    day: date
    first_day: date
    last_day: date

    @property
    def has_day(self) -> bool:
        """Whether its day is known; one of a month is listed at the month's end."""
        return self.day == self.first_day


def listed_from(session: Session, chosen: Chosen, day: date) -> Iterator[Listed]:
    """The single events that are listed on a day or later, soonest first."""
    order = (EventRow.listed_on, EventRow.id)
    return _stretch(session, chosen, EventRow.listed_on >= day, order, _behind)


def listed_until(session: Session, chosen: Chosen, day: date) -> Iterator[Listed]:
    """The single events that are listed on a day or before, latest first."""
    order = (EventRow.listed_on.desc(), EventRow.id.desc())
    return _stretch(session, chosen, EventRow.listed_on <= day, order, _ahead_of)


def listed_within(session: Session, chosen: Chosen, first: date, last: date) -> list[Listed]:
    """The single events of which something is between two days, both included."""
    overlapping = and_(EventRow.last_day >= first, EventRow.first_day <= last)
    rows = _rows(session, chosen, overlapping, (EventRow.listed_on, EventRow.id), None)
    return [row for row in rows if chosen.has(row.id)]


def listed_around(session: Session, chosen: Chosen, first: date, last: date) -> list[Listed]:
    """The single events that end on `first` or later and are listed on `last` or before."""
    near = and_(EventRow.last_day >= first, EventRow.listed_on <= last)
    rows = _rows(session, chosen, near, (EventRow.listed_on, EventRow.id), None)
    return [row for row in rows if chosen.has(row.id)]


def series(session: Session, chosen: Chosen) -> list[tuple[int, Revision]]:
    """The events that repeat."""
    rows = session.scalars(_of(select(EventRow), chosen).where(EventRow.repeats)).all()
    return [(row.id, revision) for row, revision in readable(rows) if chosen.has(row.id)]


def revisions_of(session: Session, numbers: Collection[int]) -> dict[int, Revision]:
    """Events by their numbers, as far as this release can read them."""
    rows = session.scalars(select(EventRow).where(EventRow.id.in_(sorted(numbers))))
    return {row.id: revision for row, revision in readable(rows)}


def first_and_last_day(session: Session) -> tuple[date, date] | None:
    """Between which days there are published events; None where there are none."""
    statement = select(func.min(EventRow.first_day), func.max(EventRow.last_day))
    first, last = session.execute(statement.where(_PUBLISHED)).one()
    return None if None in (first, last) else (first, last)


_PUBLISHED = EventRow.status != Status.DRAFT


def _rows(
    session: Session, chosen: Chosen, where: Any, order: Sequence[Any], limit: int | None
) -> list[Listed]:
    columns = (EventRow.id, EventRow.listed_on, EventRow.first_day, EventRow.last_day)
    statement = _of(select(*columns), chosen).where(~EventRow.repeats, where)
    rows = session.execute(statement.order_by(*order).limit(limit))
    return [Listed(*row) for row in rows]


def _stretch(
    session: Session, chosen: Chosen, where: Any, order: Sequence[Any], beyond: Callable[..., Any]
) -> Iterator[Listed]:
    """The rows of a condition, fetched as they are asked for; `beyond` is a day and a number."""
    at_once = AT_ONCE
    while True:
        rows = _rows(session, chosen, where, order, at_once)
        yield from (row for row in rows if chosen.has(row.id))
        if len(rows) < at_once:
            return
        at_once = min(4 * at_once, MOST_AT_ONCE)  # few are chosen, if so many do not suffice
        where = beyond(rows[-1].day, rows[-1].id)


def _of(statement: Select[*Columns], chosen: Chosen) -> Select[*Columns]:
    statement = statement.where(_PUBLISHED)
    if chosen.among is not None and len(chosen.among) <= MOST_NAMED:
        statement = statement.where(EventRow.id.in_(sorted(chosen.among)))
    if chosen.feed is None:
        return statement
    inside = select(FeedEventRow.event_id).where(
        FeedEventRow.feed_slug == chosen.feed, FeedEventRow.event_id == EventRow.id
    )
    return statement.where(inside.exists())  # a join would begin with all events of the feed


def _behind(day: date, number: int) -> Any:
    return or_(EventRow.listed_on > day, and_(EventRow.listed_on == day, EventRow.id > number))


def _ahead_of(day: date, number: int) -> Any:
    return or_(EventRow.listed_on < day, and_(EventRow.listed_on == day, EventRow.id < number))
