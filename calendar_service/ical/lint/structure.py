"""The components of a calendar: which stand where, and what each must have (RFC 5545 3.4, 3.6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from calendar_service.ical.lint.findings import Findings
from calendar_service.ical.lint.lines import Component, Property, parse_line, unfolded

Found = Iterator[tuple[int, str, str]]

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
_BY_ACTION = {"DISPLAY": {"DESCRIPTION"}, "EMAIL": {"DESCRIPTION", "SUMMARY", "ATTENDEE"}}
_WISE = {
    "versions": {"SEQUENCE", "CREATED", "LAST-MODIFIED"},
    "no-title": {"SUMMARY"},
}
"""What an event had better have, by the rule."""

_REPEATABLE = {
    "ATTACH", "ATTENDEE", "CATEGORIES", "COMMENT", "CONCEPT", "CONFERENCE", "CONTACT",
    "DESCRIPTION", "EXDATE", "FREEBUSY", "IMAGE", "LINK", "NAME", "RDATE", "REFID", "RELATED-TO",
    "REQUEST-STATUS", "RESOURCES", "STRUCTURED-DATA", "STYLED-DESCRIPTION", "TZNAME",
}  # fmt: skip
"""In RFC 5545, 7986, 9073 or 9253."""


def read_tree(content: bytes, findings: Findings) -> Component:
    """The components under one root that has no name; what is no line is a finding."""
    stack = [Component(0, "")]
    for number, text in unfolded(content):
        line = parse_line(number, text)
        if line is None:
            findings.add(number, "not-a-line", f"is no content line: {text[:40]!r}")
        elif line.name == "BEGIN":
            stack.append(Component(number, line.value.upper()))
            stack[-2].components.append(stack[-1])
        elif line.name == "END":
            _close(stack, line, findings)
        else:
            if stack[-1].components:
                behind = f"{line.name} stands behind a component"
                findings.add(number, "property-after-component", behind)
            stack[-1].properties.append(line)
    for one in stack[1:]:
        findings.add(one.line, "nesting", f"{one.name} has no END")
    return stack[0]


def _close(stack: list[Component], line: Property, findings: Findings) -> None:
    if len(stack) > 1 and stack[-1].name == line.value.upper():
        stack.pop()
    else:
        closed = stack[-1].name or "nothing"
        findings.add(line.line, "nesting", f"END:{line.value} closes {closed}")


def structure(root: Component) -> Found:
    """What stands where it does not belong."""
    if [one.name for one in root.components] != ["VCALENDAR"]:
        yield 1, "not-a-calendar", "is not exactly one VCALENDAR"
    for line in root.properties:
        yield line.line, "nesting", f"{line.name} stands outside of every component"
    for outer in root.walk():
        for inner in outer.components:
            places = _PLACES.get(inner.name)
            where = f"{inner.name} does not belong in {outer.name or 'the file'}"
            if places is not None and outer.name not in places:
                yield inner.line, "nesting", where
            elif inner.name not in _OURS:
                yield inner.line, "component", where


def counts(component: Component) -> Found:
    """What a component lacks, or has too often."""
    found = Counter(line.name for line in component.properties)
    for name in sorted(_needed(component) - found.keys()):
        yield component.line, "required-property", f"{component.name} has no {name}"
    if component.name == "VTIMEZONE" and not component.components:
        yield component.line, "required-property", "VTIMEZONE has neither STANDARD nor DAYLIGHT"
    if component.name == "VEVENT":
        for rule, names in _WISE.items():
            for name in sorted(names - found.keys()):
                yield component.line, rule, f"VEVENT has no {name}"
    for name, count in found.items():
        if count > 1 and name not in _REPEATABLE and not name.startswith("X-"):
            yield component.line, "property-twice", f"{component.name} has {name} {count} times"


def _needed(component: Component) -> set[str]:
    needed = _ONCE.get(component.name, set())
    if component.name != "VALARM":
        return needed
    action = component.first("ACTION")
    again = {"REPEAT", "DURATION"}
    told = {line.name for line in component.properties}
    return (
        needed
        | (_BY_ACTION.get(action.value.upper(), set()) if action else set())
        | (again if again & told else set())
    )


def identities(calendar: Component) -> Found:
    """Events that apps cannot tell from each other, and instances of none."""
    events = calendar.inside("VEVENT")
    found = Counter(map(identity, events))
    repeated = {identity(one)[0] for one in events if one.every("RRULE") + one.every("RDATE")}
    for event in events:
        uid, instance = identity(event)
        if uid and found[uid, instance] > 1:
            yield event.line, "same-identity", f"two events are {uid}"
        if uid and instance and not found[uid, ""]:
            yield event.line, "orphan", f"is an instance of {uid}, which is not here"
        elif uid and instance and uid not in repeated:
            yield event.line, "orphan", f"is an instance of {uid}, which does not repeat"


def identity(event: Component) -> tuple[str, str]:
    """UID and, of an instance, which one it is."""
    uid, instance = event.first("UID"), event.first("RECURRENCE-ID")
    return (uid.value if uid else "", instance.value if instance else "")


def calendar_properties(calendar: Component) -> Found:
    """What the calendar says of itself, or that it says nothing."""
    if all(one.name == "VTIMEZONE" for one in calendar.components):
        yield calendar.line, "no-events", "holds no events"
    for line in calendar.every("METHOD"):
        yield line.line, "method", "METHOD makes an invitation of a feed"
    for line in calendar.every("X-WR-TIMEZONE"):
        yield line.line, "x-wr-timezone", "X-WR-TIMEZONE shifts UTC times in some apps"
    for new, old in (("NAME", "X-WR-CALNAME"), ("DESCRIPTION", "X-WR-CALDESC")):
        texts = {line.value for line in [*calendar.every(new), *calendar.every(old)]}
        if len(texts) > 1 or bool(calendar.every(new)) != bool(calendar.every(old)):
            yield calendar.line, "calendar-name", f"{new} and {old} must say the same"
