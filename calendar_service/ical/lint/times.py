"""When events are, and how their dates hang together (RFC 5545 3.8.2, 3.8.4.4, 3.8.5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from calendar_service.ical.lint.lines import Component, Property
from calendar_service.ical.lint.moments import DATE, DATE_TIME, FLOATING, form
from calendar_service.ical.lint.series import rule
from calendar_service.ical.lint.structure import identity

Found = Iterator[tuple[int, str, str]]


def times(calendar: Component) -> Found:
    """What is wrong with the times of a calendar's events."""
    events = calendar.inside("VEVENT")
    series = [one for one in events if not one.every("RECURRENCE-ID")]
    starts = {identity(one)[0]: start for one in series if (start := one.first("DTSTART"))}
    for event in events:
        yield from _event(event, starts)
    for component in calendar.inside("VTODO") + calendar.inside("VJOURNAL"):
        start = component.first("DTSTART")
        yield from _rules(component, start)
        if start:
            yield from _dates(component.every("EXDATE") + component.every("RDATE"), start)


def _event(event: Component, starts: Mapping[str, Property]) -> Found:
    """An instance names itself as its series does, whatever it has moved to."""
    start = event.first("DTSTART")
    if start is None:
        return
    for line in event.every("DTSTART") + event.every("DTEND"):
        if form(line) is None:
            yield line.line, "time-form", _no_form(line)
        elif line.name == "DTSTART" and form(line) == (DATE_TIME, FLOATING):
            yield line.line, "floating-time", "DTSTART has neither a zone nor a Z"
    series = starts.get(identity(event)[0], start)
    yield from _dates(event.every("EXDATE") + event.every("RDATE"), start)
    yield from _dates(event.every("RECURRENCE-ID"), series)
    yield from _ends(event, start)
    yield from _rules(event, start)
    for line in event.every("RDATE"):
        yield line.line, "rdate", "RDATE adds dates to the series"
    for line in event.every("RECURRENCE-ID"):
        if "RANGE" in line.parameters:
            yield line.line, "range", "RECURRENCE-ID has RANGE"


def _no_form(line: Property) -> str:
    return f"{line.name} is no day, UTC time or wall time with its TZID"


def _dates(lines: Iterable[Property], series: Property) -> Found:
    """Dates of a series, which are written as its start is."""
    for line in lines:
        if form(line) is None:
            yield line.line, "time-form", _no_form(line)
        elif form(line) != form(series):
            said = f"{line.name} is of another type or zone than the series' DTSTART"
            yield line.line, "time-type", said


def _rules(component: Component, start: Property | None) -> Found:
    for line in component.every("RRULE"):
        for name, said in rule(line.value, form(start) if start else None):
            yield line.line, name, f"RRULE {said}"
    for line in component.every("EXRULE"):
        yield line.line, "exrule", "EXRULE is of an older standard"


def _ends(event: Component, start: Property) -> Found:
    end, length = event.first("DTEND"), event.first("DURATION")
    first = form(start)
    if length and first and first[0] == DATE and "T" in length.value.upper():
        yield length.line, "time-type", "DURATION has hours, and DTSTART is a day"
    if end is None:
        return
    if length:
        yield end.line, "end-twice", "DTEND and DURATION exclude each other"
    last = form(end)
    if first is None or last is None:
        return
    if (first[0], first[1] == FLOATING) != (last[0], last[1] == FLOATING):
        yield end.line, "time-type", "DTEND is of another type than DTSTART"
    elif first == last and end.value <= start.value:
        yield end.line, "end-before-start", "DTEND must be after DTSTART: it is exclusive"
