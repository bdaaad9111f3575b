"""Our lint of calendar bytes: every rule of CALENDAR-APPS.md and RFC 5545 that a feed must keep.

It shares no code with what writes the calendars and none with the icalendar library, so that it
finds their mistakes. `lint` gives findings; `assert_clean` is for tests.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from tests.ical.content_lines import Component, Property, parse_line, unfolded

LONGEST_LINE = 75


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """What is wrong on a line, counted from 1."""

    line: int
    message: str


def assert_clean(content: bytes) -> bytes:
    """The same bytes, once the lint has found nothing in them."""
    findings = lint(content)
    assert not findings, "\n".join(f"line {one.line}: {one.message}" for one in findings)
    return content


def lint(content: bytes) -> list[Finding]:
    """Everything that is wrong with a calendar, in the order of its lines."""
    findings = [*_octets(content)]
    root = _tree(content, findings)
    findings += _structure(root)
    for calendar in root.components:
        findings += _calendar(calendar)
    return sorted(set(findings))


# Bytes and lines (RFC 5545 3.1, 3.3.11)

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def _octets(content: bytes) -> Iterator[Finding]:
    if content.startswith(b"\xef\xbb\xbf"):
        yield Finding(1, "begins with a byte order mark")
    if not content.endswith(b"\r\n"):
        yield Finding(content.count(b"\r\n") + 1, "the last line does not end with CRLF")
    if content[:1] in {b" ", b"\t"}:
        yield Finding(1, "the first line is the continuation of none")
    for number, line in enumerate(content.removesuffix(b"\r\n").split(b"\r\n"), start=1):
        yield from (Finding(number, message) for message in _line(line))


def _line(line: bytes) -> Iterator[str]:
    if not line.strip():
        yield "is blank"
    if b"\r" in line or b"\n" in line:
        yield "has a line end that is not CRLF"
    if len(line) > LONGEST_LINE:
        yield f"has {len(line)} octets; {LONGEST_LINE} is the most"
    try:
        text = line.decode()
    except UnicodeDecodeError:
        yield "is not UTF-8 by itself: a character is cut in two"
        return
    for found in _CONTROL.findall(text.translate({10: None, 13: None})):
        yield f"has the control character U+{ord(found):04X}"


# Components (RFC 5545 3.4, 3.6)

_PLACES = {
    "VCALENDAR": {""},
    "VTIMEZONE": {"VCALENDAR"},
    "STANDARD": {"VTIMEZONE"},
    "DAYLIGHT": {"VTIMEZONE"},
    "VEVENT": {"VCALENDAR"},
    "VALARM": {"VEVENT"},
}


def _tree(content: bytes, findings: list[Finding]) -> Component:
    """The components under one root that has no name."""
    stack = [Component(0, "")]
    for number, text in unfolded(content):
        line = parse_line(number, text)
        if line is None:
            findings.append(Finding(number, f"is no content line: {text[:40]}"))
        elif line.name == "BEGIN":
            stack.append(Component(number, line.value))
            stack[-2].components.append(stack[-1])
        elif line.name == "END":
            _close(stack, line, findings)
        else:
            if stack[-1].components:
                findings.append(Finding(number, f"{line.name} stands behind a component"))
            stack[-1].properties.append(line)
    findings += [Finding(one.line, f"{one.name} has no END") for one in stack[1:]]
    return stack[0]


def _close(stack: list[Component], line: Property, findings: list[Finding]) -> None:
    if len(stack) > 1 and stack[-1].name == line.value:
        stack.pop()
    else:
        findings.append(
            Finding(line.line, f"END:{line.value} closes {stack[-1].name or 'nothing'}")
        )


def _structure(root: Component) -> Iterator[Finding]:
    if [one.name for one in root.components] != ["VCALENDAR"]:
        yield Finding(1, "is not exactly one VCALENDAR")
    for line in root.properties:
        yield Finding(line.line, f"{line.name} stands outside of every component")
    for outer in root.walk():
        for inner in outer.components:
            if outer.name not in _PLACES.get(inner.name, ()):
                yield Finding(inner.line, f"{inner.name} does not belong in {outer.name or 'it'}")


# The calendar and what is in it

_ONCE = {
    "VCALENDAR": {"VERSION", "PRODID"},
    "VEVENT": {"UID", "DTSTAMP", "DTSTART", "SUMMARY", "SEQUENCE", "CREATED", "LAST-MODIFIED"},
    "VTIMEZONE": {"TZID"},
    "STANDARD": {"DTSTART", "TZOFFSETFROM", "TZOFFSETTO"},
    "DAYLIGHT": {"DTSTART", "TZOFFSETFROM", "TZOFFSETTO", "RRULE"},
}
_REPEATABLE = {
    "ATTACH", "ATTENDEE", "CATEGORIES", "COMMENT", "CONFERENCE", "CONTACT", "EXDATE", "IMAGE",
    "RDATE", "RELATED-TO", "RESOURCES",
}  # fmt: skip


def _calendar(calendar: Component) -> Iterator[Finding]:
    for component in calendar.walk():
        yield from _counts(component)
        for line in component.properties:
            yield from (Finding(line.line, f"{line.name} {said}") for said in _value(line))
    yield from _calendar_properties(calendar)
    yield from _zones(calendar)
    for event in calendar.inside("VEVENT"):
        yield from _event(event)
    identities = Counter(_identity(event) for event in calendar.inside("VEVENT"))
    for event in calendar.inside("VEVENT"):
        if identities[_identity(event)] > 1:
            yield Finding(event.line, f"two events are {_identity(event)[0]}")


def _counts(component: Component) -> Iterator[Finding]:
    counts = Counter(line.name for line in component.properties)
    for name in sorted(_ONCE.get(component.name, set()) - counts.keys()):
        yield Finding(component.line, f"{component.name} has no {name}")
    for name, count in counts.items():
        if count > 1 and name not in _REPEATABLE:
            yield Finding(component.line, f"{component.name} has {name} {count} times")


def _identity(event: Component) -> tuple[str, str]:
    uid, instance = event.first("UID"), event.first("RECURRENCE-ID")
    return (uid.value if uid else "", instance.value if instance else "")


def _calendar_properties(calendar: Component) -> Iterator[Finding]:
    for line in calendar.every("METHOD"):
        yield Finding(line.line, "METHOD makes an invitation of a feed")
    for line in calendar.every("X-WR-TIMEZONE"):
        yield Finding(line.line, "X-WR-TIMEZONE shifts UTC times in some apps")
    for new, old in (("NAME", "X-WR-CALNAME"), ("DESCRIPTION", "X-WR-CALDESC")):
        texts = {line.value for line in [*calendar.every(new), *calendar.every(old)]}
        if len(texts) > 1 or bool(calendar.every(new)) != bool(calendar.every(old)):
            yield Finding(calendar.line, f"{new} and {old} must say the same")


# Values (RFC 5545 3.3, 3.8)

_TEXT = re.compile(r"(?:[^\\;,]|\\[\\;,nN])*")
_UTC = re.compile(r"\d{8}T\d{6}Z")
_OFFSET = re.compile(r"[+-]\d{4}(?:\d\d)?")
_VALUES = {
    "VERSION": re.compile(r"2\.0"),
    "CALSCALE": re.compile("GREGORIAN"),
    "DTSTAMP": _UTC,
    "CREATED": _UTC,
    "LAST-MODIFIED": _UTC,
    "SEQUENCE": re.compile(r"\d+"),
    "STATUS": re.compile("TENTATIVE|CONFIRMED|CANCELLED"),
    "TRANSP": re.compile("OPAQUE|TRANSPARENT"),
    "GEO": re.compile(r"-?\d{1,2}\.\d{1,6};-?\d{1,3}\.\d{1,6}"),
    "TZOFFSETFROM": _OFFSET,
    "TZOFFSETTO": _OFFSET,
    "URL": re.compile(r"https?://[!-~]+"),
    "SOURCE": re.compile(r"https?://[!-~]+"),
    "REFRESH-INTERVAL": re.compile(r"P(?:\d+[WD]|T\d+[HMS])"),
    "X-PUBLISHED-TTL": re.compile(r"P(?:\d+[WD]|T\d+[HMS])"),
    "COLOR": re.compile(r"[a-z]+"),
    "X-APPLE-CALENDAR-COLOR": re.compile(r"#[0-9A-F]{6}"),
    "UID": re.compile(r".+"),
    "SUMMARY": re.compile(r".+"),
}
_TEXTS = {
    "COMMENT", "DESCRIPTION", "LOCATION", "NAME", "PRODID", "RELATED-TO", "SUMMARY", "TZID",
    "TZNAME", "UID", "X-WR-CALDESC", "X-WR-CALNAME",
}  # fmt: skip
_ONE_LINE = {"LOCATION", "NAME", "SUMMARY", "UID"}
_REQUIRED_TYPE = {"SOURCE": "URI", "REFRESH-INTERVAL": "DURATION"}


def _value(line: Property) -> Iterator[str]:
    form = _VALUES.get(line.name)
    if form and not form.fullmatch(line.value):
        yield f"has a value of the wrong form: {line.value[:40]!r}"
    if line.name in _TEXTS and not _TEXT.fullmatch(line.value):
        yield r"is not escaped: \ ; , need a backslash before them"
    if line.name in _ONE_LINE and re.search(r"(?<!\\)(?:\\\\)*\\[nN]", line.value):
        yield "must be one line"
    needed = _REQUIRED_TYPE.get(line.name)
    if needed and line.parameters.get("VALUE") != needed:
        yield f"needs VALUE={needed}"


# Events

_DAY = re.compile(r"\d{8}")
_WALL = re.compile(r"\d{8}T\d{6}")


def _form(line: Property) -> tuple[str, str] | None:
    """The type and zone of a date or time, or None if it has no allowed form."""
    zone = line.parameters.get("TZID")
    values = line.value.split(",")
    if line.parameters.get("VALUE") == "DATE":
        return ("DATE", "") if zone is None and all(map(_DAY.fullmatch, values)) else None
    if zone is not None:
        return ("DATE-TIME", zone) if all(map(_WALL.fullmatch, values)) else None
    return ("DATE-TIME", "UTC") if all(map(_UTC.fullmatch, values)) else None


def _event(event: Component) -> Iterator[Finding]:
    start = event.first("DTSTART")
    if start is None:
        return
    for name in ("DTSTART", "DTEND", "EXDATE", "RDATE", "RECURRENCE-ID"):
        for line in event.every(name):
            if _form(line) is None:
                yield Finding(line.line, f"{name} is no day, UTC time or wall time with its TZID")
            elif name != "DTEND" and _form(line) != _form(start):
                yield Finding(line.line, f"{name} is of another type or zone than DTSTART")
    yield from _ends(event, start)
    for line in event.every("RRULE"):
        yield from (Finding(line.line, f"RRULE {said}") for said in _rule(line.value, _form(start)))


def _ends(event: Component, start: Property) -> Iterator[Finding]:
    end = event.first("DTEND")
    if end is None:
        return
    if event.every("DURATION"):
        yield Finding(end.line, "DTEND and DURATION exclude each other")
    if _form(end) != _form(start):
        yield Finding(end.line, "DTEND is of another type or zone than DTSTART")
    elif end.value <= start.value:
        yield Finding(end.line, "DTEND must be after DTSTART: it is exclusive")


def _rule(rule: str, form: tuple[str, str] | None) -> Iterator[str]:
    parts = dict(part.partition("=")[::2] for part in rule.split(";"))
    if not re.match("FREQ=(?:DAILY|WEEKLY|MONTHLY|YEARLY)(?:;|$)", rule):
        yield "must begin with FREQ"
    if "UNTIL" in parts and "COUNT" in parts:
        yield "has both UNTIL and COUNT"
    until = _DAY if form == ("DATE", "") else _UTC
    if "UNTIL" in parts and not until.fullmatch(parts["UNTIL"]):
        yield "has an UNTIL that is not of DTSTART's type, or not in UTC"


# Time zones: the one form that every reader computes alike

_YEARLY = re.compile(r"FREQ=YEARLY;BYMONTH=\d{1,2};BYDAY=(?:-1|[1-4])(?:SU|MO|TU|WE|TH|FR|SA)")


def _zones(calendar: Component) -> Iterator[Finding]:
    names = [line.value for zone in calendar.inside("VTIMEZONE") for line in zone.every("TZID")]
    used: set[str] = set()
    for event in calendar.inside("VEVENT"):
        for line in event.properties:
            if zone := line.parameters.get("TZID"):
                used.add(zone)
                if zone not in names:
                    yield Finding(line.line, f"TZID={zone} has no VTIMEZONE")
    if names != sorted(set(names)):
        yield Finding(calendar.line, "the VTIMEZONEs are not sorted, or one is there twice")
    for name in sorted(set(names) - used):
        yield Finding(calendar.line, f"the VTIMEZONE {name} is used by no event")
    for definition in calendar.inside("VTIMEZONE"):
        yield from _zone(definition)


def _zone(zone: Component) -> Iterator[Finding]:
    kinds = [one.name for one in zone.components]
    if kinds not in (["STANDARD"], ["STANDARD", "DAYLIGHT"]):
        yield Finding(zone.line, "a VTIMEZONE is one STANDARD and at most one DAYLIGHT")
    for clock in zone.components:
        start = clock.first("DTSTART")
        if start and not re.fullmatch(r"1970\d{4}T\d{6}", start.value):
            yield Finding(start.line, "the clock is not anchored in 1970")
        for line in clock.every("RDATE"):
            yield Finding(line.line, "RDATE puts ical.js, vobject and Thunderbird an hour off")
        rules = [line.value for line in clock.every("RRULE")]
        if len(kinds) > 1 and not (len(rules) == 1 and _YEARLY.fullmatch(rules[0])):
            yield Finding(clock.line, "the clock has no simple yearly RRULE")
