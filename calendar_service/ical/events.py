"""One event as a VEVENT (RFC 5545 3.6.1): the piece of which every calendar is joined."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, time

import icalendar
from icalendar.prop import vInline

from calendar_service.domain.events import Event, Relation, RelationType, Revision, Status
from calendar_service.domain.plain_text import one_line
from calendar_service.domain.texts import (
    description,
    location,
    page_of,
    put_off,
    summary,
    to_be_announced,
)
from calendar_service.domain.when import AllDay, InMonth, KnownWhen, sort_key
from calendar_service.errors import CalendarError
from calendar_service.ical.times import Entry, entries
from calendar_service.ical.values import Position, Text, css_shade, uri, written
from calendar_service.language.topics import topic_in_words

_STATUS = {
    Status.TENTATIVE: "TENTATIVE",
    Status.CONFIRMED: "CONFIRMED",
    Status.POSTPONED: "CANCELLED",
    Status.CANCELLED: "CANCELLED",
}
_RELTYPE = {
    RelationType.PART_OF: "PARENT",
    RelationType.PREPARES: "SIBLING",
    RelationType.FOLLOWS: "SIBLING",
}


class UnrenderableError(CalendarError):
    """An event that no calendar app could show; the message says what is amiss with it."""


@dataclass(frozen=True, slots=True)
class Piece:
    """An event's VEVENT as bytes, or several of a series that has no other form.

    `order` is the start and then the UID; `zones` are those whose VTIMEZONE the piece needs.
    Where something of it does not take place, `unmarked` is the same without a mark before the
    title, and `remaining`, which may be empty, is without what does not take place.
    """

    order: tuple[tuple[date, time], str]
    zones: frozenset[str]
    content: bytes
    unmarked: bytes | None = None
    remaining: bytes | None = None


def render_event(
    revision: Revision,
    *,
    language: str,
    origin: str,
    year: int = 0,
    undated: bool = False,
    before: KnownWhen | None = None,
) -> Piece:
    """The piece of an event; raises CalendarError where it cannot be shown.

    It depends on its arguments alone, so it can be kept for each revision and language. `year` is
    the one from which a series is expanded, where it has no other form. With `undated`, what has
    no day yet is shown on the first of its month, and says so; `before` is when it was to be of
    what does not take place and has no day any more, and is shown there.
    """
    event = revision.event
    if isinstance(event.when, InMonth) and before is not None:
        event = put_off(event, before, language)
    elif isinstance(event.when, InMonth) and undated:
        first = AllDay(event.when.first_day, event.when.first_day)
        title, about = to_be_announced(event, event.when, language)
        event = replace(event, when=first, title=title, description=about)
    revision = replace(revision, event=event)
    when = _checked(event)
    shown = list(entries(revision, when, year=year))

    def content(of: list[Entry], *, marked: bool) -> bytes:
        made = (_component(revision, entry, language, origin, marked=marked) for entry in of)
        return b"".join(map(written, made))

    differs = not all(entry.event.status.takes_place for entry in shown)
    return Piece(
        order=(sort_key(when), event.uid),
        zones=frozenset(entry.zone for entry in shown if entry.zone),
        content=content(shown, marked=True),
        unmarked=content(shown, marked=False) if differs else None,
        remaining=content(list(entries(revision, when, year=year, hide=True)), marked=False)
        if differs
        else None,
    )


def _checked(event: Event) -> KnownWhen:
    """When it is, once it is sure that it can be shown."""
    when = event.when
    if isinstance(when, InMonth):
        raise UnrenderableError("its day is not yet known")
    if event.status not in _STATUS:
        raise UnrenderableError(f"it is a {event.status}")
    if not one_line(event.uid):
        raise UnrenderableError("it has no UID")
    _check_titles(event)
    last = when.last if isinstance(when, AllDay) else when.end
    first = when.first if isinstance(when, AllDay) else when.start
    if last is not None and last < first:
        raise UnrenderableError(f"it ends on {last} before it starts on {first}")
    return when


def _check_titles(event: Event) -> None:
    if not one_line(event.title_in(event.language)):
        raise UnrenderableError("it has no title")
    overrides = event.recurrence.overrides if event.recurrence else ()
    for titles in (event.title, *(one.title for one in overrides)):
        for code, title in titles.items():
            if not one_line(title):
                raise UnrenderableError(f"a title of it ({code}) is empty")


def _component(
    revision: Revision, entry: Entry, language: str, origin: str, *, marked: bool
) -> icalendar.Event:
    """The properties in the order in which a person would look for them."""
    component = icalendar.Event()
    _add_identity(component, revision, entry)
    _add_times(component, entry)
    _add_words(component, entry.event, language, origin, marked=marked)
    if revision.event.relations:
        component["RELATED-TO"] = [_related(relation) for relation in revision.event.relations]
    return component


def _add_identity(component: icalendar.Event, revision: Revision, entry: Entry) -> None:
    """UID and version; the times are the revision's, so that equal data gives equal bytes."""
    component["UID"] = Text(one_line(entry.uid))
    component["SEQUENCE"] = icalendar.vInt(revision.sequence)
    component["DTSTAMP"] = icalendar.vDatetime(revision.published_at)
    component["CREATED"] = icalendar.vDatetime(revision.created_at)
    component["LAST-MODIFIED"] = icalendar.vDatetime(revision.published_at)


def _add_times(component: icalendar.Event, entry: Entry) -> None:
    component["DTSTART"] = entry.start
    if (end := entry.end) is not None:
        component["DTEND"] = end
    if (recurrence_id := entry.recurrence_id) is not None:
        component["RECURRENCE-ID"] = recurrence_id
    if entry.rule:
        component["RRULE"] = vInline(entry.rule)
    if left_out := entry.left_out:
        component["EXDATE"] = left_out


def _add_words(
    component: icalendar.Event, event: Event, language: str, origin: str, *, marked: bool
) -> None:
    title, spoken = summary(event, language, marked=marked)
    page = page_of(event, language, origin)
    component["SUMMARY"] = Text(title, params={"LANGUAGE": one_line(spoken)})
    component["STATUS"] = Text(_STATUS[event.status])
    component["TRANSP"] = Text("OPAQUE" if _takes_time(event) else "TRANSPARENT")
    if place := location(event, language):
        component["LOCATION"] = Text(place)
        _add_position(component, event, place)
    component["DESCRIPTION"] = Text(description(event, language, page))
    component["URL"] = icalendar.vUri(page)
    _add_extras(component, event, language)


def _add_position(component: icalendar.Event, event: Event, place: str) -> None:
    """GEO, and the line with which Apple's apps show a map; it says what LOCATION says."""
    at = event.place
    if at is None or at.latitude is None or at.longitude is None:
        return
    position = Position((at.latitude, at.longitude))
    component["GEO"] = position
    component["X-APPLE-STRUCTURED-LOCATION"] = icalendar.vUri(
        f"geo:{position.to_ical().replace(';', ',')}",
        params={"VALUE": "URI", "X-APPLE-RADIUS": "100", "X-TITLE": _parameter(place)},
    )


def _add_extras(component: icalendar.Event, event: Event, language: str) -> None:
    """What more is known: topics, colour, a picture, where to join from afar (RFC 7986 5)."""
    if event.topics:
        names = dict.fromkeys(one_line(topic_in_words(one, language)) for one in event.topics)
        component["CATEGORIES"] = [Text(name) for name in names]
    if css_shade(event.color):
        component["COLOR"] = Text(event.color.lower())
    if event.image:
        component["IMAGE"] = uri(event.image)
        component["IMAGE"].params.update({"VALUE": "URI", "DISPLAY": "BADGE"})
    if event.conference:
        label, _ = event.in_language(event.conference.title, language)
        label_of = {"LABEL": _parameter(label)} if one_line(label) else {}
        component["CONFERENCE"] = uri(event.conference.url)
        component["CONFERENCE"].params.update({"VALUE": "URI", **label_of})


def _parameter(text: str) -> str:
    """A text as a parameter's value, which can hold no double quote (RFC 5545 3.2).

    Nothing is escaped in it by a backslash, but several readers think so.
    """
    return one_line(text).replace('"', "'").replace("\\", "/")


def _takes_time(event: Event) -> bool:
    """Whether it makes those who keep it in their calendar busy (RFC 5545 3.8.2.7)."""
    return event.status.takes_place and not isinstance(event.when, AllDay)


def _related(relation: Relation) -> Text:
    return Text(one_line(relation.uid), params={"RELTYPE": _RELTYPE[relation.type]})
