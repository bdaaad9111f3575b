"""Series: a rule that repeats an event, expanded on the wall clock and only then made UTC."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from heapq import merge
from itertools import dropwhile, islice
from typing import TYPE_CHECKING

from dateutil.rrule import rrulestr

from calendar_service.domain.plain_rules import WEEKDAYS, plain_starts
from calendar_service.domain.when import AllDay, KnownWhen, Timed
from calendar_service.domain.zones import to_wall

if TYPE_CHECKING:
    from calendar_service.domain.events import Localized, Place, Status

MOST_WEEKS_OF_A_MONTH = 5


@dataclass(frozen=True, slots=True)
class Override:
    """What is different about one instance of a series, or about it and all that follow.

    `of` is the instance's original start on the wall, at midnight for an all-day one. What is None
    or empty is as in the series. A new `when` moves the rest by as much as it moves the first.
    """

    of: datetime
    and_rest: bool = False
    when: KnownWhen | None = None
    status: Status | None = None
    reason: Localized = field(default_factory=dict)
    title: Localized = field(default_factory=dict)
    description: Localized = field(default_factory=dict)
    place: Place | None = None

    @property
    def shift(self) -> timedelta:
        """By how much the start moves on the wall."""
        return wall_start(self.when) - self.of if self.when else timedelta()


@dataclass(frozen=True, slots=True)
class Recurrence:
    """How an event repeats: a rule, dates besides it, dates without it, and instances that differ.

    `rule` is an RRULE value as RFC 5545 3.3.10 writes it, `FREQ=WEEKLY;COUNT=4`, or empty where
    the dates are all `added` (RDATE). Starts are on the wall, at midnight for an all-day series.
    """

    rule: str
    added: tuple[datetime, ...] = ()
    excluded: tuple[datetime, ...] = ()
    overrides: tuple[Override, ...] = ()

    @property
    def parts(self) -> dict[str, str]:
        """The rule's parts by name, all in capitals."""
        pairs = (part.partition("=") for part in self.rule.upper().split(";") if part)
        return {name: value for name, _, value in pairs}

    @property
    def is_endless(self) -> bool:
        """Whether there is always another instance."""
        return bool(self.rule) and self.parts.keys().isdisjoint({"COUNT", "UNTIL"})

    @property
    def rests(self) -> tuple[Override, ...]:
        """The overrides from which on all instances differ, in their order."""
        return tuple(one for one in self.overrides if one.and_rest)

    @property
    def singles(self) -> tuple[Override, ...]:
        """The overrides of one instance each, in their order."""
        return tuple(one for one in self.overrides if not one.and_rest)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One dated instance; `recurrence_id` names it within its series and is empty outside one.

    It is the instance's original wall start (RFC 5545 3.8.4.4): `20260323` or `20260323T090000`.
    `changes` are the overrides that hold for it, the nearest last.
    """

    recurrence_id: str
    when: KnownWhen
    changes: tuple[Override, ...] = ()


def occurrences(
    when: KnownWhen, recurrence: Recurrence | None, *, first: date, last: date
) -> Iterator[Occurrence]:
    """The instances that begin between two days, both included, soonest first."""
    if recurrence is None:
        if first <= when.first_day <= last:
            yield Occurrence("", when)
        return
    rests = recurrence.rests
    margin = max((abs(rest.shift) for rest in rests), default=timedelta())
    originals = _starts_between(when, recurrence, _day(first, -margin), _day(last, margin))
    if not recurrence.overrides:
        yield from (
            Occurrence(recurrence_id(when, start), moved(when, start)) for start in originals
        )
        return
    singles = {one.of for one in recurrence.singles}
    found = [
        _changed(when, recurrence, rests, start) for start in originals if start not in singles
    ]
    found += [instance(when, recurrence, start) for start in singles]
    found.sort(key=lambda one: wall_start(one.when))
    yield from (one for one in found if first <= one.when.first_day <= last)


def instance(when: KnownWhen, recurrence: Recurrence, start: datetime) -> Occurrence:
    """The instance of a series that has this original start on the wall."""
    singles = [one for one in recurrence.singles if one.of == start]
    return _changed(when, recurrence, recurrence.rests, start, singles)


def _changed(
    when: KnownWhen,
    recurrence: Recurrence,
    rests: Sequence[Override],
    start: datetime,
    singles: Sequence[Override] = (),
) -> Occurrence:
    """The instance of an original start with the last of the `rests` and the `singles` for it."""
    before = [one for one in rests if one.of <= start]
    changes = (*(before[-1:] if start not in recurrence.added else ()), *singles)
    at = moved(when, start)
    for change in changes:
        if change.when is not None:
            at = moved(change.when, start + change.shift)
    return Occurrence(recurrence_id(when, start), at, changes)


def recurrence_id(when: KnownWhen, start: datetime) -> str:
    """The name within its series of the instance with this original start on the wall."""
    written = start.isoformat(timespec="seconds").replace("-", "")  # faster than strftime
    return written[:8] if isinstance(when, AllDay) else written.replace(":", "")


def named_start(recurrence_id: str) -> datetime:
    """The original start on the wall that a recurrence id names."""
    return datetime.fromisoformat(recurrence_id)


def starts(when: KnownWhen, recurrence: Recurrence, *, last: date) -> Iterator[datetime]:
    """The original starts of a series up to a day: its rule's and the added, not the excluded."""
    return _starts_between(when, recurrence, date.min, last)


def rule_starts(rule: str, when: KnownWhen, *, first: date = date.min) -> Iterator[datetime]:
    """The starts of a rule on the wall, without end where it has none.

    Those before a `first` day may be left out.
    """
    begin = wall_start(when)
    if not rule:
        return iter([begin])
    parts = _on_the_wall(rule, when)
    plain = plain_starts(parts, begin, first)
    if plain is not None:
        return plain
    return _dateutil_starts(parts, begin)


def _dateutil_starts(parts: dict[str, str], begin: datetime) -> Iterator[datetime]:
    """The starts of a rule of whatever parts.

    Of the week that a rule begins in, dateutil sees the days from the start on alone; BYSETPOS is
    to choose among all of them (RFC 5545 3.3.10). At a sixth Monday, which no month has, it fails.
    """
    if _counts_in_months(parts):
        parts = {**parts, "BYDAY": _in_a_month(parts["BYDAY"])}
        if not parts["BYDAY"]:
            return iter(())
    if parts["FREQ"] != "WEEKLY" or "BYSETPOS" not in parts:
        return iter(rrulestr(_written(parts), dtstart=begin))
    before = (begin.weekday() - WEEKDAYS[parts.get("WKST", "MO")]) % 7
    endless = {name: value for name, value in parts.items() if name != "COUNT"}
    weeks = rrulestr(_written(endless), dtstart=begin - timedelta(days=before))
    found = dropwhile(lambda start: start < begin, weeks)
    return islice(found, int(parts["COUNT"])) if "COUNT" in parts else found


def _counts_in_months(parts: dict[str, str]) -> bool:
    """Whether the numbers of weekdays are those of a month and not of a year."""
    return "BYDAY" in parts and (parts["FREQ"] == "MONTHLY" or "BYMONTH" in parts)


def _in_a_month(by_day: str) -> str:
    """The weekdays, such as `1MO`, `-1SU` or `TU`, that some month has."""
    days = by_day.split(",")
    return ",".join(day for day in days if abs(int(day[:-2] or 1)) <= MOST_WEEKS_OF_A_MONTH)


def _written(parts: dict[str, str]) -> str:
    return ";".join(f"{name}={value}" for name, value in parts.items())


def wall_start(when: KnownWhen) -> datetime:
    """The start on the wall; of an all-day event the midnight at which its first day begins."""
    return when.start if isinstance(when, Timed) else datetime.combine(when.first, time())


def _starts_between(
    when: KnownWhen, recurrence: Recurrence, first: date, last: date
) -> Iterator[datetime]:
    begin, end = datetime.combine(first, time.min), datetime.combine(last, time.max)
    both = rule_starts(recurrence.rule, when, first=first)
    if recurrence.added:
        both = merge(both, recurrence.added)
    left_out = frozenset(recurrence.excluded)
    for start in both:
        if start > end:
            return
        if start >= begin and not (left_out and start in left_out):
            yield start


def moved(when: KnownWhen, start: datetime) -> KnownWhen:
    """As long as before, from another start on the wall."""
    return when.moved_to(start.date()) if isinstance(when, AllDay) else when.moved_to(start)


def _day(day: date, by: timedelta) -> date:
    """A day and as many more, or the calendar's own end."""
    try:
        return day + timedelta(days=by.days + 1 if by > timedelta() else by.days)
    except OverflowError:
        return date.max if by > timedelta() else date.min


def _on_the_wall(rule: str, when: KnownWhen) -> dict[str, str]:
    """The rule's parts with UNTIL in the event's own wall time, as the expansion needs it."""
    parts = Recurrence(rule).parts
    until = parts.get("UNTIL")
    if until and until.endswith("Z") and isinstance(when, Timed):
        instant = datetime.strptime(until, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        parts["UNTIL"] = f"{to_wall(instant, when.zone):%Y%m%dT%H%M%S}"
    return parts
