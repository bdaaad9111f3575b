"""Makes what an event's page shows: words in the language of the answer, nothing to decide."""

from __future__ import annotations

from dataclasses import dataclass

from calendar_service.actions.pages import EventPage, Related
from calendar_service.domain.agenda import Entry
from calendar_service.domain.events import Event, RelationType, Status
from calendar_service.domain.history import history_in_words, times_before
from calendar_service.domain.phrases import Phrase
from calendar_service.domain.texts import page_of
from calendar_service.domain.when import InMonth, When
from calendar_service.domain.words import when_in_words
from calendar_service.domain.zones import to_wall
from calendar_service.language.dates import day_in_words
from calendar_service.syndication.items import Item
from calendar_service.syndication.json_ld import json_ld_for_page
from calendar_service.web.adding import Adding, adding, mail_link
from calendar_service.web.languages import gettext, language, other_languages
from calendar_service.web.presenting import Card, card_of
from calendar_service.web.requested import service
from calendar_service.web.tongues import Said, said, said_here


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who takes part, and as what."""

    name: str
    role: Said
    chair: bool


@dataclass(frozen=True, slots=True)
class Tie:
    """Another event with how this one stands to it."""

    words: str
    card: Card


@dataclass(frozen=True, slots=True)
class Change:
    """What a publication changed; `day` is by the site's clocks and `at` for programs."""

    day: str
    at: str
    sentences: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class EventView:
    """All that an event's page says."""

    uid: str
    card: Card
    reason: Said
    paragraphs: list[str]
    description: Said
    map_link: str
    people: list[Person]
    ties: list[Tie]
    sources: list[tuple[Said, str]]
    moved_from: str
    repeats: bool
    online: tuple[Said, str] | None
    organizer: Said
    changes: list[Change]
    adding: Adding | None
    mail: str
    page: str
    linked: str
    picture: str


def event_view(page: EventPage, picture: str) -> EventView:
    """An event's page in words; `picture` is the address of the drawn one."""
    event, origin = page.entry.revision.event, service().settings.origin
    description = said(event, event.description)
    card = card_of(page.entry, running=page.is_running)
    before = times_before(page.states)
    address = page_of(event, language(), origin)
    item = Item(page.entry.revision, language(), origin, before=before)
    return EventView(
        uid=event.uid,
        card=card,
        reason=said(event, event.reason),
        paragraphs=[part for part in description.text.split("\n") if part.strip()],
        description=description,
        map_link=_map_link(event),
        people=[
            Person(one.name, said(event, one.role), one.chair)
            for one in sorted(event.participants, key=lambda one: not one.chair)
        ],
        ties=[Tie(_tie_words(one), card_of(_entry_of(one))) for one in page.related],
        sources=[
            (Said(source.title, source.language or event.language), source.url)
            for source in event.sources
        ],
        moved_from=_moved_from(page, before),
        repeats=page.states[-1].event.recurrence is not None if page.states else False,
        online=_online(event),
        organizer=said(event, event.organizer),
        changes=_changes(page),
        adding=adding(
            card.title.text,
            page.entry.when,
            about=description.text,
            place=card.place.text,
            page=address,
        )
        if event.status.takes_place
        else None,
        mail=mail_link(card.title.text, _when_and_where(card), address),
        page=address,
        linked=json_ld_for_page(item, image=picture),
        picture=picture,
    )


def _when_and_where(card: Card) -> str:
    return " · ".join(filter(None, (card.when, card.place.text)))


def _moved_from(page: EventPage, before: tuple[When, ...]) -> str:
    """The time that it had last, while it is still ahead at another one, or put off to a month."""
    event = page.entry.revision.event
    if not before or page.is_past or event.status is Status.CANCELLED:
        return ""
    return "" if isinstance(before[-1], InMonth) else when_in_words(before[-1], language())


def _online(event: Event) -> tuple[Said, str] | None:
    if event.conference is None:
        return None
    title = said(event, event.conference.title)
    return title if title.text else said_here(gettext("Online")), event.conference.url


def _changes(page: EventPage) -> list[Change]:
    """Its history; of one that is as it was first published, there is nothing to tell."""
    told = history_in_words(page.states, language(), other_languages())
    home = service().settings.zone
    return [
        Change(
            day_in_words(to_wall(one.published_at, home).date(), language()),
            f"{one.published_at:%Y-%m-%dT%H:%M:%SZ}",
            one.sentences,
        )
        for one in told
        if len(told) > 1
    ]


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
