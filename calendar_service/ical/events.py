"""One event as a VEVENT (RFC 5545 3.6.1): the piece of which every calendar is joined."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time

import icalendar
from icalendar.prop import vInline

from calendar_service.domain.events import Event, Relation, RelationType, Revision, Status
from calendar_service.domain.when import AllDay, InMonth, KnownWhen, sort_key
from calendar_service.errors import CalendarError
from calendar_service.ical.texts import description, location, page_of, summary
from calendar_service.ical.times import Entry, entries
from calendar_service.ical.values import Position, Text, one_line

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
    `unmarked` is the same without a mark before the title, of what does not take place alone.
    """

    order: tuple[tuple[date, time], str]
    zones: frozenset[str]
    content: bytes
    unmarked: bytes | None = None


def render_event(revision: Revision, *, language: str, origin: str) -> Piece:
    """The piece of an event; raises CalendarError where it cannot be shown.

    It depends on its arguments alone, so it can be kept for each revision and language.
    """
    event = revision.event
    when = _checked(event)
    written = list(entries(revision, when))

    def content(*, marked: bool) -> bytes:
        made = (_component(revision, entry, language, origin, marked=marked) for entry in written)
        return b"".join(component.to_ical(sorted=False) for component in made)

    unmarked = None if event.status.takes_place else content(marked=False)
    zones = frozenset(entry.zone for entry in written if entry.zone)
    return Piece((sort_key(when), event.uid), zones, content(marked=True), unmarked)


def _checked(event: Event) -> KnownWhen:
    """When it is, once it is sure that it can be shown."""
    when = event.when
    if isinstance(when, InMonth):
        raise UnrenderableError("its day is not yet known")
    if event.status not in _STATUS:
        raise UnrenderableError(f"it is a {event.status}")
    if not one_line(event.uid):
        raise UnrenderableError("it has no UID")
    if not one_line(event.title_in(event.language)):
        raise UnrenderableError("it has no title")
    last = when.last if isinstance(when, AllDay) else when.end
    first = when.first if isinstance(when, AllDay) else when.start
    if last is not None and last < first:
        raise UnrenderableError(f"it ends on {last} before it starts on {first}")
    return when


def _component(
    revision: Revision, entry: Entry, language: str, origin: str, *, marked: bool
) -> icalendar.Event:
    """The properties in the order in which a person would look for them."""
    component = icalendar.Event()
    _add_identity(component, revision, entry)
    _add_times(component, entry)
    _add_words(component, revision.event, language, origin, marked=marked)
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
    if entry.rule:
        component["RRULE"] = vInline(entry.rule)


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
    if event.place and event.place.latitude is not None and event.place.longitude is not None:
        component["GEO"] = Position((event.place.latitude, event.place.longitude))
    component["DESCRIPTION"] = Text(description(event, language, page))
    component["URL"] = icalendar.vUri(page)


def _takes_time(event: Event) -> bool:
    """Whether it makes those who keep it in their calendar busy (RFC 5545 3.8.2.7)."""
    return event.status.takes_place and not isinstance(event.when, AllDay)


def _related(relation: Relation) -> Text:
    return Text(one_line(relation.uid), params={"RELTYPE": _RELTYPE[relation.type]})
