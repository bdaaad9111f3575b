"""schema.org's Event as JSON-LD (https://schema.org/Event), as search engines read it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime

from calendar_service.domain.events import Event, Place, Status
from calendar_service.domain.when import AllDay, InMonth, Timed, When
from calendar_service.domain.zones import zone
from calendar_service.syndication.items import Heading, Item

Linked = dict[str, object]
CONTEXT = "https://schema.org"


def write_json_ld(heading: Heading, items: Iterable[Item]) -> bytes:
    """A feed as a graph of events."""
    del heading
    graph = {"@context": CONTEXT, "@graph": [event_as_linked(item) for item in items]}
    return json.dumps(graph, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def json_ld_for_page(item: Item, *, image: str = "") -> str:
    """One event for a page's script element, which nothing in it can end."""
    document = {"@context": CONTEXT, **event_as_linked(item, image=image)}
    written = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return written.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def event_as_linked(item: Item, *, image: str = "") -> Linked:
    """An event in schema.org's words; what is not known is left out.

    So is who organises it, though search engines ask: whoever publishes it here need not be that.
    """
    event = item.revision.event
    title, spoken = event.in_language(event.title, item.language)
    linked: Linked = {
        "@type": "Event",
        "@id": item.identity,
        "name": title,
        "inLanguage": spoken,
        "description": event.in_language(event.description, item.language)[0],
        "url": item.page,
        "image": image or event.image,
        **_times(_day(item)),
        **_status(item),
        **_whereabouts(event, item.language),
        "organizer": _organizer(event, item.language),
    }
    return {name: value for name, value in linked.items() if value}


def _day(item: Item) -> When:
    """When it is; of what is postponed, when it was to be, as schema.org wants it."""
    event = item.revision.event
    known = [when for when in item.before if not isinstance(when, InMonth)]
    has_no_day = not event.status.takes_place and isinstance(event.when, InMonth)
    return known[-1] if has_no_day and known else event.when


def _times(when: When) -> Linked:
    """A day or an instant with its offset (ISO 8601); of what has no day yet, the month."""
    match when:
        case InMonth(year, month):
            return {"startDate": f"{year:04}-{month:02}"}
        case AllDay(first, last):
            return {"startDate": first.isoformat(), "endDate": last.isoformat()}
        case Timed(start, end, name):
            until = {"endDate": _with_offset(end, name)} if end else {}
            return {"startDate": _with_offset(start, name), **until}


def _with_offset(wall: datetime, name: str) -> str:
    return wall.replace(tzinfo=zone(name)).isoformat()


def _status(item: Item) -> Linked:
    event, moved = (
        item.revision.event,
        [one for one in item.before if one != item.revision.event.when],
    )
    words = {
        Status.CANCELLED: "EventCancelled",
        Status.POSTPONED: "EventPostponed",
    }
    word = words.get(event.status, "EventRescheduled" if moved else "EventScheduled")
    previous = [_times(when)["startDate"] for when in moved]
    return {
        "eventStatus": f"{CONTEXT}/{word}",
        "previousStartDate": previous if word == "EventRescheduled" else [],
    }


def _whereabouts(event: Event, language: str) -> Linked:
    places = [_place(event, event.place, language)] if event.place else []
    if event.conference:
        places.append({"@type": "VirtualLocation", "url": event.conference.url})
    mode = {
        (True, True): "MixedEventAttendanceMode",
        (False, True): "OnlineEventAttendanceMode",
        (True, False): "OfflineEventAttendanceMode",
    }.get((bool(event.place), bool(event.conference)))
    return {
        "location": places[0] if len(places) == 1 else places,
        "eventAttendanceMode": f"{CONTEXT}/{mode}" if mode else "",
    }


def _place(event: Event, place: Place, language: str) -> Linked:
    name = event.in_language(place.name, language)[0]
    linked: Linked = {"@type": "Place", "name": name, "address": name}
    if place.latitude is not None and place.longitude is not None:
        linked["geo"] = {
            "@type": "GeoCoordinates",
            "latitude": place.latitude,
            "longitude": place.longitude,
        }
    return linked


def _organizer(event: Event, language: str) -> Linked:
    name = event.in_language(event.organizer, language)[0]
    return {"@type": "Organization", "name": name} if name else {}
