"""A digest in words: what is coming, on the reader's clocks, and what is new."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from calendar_service.domain.digests import Digest, Issue, News
from calendar_service.domain.events import Event, Status
from calendar_service.domain.when import InMonth
from calendar_service.domain.words import (
    days_until,
    first_day_for,
    when_for_reader,
    when_in_words,
    when_in_zone,
)
from calendar_service.language.catalogues import translator
from calendar_service.language.dates import (
    ShortDay,
    capitalised,
    days_in_words,
    distance_in_words,
    short_day,
)
from calendar_service.mail.messages import DigestMail
from calendar_service.mail.notice_wording import brief_words
from calendar_service.mail.texts import Phrase, Text, text_in, titles_in_words

MOST = 40
"""Events of each sort that are told; how many there are beyond them is said."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An event that is coming; `own` is when it is by its own clocks, where these differ."""

    title: Text
    leaf: ShortDay | None
    when: str
    own: str
    distance: str
    place: Text | None
    tentative: bool
    link: str


@dataclass(frozen=True, slots=True)
class Item:
    """Something that is new about an event, in a few lines."""

    headed: Phrase
    lines: tuple[Phrase, ...]
    link: str


@dataclass(frozen=True, slots=True)
class DigestWords:
    """A digest in words; `more` counts what had to be left out."""

    days: str
    coming: tuple[Entry, ...]
    news: tuple[Item, ...]
    more: int
    why: str


def digest_words(mail: DigestMail) -> DigestWords:
    """The words of a digest."""
    language = mail.readership.language
    over = len(mail.coming[MOST:]) + len(mail.news[MOST:])
    return DigestWords(
        days=days_in_words(mail.issue.day, mail.issue.last_day, language),
        coming=tuple(_entries(mail)),
        news=tuple(_items(mail)),
        more=over,
        why=_why(mail.issue, titles_in_words(mail.readership.follows, language), language),
    )


def _entries(mail: DigestMail) -> Iterator[Entry]:
    language, zone = mail.readership.language, mail.readership.zone
    for event in mail.coming[:MOST]:
        yield Entry(
            title=text_in(event, event.title, language),
            leaf=_leaf(event, language, zone),
            when=capitalised(when_in_zone(event.when, language, zone)),
            own=_own(event, language, zone),
            distance=_distance(event, mail.issue, language, zone),
            place=_place(event, language),
            tentative=event.status is Status.TENTATIVE,
            link=_link(mail, event),
        )


def _items(mail: DigestMail) -> Iterator[Item]:
    language, zone = mail.readership.language, mail.readership.zone
    for news in mail.news[:MOST]:
        if news.notice is None:
            headed, lines = _announced(news, language, zone)
        else:
            brief = brief_words(news.notice, news.event, language, zone)
            headed, lines = brief.headed, brief.lines
        yield Item(headed, lines, _link(mail, news.event))


def _announced(news: News, language: str, zone: str) -> tuple[Phrase, tuple[Phrase, ...]]:
    event = news.event
    title = text_in(event, event.title, language)
    headed = Phrase.of(translator(language).gettext("New: %(title)s"), title)
    when = capitalised(when_in_zone(event.when, language, zone))
    place = _place(event, language)
    lines = [Phrase("", Text(when, language)), *([Phrase("", place)] if place else [])]
    return headed, tuple(lines)


def _distance(event: Event, issue: Issue, language: str, zone: str) -> str:
    """Today or tomorrow, which a reader should not have to reckon."""
    if isinstance(event.when, InMonth):
        return ""
    days = days_until(event.when, zone=zone, now=issue.instant)
    return capitalised(distance_in_words(days, language)) if days in {0, 1} else ""


def _own(event: Event, language: str, zone: str) -> str:
    differs = when_for_reader(event.when, language, zone) is not None
    return when_in_words(event.when, language) if differs else ""


def _leaf(event: Event, language: str, zone: str) -> ShortDay | None:
    if isinstance(event.when, InMonth):
        return None
    return short_day(first_day_for(event.when, zone), language)


def _place(event: Event, language: str) -> Text | None:
    return text_in(event, event.place.name, language) if event.place else None


def _link(mail: DigestMail, event: Event) -> str:
    return f"{mail.masthead.origin}/events/{event.slug}?lang={mail.readership.language}"


def _why(issue: Issue, titles: str, language: str) -> str:
    say = translator(language).gettext
    if issue.digest is Digest.DAILY:
        return say("You get this email each day because you follow %(titles)s.") % {
            "titles": titles
        }
    return say("You get this email each week because you follow %(titles)s.") % {"titles": titles}
