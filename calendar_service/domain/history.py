"""What has become of an event since it was published, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from calendar_service.domain.events import Event, Status
from calendar_service.domain.phrases import Phrase
from calendar_service.domain.when import InMonth, When
from calendar_service.domain.words import when_in_words
from calendar_service.language.catalogues import translator


@dataclass(frozen=True, slots=True)
class State:
    """An event as it was published at an instant."""

    event: Event
    published_at: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """What a publication changed, in sentences."""

    published_at: datetime
    sentences: tuple[Phrase, ...]


def history_in_words(
    states: Sequence[State], language: str, others: Sequence[str] = ()
) -> list[Told]:
    """The changes that readers care for, the latest first, and the first publication last.

    Texts that there are not in the language are told in one of the `others`, if they can be.

    `states` are in their order, the first one first; a draft was published to nobody.
    """
    seen = [state for state in states if state.event.status is not Status.DRAFT]
    told = [
        Told(after.published_at, tuple(_changes(before.event, after.event, language, others)))
        for before, after in pairwise(seen)
    ]
    first = translator(language).gettext("Published.")
    begun = [Told(state.published_at, (Phrase(first),)) for state in seen[:1]]
    return [*(one for one in reversed(told) if one.sentences), *begun]


def times_before(states: Iterable[State]) -> tuple[When, ...]:
    """The times that it had before the present one, the oldest first, each once."""
    whens = [state.event.when for state in states if state.event.status is not Status.DRAFT]
    return tuple(when for when in dict.fromkeys(whens) if when != whens[-1])


def _changes(before: Event, after: Event, language: str, others: Sequence[str]) -> Iterator[Phrase]:
    yield from map(Phrase, _status(before, after, language))
    if before.when != after.when:
        yield Phrase(_moved(before.when, after.when, language))
    say = translator(language).gettext
    if before.recurrence != after.recurrence:
        yield Phrase(say("The dates of the series are others now."))
    yield from _place(before, after, language, others)
    old, new = (event.in_language(event.title, language, others) for event in (before, after))
    if old[0] != new[0]:
        yield Phrase(say("It was called “%(title)s” before."), {"title": old})
    about = (event.in_language(event.description, language, others) for event in (before, after))
    if len({text for text, _ in about}) > 1:
        yield Phrase(say("The description was revised."))
    if before.participants != after.participants:
        yield Phrase(say("Who takes part has changed."))


def _status(before: Event, after: Event, language: str) -> Iterator[str]:
    if before.status is after.status:
        return
    say = translator(language).gettext
    match after.status:
        case Status.CANCELLED:
            yield say("Cancelled.")
        case Status.POSTPONED:
            yield say("Postponed; the new date is not known yet.")
        case Status.TENTATIVE:
            yield say("It is not certain any more.")
        case Status.CONFIRMED if before.status is Status.CANCELLED:
            yield say("It takes place after all.")
        case Status.CONFIRMED:
            yield say("Confirmed.")


def _moved(before: When, after: When, language: str) -> str:
    say = translator(language).gettext
    words = {
        "before": when_in_words(before, language),
        "after": when_in_words(after, language),
    }
    if isinstance(before, InMonth) and not isinstance(after, InMonth):
        return say("The date was announced: %(after)s.") % words
    return say("Moved from %(before)s to %(after)s.") % words


def _place(before: Event, after: Event, language: str, others: Sequence[str]) -> Iterator[Phrase]:
    old, new = (
        event.in_language(event.place.name, language, others) if event.place else ("", language)
        for event in (before, after)
    )
    say = translator(language).gettext
    if new[0] and not old[0]:
        yield Phrase(say("The place was announced: %(place)s."), {"place": new})
    elif old[0] != new[0]:
        yield Phrase(say("The place changed; it was %(place)s before."), {"place": old})
