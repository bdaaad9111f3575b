"""The words of an event as apps and news readers show them: plain, in one language, complete."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote

from calendar_service.domain.events import Event, Localized, Participant, Status
from calendar_service.domain.plain_text import clean, one_line
from calendar_service.domain.when import InMonth, KnownWhen
from calendar_service.language.catalogues import translator
from calendar_service.language.dates import month_in_words


def summary(event: Event, language: str, *, marked: bool) -> tuple[str, str]:
    """The title and the language it is really in; `marked` when the event does not take place."""
    say = translator(language).gettext
    title, spoken = event.in_language(event.title, language)
    marks = {Status.CANCELLED: say("Cancelled: "), Status.POSTPONED: say("Postponed: ")}
    mark = marks.get(event.status, "") if marked else ""
    return mark + one_line(title), spoken


def description(event: Event, language: str, page: str) -> str:
    """Why it does not take place, what it is, who takes part, the sources, and its page.

    The links are in the text because several apps show no others.
    """
    say = translator(language).gettext
    paragraphs = [
        "" if event.status.takes_place else _text(event, event.reason, language),
        _text(event, event.description, language),
        _organised(event, language),
        _listed(say("Taking part:"), _taking_part(event, language)),
        _online(event, language),
        _listed(say("Sources:"), (f"{source.title} {source.url}" for source in event.sources)),
        f"{say('Details:')} {page}",
    ]
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


def to_be_announced(event: Event, when: InMonth, language: str) -> tuple[Localized, Localized]:
    """Title and description, in one language, of what has no day yet."""
    say = translator(language).gettext
    title, _ = event.in_language(event.title, language)
    return {language: say("Day to be announced: ") + title}, _some_time_in(when, event, language)


def put_off(event: Event, before: KnownWhen, language: str) -> Event:
    """What does not take place and has no day any more as it was to be, for one language.

    Of what is only postponed, it is told until when.
    """
    assert isinstance(event.when, InMonth)  # noqa: S101 - else it has its day
    if event.status is not Status.POSTPONED:
        return replace(event, when=before)
    return replace(event, when=before, description=_some_time_in(event.when, event, language))


def _some_time_in(when: InMonth, event: Event, language: str) -> Localized:
    """The description behind the notice that the day is not known."""
    about, _ = event.in_language(event.description, language)
    month = month_in_words(when.year, when.month, language)
    words = translator(language).gettext("The day is not known yet: some time in %(month)s.")
    return {language: "\n\n".join(filter(None, (words % {"month": month}, about)))}


def location(event: Event, language: str) -> str:
    """The place on one line, or nothing."""
    if event.place is None:
        return ""
    return one_line(event.in_language(event.place.name, language)[0])


def page_of(event: Event, language: str, origin: str) -> str:
    """The address of the event's page in a language."""
    return f"{origin}/events/{quote(event.slug, safe='')}?lang={quote(language, safe='')}"


def _text(event: Event, text: Localized, language: str) -> str:
    return clean(event.in_language(text, language)[0]).strip()


def _online(event: Event, language: str) -> str:
    """Where to join from afar; many apps show no CONFERENCE."""
    if event.conference is None:
        return ""
    title, _ = event.in_language(event.conference.title, language)
    heading = one_line(title) or translator(language).gettext("Online")
    return f"{heading}: {event.conference.url}"


def _organised(event: Event, language: str) -> str:
    """Who organises it. ORGANIZER is for those who invite: apps would offer to answer them."""
    organizer = one_line(event.in_language(event.organizer, language)[0])
    words = translator(language).gettext("Organised by %(organizer)s.")
    return words % {"organizer": organizer} if organizer else ""


def _listed(heading: str, items: Iterator[str]) -> str:
    lines = [f"- {one_line(item)}" for item in items]
    return "\n".join([heading, *lines]) if lines else ""


def _taking_part(event: Event, language: str) -> Iterator[str]:
    """Each one with the role, whoever presides first."""
    for participant in sorted(event.participants, key=lambda one: not one.chair):
        yield _introduced(event, participant, language)


def _introduced(event: Event, participant: Participant, language: str) -> str:
    role, _ = event.in_language(participant.role, language)
    named = f"{participant.name}, {role}" if role else participant.name
    chair = translator(language).gettext("chair")
    return f"{named} ({chair})" if participant.chair else named
