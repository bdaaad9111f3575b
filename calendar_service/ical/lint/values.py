"""The values of properties, each by itself (RFC 5545 3.3, 3.8)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import webcolors

from calendar_service.ical.lint.lines import Component, Property
from calendar_service.ical.lint.moments import is_utc

Found = Iterator[tuple[int, str, str]]
Form = Callable[[str], object]

_TEXT = re.compile(r"(?:[^\\;,]|\\[\\;,nN])*")
_LIST_OF_TEXTS = re.compile(r"(?:[^\\;]|\\[\\;,nN])*")
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
_LINE_BREAK = re.compile(r"(?<!\\)(?:\\\\)*\\[nN]")
_OFFSET = re.compile(r"(?!-0000(?:00)?$)[+-](?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d)?", re.ASCII)
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!-~]+")
_SPAN = r"P(?:\d+W|(?=[\dT])(?:\d+D)?(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+S)?)?)"
_DURATION = re.compile(rf"[+-]?{_SPAN}", re.ASCII)
_LENGTH = re.compile(rf"(?!P0+[WD]$|PT0+[HMS]$)\+?{_SPAN}", re.ASCII)
_NUMBER = r"[+-]?\d{1,%d}(?:\.\d+)?"
_GEO = re.compile(rf"({_NUMBER % 2});({_NUMBER % 3})", re.ASCII)
_STATUS = {
    "VEVENT": {"TENTATIVE", "CONFIRMED", "CANCELLED"},
    "VTODO": {"NEEDS-ACTION", "COMPLETED", "IN-PROCESS", "CANCELLED"},
    "VJOURNAL": {"DRAFT", "FINAL", "CANCELLED"},
}


def _is_position(text: str) -> bool:
    found = _GEO.fullmatch(text)
    return found is not None and abs(float(found[1])) <= 90 and abs(float(found[2])) <= 180


def _are_periods(text: str) -> bool:
    periods = (period.partition("/") for period in text.split(","))
    return all(is_utc(start) and (is_utc(end) or is_length(end)) for start, _, end in periods)


def is_length(text: str) -> bool:
    """Whether a text is a positive duration (RFC 5545 3.8.2.5)."""
    return _LENGTH.fullmatch(text) is not None


def _is_color(text: str) -> bool:
    return text.lower() in webcolors.names(webcolors.CSS3)


_VALUES: dict[str, Form] = {
    "VERSION": re.compile(r"2\.0").fullmatch,
    "CALSCALE": re.compile("GREGORIAN", re.IGNORECASE).fullmatch,
    "DTSTAMP": is_utc,
    "CREATED": is_utc,
    "LAST-MODIFIED": is_utc,
    "SEQUENCE": re.compile(r"\d+", re.ASCII).fullmatch,
    "TRANSP": re.compile("OPAQUE|TRANSPARENT", re.IGNORECASE).fullmatch,
    "GEO": _is_position,
    "TZOFFSETFROM": _OFFSET.fullmatch,
    "TZOFFSETTO": _OFFSET.fullmatch,
    "URL": _URI.fullmatch,
    "SOURCE": _URI.fullmatch,
    "CONFERENCE": _URI.fullmatch,
    "ORGANIZER": _URI.fullmatch,
    "ATTENDEE": _URI.fullmatch,
    "REFRESH-INTERVAL": _LENGTH.fullmatch,
    "X-PUBLISHED-TTL": _LENGTH.fullmatch,
    "DURATION": _LENGTH.fullmatch,
    "COLOR": _is_color,
    "X-APPLE-CALENDAR-COLOR": re.compile(r"#[0-9A-F]{6}(?:[0-9A-F]{2})?", re.IGNORECASE).fullmatch,
    "UID": re.compile(r".+").fullmatch,
    "COMPLETED": is_utc,
    "PRIORITY": re.compile(r"[0-9]", re.ASCII).fullmatch,
    "PERCENT-COMPLETE": re.compile(r"\d{1,2}|100", re.ASCII).fullmatch,
    "REPEAT": re.compile(r"\d+", re.ASCII).fullmatch,
    "FREEBUSY": _are_periods,
}
_TEXTS = {
    "COMMENT", "CONTACT", "DESCRIPTION", "LOCATION", "NAME", "PRODID", "RELATED-TO", "SUMMARY",
    "TZID", "TZNAME", "UID", "X-WR-CALDESC", "X-WR-CALNAME",
}  # fmt: skip
_LISTS_OF_TEXTS = {"CATEGORIES", "RESOURCES"}
_ONE_LINE = {"LOCATION", "NAME", "SUMMARY", "UID"}
_REQUIRED_TYPE = {
    "SOURCE": {"URI"},
    "REFRESH-INTERVAL": {"DURATION"},
    "CONFERENCE": {"URI"},
    "IMAGE": {"URI", "BINARY"},
}


def values(component: Component) -> Found:
    """What is wrong with the values of a component's properties."""
    for line in component.properties:
        for name, said in _value(component, line):
            yield line.line, name, f"{line.name} {said}"


def _value(component: Component, line: Property) -> Iterator[tuple[str, str]]:
    kind = line.parameters.get("VALUE", "").upper()
    if not _has_its_form(component, line, kind):
        name = "zone-offset" if line.name.startswith("TZOFFSET") else "value-form"
        yield name, f"has a value of the wrong form: {line.value[:40]!r}"
    if kind in {"", "TEXT"} and not _is_escaped(line):
        yield "escaping", r"is not escaped: \ ; , need a backslash before them"
    if line.name == "SUMMARY" and not line.value:
        yield "no-title", "is empty"
    if line.name in _ONE_LINE and _LINE_BREAK.search(line.value):
        yield "one-line", "must be one line"
    needed = _REQUIRED_TYPE.get(line.name)
    if needed and kind not in needed:
        yield "value-type", f"needs VALUE={' or '.join(sorted(needed))}"


def _is_escaped(line: Property) -> bool:
    if line.name in _LISTS_OF_TEXTS:
        return _LIST_OF_TEXTS.fullmatch(line.value) is not None
    return line.name not in _TEXTS or _TEXT.fullmatch(line.value) is not None


def _has_its_form(component: Component, line: Property, kind: str) -> bool:
    if line.name == "STATUS":
        return line.value.upper() in _STATUS.get(component.name, {line.value.upper()})
    if line.name == "TRIGGER":
        return bool(is_utc(line.value) if kind == "DATE-TIME" else _DURATION.fullmatch(line.value))
    if line.name in {"IMAGE", "ATTACH"}:
        return bool(_is_binary(line) if kind == "BINARY" else _URI.fullmatch(line.value))
    form = _VALUES.get(line.name)
    return form is None or bool(form(line.value))


def _is_binary(line: Property) -> bool:
    """Whether a value is octets as RFC 5545 3.3.1 writes them."""
    coded = line.parameters.get("ENCODING", "").upper() == "BASE64"
    return coded and _BASE64.fullmatch(line.value) is not None
