"""A series as stretches of instances that have one rule each, for calendars that know no others.

RFC 5545 3.2.13 has RANGE=THISANDFUTURE for what changes from one instance on; few apps read it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import takewhile

from calendar_service.domain.recurrence import (
    Override,
    Recurrence,
    instance,
    moved,
    rule_starts,
    wall_start,
)
from calendar_service.domain.when import AllDay, KnownWhen, Timed
from calendar_service.domain.zones import to_utc, to_wall

_ANY_DAY = {"DAILY", "WEEKLY"}


@dataclass(frozen=True, slots=True)
class Stretch:
    """The instances from an original start on, up to that of the next stretch.

    `when` is the first of them as it now is, `shift` by how much each start is moved on the wall,
    and `rule` repeats `when`, if it is not empty; it is None where no rule does.
    """

    first: datetime
    end: datetime | None
    shift: timedelta
    when: KnownWhen
    rule: str | None
    change: Override | None

    def holds(self, start: datetime) -> bool:
        """Whether an original start is in it."""
        return self.first <= start and (self.end is None or start < self.end)


def stretches(when: KnownWhen, recurrence: Recurrence) -> Iterator[Stretch]:
    """The stretches of a series in their order: one, unless it changes from some instance on."""
    bounds: list[tuple[datetime, Override | None]] = [(one.of, one) for one in recurrence.rests]
    if not bounds or bounds[0][0] > wall_start(when):
        bounds.insert(0, (wall_start(when), None))
    ends = [*(first for first, _ in bounds[1:]), None]
    for (first, change), end in zip(bounds, ends, strict=True):
        shift = change.shift if change else timedelta()
        plain = Recurrence(recurrence.rule, overrides=recurrence.rests)
        yield Stretch(
            first=first,
            end=end,
            shift=shift,
            when=instance(when, plain, first).when,
            rule=_rule(when, recurrence, first, end, shift),
            change=change,
        )


def move_series(recurrence: Recurrence, before: KnownWhen, after: KnownWhen) -> Recurrence:
    """A series whose first start moves, and every date in it by as much on the wall.

    It stays as it is between whole days and hours, where no date can say what is meant.
    """
    if type(before) is not type(after):
        return recurrence
    shift = wall_start(after) - wall_start(before)
    parts = recurrence.parts
    if until := parts.get("UNTIL"):
        parts["UNTIL"] = _until(_until_wall(until, before) + shift, after)
    return Recurrence(
        rule=";".join(f"{name}={value}" for name, value in parts.items()),
        added=tuple(start + shift for start in recurrence.added),
        excluded=tuple(start + shift for start in recurrence.excluded),
        overrides=tuple(
            replace(
                one,
                of=one.of + shift,
                when=one.when and moved(one.when, one.of + one.shift + shift),
            )
            for one in recurrence.overrides
        ),
    )


def _rule(
    when: KnownWhen, recurrence: Recurrence, first: datetime, end: datetime | None, shift: timedelta
) -> str | None:
    start = wall_start(when)
    if not recurrence.rule or (first == start and end is None and not shift):
        return recurrence.rule
    if (first + shift).date() != first.date() and not _moves_freely(recurrence):
        return None
    return ";".join(
        f"{name}={value}"
        for name, value in _limited(when, recurrence, first, end, shift).items()
        if value
    )


def _moves_freely(recurrence: Recurrence) -> bool:
    """Whether the rule repeats any day as well as the one that it begins with."""
    parts = recurrence.parts
    return parts["FREQ"] in _ANY_DAY and not any(name.startswith("BY") for name in parts)


def _limited(
    when: KnownWhen, recurrence: Recurrence, first: datetime, end: datetime | None, shift: timedelta
) -> dict[str, str]:
    """The rule's parts with the COUNT or the UNTIL of a stretch."""
    parts = recurrence.parts
    count, until = parts.pop("COUNT", ""), parts.pop("UNTIL", "")
    if end is not None:
        *_, last = takewhile(lambda start: start < end, rule_starts(recurrence.rule, when))
        return parts | {"UNTIL": _until(last + shift, when)} if last > first else {}
    if count:
        before = sum(1 for _ in takewhile(lambda s: s < first, rule_starts(recurrence.rule, when)))
        return parts | {"COUNT": str(int(count) - before)}
    return parts | ({"UNTIL": _until(_until_wall(until, when) + shift, when)} if until else {})


def _until(wall: datetime, when: KnownWhen) -> str:
    """UNTIL as it is written: in UTC, or a day (RFC 5545 3.3.10)."""
    if isinstance(when, AllDay):
        return f"{wall:%Y%m%d}"
    return f"{to_utc(wall, when.zone):%Y%m%dT%H%M%SZ}"


def _until_wall(until: str, when: KnownWhen) -> datetime:
    if isinstance(when, Timed):
        instant = datetime.strptime(until, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        return to_wall(instant, when.zone)
    return datetime.strptime(until, "%Y%m%d")  # noqa: DTZ007 - on the wall
