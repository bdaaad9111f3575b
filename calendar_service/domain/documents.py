"""The one written form of an event: what seeds hold, the store keeps and the API will speak."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from calendar_service.domain.events import (
    Conference,
    Event,
    Participant,
    Place,
    Relation,
    RelationType,
    Source,
    Status,
)
from calendar_service.domain.fields import Fields
from calendar_service.domain.series_documents import read_recurrence, write_recurrence
from calendar_service.domain.when_documents import read_when_fields, write_when
from calendar_service.domain.zones import zone
from calendar_service.errors import InvalidInputError, Problem

Document = dict[str, object]


def read_event(document: Mapping[str, object], place: str = "event") -> Event:
    """The event of a document; raises InvalidInputError with every mistake in it."""
    problems: list[Problem] = []
    event = read_event_fields(Fields(document, place, problems))
    if problems:
        raise InvalidInputError(problems)
    return event


def read_event_fields(fields: Fields) -> Event:
    """Reads an event; it is only to be used when `fields.problems` is still empty."""
    when = read_when_fields(fields)
    event = Event(
        uid=fields.uid("uid"),
        slug=fields.slug("slug"),
        when=when,
        title=fields.localized("title", required=True),
        language=fields.language("language"),
        description=fields.localized("description", lines=True),
        status=fields.choice("status", Status, Status.CONFIRMED),
        reason=fields.localized("reason"),
        place=read_place(fields.table("place")),
        topics=fields.slugs("topics"),
        participants=tuple(_read_participant(entry) for entry in fields.tables("participants")),
        sources=tuple(_read_source(entry) for entry in fields.tables("sources")),
        relations=tuple(_read_relation(entry) for entry in fields.tables("relations")),
        organizer=fields.localized("organizer"),
        image=fields.url("image") if "image" in fields else "",
        color=fields.line("color"),
        conference=_read_conference(fields.table("conference")),
        recurrence=read_recurrence(fields.table("recurrence"), when, read_place),
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
        "place": write_place(event.place) if event.place else None,
        "topics": list(event.topics),
        "participants": [_present(asdict(participant)) for participant in event.participants],
        "sources": [_present(asdict(source)) for source in event.sources],
        "relations": [
            {"type": str(relation.type), "uid": relation.uid} for relation in event.relations
        ],
        "organizer": dict(event.organizer),
        "image": event.image or None,
        "color": event.color or None,
        "conference": _present(asdict(event.conference)) if event.conference else None,
        "recurrence": write_recurrence(event.recurrence, event.when, write_place),
    }
    return _present(document)


def read_place(fields: Fields | None) -> Place | None:
    """Reads a place, if there is one."""
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


def write_place(place: Place) -> Document:
    """The place's document."""
    return _present(asdict(place))


def _read_conference(fields: Fields | None) -> Conference | None:
    if fields is None:
        return None
    conference = Conference(url=fields.url("url"), title=fields.localized("title"))
    fields.finish()
    return conference


def _read_participant(fields: Fields) -> Participant:
    participant = Participant(
        name=fields.line("name", required=True),
        role=fields.localized("role"),
        chair=fields.flag("chair"),
    )
    fields.finish()
    return participant


def _read_source(fields: Fields) -> Source:
    source = Source(
        title=fields.line("title", required=True),
        url=fields.url("url"),
        language=fields.language("language") if "language" in fields else "",
    )
    fields.finish()
    return source


def _read_relation(fields: Fields) -> Relation:
    relation = Relation(
        type=fields.choice("type", RelationType, RelationType.PART_OF), uid=fields.uid("uid")
    )
    fields.finish()
    return relation


def _present(document: Document) -> Document:
    """The document without what is empty, so that there is one way to write each event."""
    return {name: value for name, value in document.items() if not _is_empty(value)}


def _is_empty(value: object) -> bool:
    return value is None or value is False or value in ({}, [], "")
