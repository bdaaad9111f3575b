"""What the templates show: the facts of a mail in the reader's language, on the reader's clock."""

from __future__ import annotations

from dataclasses import dataclass

from calendar_service.domain.events import Event, Status
from calendar_service.domain.words import (
    first_day_for,
    when_for_reader,
    when_in_words,
    when_in_zone,
)
from calendar_service.domain.zones import to_wall
from calendar_service.language.catalogues import endonym, translator
from calendar_service.language.dates import (
    ShortDay,
    capitalised,
    day_and_time_in_words,
    distance_in_words,
    short_day,
)
from calendar_service.language.offsets import offsets_in_words
from calendar_service.language.zones import zone_in_words
from calendar_service.mail.change_wording import Difference, differences, headed
from calendar_service.mail.messages import ConfirmationMail, ReminderMail
from calendar_service.mail.texts import Phrase, Text, text_in, titles_in_words


@dataclass(frozen=True, slots=True)
class Guest:
    """A participant as the mail names them."""

    name: str
    role: Text
    chair: bool


@dataclass(frozen=True, slots=True)
class ReminderWords:
    """A reminder in words; `own_when` where the event's clocks differ from the reader's.

    `headed` and `differences` tell of a change that its readers have not been told of.
    """

    distance: str
    title: Text
    leaf: ShortDay
    when: str
    own_when: str | None
    place: Text | None
    tentative: bool
    description: Text
    guests: tuple[Guest, ...]
    follows: str
    headed: Phrase | None
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class ConfirmationWords:
    """A confirmation in words. `until` is when its link ends, on the reader's clock.

    `also` lists the titles of what else waits; it is empty where nothing does.
    """

    offsets: str
    language: str
    zone: str
    until: str
    also: str


def reminder_words(mail: ReminderMail) -> ReminderWords:
    """The words of a reminder."""
    event, readers = mail.revision.event, mail.readership
    language, zone, days = readers.language, readers.zone, readers.days
    title, change = text_in(event, event.title, language), mail.change
    reader_differs = when_for_reader(mail.when, language, zone) is not None
    return ReminderWords(
        distance=capitalised(distance_in_words(days, language)) if days >= 0 else "",
        title=title,
        leaf=short_day(first_day_for(mail.when, zone), language),
        when=capitalised(when_in_zone(mail.when, language, zone)),
        own_when=when_in_words(mail.when, language) if reader_differs else None,
        place=text_in(event, event.place.name, language) if event.place else None,
        tentative=event.status is Status.TENTATIVE,
        description=text_in(event, event.description, language),
        guests=_guests(event, language),
        follows=titles_in_words(readers.follows, language),
        headed=_headed(mail, title),
        differences=differences(change, language, zone) if change else (),
    )


def _headed(mail: ReminderMail, title: Text) -> Phrase | None:
    """What is said before the title: what has changed, or else that the mail is late."""
    language = mail.readership.language
    if mail.change:
        return headed(mail.change.headline, title, language)
    if mail.readership.late and not mail.is_new:
        return Phrase.of(translator(language).gettext("Late reminder: %(title)s"), title)
    return None


def confirmation_words(mail: ConfirmationMail) -> ConfirmationWords:
    """The words of a confirmation."""
    language = mail.language
    return ConfirmationWords(
        offsets=offsets_in_words(map(str, mail.offsets), language),
        language=endonym(language),
        zone=zone_in_words(mail.zone, mail.until, language),
        until=day_and_time_in_words(to_wall(mail.until, mail.zone), language),
        also=titles_in_words(mail.also, language) if mail.also else "",
    )


def _guests(event: Event, language: str) -> tuple[Guest, ...]:
    """Who takes part, whoever presides first."""
    ordered = sorted(event.participants, key=lambda participant: not participant.chair)
    return tuple(
        Guest(participant.name, text_in(event, participant.role, language), participant.chair)
        for participant in ordered
    )
