"""When an event is: to the minute, to the day, over several days, or only to the month so far."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from calendar_service.domain.zones import to_utc

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class AllDay:
    """Whole days from `first` to `last`, both included, in nobody's zone (RFC 5545 VALUE=DATE)."""

    first: date
    last: date

    @property
    def first_day(self) -> date:
        """The day it begins."""
        return self.first

    @property
    def last_day(self) -> date:
        """The last day of it."""
        return self.last

    def starts_at(self, zone: str) -> datetime:
        """The UTC instant at which its first day begins for somebody in `zone`."""
        return to_utc(datetime.combine(self.first, time()), zone)

    def ends_at(self, zone: str) -> datetime:
        """The UTC instant at which its last day is over for somebody in `zone`."""
        return to_utc(datetime.combine(self.last + ONE_DAY, time()), zone)

    def moved_to(self, first: date) -> AllDay:
        """The same number of days from another first day."""
        return AllDay(first, first + (self.last - self.first))


@dataclass(frozen=True, slots=True)
class Timed:
    """Wall times in an IANA zone, naive; `end` may be unknown (RFC 5545 3.3.5, form #3)."""

    start: datetime
    end: datetime | None
    zone: str

    @property
    def first_day(self) -> date:
        """The day it begins, as written in its own zone."""
        return self.start.date()

    @property
    def last_day(self) -> date:
        """The day it ends; an end at midnight belongs to the day before."""
        if self.end is None or self.end <= self.start:
            return self.start.date()
        return (self.end - timedelta(microseconds=1)).date()

    def starts_at(self, zone: str = "") -> datetime:  # noqa: ARG002 - its own zone rules
        """The UTC instant of its start, wherever one stands."""
        return to_utc(self.start, self.zone)

    def ends_at(self, zone: str = "") -> datetime:  # noqa: ARG002 - the same
        """The UTC instant of its end, or of its start where no end is known.

        It is never before the start, not even where that is in an hour that the clocks skip.
        """
        return self.instants()[1]

    def instants(self) -> tuple[datetime, datetime]:
        """The UTC instants of its start and its end."""
        start = to_utc(self.start, self.zone)
        return start, max(start, to_utc(self.end, self.zone)) if self.end else start

    def moved_to(self, start: datetime) -> Timed:
        """The same duration, on the wall clock, from another start."""
        end = start + (self.end - self.start) if self.end else None
        return Timed(start, end, self.zone)


@dataclass(frozen=True, slots=True, order=True)
class InMonth:
    """Some day of a month that is not yet announced: "July 2026"."""

    year: int
    month: int

    @property
    def first_day(self) -> date:
        """The month's first day: the earliest that it can be."""
        return date(self.year, self.month, 1)

    @property
    def last_day(self) -> date:
        """The month's last day: the latest that it can be."""
        following = date(self.year + self.month // 12, self.month % 12 + 1, 1)
        return following - ONE_DAY

    def starts_at(self, zone: str) -> datetime:
        """The UTC instant at which the month begins in `zone`."""
        return to_utc(datetime.combine(self.first_day, time()), zone)

    def ends_at(self, zone: str) -> datetime:
        """The UTC instant at which the month is over in `zone`."""
        return to_utc(datetime.combine(self.last_day + ONE_DAY, time()), zone)


KnownWhen = AllDay | Timed
When = AllDay | Timed | InMonth


def over_at(when: When, zone: str) -> datetime:
    """The UTC instant from which it is over; a timed event without an end lasts its day.

    `zone` is where the days of an all-day event end.
    """
    if isinstance(when, Timed) and when.end is None:
        midnight = datetime.combine(when.start.date() + ONE_DAY, time())
        return to_utc(midnight, when.zone)
    return when.ends_at(zone)


def sort_key(when: When) -> tuple[date, time]:
    """Orders events as an agenda does: by day, all-day ones before timed ones.

    One whose day is not yet known comes behind those that have theirs in that month.
    """
    if isinstance(when, InMonth):
        return when.last_day, time.max
    return when.first_day, when.start.time() if isinstance(when, Timed) else time()
