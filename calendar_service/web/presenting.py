"""Makes what templates show of events: words in the language of the answer, nothing to decide."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from calendar_service.domain.agenda import Agenda, Entry, by_day, is_running
from calendar_service.domain.events import Event, Status
from calendar_service.domain.when import AllDay, InMonth, Timed, When, sort_key
from calendar_service.domain.words import when_for_reader, when_in_words
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
from calendar_service.web.tongues import Said, said
from calendar_service.web.zones import reader_zone

ONE_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Card:
    """An event in a list.

    `hour` is by the event's own clocks and `yours` all of it by the reader's, where these show
    another time. `starts` is for programs: a day, or an instant in UTC; `offset` are the minutes by
    which the reader's clocks are ahead of UTC then.
    """

    slug: str
    title: Said
    when: str
    yours: str
    starts: str
    offset: int
    hour: str
    first: ShortDay | None
    last: ShortDay | None
    month: str
    distance: str
    place: Said
    mark: str
    status: str
    runs: bool


@dataclass(frozen=True, slots=True)
class Cards:
    """A list of events by where they stand in time; more of it begins on the two days."""

    running: list[Card]
    coming: list[Card]
    past: list[Card]
    earlier: date | None
    later: date | None


@dataclass(frozen=True, slots=True)
class MonthCards:
    """Events of one month, under its name."""

    heading: str
    cards: list[Card]


def cards(agenda: Agenda) -> Cards:
    """The agenda's entries, each as a card."""
    return Cards(
        running=[card_of(entry, running=True) for entry in agenda.running],
        coming=[card_of(entry) for entry in agenda.coming],
        past=[card_of(entry) for entry in agenda.past],
        earlier=agenda.earlier,
        later=agenda.later,
    )


def by_month(entries: Iterable[Entry], *, backwards: bool = False) -> list[MonthCards]:
    """Entries in their order, or the other way round, each month under its name."""
    now, home = service().clock.now(), service().settings.zone
    found: dict[tuple[int, int], MonthCards] = {}
    for entry in sorted(entries, key=by_day, reverse=backwards):
        day = sort_key(entry.when)[0]
        name = capitalised(month_in_words(day.year, day.month, language()))
        month = found.setdefault((day.year, day.month), MonthCards(name, []))
        zone = entry.revision.event.home_zone(home)
        month.cards.append(card_of(entry, running=is_running(entry, zone, now)))
    return list(found.values())


def card_of(entry: Entry, *, running: bool = False) -> Card:
    """An entry as a list shows it."""
    event, when = entry.revision.event, entry.when
    known = not isinstance(when, InMonth)
    several = known and when.last_day > when.first_day
    return Card(
        slug=event.slug,
        title=said(event, event.title),
        when=capitalised(when_in_words(when, language())),
        yours=when_for_reader(when, language(), reader_zone()) or "",
        starts=_for_programs(when),
        offset=_minutes_ahead(when),
        hour=time_in_words(when.start.time(), language()) if isinstance(when, Timed) else "",
        first=short_day(when.first_day, language()) if known else None,
        last=short_day(when.last_day, language()) if several else None,
        month=month_in_words(when.year, when.month, language())
        if isinstance(when, InMonth)
        else "",
        distance=gettext("now") if running else _distance(event, when),
        place=said(event, event.place.name if event.place else {}),
        mark=_mark(event.status),
        status=str(event.status),
        runs=running,
    )


def _for_programs(when: When) -> str:
    """The start as HTML's `time` has it."""
    match when:
        case InMonth(year, month):
            return f"{year:04}-{month:02}"
        case AllDay(first):
            return first.isoformat()
        case Timed():
            return f"{when.starts_at():%Y-%m-%dT%H:%MZ}"


def _minutes_ahead(when: When) -> int:
    if not isinstance(when, Timed):
        return 0
    start = when.starts_at()
    return round((to_wall(start, reader_zone()) - start.replace(tzinfo=None)) / ONE_MINUTE)


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
