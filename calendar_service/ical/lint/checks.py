"""What the rules look at, one after the other."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from calendar_service.ical.lint.lines import Component, Property, numbered, parse_line, unfolded
from calendar_service.ical.lint.rules import RULES, Rule, Severity

LONGEST_LINE = 75


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """What is wrong on a line, counted from 1, and the name of the rule in `RULES`."""

    line: int
    name: str
    message: str

    @property
    def rule(self) -> Rule:
        """Why it matters."""
        return RULES[self.name]


def lint(content: bytes, *, ours: bool = False) -> list[Finding]:
    """Everything that is wrong with a calendar, in the order of its lines.

    With `ours` also what nobody but us asks of a feed.
    """
    findings = [*_octets(content)]
    root = _tree(content, findings)
    findings += _structure(root)
    for calendar in root.inside("VCALENDAR"):
        findings += _calendar(calendar)
    return sorted(one for one in set(findings) if ours or one.rule.severity is not Severity.OURS)


# Bytes and lines (RFC 5545 3.1, 3.3.11)

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def _octets(content: bytes) -> Iterator[Finding]:
    if content.startswith(b"\xef\xbb\xbf"):
        yield Finding(1, "byte-order-mark", "begins with a byte order mark")
    if content[:1] in {b" ", b"\t"}:
        yield Finding(1, "not-a-line", "the first line is the continuation of none")
    for number, line, end in numbered(content.removeprefix(b"\xef\xbb\xbf")):
        if end != b"\r\n":
            yield Finding(number, "line-ends", "does not end with CRLF")
        yield from (Finding(number, name, message) for name, message in _line(line))


def _line(line: bytes) -> Iterator[tuple[str, str]]:
    if not line.strip():
        yield "blank-line", "is blank"
    if len(line) > LONGEST_LINE:
        yield "long-line", f"has {len(line)} octets; {LONGEST_LINE} is the most"
    try:
        text = line.decode()
    except UnicodeDecodeError:
        yield "split-character", "is not UTF-8 by itself: a character is cut in two, or is none"
        return
    for found in _CONTROL.findall(text):
        yield "control-character", f"has the control character U+{ord(found):04X}"


# Components (RFC 5545 3.4, 3.6)

_PLACES = {
    "VCALENDAR": {""},
    "VTODO": {"VCALENDAR"},
    "VJOURNAL": {"VCALENDAR"},
    "VFREEBUSY": {"VCALENDAR"},
    "VTIMEZONE": {"VCALENDAR"},
    "STANDARD": {"VTIMEZONE"},
    "DAYLIGHT": {"VTIMEZONE"},
    "VEVENT": {"VCALENDAR"},
    "VALARM": {"VEVENT", "VTODO"},
}


def _tree(content: bytes, findings: list[Finding]) -> Component:
    """The components under one root that has no name."""
    stack = [Component(0, "")]
    for number, text in unfolded(content):
        line = parse_line(number, text)
        if line is None:
            findings.append(Finding(number, "not-a-line", f"is no content line: {text[:40]}"))
        elif line.name == "BEGIN":
            stack.append(Component(number, line.value.upper()))
            stack[-2].components.append(stack[-1])
        elif line.name == "END":
            _close(stack, line, findings)
        else:
            if stack[-1].components:
                behind = f"{line.name} stands behind a component"
                findings.append(Finding(number, "property-after-component", behind))
            stack[-1].properties.append(line)
    findings += [Finding(one.line, "nesting", f"{one.name} has no END") for one in stack[1:]]
    return stack[0]


def _close(stack: list[Component], line: Property, findings: list[Finding]) -> None:
    if len(stack) > 1 and stack[-1].name == line.value.upper():
        stack.pop()
    else:
        closed = stack[-1].name or "nothing"
        findings.append(Finding(line.line, "nesting", f"END:{line.value} closes {closed}"))


def _structure(root: Component) -> Iterator[Finding]:
    if [one.name for one in root.components] != ["VCALENDAR"]:
        yield Finding(1, "not-a-calendar", "is not exactly one VCALENDAR")
    for line in root.properties:
        yield Finding(line.line, "nesting", f"{line.name} stands outside of every component")
    for outer in root.walk():
        for inner in outer.components:
            places = _PLACES.get(inner.name)
            where = f"{inner.name} does not belong in {outer.name or 'the file'}"
            if places is not None and outer.name not in places:
                yield Finding(inner.line, "nesting", where)
            elif inner.name not in _OURS:
                yield Finding(inner.line, "component", where)


# The calendar and what is in it

_OURS = {"VCALENDAR", "VTIMEZONE", "STANDARD", "DAYLIGHT", "VEVENT", "VALARM"}
_ONCE = {
    "VCALENDAR": {"VERSION", "PRODID"},
    "VEVENT": {"UID", "DTSTAMP", "DTSTART"},
    "VTODO": {"UID", "DTSTAMP"},
    "VJOURNAL": {"UID", "DTSTAMP"},
    "VALARM": {"ACTION", "TRIGGER"},
    "VTIMEZONE": {"TZID"},
    "STANDARD": {"DTSTART", "TZOFFSETFROM", "TZOFFSETTO"},
    "DAYLIGHT": {"DTSTART", "TZOFFSETFROM", "TZOFFSETTO"},
}
_WISE = {
    "versions": {"SEQUENCE", "CREATED", "LAST-MODIFIED"},
    "no-title": {"SUMMARY"},
}
"""What an event had better have, by the rule."""

_REPEATABLE = {
    "ATTACH", "ATTENDEE", "CATEGORIES", "COMMENT", "CONFERENCE", "CONTACT", "DESCRIPTION",
    "EXDATE", "FREEBUSY", "IMAGE", "NAME", "RDATE", "RELATED-TO", "REQUEST-STATUS", "RESOURCES",
    "STRUCTURED-DATA", "TZNAME",
}  # fmt: skip


def _calendar(calendar: Component) -> Iterator[Finding]:
    for component in calendar.walk():
        yield from _counts(component)
        for line in component.properties:
            for name, said in _value(component, line):
                yield Finding(line.line, name, f"{line.name} {said}")
    yield from _calendar_properties(calendar)
    yield from _zones(calendar)
    series_starts = _series_starts(calendar)
    for event in calendar.inside("VEVENT"):
        yield from _event(event, series_starts)
    identities = Counter(map(_identity, calendar.inside("VEVENT")))
    for event in calendar.inside("VEVENT"):
        uid, _ = _identity(event)
        if uid and identities[_identity(event)] > 1:
            yield Finding(event.line, "same-identity", f"two events are {uid}")


def _counts(component: Component) -> Iterator[Finding]:
    counts = Counter(line.name for line in component.properties)
    for name in sorted(_ONCE.get(component.name, set()) - counts.keys()):
        yield Finding(component.line, "required-property", f"{component.name} has no {name}")
    if component.name == "VEVENT":
        for rule, names in _WISE.items():
            for name in sorted(names - counts.keys()):
                yield Finding(component.line, rule, f"VEVENT has no {name}")
    for name, count in counts.items():
        free = name in _REPEATABLE or name.startswith("X-")
        if count > 1 and not free:
            twice = f"{component.name} has {name} {count} times"
            yield Finding(component.line, "property-twice", twice)


def _identity(event: Component) -> tuple[str, str]:
    uid, instance = event.first("UID"), event.first("RECURRENCE-ID")
    return (uid.value if uid else "", instance.value if instance else "")


def _calendar_properties(calendar: Component) -> Iterator[Finding]:
    for line in calendar.every("METHOD"):
        yield Finding(line.line, "method", "METHOD makes an invitation of a feed")
    for line in calendar.every("X-WR-TIMEZONE"):
        yield Finding(line.line, "x-wr-timezone", "X-WR-TIMEZONE shifts UTC times in some apps")
    for new, old in (("NAME", "X-WR-CALNAME"), ("DESCRIPTION", "X-WR-CALDESC")):
        texts = {line.value for line in [*calendar.every(new), *calendar.every(old)]}
        if len(texts) > 1 or bool(calendar.every(new)) != bool(calendar.every(old)):
            yield Finding(calendar.line, "calendar-name", f"{new} and {old} must say the same")


# Values (RFC 5545 3.3, 3.8)

_TEXT = re.compile(r"(?:[^\\;,]|\\[\\;,nN])*")
_UTC = re.compile(r"\d{8}T\d{6}Z")
_OFFSET = re.compile(r"[+-]\d{4}(?:\d\d)?")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!-~]+")
_DURATION = re.compile(r"[+-]?P(?:\d+W|(?=[\dT])(?:\d+D)?(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+S)?)?)")
_STATUS = {
    "VEVENT": {"TENTATIVE", "CONFIRMED", "CANCELLED"},
    "VTODO": {"NEEDS-ACTION", "COMPLETED", "IN-PROCESS", "CANCELLED"},
    "VJOURNAL": {"DRAFT", "FINAL", "CANCELLED"},
}
_VALUES = {
    "VERSION": re.compile(r"2\.0"),
    "CALSCALE": re.compile("GREGORIAN", re.IGNORECASE),
    "DTSTAMP": _UTC,
    "CREATED": _UTC,
    "LAST-MODIFIED": _UTC,
    "SEQUENCE": re.compile(r"\d+"),
    "TRANSP": re.compile("OPAQUE|TRANSPARENT", re.IGNORECASE),
    "GEO": re.compile(r"[+-]?\d{1,2}(?:\.\d+)?;[+-]?\d{1,3}(?:\.\d+)?"),
    "TZOFFSETFROM": _OFFSET,
    "TZOFFSETTO": _OFFSET,
    "URL": _URI,
    "SOURCE": _URI,
    "REFRESH-INTERVAL": _DURATION,
    "X-PUBLISHED-TTL": _DURATION,
    "DURATION": _DURATION,
    "COLOR": re.compile(r"[a-z]+", re.IGNORECASE),
    "X-APPLE-CALENDAR-COLOR": re.compile(r"#[0-9A-F]{6}(?:[0-9A-F]{2})?", re.IGNORECASE),
    "UID": re.compile(r".+"),
    "SUMMARY": re.compile(r".+"),
}
_TEXTS = {
    "COMMENT", "DESCRIPTION", "LOCATION", "NAME", "PRODID", "RELATED-TO", "SUMMARY", "TZID",
    "TZNAME", "UID", "X-WR-CALDESC", "X-WR-CALNAME",
}  # fmt: skip
_ONE_LINE = {"LOCATION", "NAME", "SUMMARY", "UID"}
_REQUIRED_TYPE = {"SOURCE": "URI", "REFRESH-INTERVAL": "DURATION"}


def _value(component: Component, line: Property) -> Iterator[tuple[str, str]]:
    form = _VALUES.get(line.name)
    wrong = form and not form.fullmatch(line.value)
    if line.name == "STATUS":
        wrong = line.value.upper() not in _STATUS.get(component.name, {line.value.upper()})
    if wrong:
        yield "value-form", f"has a value of the wrong form: {line.value[:40]!r}"
    if line.name in _TEXTS and not _TEXT.fullmatch(line.value):
        yield "escaping", r"is not escaped: \ ; , need a backslash before them"
    if line.name in _ONE_LINE and re.search(r"(?<!\\)(?:\\\\)*\\[nN]", line.value):
        yield "one-line", "must be one line"
    needed = _REQUIRED_TYPE.get(line.name)
    if needed and line.parameters.get("VALUE", "").upper() != needed:
        yield "value-type", f"needs VALUE={needed}"


# Events

_FREQUENCIES = {"SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"}
_DAY = re.compile(r"\d{8}")
_WALL = re.compile(r"\d{8}T\d{6}")


def _form(line: Property) -> tuple[str, str] | None:
    """The type and zone of a date or time, or None if it has no allowed form."""
    zone = line.parameters.get("TZID")
    values = [value.partition("/")[0] for value in line.value.split(",")]  # of periods, the start
    if line.parameters.get("VALUE", "").upper() == "DATE":
        return ("DATE", "") if zone is None and all(map(_DAY.fullmatch, values)) else None
    if zone is not None:
        return ("DATE-TIME", zone) if all(map(_WALL.fullmatch, values)) else None
    if all(map(_WALL.fullmatch, values)):
        return ("DATE-TIME", "floating")
    return ("DATE-TIME", "UTC") if all(map(_UTC.fullmatch, values)) else None


def _series_starts(calendar: Component) -> dict[str, Property]:
    """DTSTART of each event that is no instance of another, by UID."""
    events = [one for one in calendar.inside("VEVENT") if not one.every("RECURRENCE-ID")]
    starts = {_identity(one)[0]: one.first("DTSTART") for one in events}
    return {uid: start for uid, start in starts.items() if start is not None}


def _event(event: Component, series_starts: Mapping[str, Property]) -> Iterator[Finding]:
    """Times; an instance names itself as its series does, whatever it has moved to."""
    start = event.first("DTSTART")
    if start is None:
        return
    series = series_starts.get(_identity(event)[0], start)
    for name in ("DTSTART", "DTEND", "EXDATE", "RDATE", "RECURRENCE-ID"):
        for line in event.every(name):
            if _form(line) is None:
                said = f"{name} is no day, UTC time or wall time with its TZID"
                yield Finding(line.line, "time-form", said)
            elif name == "DTSTART" and _form(line) == ("DATE-TIME", "floating"):
                yield Finding(line.line, "floating-time", "DTSTART has neither a zone nor a Z")
            elif name != "DTEND" and _form(line) != _form(
                series if name == "RECURRENCE-ID" else start
            ):
                said = f"{name} is of another type or zone than the series' DTSTART"
                yield Finding(line.line, "time-type", said)
    yield from _ends(event, start)
    for line in event.every("RRULE"):
        for name, said in _rule(line.value, _form(start)):
            yield Finding(line.line, name, f"RRULE {said}")


def _ends(event: Component, start: Property) -> Iterator[Finding]:
    end = event.first("DTEND")
    if end is None:
        return
    if event.every("DURATION"):
        yield Finding(end.line, "end-twice", "DTEND and DURATION exclude each other")
    first, last = _form(start), _form(end)
    if first is None or last is None:
        return
    if (first[0], first[1] == "floating") != (last[0], last[1] == "floating"):
        yield Finding(end.line, "time-type", "DTEND is of another type than DTSTART")
    elif first == last and end.value <= start.value:
        said = "DTEND must be after DTSTART: it is exclusive"
        yield Finding(end.line, "end-before-start", said)


def _rule(rule: str, form: tuple[str, str] | None) -> Iterator[tuple[str, str]]:
    parts = dict(part.partition("=")[::2] for part in rule.upper().split(";"))
    if parts.get("FREQ", "") not in _FREQUENCIES:
        yield "rule-form", "has no FREQ that readers know"
    if "UNTIL" in parts and "COUNT" in parts:
        yield "until-and-count", "has both UNTIL and COUNT"
    until = _UTC
    if form and (form[0] == "DATE" or form[1] == "floating"):
        until = _DAY if form[0] == "DATE" else _WALL
    if "UNTIL" in parts and not until.fullmatch(parts["UNTIL"]):
        yield "until-form", "has an UNTIL that is not of DTSTART's type, or not in UTC"


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
                    yield Finding(line.line, "zone-missing", f"TZID={zone} has no VTIMEZONE")
    if names != sorted(set(names)):
        said = "the VTIMEZONEs are not sorted, or one is there twice"
        yield Finding(calendar.line, "zone-order", said)
    for name in sorted(set(names) - used):
        yield Finding(calendar.line, "zone-order", f"the VTIMEZONE {name} is used by no event")
    for definition in calendar.inside("VTIMEZONE"):
        yield from _zone(definition)


def _zone(zone: Component) -> Iterator[Finding]:
    kinds = [one.name for one in zone.components]
    if kinds not in (["STANDARD"], ["STANDARD", "DAYLIGHT"]):
        said = "a VTIMEZONE is one STANDARD and at most one DAYLIGHT"
        yield Finding(zone.line, "zone-shape", said)
    for clock in zone.components:
        start = clock.first("DTSTART")
        if start and not re.fullmatch(r"1970\d{4}T\d{6}", start.value):
            yield Finding(start.line, "zone-shape", "the clock is not anchored in 1970")
        for line in clock.every("RDATE"):
            yield Finding(line.line, "zone-rdate", "RDATE lists the changes of the clock")
        rules = [line.value for line in clock.every("RRULE")]
        if len(kinds) > 1 and not (len(rules) == 1 and _YEARLY.fullmatch(rules[0])):
            yield Finding(clock.line, "zone-shape", "the clock has no simple yearly RRULE")
