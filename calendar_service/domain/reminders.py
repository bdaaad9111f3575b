"""How long before an event a reader is reminded, and until when that is still worth it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from calendar_service.domain.when import AllDay, KnownWhen, Timed
from calendar_service.domain.zones import to_utc, to_wall
from calendar_service.errors import CalendarError

DEFAULT_HOUR = time(8)
MORNING = time(8)
EARLIEST_START_WITH_A_MORNING = time(9)
NOON = time(12)
LONGEST = timedelta(days=366)

_FORM = re.compile(r"P(?:(\d{1,3})W|(\d{1,3})D|T(\d{1,4})H)", re.ASCII)


class OffsetError(CalendarError):
    """A text that is no offset."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"{text!r} is no reminder time; write P7D (a week before), P1D (the day before), "
            f"P0D (that morning) or PT24H (exactly 24 hours before), a year at most."
        )


@dataclass(frozen=True, slots=True, order=True)
class Offset:
    """How long before: `days` on the calendar, or else exact `hours`.

    An exact offset has no meaning for an all-day event, which has no hour; there it counts in
    whole days, rounded up, so that nobody who chose one is left without a reminder.
    """

    days: int = 0
    hours: int = 0

    @classmethod
    def parse(cls, text: str) -> Offset:
        """The offset of an ISO 8601 duration `PnD`, `PnW` or `PTnH`; raises OffsetError."""
        match = _FORM.fullmatch(text.strip().upper())
        if match is None:
            raise OffsetError(text)
        weeks, days, hours = (int(value or 0) for value in match.groups())
        offset = cls(days=weeks * 7 + days, hours=hours)
        at_the_start = match[3] is not None and not hours
        if timedelta(days=offset.days, hours=offset.hours) > LONGEST or at_the_start:
            raise OffsetError(text)
        return offset

    def __str__(self) -> str:
        """Its one written form: `P7D`, `PT24H`."""
        return f"PT{self.hours}H" if self.hours else f"P{self.days}D"

    def depends_on_reader(self, when: KnownWhen) -> bool:
        """Whether the instant differs with the reader's zone and hour."""
        return isinstance(when, AllDay) or not (self.days or self.hours)

    def instant(self, when: KnownWhen, *, zone: str, hour: time) -> datetime | None:
        """The UTC instant at which the reminder is due for a reader in `zone`.

        All-day: at the reader's `hour`. Timed: `P1D` is the same wall time the day before in the
        event's own zone, `PT24H` exactly 24 hours. The morning of a timed event is 08:00 in the
        reader's zone, and None where the event starts there before 09:00.
        """
        if isinstance(when, AllDay):
            days = timedelta(days=self.days + -(-self.hours // 24))
            return to_utc(datetime.combine(when.first - days, hour), zone)
        if self.hours:
            return when.starts_at() - timedelta(hours=self.hours)
        if self.days:
            return to_utc(when.start - timedelta(days=self.days), when.zone)
        return _morning_of(when, zone)


WEEK_BEFORE, DAY_BEFORE, MORNING_OF = Offset(days=7), Offset(days=1), Offset()
OFFERED = (WEEK_BEFORE, DAY_BEFORE, MORNING_OF)


def parse_offsets(texts: Iterable[str]) -> tuple[Offset, ...]:
    """Offsets without doubles, the longest before the event first; raises OffsetError."""
    offsets = {Offset.parse(text) for text in texts}
    return tuple(sorted(offsets, key=lambda offset: (-offset.days * 24 - offset.hours, offset)))


def deadline(when: KnownWhen, zone: str) -> datetime:
    """The last UTC instant at which a reminder is worth sending: the start, or local noon."""
    if isinstance(when, Timed):
        return when.starts_at()
    return to_utc(datetime.combine(when.first, NOON), zone)


def _morning_of(when: Timed, zone: str) -> datetime | None:
    start = to_wall(when.starts_at(), zone)
    if start.time() < EARLIEST_START_WITH_A_MORNING:
        return None
    return to_utc(datetime.combine(start.date(), MORNING), zone)
