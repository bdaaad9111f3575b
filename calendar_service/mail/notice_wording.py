"""A notice in words: what has changed about an event or a series, for a reader in their zone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from calendar_service.domain.events import Event, Status
from calendar_service.domain.notices import Change, Headline, Notice, Scope, place_in, same_time
from calendar_service.domain.when import InMonth, When
from calendar_service.domain.words import first_day_for, when_for_reader, when_in_words
from calendar_service.language.catalogues import Translator, translator
from calendar_service.language.dates import ShortDay, capitalised, day_in_words, short_day
from calendar_service.mail.change_wording import Difference, differences, headed, when_text
from calendar_service.mail.messages import NoticeMail
from calendar_service.mail.texts import Phrase, Text, text_in, titles_in_words

MOST_DATES = 10
"""Dates of a series that are told one by one."""

_NEW_TIME = frozenset({Headline.MOVED, Headline.DATED})


@dataclass(frozen=True, slots=True)
class DateWords:
    """A date in full. `when` is what stands now, and `planned` what will not be.

    `own` is either of them on the event's own clocks, where these differ from the reader's.
    `series` says which dates of one are meant, `standing` what is left to expect, and `reminders`
    what becomes of the reader's.
    """

    leaf: ShortDay | None
    when: str
    planned: str
    own: str
    place: Text | None
    series: str
    differences: tuple[Difference, ...]
    standing: str
    reason: Text
    reminders: str


@dataclass(frozen=True, slots=True)
class DateLine:
    """One of several dates in a line: when it is, or was to be, and what of it."""

    when: str
    said: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class NoticeWords:
    """A notice in words: of one date in full, or of several in a line each, `more` beyond them.

    `day` names the date where it is one of a series.
    """

    headed: Phrase
    day: str
    date: DateWords | None
    dates: tuple[DateLine, ...]
    more: int
    follows: str


def notice_words(mail: NoticeMail) -> NoticeWords:
    """The words of a notice."""
    notice, readers = mail.notice, mail.readership
    language, zone = readers.language, readers.zone
    follows = titles_in_words(readers.follows, language)
    if notice.scope is not Scope.DATES:
        (change,) = notice.changes
        title = text_in(change.after, change.after.title, language)
        date = _date(change, notice.scope, language, zone)
        day = _day(change, language, zone) if notice.scope is Scope.DATE else ""
        return NoticeWords(headed(notice.headline, title, language), day, date, (), 0, follows)
    title = text_in(mail.revision.event, mail.revision.event.title, language)
    return NoticeWords(
        headed=Phrase.of(_called(notice.headline, translator(language)), title),
        day="",
        date=None,
        dates=tuple(_line(change, language, zone) for change in notice.changes[:MOST_DATES]),
        more=max(0, len(notice.changes) - MOST_DATES),
        follows=follows,
    )


def _date(change: Change, scope: Scope, language: str, zone: str) -> DateWords:
    event, say = change.after, translator(language)
    planned = None if event.status.takes_place else change.before or event
    shown = planned or event
    when = str(when_text(shown.when, language, zone))
    differs = when_for_reader(shown.when, language, zone) is not None
    return DateWords(
        leaf=_leaf(shown.when, language, zone),
        when="" if planned else capitalised(when),
        planned=when if planned else "",
        own=when_in_words(shown.when, language) if differs else "",
        place=text_in(shown, shown.place.name, language) if shown.place else None,
        series=_of_a_series(scope, say),
        differences=differences(change, language, zone),
        standing=_standing(change, language, zone, say),
        reason=text_in(event, event.reason if planned else {}, language),
        reminders=_reminders(change, say) if scope is not Scope.DATE else "",
    )


def _day(change: Change, language: str, zone: str) -> str:
    """The day by which a reader knows the date."""
    when = (change.before or change.after).when
    return "" if isinstance(when, InMonth) else day_in_words(first_day_for(when, zone), language)


def _leaf(when: When, language: str, zone: str) -> ShortDay | None:
    """The first day, where it is known."""
    if isinstance(when, InMonth):
        return None
    return short_day(first_day_for(when, zone), language)


def _of_a_series(scope: Scope, say: Translator) -> str:
    if scope is Scope.DATE:
        return say.gettext("This is about one date of a series. The others stay as they are.")
    if scope is Scope.SERIES:
        return say.gettext("This is about all dates of a series. Here is the next one.")
    return ""


def _standing(change: Change, language: str, zone: str, say: Translator) -> str:
    """What is left to expect of what does not take place."""
    if change.after.status is Status.CANCELLED:
        return say.gettext("It does not take place.")
    if change.after.status is not Status.POSTPONED:
        return ""
    if change.before is None or same_time(change.before.when, change.after.when):
        return say.gettext("The new date is not known yet.")
    when = when_text(change.after.when, language, zone)
    return say.gettext("Now expected: %(when)s.") % {"when": when}


def _reminders(change: Change, say: Translator) -> str:
    if change.after.status is Status.CANCELLED:
        return say.gettext("You will get no more reminders of it.")
    if change.after.status is Status.POSTPONED:
        return say.gettext("Reminders of it begin again once there is a date.")
    if change.headline is Headline.REVIVED:
        return say.gettext("You will be reminded of it again.")
    if change.headline in _NEW_TIME and not isinstance(change.after.when, InMonth):
        return say.gettext("Your reminders follow the new time.")
    return ""


def _called(headline: Headline, say: Translator) -> str:
    if headline is Headline.CANCELLED:
        return say.gettext("Cancelled dates: %(title)s")
    if headline is Headline.ADDED:
        return say.gettext("Additional dates: %(title)s")
    return say.gettext("Changed dates: %(title)s")


def _line(change: Change, language: str, zone: str) -> DateLine:
    known = change.before or change.after
    when = capitalised(str(when_text(known.when, language, zone)))
    return DateLine(when, tuple(_said(change, language, zone)))


def _said(change: Change, language: str, zone: str) -> Iterator[Phrase]:
    """What has become of a date, in a few words each."""
    say, after, nothing = translator(language), change.after, Text("", language)
    if after.status is Status.CANCELLED:
        yield Phrase(say.gettext("cancelled"), nothing)
    elif after.status is Status.POSTPONED:
        yield Phrase(say.gettext("postponed"), nothing)
    elif change.before is None:
        yield Phrase(say.gettext("additional date"), nothing)
    else:
        yield from _what_is_new(change.before, after, language, zone)


def _what_is_new(before: Event, after: Event, language: str, zone: str) -> Iterator[Phrase]:
    say = translator(language)
    if not before.status.takes_place:
        yield Phrase(say.gettext("takes place after all"), Text("", language))
    if not same_time(before.when, after.when):
        now = when_text(after.when, language, zone)
        yield Phrase.of(say.gettext("new time: %(text)s"), now)
    if after.place and place_in(before, language) != place_in(after, language):
        now = text_in(after, after.place.name, language)
        yield Phrase.of(say.gettext("new place: %(text)s"), now)
    if before.title_in(language) != after.title_in(language):
        now = text_in(after, after.title, language)
        yield Phrase.of(say.gettext("new title: %(text)s"), now)


@dataclass(frozen=True, slots=True)
class Brief:
    """A notice in a few lines, where it stands among others."""

    headed: Phrase
    lines: tuple[Phrase, ...]


def brief_words(notice: Notice, event: Event, language: str, zone: str) -> Brief:
    """A notice about an event, or dates of it, in a few lines."""
    say = translator(language)
    if notice.scope is Scope.DATES:
        title = text_in(event, event.title, language)
        dates = notice.changes[:MOST_DATES]
        told = tuple(_one_line(_line(one, language, zone), language) for one in dates)
        return Brief(Phrase.of(_called(notice.headline, say), title), told)
    (change,) = notice.changes
    title = text_in(change.after, change.after.title, language)
    lines = _lines(change, _date(change, notice.scope, language, zone), language)
    return Brief(headed(notice.headline, title, language), tuple(lines))


def _lines(change: Change, date: DateWords, language: str) -> Iterator[Phrase]:
    say = translator(language)
    if date.planned:
        yield Phrase.of(say.gettext("It was planned for: %(when)s"), Text(date.planned, language))
    if change.after.status is Status.POSTPONED:
        yield Phrase("", Text(date.standing, language))
    if date.reason.text:
        yield Phrase.of(say.gettext("Reason: %(reason)s"), date.reason)
    if change.headline in {Headline.REVIVED, Headline.ADDED} and date.when:
        yield Phrase("", Text(date.when, language))
    several = len(date.differences) > 1
    for one in date.differences:
        if several:
            yield Phrase("", Text(one.sentence, language))
        if one.before:
            yield Phrase.of(say.gettext("Before: %(text)s"), one.before)
        if one.now:
            yield Phrase.of(say.gettext("Now: %(text)s"), one.now)


def _one_line(line: DateLine, language: str) -> Phrase:
    say = translator(language).gettext
    told = {"when": line.when, "what": ", ".join(map(str, line.said))}
    return Phrase("", Text(say("%(when)s – %(what)s") % told, language))
