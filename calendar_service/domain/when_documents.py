"""When, as it is written: a day, a wall time with its zone, or a month.

start = 2026-02-12                  a day; `end`, the last day, is included
start = 2026-02-12T15:00:00         a wall time; `zone` is needed, `end` is welcome
month = "2026-07"                   the day is not yet known
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime

from calendar_service.domain.fields import Fields, parse_day
from calendar_service.domain.when import AllDay, InMonth, KnownWhen, Timed, When
from calendar_service.domain.zones import zone
from calendar_service.errors import CalendarError, InvalidInputError, Problem

Document = dict[str, object]

EARLIEST_YEAR, LATEST_YEAR = 1900, 2199

UNKNOWN_DAY = AllDay(date(1970, 1, 1), date(1970, 1, 1))
"""What a `when` with mistakes reads as; nobody uses it."""

MONTH = re.compile(r"\d{4}-\d{2}")
_WALL_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*", re.ASCII)


def write_when(when: When) -> Document:
    """The fields that say when: `start` and `end`, with `zone` if timed, or `month`."""
    match when:
        case InMonth(year, month):
            return {"month": f"{year:04}-{month:02}"}
        case AllDay(first, last):
            return {"start": first.isoformat(), "end": last.isoformat()}
        case Timed(start, end, name):
            until = {"end": end.isoformat()} if end else {}
            return {"start": start.isoformat(), **until, "zone": name}


def read_when(document: Mapping[str, object]) -> KnownWhen:
    """The day or the time that `write_when` wrote; raises InvalidInputError for anything else."""
    problems: list[Problem] = []
    when = read_when_fields(Fields(document, "occurrence", problems))
    if problems or isinstance(when, InMonth):
        raise InvalidInputError(problems)
    return when


def when_of(document: Mapping[str, object]) -> When:
    """When the event of a whole document is; raises InvalidInputError where that cannot be read."""
    problems: list[Problem] = []
    when = read_when_fields(Fields(document, "event", problems))
    if problems:
        raise InvalidInputError(problems)
    return when


def parse_when(start: str, end: str | None, zone_name: str | None, place: str) -> When:
    """When, as a person types it: `2026-07-07`, `2026-07-07 15:00` or `2026-07`.

    Raises InvalidInputError naming the field; a date alone means all day, `end` included.
    """
    problems: list[Problem] = []
    fields = Fields(typed_when(start, end, zone_name), place, problems)
    when = read_when_fields(fields)
    if problems:
        raise InvalidInputError(problems)
    return when


def typed_when(start: str, end: str | None, zone_name: str | None) -> Document:
    """The fields that say when, as a person typed them, right or wrong."""
    if MONTH.fullmatch(start) and end is None:
        return {"month": start}
    written = {"start": start, "end": end, "zone": zone_name}
    return {name: value for name, value in written.items() if value is not None}


def read_when_fields(fields: Fields) -> When:
    """Reads when; it is only to be used when `fields.problems` is still empty."""
    if "month" in fields:
        return _read_month(fields)
    start = read_moment(fields, "start", required=True)
    end = read_moment(fields, "end")
    name = fields.line("zone")
    if isinstance(start, datetime):
        return _read_timed(fields, start, end, name)
    if start is None:
        return UNKNOWN_DAY
    if isinstance(end, datetime):
        fields.wrong("end", f"has an hour but start has none; write it like {start}.")
        return UNKNOWN_DAY
    if name:
        fields.wrong("zone", "an all-day event has none; take it out, or give start an hour.")
    if end is not None and end < start:
        fields.wrong("end", f"{end} is before the start {start}; swap them.")
    return AllDay(start, end or start)


def _read_timed(fields: Fields, start: datetime, end: date | None, name: str) -> When:
    if not name:
        fields.wrong("zone", "is missing; a start with an hour needs one, like 'Europe/Brussels'.")
        return UNKNOWN_DAY
    try:
        zone(name)
    except CalendarError as error:
        fields.wrong("zone", str(error))
        return UNKNOWN_DAY
    if end is not None and not isinstance(end, datetime):
        fields.wrong("end", f"needs an hour like the start: {end}T18:00:00.")
        return UNKNOWN_DAY
    if end is not None and end < start:
        fields.wrong("end", f"{end} is before the start {start}; swap them.")
    return Timed(start, end, name)


def _read_month(fields: Fields) -> When:
    text = fields.line("month")
    for name in ("start", "end", "zone"):
        if fields.take(name) is not None:
            fields.wrong(name, "excludes month; keep start once the day is known.")
    day = parse_day(f"{text}-01")
    if day is None:
        fields.wrong("month", f"{text!r} is no month; write it like '2026-07'.")
        return UNKNOWN_DAY
    _check_year(fields, "month", day)
    return InMonth(day.year, day.month)


def read_moment(fields: Fields, name: str, *, required: bool = False) -> date | datetime | None:
    """A day, a naive wall time, or None; TOML writes them bare and JSON in quotes."""
    return to_moment(fields, name, fields.take(name, required=required))


def to_moment(fields: Fields, name: str, value: object) -> date | datetime | None:
    """A written value as a day or a naive wall time; None, and a problem, for anything else."""
    if value is None:
        return None
    if isinstance(value, str):
        value = parse_day(value) or _parse_wall_time(value)
    if not isinstance(value, date):
        fields.wrong(name, "is no date; write 2026-07-07, or 2026-07-07T15:00:00 with an hour.")
        return None
    if isinstance(value, datetime) and value.tzinfo is not None:
        fields.wrong(name, "carries an offset; write the wall time, and the zone beside it.")
        return None
    _check_year(fields, name, value)
    return value.replace(microsecond=0) if isinstance(value, datetime) else value


def _parse_wall_time(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if _WALL_TIME.fullmatch(text) else None
    except ValueError:
        return None


def _check_year(fields: Fields, name: str, day: date) -> None:
    """Far years are slips of the pen, and near those of the calendar's ends no instant is left."""
    if not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
        years = f"from {EARLIEST_YEAR} to {LATEST_YEAR}"
        fields.wrong(name, f"is in the year {day.year}; write one {years}.")
