"""Events and their revisions: what an editor publishes and a reader follows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from calendar_service.domain.recurrence import Occurrence, Recurrence
from calendar_service.domain.when import When
from calendar_service.language.catalogues import SOURCE

Localized = Mapping[str, str]
"""One text in several languages, by language code (BCP 47)."""


def nearest(text: Localized, language: str) -> str:
    """The code under which a text has a language, if need be in another script; empty for none.

    Who reads Serbian in Latin letters, `sr-Latn`, is better served by `sr` than by English.
    """
    if text.get(language):
        return language
    spoken = language.partition("-")[0]
    alike = (code for code in sorted(text) if code.partition("-")[0] == spoken and text[code])
    return next(alike, "")


def text_in(
    text: Localized, language: str, own: str = "", others: Iterable[str] = ()
) -> tuple[str, str]:
    """A text and the language it is really in; empty, in the one asked for, where there is none.

    It is the one asked for, if need be in another script; else the first that there is of the
    `others` that its reader knows, of English, which most know, of the own one of what it is about,
    and of all by their codes: the store keeps no other order of languages.
    """
    wanted = (nearest(text, code) for code in (language, *others, SOURCE))
    for code in (*wanted, own, *sorted(text)):
        if text.get(code):
            return text[code], code
    return "", language


class Status(StrEnum):
    """How sure an event is. A draft is seen by editors alone."""

    DRAFT = "draft"
    TENTATIVE = "tentative"
    CONFIRMED = "confirmed"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"

    @property
    def takes_place(self) -> bool:
        """Whether people are to be reminded of it."""
        return self in {Status.TENTATIVE, Status.CONFIRMED}


class RelationType(StrEnum):
    """How one event stands to another: this one ... that one."""

    PART_OF = "part-of"
    PREPARES = "prepares"
    FOLLOWS = "follows"


@dataclass(frozen=True, slots=True)
class Place:
    """Where it happens; `zone` is the place's own, which an all-day event needs to be past."""

    name: Localized
    zone: str | None = None
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class Conference:
    """Where it can be joined from afar (RFC 7986 5.11)."""

    url: str
    title: Localized = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Participant:
    """A person or body that takes part; `chair` presides (RFC 5545 ROLE=CHAIR)."""

    name: str
    role: Localized = field(default_factory=dict)
    chair: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """Where the facts come from; `language` is that of its title, the event's own if empty."""

    title: str
    url: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Relation:
    """A tie to another event by its UID (RFC 5545 RELATED-TO)."""

    type: RelationType
    uid: str


@dataclass(frozen=True, slots=True)
class Event:
    """Something dated that people may attend or follow; `uid` is its identity for life.

    `language` is the one its texts are complete in. `image` is the
    address of a picture and `color` a CSS3 name (RFC 7986 5.9).
    """

    uid: str
    slug: str
    when: When
    title: Localized
    language: str
    description: Localized = field(default_factory=dict)
    status: Status = Status.CONFIRMED
    reason: Localized = field(default_factory=dict)
    place: Place | None = None
    topics: tuple[str, ...] = ()
    participants: tuple[Participant, ...] = ()
    sources: tuple[Source, ...] = ()
    relations: tuple[Relation, ...] = ()
    recurrence: Recurrence | None = None
    organizer: Localized = field(default_factory=dict)
    image: str = ""
    color: str = ""
    conference: Conference | None = None

    def in_language(
        self, text: Localized, language: str, others: Iterable[str] = ()
    ) -> tuple[str, str]:
        """A text of the event and the language it is really in, if need be the event's own."""
        return text_in(text, language, self.language, others)

    def at(self, occurrence: Occurrence) -> Event:
        """The event as one of its instances is, with what the overrides say of it."""
        event = replace(self, when=occurrence.when, recurrence=None)
        for change in occurrence.changes:
            event = replace(
                event,
                status=change.status or event.status,
                reason=change.reason or event.reason,
                title=change.title or event.title,
                description=change.description or event.description,
                place=change.place or event.place,
            )
        return replace(event, status=self.status) if not self.status.takes_place else event

    def title_in(self, language: str) -> str:
        """The title, in that language where there is one."""
        return self.titled(language)[0]

    def titled(self, language: str) -> tuple[str, str]:
        """The same with the language that it is really in."""
        return self.in_language(self.title, language)

    def home_zone(self, default: str) -> str:
        """The zone in which the event's own days begin and end."""
        own = getattr(self.when, "zone", None) or (self.place and self.place.zone)
        return own or default


@dataclass(frozen=True, slots=True)
class Revision:
    """One published state of an event.

    `sequence` counts the published changes from 0 (RFC 5545 3.8.7.4); `published_at` is the
    instant of this one, `created_at` of the first, both aware UTC to the second.
    """

    event: Event
    sequence: int
    published_at: datetime
    created_at: datetime
