"""Makes what templates show of events: words in the language of the answer, nothing to decide."""

from __future__ import annotations

import re
from dataclasses import dataclass

from markupsafe import Markup, escape

from calendar_service.actions.agenda import Agenda, Entry, EventPage, Related
from calendar_service.domain.events import Event, Localized, RelationType, Status
from calendar_service.domain.when import InMonth, Timed, When
from calendar_service.domain.words import when_in_words
from calendar_service.domain.zones import to_wall
from calendar_service.language.dates import (
    ShortDay,
    capitalised,
    distance_in_words,
    month_in_words,
    short_day,
    time_in_words,
)
from calendar_service.web.languages import gettext, language
from calendar_service.web.requested import service

_ENDING = re.compile(r"\b\w+[-‑]\w{1,3}\b")


@dataclass(frozen=True, slots=True)
class Said:
    """A text and the language it is really in, for `lang`."""

    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Card:
    """An event in a list."""

    slug: str
    title: Said
    when: str
    hour: str
    first: ShortDay | None
    last: ShortDay | None
    month: str
    distance: str
    place: str
    mark: str
    status: str


@dataclass(frozen=True, slots=True)
class Cards:
    """A list of events by where they stand in time."""

    running: list[Card]
    coming: list[Card]
    past: list[Card]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who takes part, and as what."""

    name: str
    role: str
    chair: bool


@dataclass(frozen=True, slots=True)
class Tie:
    """Another event with how this one stands to it."""

    words: str
    card: Card


@dataclass(frozen=True, slots=True)
class EventView:
    """All that an event's page says."""

    uid: str
    card: Card
    reason: Said
    paragraphs: list[str]
    described_in: str
    map_link: str
    people: list[Person]
    ties: list[Tie]
    sources: list[tuple[str, str]]


def cards(agenda: Agenda) -> Cards:
    """The agenda's entries, each as a card."""
    return Cards(
        running=[_card(entry, running=True) for entry in agenda.running],
        coming=[_card(entry) for entry in agenda.coming],
        past=[_card(entry) for entry in agenda.past],
    )


def event_view(page: EventPage) -> EventView:
    """An event's page in words."""
    event = page.entry.revision.event
    description = said(event, event.description)
    return EventView(
        uid=event.uid,
        card=_card(page.entry),
        reason=said(event, event.reason),
        paragraphs=[part for part in description.text.split("\n") if part.strip()],
        described_in=description.language,
        map_link=_map_link(event),
        people=[
            Person(one.name, said(event, one.role).text, one.chair)
            for one in sorted(event.participants, key=lambda one: not one.chair)
        ],
        ties=[Tie(_tie_words(one), _card(_entry_of(one))) for one in page.related],
        sources=[(source.title, source.url) for source in event.sources],
    )


def said(event: Event, text: Localized) -> Said:
    """A text of an event in the language of the answer, or in the event's own."""
    return Said(*event.in_language(text, language()))


def unbroken(text: str) -> Markup:
    """The text as markup that keeps a hyphen's short ending on its line: NATO-s, of NATO."""
    return Markup(_ENDING.sub(r'<span class="unbroken">\g<0></span>', str(escape(text))))  # noqa: S704 - escaped


def _card(entry: Entry, *, running: bool = False) -> Card:
    event, when = entry.revision.event, entry.when
    known = not isinstance(when, InMonth)
    several = known and when.last_day > when.first_day
    return Card(
        slug=event.slug,
        title=said(event, event.title),
        when=capitalised(when_in_words(when, language())),
        hour=time_in_words(when.start.time(), language()) if isinstance(when, Timed) else "",
        first=short_day(when.first_day, language()) if known else None,
        last=short_day(when.last_day, language()) if several else None,
        month=month_in_words(when.year, when.month, language())
        if isinstance(when, InMonth)
        else "",
        distance=gettext("now") if running else _distance(event, when),
        place=said(event, event.place.name).text if event.place else "",
        mark=_mark(event.status),
        status=str(event.status),
    )


def _distance(event: Event, when: When) -> str:
    """How far its first day is from today, where it is; nothing where that day is not to be."""
    if isinstance(when, InMonth) or not event.status.takes_place:
        return ""
    home = service().settings.zone
    today = to_wall(service().clock.now(), event.home_zone(home)).date()
    if when.first_day <= today <= when.last_day:
        return distance_in_words(0, language())
    day = when.first_day if today < when.first_day else when.last_day
    return distance_in_words((day - today).days, language())


def _mark(status: Status) -> str:
    """The word that stands before the title of an event that is not simply confirmed."""
    match status:
        case Status.CANCELLED:
            return gettext("Cancelled")
        case Status.POSTPONED:
            return gettext("Postponed")
        case Status.TENTATIVE:
            return gettext("Not yet confirmed")
    return ""


def _tie_words(related: Related) -> str:
    match related.type, related.outgoing:
        case RelationType.PART_OF, True:
            return gettext("Part of")
        case RelationType.PART_OF, False:
            return gettext("Includes")
        case RelationType.PREPARES, True:
            return gettext("Prepares")
        case RelationType.PREPARES, False:
            return gettext("Prepared by")
        case RelationType.FOLLOWS, True:
            return gettext("Follows")
    return gettext("Followed by")


def _entry_of(related: Related) -> Entry:
    return Entry(related.revision, related.revision.event.when)


def _map_link(event: Event) -> str:
    """The place on OpenStreetMap: a link, and nothing of theirs on our page."""
    place = event.place
    if place is None or place.latitude is None or place.longitude is None:
        return ""
    at = f"{place.latitude:.5f}/{place.longitude:.5f}"
    mark = f"mlat={place.latitude:.5f}&mlon={place.longitude:.5f}"
    return f"https://www.openstreetmap.org/?{mark}#map=14/{at}"
