"""A change in words: what it is called, and each thing that is different, before and now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from calendar_service.domain.events import Event, Status
from calendar_service.domain.notices import Change, Headline, place_in, same_time
from calendar_service.domain.when import AllDay, InMonth, Timed, When
from calendar_service.domain.words import when_in_zone
from calendar_service.domain.zones import to_wall
from calendar_service.language.catalogues import Translator, translator
from calendar_service.mail.texts import Phrase, Text, text_in


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that has changed, as a sentence, and what it was and is where that can be said."""

    sentence: str
    before: Text | None = None
    now: Text | None = None


def headed(headline: Headline, title: Text, language: str) -> Phrase:
    """What a mail about a change says first: "Moved: Press briefing"."""
    return Phrase.of(_called(headline, translator(language)), title)


def differences(change: Change, language: str, zone: str) -> tuple[Difference, ...]:
    """What is different about a date for a reader in a zone, the most important first."""
    before, after = change.before, change.after
    if before is None or not after.status.takes_place:
        return ()
    say = translator(language)
    return (
        *_standing(before, after, say),
        *_time(before, after, language, zone),
        *_place(before, after, language),
        *_title(before, after, language),
    )


def when_text(when: When, language: str, zone: str) -> Text:
    """When it is, by a reader's clocks, fit for the middle of a sentence."""
    return Text(when_in_zone(when, language, zone), language)


def _called(headline: Headline, say: Translator) -> str:
    """A word for the change, with the title's place behind it."""
    return {
        Headline.CANCELLED: say.gettext("Cancelled: %(title)s"),
        Headline.POSTPONED: say.gettext("Postponed: %(title)s"),
        Headline.REVIVED: say.gettext("Takes place after all: %(title)s"),
        Headline.DATED: say.gettext("New date: %(title)s"),
        Headline.MOVED: say.gettext("Moved: %(title)s"),
        Headline.PLACED: say.gettext("New place: %(title)s"),
        Headline.TITLED: say.gettext("New title: %(title)s"),
        Headline.CHANGED: say.gettext("Changed: %(title)s"),
        Headline.ADDED: say.gettext("Additional date: %(title)s"),
    }[headline]


def _standing(before: Event, after: Event, say: Translator) -> Iterator[Difference]:
    """What it means that an event takes place which was not to."""
    if before.status is Status.CANCELLED:
        yield Difference(say.gettext("It had been cancelled, and takes place after all."))
    elif before.status is Status.POSTPONED and same_time(before.when, after.when):
        yield Difference(say.gettext("It had been postponed, and takes place as first planned."))
    elif before.status is Status.POSTPONED:
        yield Difference(say.gettext("It had been postponed, and now has a new date."))


def _time(before: Event, after: Event, language: str, zone: str) -> Iterator[Difference]:
    if same_time(before.when, after.when):
        return
    yield Difference(
        _what_of_the_time(before.when, after.when, zone, translator(language)),
        when_text(before.when, language, zone),
        when_text(after.when, language, zone),
    )


def _what_of_the_time(before: When, after: When, zone: str, say: Translator) -> str:
    if isinstance(before, InMonth) or isinstance(after, InMonth):
        return _what_of_the_month(before, after, say)
    same_day = _days(before, zone) == _days(after, zone)
    if isinstance(before, Timed) and isinstance(after, Timed):
        return _what_of_the_hour(before, after, zone, say, same_day=same_day)
    if not same_day:
        return _what_of_the_days(before, after, say)
    if isinstance(after, Timed):
        return say.gettext("The hour is known now.")
    return say.gettext("The hour is no longer fixed.")


def _what_of_the_days(before: AllDay | Timed, after: AllDay | Timed, say: Translator) -> str:
    if isinstance(before, AllDay) and isinstance(after, AllDay) and before.first == after.first:
        return say.gettext("The end has changed.")
    return say.gettext("The day has changed.")


def _what_of_the_month(before: When, after: When, say: Translator) -> str:
    if not isinstance(after, InMonth):
        return say.gettext("The day is known now.")
    if not isinstance(before, InMonth):
        return say.gettext("The day is no longer fixed.")
    return say.gettext("The month has changed.")


def _what_of_the_hour(
    before: Timed, after: Timed, zone: str, say: Translator, *, same_day: bool
) -> str:
    known, standing = _hours(before, zone), _hours(after, zone)
    if same_day and known[0] == standing[0]:
        return say.gettext("The end has changed.")
    if same_day:
        return say.gettext("The hour has changed.")
    if known == standing:
        return say.gettext("The day has changed.")
    return say.gettext("The day and the hour have changed.")


def _place(before: Event, after: Event, language: str) -> Iterator[Difference]:
    if place_in(before, language) == place_in(after, language):
        return
    say = translator(language)
    if not place_in(before, language):
        yield Difference(say.gettext("The place is known now."), None, _place_text(after, language))
    elif not place_in(after, language):
        known = _place_text(before, language)
        yield Difference(say.gettext("The place is no longer fixed."), known, None)
    else:
        both = _place_text(before, language), _place_text(after, language)
        yield Difference(say.gettext("The place has changed."), *both)


def _title(before: Event, after: Event, language: str) -> Iterator[Difference]:
    if before.title_in(language) != after.title_in(language):
        both = (text_in(event, event.title, language) for event in (before, after))
        yield Difference(translator(language).gettext("The title has changed."), *both)


def _place_text(event: Event, language: str) -> Text | None:
    return text_in(event, event.place.name, language) if event.place else None


def _days(when: AllDay | Timed, zone: str) -> tuple[object, object]:
    """The days on which it begins and ends on a reader's clocks."""
    if isinstance(when, AllDay):
        return when.first, when.last
    start, end = (to_wall(instant, zone) for instant in when.instants())
    return start.date(), Timed(start, end, zone).last_day


def _hours(when: Timed, zone: str) -> tuple[object, object]:
    start, end = (to_wall(instant, zone) for instant in when.instants())
    return start.time(), end.time()
