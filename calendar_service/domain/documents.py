"""The one written form of an event: what seeds hold, the store keeps and the API will speak.

start = 2026-02-12                  a day; `end`, the last day, is included
start = 2026-02-12T15:00:00         a wall time; `zone` is needed, `end` is welcome
month = "2026-07"                   the day is not yet known
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime

from calendar_service.domain.events import (
    Event,
    Participant,
    Place,
    Relation,
    RelationType,
    Source,
    Status,
)
from calendar_service.domain.fields import Fields, parse_day
from calendar_service.domain.recurrence import Recurrence, check_rule
from calendar_service.domain.when import AllDay, InMonth, KnownWhen, Timed, When
from calendar_service.domain.zones import zone
from calendar_service.errors import CalendarError, InvalidInputError, Problem

Document = dict[str, object]

EARLIEST_YEAR, LATEST_YEAR = 1900, 2199

_UNKNOWN_DAY = AllDay(date(1970, 1, 1), date(1970, 1, 1))
_WALL_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*", re.ASCII)


def read_event(document: Mapping[str, object], place: str = "event") -> Event:
    """The event of a document; raises InvalidInputError with every mistake in it."""
    problems: list[Problem] = []
    event = read_event_fields(Fields(document, place, problems))
    if problems:
        raise InvalidInputError(problems)
    return event


def read_event_fields(fields: Fields) -> Event:
    """Reads an event; it is only to be used when `fields.problems` is still empty."""
    when = _read_when(fields)
    event = Event(
        uid=fields.uid("uid"),
        slug=fields.slug("slug"),
        when=when,
        title=fields.localized("title", required=True),
        language=fields.language("language"),
        description=fields.localized("description", lines=True),
        status=fields.choice("status", Status, Status.CONFIRMED),
        reason=fields.localized("reason"),
        place=_read_place(fields.table("place")),
        topics=fields.slugs("topics"),
        participants=tuple(_read_participant(entry) for entry in fields.tables("participants")),
        sources=tuple(_read_source(entry) for entry in fields.tables("sources")),
        relations=tuple(_read_relation(entry) for entry in fields.tables("relations")),
        recurrence=_read_recurrence(fields, when),
    )
    if event.title and event.language and event.language not in event.title:
        fields.wrong("title", f"has no text in the event's own language {event.language!r}.")
    if any(relation.uid == event.uid for relation in event.relations):
        fields.wrong("relations", "names the event itself; name the other one's UID.")
    fields.finish()
    return event


def write_event(event: Event) -> Document:
    """The event's document, of JSON's types alone; equal events give equal documents."""
    document: Document = {
        "uid": event.uid,
        "slug": event.slug,
        **write_when(event.when),
        "status": str(event.status),
        "language": event.language,
        "title": dict(event.title),
        "description": dict(event.description),
        "reason": dict(event.reason),
        "place": _present(asdict(event.place)) if event.place else None,
        "topics": list(event.topics),
        "participants": [_present(asdict(participant)) for participant in event.participants],
        "sources": [asdict(source) for source in event.sources],
        "relations": [
            {"type": str(relation.type), "uid": relation.uid} for relation in event.relations
        ],
        "recurrence": {"rule": event.recurrence.rule} if event.recurrence else None,
    }
    return _present(document)


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
    when = _read_when(Fields(document, "occurrence", problems))
    if problems or isinstance(when, InMonth):
        raise InvalidInputError(problems)
    return when


def parse_when(start: str, end: str | None, zone_name: str | None, place: str) -> When:
    """When, as a person types it: `2026-07-07`, `2026-07-07 15:00` or `2026-07`.

    Raises InvalidInputError naming the field; a date alone means all day, `end` included.
    """
    if re.fullmatch(r"\d{4}-\d{2}", start) and end is None:
        table: dict[str, object] = {"month": start}
    else:
        written = {"start": start, "end": end, "zone": zone_name}
        table = {name: value for name, value in written.items() if value is not None}
    problems: list[Problem] = []
    fields = Fields(table, place, problems)
    when = _read_when(fields)
    if problems:
        raise InvalidInputError(problems)
    return when


def _read_when(fields: Fields) -> When:
    if "month" in fields:
        return _read_month(fields)
    start = _moment(fields, "start", required=True)
    end = _moment(fields, "end")
    name = fields.line("zone")
    if isinstance(start, datetime):
        return _read_timed(fields, start, end, name)
    if start is None:
        return _UNKNOWN_DAY
    if isinstance(end, datetime):
        fields.wrong("end", f"has an hour but start has none; write it like {start}.")
        return _UNKNOWN_DAY
    if name:
        fields.wrong("zone", "an all-day event has none; take it out, or give start an hour.")
    if end is not None and end < start:
        fields.wrong("end", f"{end} is before the start {start}; swap them.")
    return AllDay(start, end or start)


def _read_timed(fields: Fields, start: datetime, end: date | None, name: str) -> When:
    if not name:
        fields.wrong("zone", "is missing; a start with an hour needs one, like 'Europe/Brussels'.")
        return _UNKNOWN_DAY
    try:
        zone(name)
    except CalendarError as error:
        fields.wrong("zone", str(error))
        return _UNKNOWN_DAY
    if end is not None and not isinstance(end, datetime):
        fields.wrong("end", f"needs an hour like the start: {end}T18:00:00.")
        return _UNKNOWN_DAY
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
        return _UNKNOWN_DAY
    _check_year(fields, "month", day)
    return InMonth(day.year, day.month)


def _moment(fields: Fields, name: str, *, required: bool = False) -> date | datetime | None:
    """A day, a naive wall time, or None; TOML writes them bare and JSON in quotes."""
    value = fields.take(name, required=required)
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


def _read_place(fields: Fields | None) -> Place | None:
    if fields is None:
        return None
    name = fields.line("zone")
    if name:
        fields.check("zone", lambda: zone(name))
    place = Place(
        name=fields.localized("name", required=True),
        zone=name or None,
        latitude=fields.number("latitude", low=-90, high=90),
        longitude=fields.number("longitude", low=-180, high=180),
    )
    if ("latitude" in fields) != ("longitude" in fields):
        fields.wrong("latitude", "and longitude go together; write both or neither.")
    fields.finish()
    return place


def _read_participant(fields: Fields) -> Participant:
    participant = Participant(
        name=fields.line("name", required=True),
        role=fields.localized("role"),
        chair=fields.flag("chair"),
    )
    fields.finish()
    return participant


def _read_source(fields: Fields) -> Source:
    source = Source(title=fields.line("title", required=True), url=fields.url("url"))
    fields.finish()
    return source


def _read_relation(fields: Fields) -> Relation:
    relation = Relation(
        type=fields.choice("type", RelationType, RelationType.PART_OF), uid=fields.uid("uid")
    )
    fields.finish()
    return relation


def _read_recurrence(fields: Fields, when: When) -> Recurrence | None:
    inner = fields.table("recurrence")
    if inner is None:
        return None
    rule = inner.line("rule", required=True).upper()
    inner.finish()
    if isinstance(when, InMonth):
        inner.wrong("rule", "an event whose day is not yet known cannot repeat; take it out.")
    elif rule and when is not _UNKNOWN_DAY:
        inner.check("rule", lambda: check_rule(rule, when))
    return Recurrence(rule)


def _present(document: Document) -> Document:
    """The document without what is empty, so that there is one way to write each event."""
    return {name: value for name, value in document.items() if not _is_empty(value)}


def _is_empty(value: object) -> bool:
    return value is None or value is False or value in ({}, [])
