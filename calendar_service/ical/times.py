"""In which form an event's times are written, so that every app shows the same hour."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import icalendar

from calendar_service.domain.events import Event, Revision
from calendar_service.domain.recurrence import Recurrence, check_rule, occurrences
from calendar_service.domain.when import AllDay, KnownWhen, Timed
from calendar_service.domain.zones import footer, to_utc, zone
from calendar_service.ical.timezones import has_vtimezone, observances

HORIZON_YEARS = 5
"""How far a series is expanded, where it must be: so many years after the one in which it begins
or was last published, whichever is later. It is counted from the data and never from today, so
that equal data gives equal bytes."""

_ONE_DAY = timedelta(days=1)
_LEAP_DAY = (2, 29)


@dataclass(frozen=True, slots=True)
class Entry:
    """The times of one VEVENT: in the zone named, or in UTC, or whole days; with an RRULE or not.

    An instance of an expanded series is an entry with a UID of its own, made of the series' UID
    and the wall time at which the rule put it, which stays when the instance itself is moved.
    """

    uid: str
    when: KnownWhen
    zone: str | None = None
    rule: str | None = None

    @property
    def start(self) -> icalendar.vDate | icalendar.vDatetime:
        """The value of DTSTART."""
        if isinstance(self.when, AllDay):
            return _day(self.when.first)
        return self._moment(self.when.start)

    @property
    def end(self) -> icalendar.vDate | icalendar.vDatetime | None:
        """The value of DTEND, which is the first instant after the event (RFC 5545 3.8.2.2).

        None where the end is not known, or no later than the start: RFC 5545 3.6.1 then has the
        event end as it begins.
        """
        if isinstance(self.when, AllDay):
            return _day(self.when.last + _ONE_DAY)
        if self.when.end is None or self.when.ends_at() <= self.when.starts_at():
            return None
        return self._moment(self.when.end)

    def _moment(self, wall: datetime) -> icalendar.vDatetime:
        assert isinstance(self.when, Timed)  # noqa: S101 - asked of timed entries alone
        if self.zone is None:
            return icalendar.vDatetime(to_utc(wall, self.when.zone))
        moment = icalendar.vDatetime(wall)
        moment.params["TZID"] = self.zone  # the constructor would take it out again
        return moment


def entries(revision: Revision, when: KnownWhen) -> Iterator[Entry]:
    """The entries of an event: one, or one for each instance of a series that has no other form.

    Raises RuleError or UnknownZoneError for what a calendar could not read.
    """
    event = revision.event
    rule = _canonical(event.recurrence, when) if event.recurrence else None
    if isinstance(when, AllDay) or _is_utc(when.zone):
        yield Entry(event.uid, when, rule=rule)
    elif _fits_its_zone(revision, when):
        yield Entry(event.uid, when, zone=when.zone, rule=rule)
    elif rule is None:
        yield Entry(event.uid, when)
    else:
        yield from _expanded(event, when, horizon(revision, when))


def horizon(revision: Revision, when: KnownWhen) -> date:
    """The last day to which an event's series is expanded."""
    begun = max(when.first_day.year, revision.published_at.year)
    return date(begun + HORIZON_YEARS, 12, 31)


def _expanded(event: Event, when: Timed, last: date) -> Iterator[Entry]:
    for instance in occurrences(when, event.recurrence, first=when.first_day, last=last):
        yield Entry(f"{instance.recurrence_id}-{event.uid}", instance.when)


def _fits_its_zone(revision: Revision, when: Timed) -> bool:
    """Whether our VTIMEZONE is right for each instance, and each reader finds the same hour.

    The hour that the clocks skip, or show twice, is read in several ways (RFC 5545 3.3.5 has one
    of them), so an event that begins or ends in it is better off in UTC.
    """
    last = _last_day(revision, when)
    if not has_vtimezone(when.zone, when.first_day, last):
        return False
    if not _may_meet_a_change(when):
        return True
    instances = occurrences(when, revision.event.recurrence, first=when.first_day, last=last)
    return all(
        _is_plain(wall, when.zone) for instance in instances for wall in _walls(instance.when)
    )


def _may_meet_a_change(when: Timed) -> bool:
    """Whether its hours, on the days on which the clocks change, are skipped or shown twice."""
    onsets = [one.onset(when.start.year) for one in observances(when.zone) or () if one.change]
    return any(
        not _is_plain(datetime.combine(onset - before, wall.time()), when.zone)
        for onset in onsets
        for before in (timedelta(), _ONE_DAY)
        for wall in _walls(when)
    )


def _walls(when: KnownWhen) -> tuple[datetime, ...]:
    if isinstance(when, AllDay):
        return ()
    return (when.start, when.end) if when.end else (when.start,)


def _last_day(revision: Revision, when: Timed) -> date:
    """The last day of the event, or of its series as far as that is looked at."""
    series, last = revision.event.recurrence, horizon(revision, when)
    if series is None:
        return when.last_day
    if series.parts.keys().isdisjoint({"COUNT", "UNTIL"}):
        return last
    instances = occurrences(when, series, first=when.first_day, last=last)
    return max((instance.when.last_day for instance in instances), default=when.last_day)


def _canonical(recurrence: Recurrence, when: KnownWhen) -> str:
    """The rule with FREQ first, as RFC 5545 3.3.10 asks for the sake of older readers.

    A yearly 29 February is spelt out, because ical.js (in Thunderbird) else makes it 1 March.
    """
    check_rule(recurrence.rule, when)
    parts = recurrence.parts
    day = when.first_day
    if parts["FREQ"] == "YEARLY" and (day.month, day.day) == _LEAP_DAY and not _names_days(parts):
        parts |= {"BYMONTH": "2", "BYMONTHDAY": "29"}
    ordered = {"FREQ": parts.pop("FREQ"), **parts}
    return ";".join(f"{name}={value}" for name, value in ordered.items())


def _names_days(parts: Mapping[str, str]) -> bool:
    return any(name.startswith("BY") for name in parts)


def _is_utc(name: str) -> bool:
    return footer(name) == "UTC0"


def _is_plain(wall: datetime, name: str) -> bool:
    """Whether clocks in the zone show a wall time exactly once."""
    place = zone(name)
    return (
        wall.replace(tzinfo=place, fold=0).utcoffset()
        == wall.replace(tzinfo=place, fold=1).utcoffset()
    )


def _day(day: date) -> icalendar.vDate:
    return icalendar.vDate(day, params={"VALUE": "DATE"})
