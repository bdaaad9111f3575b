"""Puts alarms into what is rendered already, for those alone who ask for them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import NAMESPACE_URL, uuid5

from calendar_service.domain.reminders import Offset
from calendar_service.domain.when import Timed
from calendar_service.ical.values import folded

_END = b"\r\nEND:VEVENT\r\n"
"""A line of its own: a title, too, may say END:VEVENT."""

_STARTS = re.compile(
    r"^DTSTART(?:;VALUE=DATE|;TZID=(?P<zone>[^:\r\n]+))?:(?P<start>[0-9T]+)Z?", re.MULTILINE
)
_FOLD = re.compile("\r\n[ \t]")
_LINE = {
    name: re.compile(rf"^{name}(?:;(?:[^\":\r\n]|\"[^\"\r\n]*\")*)?:([^\r\n]*)", re.MULTILINE)
    for name in ("UID", "SUMMARY", "STATUS", "RECURRENCE-ID")
}


@dataclass(frozen=True, slots=True)
class Reminding:
    """A reminder as a reader wants it: how long before, and their zone and hour."""

    offset: Offset
    zone: str
    hour: time

    def trigger(self, start: date | datetime, zone: str) -> str | None:
        """How long before or after the start it rings; None where there is no such reminder.

        The hour is the reader's: a calendar shows whole days, too, by the clocks of who looks.
        """
        days, hours = self.offset.days, self.offset.hours
        if not isinstance(start, datetime):
            whole = timedelta(days=days + -(-hours // 24))
            return _duration(timedelta(hours=self.hour.hour, minutes=self.hour.minute) - whole)
        if days or hours:
            return f"-{self.offset}"
        when = Timed(start, start, zone)
        instant = self.offset.instant(when, zone=self.zone, hour=self.hour)
        return None if instant is None else _duration(instant - when.starts_at())


def _duration(time: timedelta) -> str:
    """A duration as RFC 5545 3.3.6 writes it: `-PT16H`, `PT8H30M`."""
    minutes = abs(round(time / timedelta(minutes=1)))
    hours, rest = divmod(minutes, 60)
    parts = f"{hours}H" * bool(hours) + f"{rest}M" * bool(rest)
    return f"{'-' if time < timedelta() else ''}PT{parts or '0S'}"


def with_alarms(content: bytes, alarms: Iterable[str]) -> bytes:
    """VEVENTs with an alarm each time before the start, such as `P1D`, `PT30M` or `P0D`.

    What does not take place has none. An alarm's UID (RFC 9074 4) is made of the event's and the
    time, so that equal data gives equal bytes.
    """
    wanted = {alarm: _before(alarm) for alarm in alarms}
    return _with_alarms(content, lambda _: wanted) if wanted else content


def with_reminders(content: bytes, reminders: Iterable[Reminding]) -> bytes:
    """VEVENTs with an alarm at each instant at which readers are reminded of them."""
    wanted = tuple(reminders)

    def triggers(event: str) -> dict[str, str]:
        found = (one.trigger(*_start(event)) for one in wanted)
        return {trigger: trigger for trigger in sorted(filter(None, found))}

    return _with_alarms(content, triggers) if wanted else content


def _with_alarms(content: bytes, triggers: Callable[[str], Mapping[str, str]]) -> bytes:
    """With the alarms that an event's text is to have: what names each, and its trigger."""
    *events, rest = content.split(_END)
    return b"".join([*(event + _alarms(event, triggers) for event in events), rest])


def _alarms(event: bytes, triggers: Callable[[str], Mapping[str, str]]) -> bytes:
    """The alarms of an event, and its end."""
    text = _FOLD.sub("", event.decode())
    if _value(text, "STATUS") == "CANCELLED" or not (wanted := triggers(text)):
        return _END
    lines = (line for alarm, trigger in wanted.items() for line in _alarm(text, alarm, trigger))
    return b"".join([b"\r\n", *map(folded, lines), _END.removeprefix(b"\r\n")])


def _before(alarm: str) -> str:
    at_the_start = not int(re.sub(r"\D", "", alarm))
    return "PT0S" if at_the_start else f"-{alarm}"


def _start(event: str) -> tuple[date | datetime, str]:
    """When an event starts: a day, or wall time and its zone."""
    found = _STARTS.search(event)
    assert found is not None  # noqa: S101 - every VEVENT has one, by what we write
    zone, text = found["zone"] or "UTC", found["start"]
    if "T" not in text:
        return date.fromisoformat(text), zone
    return datetime.fromisoformat(text).replace(tzinfo=None), zone


def _alarm(event: str, alarm: str, trigger: str) -> Iterator[str]:
    named = f"{_value(event, 'UID')} {_value(event, 'RECURRENCE-ID')} {alarm}"
    yield "BEGIN:VALARM"
    yield f"UID:{uuid5(NAMESPACE_URL, named)}"
    yield "ACTION:DISPLAY"
    yield f"TRIGGER:{trigger}"
    yield f"DESCRIPTION:{_value(event, 'SUMMARY')}"
    yield "END:VALARM"


def _value(event: str, name: str) -> str:
    """A property's value as it is written, escapes and all."""
    found = _LINE[name].search(event)
    return found[1] if found else ""
