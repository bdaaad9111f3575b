"""Recurrence rules part by part (RFC 5545 3.3.10)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from calendar_service.ical.lint.moments import DATE, FLOATING, is_day, is_utc, is_wall

_WEEKDAY = "(?:SU|MO|TU|WE|TH|FR|SA)"
_SIGN = "[+-]?"
_WEEK = "(?:0?[1-9]|[1-4]\\d|5[0-3])"
_DAY_OF_YEAR = f"{_SIGN}(?:0{{0,2}}[1-9]|0?[1-9]\\d|[12]\\d\\d|3[0-5]\\d|36[0-6])"
_PARTS = {
    name: re.compile(form, re.ASCII)
    for name, form in {
        "FREQ": "SECONDLY|MINUTELY|HOURLY|DAILY|WEEKLY|MONTHLY|YEARLY",
        "UNTIL": ".*",
        "COUNT": "0*[1-9]\\d*",
        "INTERVAL": "0*[1-9]\\d*",
        "BYSECOND": "[0-5]?\\d|60",
        "BYMINUTE": "[0-5]?\\d",
        "BYHOUR": "[01]?\\d|2[0-3]",
        "BYDAY": f"(?:{_SIGN}{_WEEK})?{_WEEKDAY}",
        "BYMONTHDAY": f"{_SIGN}(?:0?[1-9]|[12]\\d|3[01])",
        "BYYEARDAY": _DAY_OF_YEAR,
        "BYWEEKNO": f"{_SIGN}{_WEEK}",
        "BYMONTH": "(?:0?[1-9]|1[0-2])L?",
        "BYSETPOS": _DAY_OF_YEAR,
        "WKST": _WEEKDAY,
        "RSCALE": "[A-Z0-9-]+",
        "SKIP": "OMIT|BACKWARD|FORWARD",
    }.items()
}
_NEVER_IN = {
    "BYWEEKNO": {"SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY"},
    "BYYEARDAY": {"DAILY", "WEEKLY", "MONTHLY"},
    "BYMONTHDAY": {"WEEKLY"},
}
_HOURLY = {"BYHOUR", "BYMINUTE", "BYSECOND"}
_NUMBERED_IN = {"MONTHLY", "YEARLY"}


def rule(value: str, start: tuple[str, str] | None) -> Iterator[tuple[str, str]]:
    """What is wrong with an RRULE; `start` is the form of the series' DTSTART."""
    written = [part.partition("=")[::2] for part in value.upper().split(";")]
    parts = dict(written)
    if len(parts) < len(written):
        yield "rule-form", "says a part twice"
    if "FREQ" not in parts:
        yield "rule-form", "has no FREQ that readers know"
    for name, given in parts.items():
        if not _is_part(name, given):
            yield "rule-form", f"has {f'{name}={given}'[:40]!r}, which is no part of a rule"
    yield from _together(parts)
    if "RSCALE" in parts or "SKIP" in parts:
        yield "rule-rare", "has RSCALE or SKIP"
    if start and start[0] == DATE and not _HOURLY.isdisjoint(parts):
        yield "rule-form", "has hours, and DTSTART is a day"
    if "UNTIL" in parts and "COUNT" in parts:
        yield "until-and-count", "has both UNTIL and COUNT"
    if "UNTIL" in parts and not _ends_like(parts["UNTIL"], start):
        yield "until-form", "has an UNTIL that is not of DTSTART's type, or not in UTC"


def _is_part(name: str, given: str) -> bool:
    form = _PARTS.get(name)
    values = given.split(",") if name.startswith("BY") else [given]
    return form is not None and all(map(form.fullmatch, values))


def _together(parts: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Parts that do not go with each other."""
    frequency = parts.get("FREQ", "")
    for name, never in _NEVER_IN.items():
        if name in parts and frequency in never:
            yield "rule-form", f"has {name}, which does not go with FREQ={frequency}"
    numbered = any(len(day) > len("MO") for day in parts.get("BYDAY", "").split(","))
    if numbered and (frequency not in _NUMBERED_IN or "BYWEEKNO" in parts):
        yield "rule-form", "counts days, as in 2MO, where there is no month or year to count in"
    if "BYSETPOS" in parts and not any(n.startswith("BY") for n in parts if n != "BYSETPOS"):
        yield "rule-form", "has BYSETPOS with nothing to choose among"


def _ends_like(until: str, start: tuple[str, str] | None) -> bool:
    if start and start[0] == DATE:
        return is_day(until)
    return is_wall(until) if start and start[1] == FLOATING else is_utc(until)
