"""Puts alarms into what is rendered already, for those alone who ask for them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from uuid import NAMESPACE_URL, uuid5

from calendar_service.ical.values import folded

_END = b"\r\nEND:VEVENT\r\n"
"""A line of its own: a title, too, may say END:VEVENT."""

_FOLD = re.compile("\r\n[ \t]")
_LINE = {
    name: re.compile(rf"^{name}(?:;(?:[^\":\r\n]|\"[^\"\r\n]*\")*)?:([^\r\n]*)", re.MULTILINE)
    for name in ("UID", "SUMMARY", "STATUS", "RECURRENCE-ID")
}


def with_alarms(content: bytes, alarms: Iterable[str]) -> bytes:
    """VEVENTs with an alarm each time before the start, such as `P1D`, `PT30M` or `P0D`.

    What does not take place has none. An alarm's UID (RFC 9074 4) is made of the event's and the
    time, so that equal data gives equal bytes.
    """
    wanted = tuple(alarms)
    if not wanted:
        return content
    *events, rest = content.split(_END)
    return b"".join([*(event + _alarms(event, wanted) for event in events), rest])


def _alarms(event: bytes, alarms: tuple[str, ...]) -> bytes:
    """The alarms of an event, and its end."""
    text = _FOLD.sub("", event.decode())
    if _value(text, "STATUS") == "CANCELLED":
        return _END
    lines = (line for alarm in alarms for line in _alarm(text, alarm))
    return b"".join([b"\r\n", *map(folded, lines), _END.removeprefix(b"\r\n")])


def _alarm(event: str, alarm: str) -> Iterator[str]:
    named = f"{_value(event, 'UID')} {_value(event, 'RECURRENCE-ID')} {alarm}"
    at_the_start = not int(re.sub(r"\D", "", alarm))
    yield "BEGIN:VALARM"
    yield f"UID:{uuid5(NAMESPACE_URL, named)}"
    yield "ACTION:DISPLAY"
    yield "TRIGGER:PT0S" if at_the_start else f"TRIGGER:-{alarm}"
    yield f"DESCRIPTION:{_value(event, 'SUMMARY')}"
    yield "END:VALARM"


def _value(event: str, name: str) -> str:
    """A property's value as it is written, escapes and all."""
    found = _LINE[name].search(event)
    return found[1] if found else ""
