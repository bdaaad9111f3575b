"""In which form an event's times are written, so that every app shows the same hour."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache

import icalendar

from calendar_service.domain.events import Event, Revision
from calendar_service.domain.recurrence import (
    Occurrence,
    Recurrence,
    instance,
    named_start,
    occurrences,
    recurrence_id,
    starts,
    wall_start,
)
from calendar_service.domain.rules import check_rule
from calendar_service.domain.stretches import Stretch, stretches
from calendar_service.domain.when import AllDay, InMonth, KnownWhen, Timed
from calendar_service.domain.zones import footer, to_utc, to_wall, zone
from calendar_service.ical.simple_rules import is_simple, simplified
from calendar_service.ical.timezones import has_vtimezone, is_known_everywhere, observances

HORIZON_YEARS = 5
"""How far a series is expanded, where it must be: so many years after the one in which it begins,
was last published or is written, whichever is the latest."""

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Entry:
    """What one VEVENT says: an event, when it is, and how it repeats.

    The times are in the zone named, or in UTC, or whole days. An instance that differs has the UID
    of its `series` and is `of` the start there that it had. One that is written on its own has a
    UID of the series' and its original start, which stays when the instance itself is moved.
    """

    uid: str
    event: Event
    when: KnownWhen
    zone: str | None = None
    rule: str | None = None
    excluded: tuple[datetime, ...] = ()
    series: Entry | None = None
    of: datetime | None = None

    @property
    def start(self) -> icalendar.vDate | icalendar.vDatetime:
        """The value of DTSTART."""
        return self._value(wall_start(self.when))

    @property
    def end(self) -> icalendar.vDate | icalendar.vDatetime | None:
        """The value of DTEND, which is the first instant after the event (RFC 5545 3.8.2.2).

        None where the end is not known, or no later than the start: RFC 5545 3.6.1 then has the
        event end as it begins.
        """
        if isinstance(self.when, AllDay):
            return _day(self.when.last + _ONE_DAY)
        start, end = self.when.instants()
        if self.when.end is None or end <= start:
            return None
        return self._value(self.when.end)

    @property
    def left_out(self) -> list[icalendar.vDate | icalendar.vDatetime]:
        """The values of EXDATE, of DTSTART's type and zone (RFC 5545 3.8.5.1)."""
        return [self._value(start) for start in self.excluded]

    @property
    def recurrence_id(self) -> icalendar.vDate | icalendar.vDatetime | None:
        """The value of RECURRENCE-ID, of the series' type and zone (RFC 5545 3.8.4.4)."""
        return self.series._value(self.of) if self.series and self.of else None

    def _value(self, wall: datetime) -> icalendar.vDate | icalendar.vDatetime:
        if isinstance(self.when, AllDay):
            return _day(wall.date())
        if self.zone is None:
            return icalendar.vDatetime(to_utc(wall, self.when.zone))
        moment = icalendar.vDatetime(wall)
        moment.params["TZID"] = self.zone  # the constructor would take it out again
        return moment


def entries(
    revision: Revision, when: KnownWhen, *, year: int = 0, hide: bool = False
) -> Iterator[Entry]:
    """The entries of an event: one, or those that its series needs in the year it is written.

    `hide` leaves out what does not take place. Raises RuleError or UnknownZoneError for what a
    calendar could not read.
    """
    event = revision.event
    if hide and not event.status.takes_place:
        return
    if event.recurrence is None:
        yield _alone(event.uid, event, when)
        return
    last = horizon(revision, when, year)
    for stretch in stretches(when, event.recurrence):
        yield from _stretch(event, when, stretch, last, hide=hide)
    for start in event.recurrence.added:
        yield from _on_its_own(event, when, start, hide=hide, zoned=True)


def horizon(revision: Revision, when: KnownWhen, year: int) -> date:
    """The last day to which an event's series is expanded in a year."""
    begun = max(when.first_day.year, revision.published_at.year, year)
    return date(begun + HORIZON_YEARS, 12, 31)


def _stretch(
    event: Event, when: KnownWhen, stretch: Stretch, last: date, *, hide: bool
) -> Iterator[Entry]:
    """A series of its own, or every instance on its own.

    The latter also where the clocks change during the first, whose length the others have.
    """
    series = event.recurrence
    assert series is not None  # noqa: S101 - it has stretches
    rule = _rule(stretch)
    if (
        rule is None
        or _lasts_over_a_change(stretch.when)
        or not _fits_its_zone(stretch.when, rule, last)
    ):
        for start in starts(when, series, last=last):
            if stretch.holds(start) and start not in series.added:
                yield from _on_its_own(event, when, start, hide=hide, zoned=rule is None)
        return
    if rule:
        yield from _series(event, when, stretch, rule, last, hide=hide)
    else:
        yield from _only_one(event, when, stretch, hide=hide)


def _series(
    event: Event, when: KnownWhen, stretch: Stretch, rule: str, last: date, *, hide: bool
) -> Iterator[Entry]:
    """A stretch as a series: its rule, without what is left out, and the instances that differ."""
    series = event.recurrence
    assert series is not None  # noqa: S101 - it has stretches
    plain = Recurrence(series.rule, overrides=series.rests)
    of_all = event.at(instance(when, plain, stretch.first))
    differing = [one for one in series.singles if stretch.holds(one.of)]
    if hide and not of_all.status.takes_place:
        for one in differing:
            if one.of not in series.added:
                yield from _on_its_own(event, when, one.of, hide=True, zoned=True)
        return
    others = [event.at(instance(when, series, one.of)) for one in differing]
    hidden = [
        one.of
        for one, other in zip(differing, others, strict=True)
        if hide and not other.status.takes_place
    ]
    excluded = sorted(start for start in (*series.excluded, *hidden) if stretch.holds(start))
    master = replace(
        _entry(_uid(event, when, stretch.first), of_all, stretch.when),
        rule=rule,
        excluded=tuple(start + stretch.shift for start in excluded),
    )
    if excluded and not _is_left(when, series, stretch, hidden, last):
        return
    yield master
    for occurrence in _lasting_over_a_change(event, when, stretch, last):
        entry = _single(master.uid, event.at(occurrence), occurrence.when)
        start = named_start(occurrence.recurrence_id) + stretch.shift
        yield replace(entry, series=master, of=start)
    for one, other in zip(differing, others, strict=True):
        if one.of not in hidden and one.of not in series.added:
            assert not isinstance(other.when, InMonth)  # noqa: S101 - an instance has its day
            entry = _single(master.uid, other, _in_zone_of(master, other.when))
            yield replace(entry, series=master, of=one.of + stretch.shift)


def _only_one(event: Event, when: KnownWhen, stretch: Stretch, *, hide: bool) -> Iterator[Entry]:
    """The only instance of a stretch, as it is.

    Where nothing repeats, no app looks for an instance that stands in the place of another.
    """
    assert event.recurrence is not None  # noqa: S101 - it has a stretch
    if stretch.first not in event.recurrence.excluded:
        for entry in _on_its_own(event, when, stretch.first, hide=hide, zoned=True):
            yield replace(entry, uid=_uid(event, when, stretch.first))


def _is_left(
    when: KnownWhen, series: Recurrence, stretch: Stretch, hidden: Collection[datetime], last: date
) -> bool:
    """Whether any instance is left of a stretch; some apps show one even where none is."""
    left = (start for start in starts(when, series, last=last) if stretch.holds(start))
    return any(start not in hidden and start not in series.added for start in left)


def _lasting_over_a_change(
    event: Event, when: KnownWhen, stretch: Stretch, last: date
) -> Iterator[Occurrence]:
    """The plain instances of a stretch during which the clocks change.

    Readers part over when such a one ends: after as many hours as the first (RFC 5545 3.8.5.3), or
    at the same hour on the wall. Written with its own end it is the same for all.
    """
    series = event.recurrence
    if series is None or not stretch.rule or not _may_last_over_a_change(stretch.when):
        return
    different = {one.of for one in series.singles}
    for start in starts(when, series, last=last):
        if stretch.holds(start) and start not in different and start not in series.added:
            occurrence = instance(when, series, start)
            if _lasts_over_a_change(occurrence.when):
                yield occurrence


def _may_last_over_a_change(when: KnownWhen) -> bool:
    """Whether an hour at which its zone's clocks change lies within it, on whatever day."""
    if isinstance(when, AllDay) or when.end is None or _is_utc(when.zone):
        return False
    hours = {one.onset(when.start.year).time() for one in observances(when.zone) or ()}
    days = (when.end.date() - when.start.date()).days
    return days > 1 or any(
        when.start < datetime.combine(when.start.date() + timedelta(days=later), hour) <= when.end
        for hour in hours
        for later in range(days + 1)
    )


def _lasts_over_a_change(when: KnownWhen) -> bool:
    if isinstance(when, AllDay) or when.end is None:
        return False
    place = zone(when.zone)
    offsets = {wall.replace(tzinfo=place).utcoffset() for wall in (when.start, when.end)}
    return len(offsets) > 1


def _in_zone_of(master: Entry, when: KnownWhen) -> KnownWhen:
    """The same instants in the zone of the series: one that moves to another is written so too."""
    zone_name = master.zone
    if zone_name is None or not isinstance(when, Timed) or when.zone == zone_name:
        return when
    end = to_wall(to_utc(when.end, when.zone), zone_name) if when.end else None
    return Timed(to_wall(to_utc(when.start, when.zone), zone_name), end, zone_name)


def _on_its_own(
    event: Event, when: KnownWhen, start: datetime, *, hide: bool, zoned: bool
) -> Iterator[Entry]:
    """One instance of a series as an event of its own."""
    assert event.recurrence is not None  # noqa: S101 - it has instances
    occurrence = instance(when, event.recurrence, start)
    as_it_is = event.at(occurrence)
    if not hide or as_it_is.status.takes_place:
        uid = f"{occurrence.recurrence_id}-{event.uid}"
        make = _alone if zoned else Entry
        yield make(uid, as_it_is, occurrence.when)


def _uid(event: Event, when: KnownWhen, first: datetime) -> str:
    """The event's own for what begins the series, else one that names where it begins."""
    if first == wall_start(when):
        return event.uid
    return f"{recurrence_id(when, first)}-{event.uid}"


def _alone(uid: str, event: Event, when: KnownWhen) -> Entry:
    """An event by itself, in UTC if the clocks change while it lasts.

    evolution-data-server 3.46 adds its length to the hour on the wall, so that it would end an hour
    too late or too early; with a RECURRENCE-ID it would not.
    """
    return Entry(uid, event, when) if _lasts_over_a_change(when) else _single(uid, event, when)


def _single(uid: str, event: Event, when: KnownWhen) -> Entry:
    """An entry without a rule, in its zone if every reader finds the same hour there."""
    if isinstance(when, Timed) and not _is_utc(when.zone) and not _fits_its_zone(when, "", None):
        return Entry(uid, event, when)
    return _entry(uid, event, when)


def _entry(uid: str, event: Event, when: KnownWhen) -> Entry:
    zone_name = when.zone if isinstance(when, Timed) and not _is_utc(when.zone) else None
    return Entry(uid, event, when, zone=zone_name)


def _fits_its_zone(when: KnownWhen, rule: str, last: date | None) -> bool:
    """Whether our VTIMEZONE is right for each instance, and each reader finds the same hour.

    Not each does where the zone's rule is new: some know the zone from elsewhere. The hour that the
    clocks skip, or show twice, is read in several ways (RFC 5545 3.3.5 has one of them), so an
    event that begins or ends in it is better off in UTC.
    """
    if isinstance(when, AllDay) or _is_utc(when.zone):
        return True
    series = Recurrence(rule) if rule else None
    if not is_known_everywhere(when.zone):
        return False
    if not has_vtimezone(when.zone, when.first_day, _last_day(when, series, last)):
        return False
    if not _may_meet_a_change(when):
        return True
    instances = occurrences(when, series, first=when.first_day, last=last or when.last_day)
    return all(_is_plain(wall, when.zone) for one in instances for wall in _walls(one.when))


def _may_meet_a_change(when: Timed) -> bool:
    """Whether its hours, on the days on which the clocks change, are skipped or shown twice."""
    year = when.start.year
    return any(_is_skipped_or_twice(wall.time(), when.zone, year) for wall in _walls(when))


@lru_cache(maxsize=4096)
def _is_skipped_or_twice(hour: time, name: str, year: int) -> bool:
    """Whether an hour is so on one of the days of a year on which a zone's clocks change."""
    onsets = [one.onset(year) for one in observances(name) or () if one.change]
    return any(
        not _is_plain(datetime.combine(onset - before, hour), name)
        for onset in onsets
        for before in (timedelta(), _ONE_DAY)
    )


def _walls(when: KnownWhen) -> tuple[datetime, ...]:
    if isinstance(when, AllDay):
        return ()
    return (when.start, when.end) if when.end else (when.start,)


def _last_day(when: Timed, series: Recurrence | None, last: date | None) -> date:
    """The last day of the event, or of its series as far as that is looked at."""
    if series is None or last is None:
        return when.last_day
    if series.parts.keys().isdisjoint({"COUNT", "UNTIL"}):
        return last
    instances = occurrences(when, series, first=when.first_day, last=last)
    return max((one.when.last_day for one in instances), default=when.last_day)


def _rule(stretch: Stretch) -> str | None:
    """The rule of a stretch, empty if it needs none; None if it has none that every app reads."""
    if stretch.rule is None:
        return None
    rule = _canonical(stretch.rule, stretch.when)
    return rule if is_simple(Recurrence(rule).parts, stretch.when.first_day) else None


def _canonical(rule: str, when: KnownWhen) -> str:
    """The rule with FREQ first, as RFC 5545 3.3.10 asks for the sake of older readers."""
    if not rule:
        return ""
    check_rule(rule, when)
    parts = simplified(Recurrence(rule).parts)
    ordered = {"FREQ": parts.pop("FREQ"), **parts}
    return ";".join(f"{name}={value}" for name, value in ordered.items())


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
