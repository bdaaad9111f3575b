"""Time zones (RFC 5545 3.6.5), and the one form of them that every reader computes alike."""

from __future__ import annotations

import re
from collections.abc import Iterator

from calendar_service.ical.lint.lines import Component
from calendar_service.ical.lint.moments import DATE_TIME, FLOATING, form
from calendar_service.ical.lint.series import rule

Found = Iterator[tuple[int, str, str]]

_ESCAPED = re.compile(r"\\([\\;,])")
_YEARLY = re.compile(r"FREQ=YEARLY;BYMONTH=\d{1,2};BYDAY=(?:-1|[1-4])(?:SU|MO|TU|WE|TH|FR|SA)")
_ANCHORED = re.compile(r"1970\d{4}T\d{6}")


def zones(calendar: Component) -> Found:
    """What is wrong with a calendar's time zones, and with how they are used."""
    definitions = calendar.inside("VTIMEZONE")
    written = [line for zone in definitions for line in zone.every("TZID")]
    names = [_ESCAPED.sub(r"\1", line.value) for line in written]
    defined, used = set(names), set[str]()
    for component in calendar.walk():
        for line in component.properties:
            if zone := line.parameters.get("TZID"):
                used.add(zone)
                if zone not in defined:
                    yield line.line, "zone-missing", f"TZID={zone} has no VTIMEZONE"
    seen = set[str]()
    for line, name in zip(written, names, strict=True):
        if name in seen:
            yield line.line, "zone-twice", f"there is a VTIMEZONE {name} already"
        seen.add(name)
    if names != sorted(names):
        yield calendar.line, "zone-order", "the VTIMEZONEs are not sorted"
    for name in sorted(defined - used):
        yield calendar.line, "zone-order", f"the VTIMEZONE {name} is used by no event"
    for definition in definitions:
        yield from _clocks(definition)
        yield from _shape(definition)


def _clocks(zone: Component) -> Found:
    """What makes a zone unreadable for whoever looks."""
    for clock in zone.components:
        start = clock.first("DTSTART")
        if start and form(start) != (DATE_TIME, FLOATING):
            yield start.line, "time-form", "DTSTART of a clock is a wall time without a zone"
        for line in clock.every("RDATE"):
            yield line.line, "zone-rdate", "RDATE lists the changes of the clock"
        for line in clock.every("RRULE"):
            for name, said in rule(line.value, None):
                yield line.line, name, f"RRULE {said}"


def _shape(zone: Component) -> Found:
    kinds = [one.name for one in zone.components]
    if kinds not in (["STANDARD"], ["STANDARD", "DAYLIGHT"]):
        yield zone.line, "zone-shape", "a VTIMEZONE is one STANDARD and at most one DAYLIGHT"
    for clock in zone.components:
        start = clock.first("DTSTART")
        if start and not _ANCHORED.fullmatch(start.value):
            yield start.line, "zone-shape", "the clock is not anchored in 1970"
        rules = [line.value for line in clock.every("RRULE")]
        if len(kinds) > 1 and not (len(rules) == 1 and _YEARLY.fullmatch(rules[0])):
            yield clock.line, "zone-shape", "the clock has no simple yearly RRULE"
