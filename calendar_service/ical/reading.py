"""Calendars read back into plain facts, as any other reader would find them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

import icalendar

from calendar_service.errors import InvalidInputError, Problem


@dataclass(frozen=True, slots=True)
class ReadEvent:
    """What a calendar says of an event.

    `start` and `end` are days where it is `all_day`, and else instants in UTC, or wall times
    where the calendar names no zone. `end` is the first day or instant after the event, as DTEND
    has it, and None where it is not told.
    """

    uid: str
    sequence: int
    summary: str
    start: date
    end: date | None
    all_day: bool
    status: str


def read_calendar(content: bytes, place: str) -> tuple[ReadEvent, ...]:
    """The events of a calendar in its own order; a series is read as the event that begins it.

    Raises InvalidInputError with every mistake that was met; `place` names the calendar in it.
    """
    calendar = _parsed(content, place)
    events = calendar.walk("VEVENT")
    problems = [problem for event in events for problem in _problems(event, place)]
    if problems:
        raise InvalidInputError(problems)
    return tuple(_read(event) for event in events)


def _parsed(content: bytes, place: str) -> icalendar.Component:
    try:
        calendar = icalendar.Calendar.from_ical(content)
    except (ValueError, LookupError) as error:
        raise InvalidInputError([Problem(place, "", f"is no calendar: {error}.")]) from error
    if calendar.name != "VCALENDAR":
        message = f"is no calendar; it begins with BEGIN:{calendar.name}."
        raise InvalidInputError([Problem(place, "", message)])
    return calendar


def _problems(event: icalendar.Component, place: str) -> list[Problem]:
    """Lines that could not be read, and what must be there once (RFC 5545 3.6.1)."""
    uid = str(event.get("UID", "without UID"))
    unread = [f"{name or 'A line'} cannot be read: {message}." for name, message in event.errors]
    absent = [
        f"{name} must be there exactly once."
        for name in ("UID", "DTSTART")
        if name not in event or isinstance(event.get(name), list)
    ]
    return [Problem(place, f"event {uid}", message) for message in [*unread, *absent]]


def _read(event: icalendar.Component) -> ReadEvent:
    start: date = event.get("DTSTART").dt
    return ReadEvent(
        uid=str(event.get("UID")),
        sequence=int(event.get("SEQUENCE", 0)),
        summary=str(event.get("SUMMARY", "")),
        start=_instant(start),
        end=_end(event, start),
        all_day=not isinstance(start, datetime),
        status=str(event.get("STATUS", "CONFIRMED")),
    )


def _end(event: icalendar.Component, start: date) -> date | None:
    if "DTEND" in event:
        return _instant(event.get("DTEND").dt)
    if "DURATION" in event:
        return _instant(start + event.get("DURATION").dt)
    return None


def _instant(moment: date) -> date:
    """In UTC where it has a zone; days and wall times as they are."""
    if isinstance(moment, datetime) and moment.tzinfo is not None:
        return moment.astimezone(UTC)
    return moment
