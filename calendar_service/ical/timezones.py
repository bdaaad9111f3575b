"""Our own VTIMEZONE (RFC 5545 3.6.5), and for which days it tells the truth.

A zone is written as one STANDARD and one DAYLIGHT observance with a yearly RRULE each, made from
the zone's footer in the tz database and anchored in 1970: the one form that every reader computes
alike. It holds as long as the zone keeps to its standing rule. `has_vtimezone` compares it with
the tz database, so nothing is listed here that the next release would make wrong.

Some apps go by a zone's name alone, in a tz database of their own that may be years old. Where the
rule is newer than that, `is_known_everywhere` says that they would be wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache

import icalendar
from icalendar.prop import vInline

from calendar_service.domain.zones import DATABASE_VERSION, footer, zone
from calendar_service.ical.posix import Change, Clock, parse_posix
from calendar_service.ical.values import Text

ANCHOR = 1970

YEARS_TO_SPREAD = 3
"""How long a new rule takes to be in the tz database of every app."""

RELEASED = int(DATABASE_VERSION[:4])
"""The year of our tz database."""
_BYDAY = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")
_LAST = 5
_ONE_DAY = timedelta(days=1)
_ONE_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Observance:
    """One clock of a zone: what the offset from UTC is after each onset, and was before it.

    Without a `change` it holds all year. `daylight` is the clock that is ahead of the other, also
    in Dublin, whose law has it the other way round: apps add the hour in DAYLIGHT.
    """

    clock: Clock
    before: timedelta
    change: Change | None
    daylight: bool

    def onset(self, year: int) -> datetime:
        """The wall time, by the clock before it, at which it begins in a year (TZOFFSETFROM)."""
        if self.change is None:
            return datetime(year, 1, 1)  # noqa: DTZ001 - a wall time
        return _nth_weekday(self.change, year) + self.change.time

    @property
    def rule(self) -> str | None:
        """Its RRULE, or None for one that holds all year."""
        if self.change is None:
            return None
        week = -1 if self.change.week == _LAST else self.change.week
        weekday = _BYDAY[self.change.weekday]
        return f"FREQ=YEARLY;BYMONTH={self.change.month};BYDAY={week}{weekday}"


@cache
def observances(name: str) -> tuple[Observance, ...] | None:
    """The clocks of an IANA zone, STANDARD first; None where its rule has no RRULE form.

    That is so where the clocks change outside of the day that the rule names, such as at 24:00 of
    the last Thursday, which may be the first of the next month. Raises UnknownZoneError.
    """
    posix = parse_posix(footer(name))
    if posix is None:
        return None
    standard, season = posix.standard, posix.season
    if season is None:
        return (Observance(standard, standard.offset, None, daylight=False),)
    if not all(timedelta() <= change.time < _ONE_DAY for change in (season.begin, season.end)):
        return None
    ahead = season.clock.offset > standard.offset
    inside = Observance(season.clock, standard.offset, season.begin, daylight=ahead)
    outside = Observance(standard, season.clock.offset, season.end, daylight=not ahead)
    return (outside, inside) if ahead else (inside, outside)


def has_vtimezone(name: str, first: date, last: date) -> bool:
    """Whether our VTIMEZONE of an IANA zone is right from one day to another, both included.

    It is asked by whole years, and is False for all of a year in which the zone leaves its
    standing rule. Raises UnknownZoneError.
    """
    begin, end = first - _ONE_DAY, last + _ONE_DAY
    return all(_keeps_its_rule(name, year) for year in range(begin.year, end.year + 1))


def is_known_everywhere(name: str) -> bool:
    """Whether an IANA zone has kept its standing rule for long, under a name that apps know.

    evolution-data-server 3.46 takes `Etc/GMT-5` and the like, which are ahead of UTC, for UTC.
    Raises UnknownZoneError.
    """
    if name.startswith("Etc/GMT-"):
        return False
    years = range(RELEASED - YEARS_TO_SPREAD, RELEASED + 1)
    return all(_keeps_its_rule(name, year) for year in years)


def vtimezone(name: str) -> icalendar.Timezone:
    """The VTIMEZONE of a zone that has one; raises ValueError for any other."""
    clocks = observances(name)
    if clocks is None:
        raise ValueError(f"{name} has no VTIMEZONE; write its events in UTC.")
    component = icalendar.Timezone()
    component["TZID"] = Text(name)
    for clock in clocks:
        component.add_component(_subcomponent(clock))
    return component


def _subcomponent(observance: Observance) -> icalendar.Component:
    kind = icalendar.TimezoneDaylight if observance.daylight else icalendar.TimezoneStandard
    component = kind()
    component["DTSTART"] = icalendar.vDatetime(observance.onset(ANCHOR))
    component["TZOFFSETFROM"] = icalendar.vUTCOffset(observance.before)
    component["TZOFFSETTO"] = icalendar.vUTCOffset(observance.clock.offset)
    component["TZNAME"] = Text(observance.clock.name)
    if observance.rule:
        component["RRULE"] = vInline(observance.rule)
    return component


@cache
def _keeps_its_rule(name: str, year: int) -> bool:
    """Whether the tz database and our VTIMEZONE agree in each instant of a UTC year.

    They are compared on both sides of each onset and once a day: what would be missed is a clock
    that is changed and changed back between one midnight and the next.
    """
    clocks = observances(name)
    if clocks is None or year <= ANCHOR:
        return False
    place = zone(name)
    return all(
        instant.astimezone(place).utcoffset() == offset for instant, offset in _probes(clocks, year)
    )


def _probes(clocks: tuple[Observance, ...], year: int) -> Iterator[tuple[datetime, timedelta]]:
    """Instants of a UTC year, each with the offset that our VTIMEZONE gives it."""
    onsets = sorted((_utc_onset(clock, year), clock.clock.offset) for clock in clocks if clock.rule)
    start, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    offset = onsets[-1][1] if onsets else clocks[0].clock.offset
    for onset, following in [*onsets, (end, offset)]:
        while start < onset:
            yield start, offset
            start += _ONE_DAY
        yield onset - _ONE_SECOND, offset
        start, offset = onset, following


def _utc_onset(observance: Observance, year: int) -> datetime:
    return (observance.onset(year) - observance.before).replace(tzinfo=UTC)


def _nth_weekday(change: Change, year: int) -> datetime:
    """Midnight of the nth weekday of the change's month."""
    if change.week == _LAST:
        following = datetime(year + change.month // 12, change.month % 12 + 1, 1)  # noqa: DTZ001
        day, step = following - _ONE_DAY, -_ONE_DAY
    else:
        day, step = datetime(year, change.month, 1 + 7 * (change.week - 1)), _ONE_DAY  # noqa: DTZ001
    while day.isoweekday() % 7 != change.weekday:
        day += step
    return day
