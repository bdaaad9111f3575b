"""POSIX TZ strings, the footers of the tz database (RFC 9636 3.3.1), read as calendars need them.

    zone   = name offset [name [offset] "," change "," change]
    name   = letters | "<" letters, digits, signs ">"
    change = "M" month "." week "." weekday ["/" time]      week 5 is the last, weekday 0 Sunday
    offset, time = ["+" | "-"] hours [":" minutes [":" seconds]]

The offset counts westwards, and the times may lie outside of their day (`/-1`, `/24`, `/50`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

_NAME = r"<[A-Za-z0-9+-]+>|[A-Za-z]+"
_TIME = r"[+-]?\d{1,3}(?::\d{1,2}){0,2}"
_CHANGE = rf"M(?:[1-9]|1[0-2])\.[1-5]\.[0-6](?:/{_TIME})?"
_ZONE = re.compile(
    rf"(?P<name>{_NAME})(?P<offset>{_TIME})"
    rf"(?:(?P<season>{_NAME})(?P<season_offset>{_TIME})?"
    rf",(?P<begin>{_CHANGE}),(?P<end>{_CHANGE}))?"
)

_ONE_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Change:
    """When the clocks change each year: a time counted from midnight of the nth weekday.

    `week` is 1 to 4, or 5 for the last; `weekday` is 0 for Sunday, as POSIX has it.
    """

    month: int
    week: int
    weekday: int
    time: timedelta


@dataclass(frozen=True, slots=True)
class Clock:
    """What the clocks show for a part of the year: a name such as `CET` and the offset from UTC."""

    name: str
    offset: timedelta


@dataclass(frozen=True, slots=True)
class Season:
    """The part of each year with another clock, from `begin` to `end`.

    `begin` is counted on the standard clock and `end` on this one. POSIX calls it summer, but in
    Dublin it is the winter.
    """

    clock: Clock
    begin: Change
    end: Change


@dataclass(frozen=True, slots=True)
class PosixZone:
    """A zone's standing rule: one clock, and a season with another where there is one."""

    standard: Clock
    season: Season | None = None


def parse_posix(text: str) -> PosixZone | None:
    """The rule of a POSIX TZ string, or None for one that counts days of the year or is broken."""
    match = _ZONE.fullmatch(text)
    if match is None:
        return None
    standard = Clock(match["name"].strip("<>"), -_span(match["offset"]))
    if match["season"] is None:
        return PosixZone(standard)
    written = match["season_offset"]
    offset = -_span(written) if written else standard.offset + _ONE_HOUR
    clock = Clock(match["season"].strip("<>"), offset)
    return PosixZone(standard, Season(clock, _change(match["begin"]), _change(match["end"])))


def _change(text: str) -> Change:
    day, _, time = text.partition("/")
    month, week, weekday = (int(number) for number in day[1:].split("."))
    return Change(month, week, weekday, _span(time or "2"))


def _span(text: str) -> timedelta:
    hours, minutes, seconds = (int(part) for part in f"{text.lstrip('+-')}:0:0".split(":")[:3])
    span = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return -span if text.startswith("-") else span
