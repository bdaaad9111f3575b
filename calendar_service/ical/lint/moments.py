"""Dates and times as they are written, and whether there are such (RFC 5545 3.3.4, 3.3.5)."""

from __future__ import annotations

import re
from datetime import date

from calendar_service.ical.lint.lines import Property

DATE, DATE_TIME, PERIOD = "DATE", "DATE-TIME", "PERIOD"
UTC, FLOATING = "UTC", "floating"

_SEVERAL = {"EXDATE", "RDATE"}
_DAY = re.compile(r"(\d{4})(\d\d)(\d\d)", re.ASCII)
_HOUR = re.compile(r"(?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d|60)", re.ASCII)


def is_day(text: str) -> bool:
    """Whether a text is a day that there is."""
    found = _DAY.fullmatch(text)
    if found is None:
        return False
    try:
        date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return False
    return True


def is_wall(text: str) -> bool:
    """Whether a text is a time without a zone."""
    day, mark, hour = text[:8], text[8:9], text[9:]
    return mark == "T" and is_day(day) and _HOUR.fullmatch(hour) is not None


def is_utc(text: str) -> bool:
    """Whether a text is a time in UTC."""
    return text.endswith("Z") and is_wall(text[:-1])


def form(line: Property) -> tuple[str, str] | None:
    """The type and zone of a property's dates or times, or None if they have no allowed form.

    EXDATE and RDATE can have several, RDATE also periods, of which the start counts.
    """
    zone, kind = line.parameters.get("TZID"), line.parameters.get("VALUE", DATE_TIME).upper()
    values = line.value.split(",") if line.name in _SEVERAL else [line.value]
    if kind == PERIOD and line.name == "RDATE":
        values = [value.partition("/")[0] for value in values]
    elif kind == DATE:
        return (DATE, "") if zone is None and all(map(is_day, values)) else None
    elif kind != DATE_TIME:
        return None
    if zone is not None:
        return (DATE_TIME, zone) if zone and all(map(is_wall, values)) else None
    if all(map(is_wall, values)):
        return (DATE_TIME, FLOATING)
    return (DATE_TIME, UTC) if all(map(is_utc, values)) else None
