"""When something is, in words: as the event's own clocks have it, and as the reader's do."""

from __future__ import annotations

from datetime import date, datetime

from calendar_service.domain.readers import UNTIL_RESUMED
from calendar_service.domain.when import AllDay, InMonth, KnownWhen, Timed, When
from calendar_service.domain.zones import to_wall
from calendar_service.language.catalogues import translator
from calendar_service.language.dates import (
    day_and_time_in_words,
    day_in_words,
    days_in_words,
    month_in_words,
    time_in_words,
)
from calendar_service.language.zones import zone_in_words


def when_in_words(when: When, language: str) -> str:
    """When it is, where it is: "7–8 July 2026", "July 2026, on a day not yet known".

    Timed: "Monday, 30 March 2026, 15:00–16:30, Brussels (UTC+2)".
    """
    own_zone = when.zone if isinstance(when, Timed) else ""
    return when_in_zone(when, language, own_zone)


def when_for_reader(when: When, language: str, zone: str) -> str | None:
    """The same as the reader's clocks show it; None where they show what the event's own do.

    Whole days and months are the same for everybody.
    """
    if not isinstance(when, Timed) or _walls(when, zone) == _walls(when, when.zone):
        return None
    return when_in_zone(when, language, zone)


def when_in_zone(when: When, language: str, zone: str) -> str:
    """When it is by the clocks of `zone`, which is named if there is an hour.

    Fit for the middle of a sentence; `language.dates.capitalised` makes it fit to begin one.
    """
    match when:
        case AllDay(first, last):
            return days_in_words(first, last, language)
        case InMonth(year, month):
            text = translator(language).gettext("%(month)s, on a day not yet known")
            return text % {"month": month_in_words(year, month, language)}
        case Timed():
            written = _span(*_walls(when, zone), language)
            return f"{written}, {zone_in_words(zone, when.starts_at(), language)}"


def days_until(when: KnownWhen, *, zone: str, now: datetime) -> int:
    """Days from the reader's today to the day on which it begins for them: 1 is tomorrow.

    `now` is an aware instant.
    """
    return (first_day_for(when, zone) - to_wall(now, zone).date()).days


def first_day_for(when: KnownWhen, zone: str) -> date:
    """The day on which it begins for somebody in `zone`; whole days are everybody's."""
    return when.first if isinstance(when, AllDay) else to_wall(when.starts_at(), zone).date()


def _walls(when: Timed, zone: str) -> tuple[datetime, datetime]:
    """Start and end as clocks in a zone show them; by way of UTC, so that no gap is shown."""
    start, end = when.instants()
    return to_wall(start, zone), to_wall(end, zone)


def _span(start: datetime, end: datetime, language: str) -> str:
    if end <= start:
        return day_and_time_in_words(start, language)
    if Timed(start, end, "").last_day != start.date():
        both = (day_and_time_in_words(moment, language) for moment in (start, end))
        return " – ".join(both)
    text = translator(language).gettext("%(day)s, %(start)s–%(end)s")
    return text % {
        "day": day_in_words(start.date(), language),
        "start": time_in_words(start, language),
        "end": time_in_words(end, language),
    }


def paused_in_words(until: datetime, zone: str, language: str) -> str:
    """Until when something is paused: a day by the clocks of a zone, or whenever it is resumed."""
    say = translator(language).gettext
    if until == UNTIL_RESUMED:
        return say("Paused until you resume it")
    day = day_in_words(to_wall(until, zone).date(), language)
    return say("Paused until %(day)s") % {"day": day}
