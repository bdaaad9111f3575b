"""Series: a rule that repeats an event, expanded on the wall clock and only then made UTC."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from heapq import merge
from itertools import takewhile
from typing import TYPE_CHECKING

from dateutil.rrule import rrulestr

from calendar_service.domain.when import AllDay, KnownWhen, Timed
from calendar_service.domain.zones import to_wall

if TYPE_CHECKING:
    from calendar_service.domain.events import Localized, Place, Status


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
    margin = max((abs(rest.shift) for rest in recurrence.rests), default=timedelta())
    singles = {one.of for one in recurrence.singles}
    originals = _starts_between(when, recurrence, _day(first, -margin), _day(last, margin))
    found: Iterator[Occurrence] = (
        instance(when, recurrence, start) for start in originals if start not in singles
    )
    if recurrence.overrides:
        others = (instance(when, recurrence, start) for start in singles)
        found = iter(sorted([*found, *others], key=lambda one: wall_start(one.when)))
    yield from (one for one in found if first <= one.when.first_day <= last)


def instance(when: KnownWhen, recurrence: Recurrence, start: datetime) -> Occurrence:
    """The instance of a series that has this original start on the wall."""
    rests = [one for one in recurrence.rests if one.of <= start and start not in recurrence.added]
    changes = (*rests[-1:], *(one for one in recurrence.singles if one.of == start))
    name, at = recurrence_id(when, start), moved(when, start)
    for change in changes:
        if change.when is not None:
            at = moved(change.when, start + change.shift)
    return Occurrence(name, at, changes)


def recurrence_id(when: KnownWhen, start: datetime) -> str:
    """The name within its series of the instance with this original start on the wall."""
    return f"{start:%Y%m%d}" if isinstance(when, AllDay) else f"{start:%Y%m%dT%H%M%S}"


def named_start(recurrence_id: str) -> datetime:
    """The original start on the wall that a recurrence id names."""
    return datetime.fromisoformat(recurrence_id)


def starts(when: KnownWhen, recurrence: Recurrence, *, last: date) -> Iterator[datetime]:
    """The original starts of a series up to a day: its rule's and the added, not the excluded."""
    return _starts_between(when, recurrence, date.min, last)


def rule_starts(rule: str, when: KnownWhen) -> Iterator[datetime]:
    """The starts of a rule on the wall, without end where it has none."""
    if not rule:
        return iter([wall_start(when)])
    return iter(rrulestr(_on_the_wall(rule, when), dtstart=wall_start(when)))


def wall_start(when: KnownWhen) -> datetime:
    """The start on the wall; of an all-day event the midnight at which its first day begins."""
    return when.start if isinstance(when, Timed) else datetime.combine(when.first, time())


def _starts_between(
    when: KnownWhen, recurrence: Recurrence, first: date, last: date
) -> Iterator[datetime]:
    ruled = takewhile(lambda start: start.date() <= last, rule_starts(recurrence.rule, when))
    added = [start for start in recurrence.added if start.date() <= last]
    both = merge(ruled, added) if added else ruled
    left_out = frozenset(recurrence.excluded)
    return (start for start in both if start.date() >= first and start not in left_out)


def moved(when: KnownWhen, start: datetime) -> KnownWhen:
    """As long as before, from another start on the wall."""
    return when.moved_to(start.date()) if isinstance(when, AllDay) else when.moved_to(start)


def _day(day: date, by: timedelta) -> date:
    """A day and as many more, or the calendar's own end."""
    try:
        return day + timedelta(days=by.days + 1 if by > timedelta() else by.days)
    except OverflowError:
        return date.max if by > timedelta() else date.min


def _on_the_wall(rule: str, when: KnownWhen) -> str:
    """The rule with its UNTIL in the event's own wall time, as the expansion needs it."""
    parts = Recurrence(rule).parts
    until = parts.get("UNTIL")
    if until and until.endswith("Z") and isinstance(when, Timed):
        instant = datetime.strptime(until, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        parts["UNTIL"] = f"{to_wall(instant, when.zone):%Y%m%dT%H%M%S}"
    return ";".join(f"{name}={value}" for name, value in parts.items())
