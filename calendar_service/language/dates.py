"""Dates, times and distances in words, as a newspaper of each language prints them.

The forms are CLDR's, corrected by `styles.py`. All are fit for the middle of a sentence;
`capitalised` makes them fit to begin one. A language that the interface lacks gets English.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from math import inf

from babel.dates import (
    format_date,
    format_time,
    format_timedelta,
    tokenize_pattern,
)

from calendar_service.language.catalogues import translator
from calendar_service.language.styles import locale_of, style_of

KEPT = 4096
"""Words of a kind that are kept: pages and feeds say the same days over and over, and CLDR's
patterns are read anew for each."""

_YEAR = re.compile(r"y.*")
"""A year at the end of a CLDR pattern, with what is behind it."""


@dataclass(frozen=True, slots=True)
class ShortDay:
    """A day for a narrow block: `12`, `Feb`, `Thu`, abbreviated as the language does it."""

    day: str
    month: str
    weekday: str


@lru_cache(maxsize=KEPT)
def day_in_words(day: date, language: str) -> str:
    """A day with its weekday: "Thursday, 12 February 2026"."""
    pattern = _pattern(locale_of(language).date_formats["full"].pattern, language)
    return _written(day, pattern, _day(day, language), language)


def days_in_words(first: date, last: date, language: str) -> str:
    """The days from first to last, both included: "7–8 July 2026", "30 June – 2 July 2026".

    What both have in common is said once. A single day is written as by `day_in_words`.
    """
    if first == last:
        return day_in_words(first, language)
    pattern = _pattern(locale_of(language).date_formats["long"].pattern, language)
    start, end = _day(first, language), _day(last, language)
    if (first.year, first.month) == (last.year, last.month):
        return _written(first, pattern, f"{start}{style_of(language).dash}{end}", language)
    before, after = pattern, pattern
    if first.year == last.year:
        yearless = locale_of(language).datetime_skeletons["MMMMd"].pattern
        before, after = (before, yearless) if pattern.startswith("y") else (yearless, after)
    written = _written(first, before, start, language), _written(last, after, end, language)
    return " – ".join(written)


@lru_cache(maxsize=KEPT)
def month_in_words(year: int, month: int, language: str) -> str:
    """A month: "July 2026"."""
    locale = locale_of(language)
    pattern = _pattern(locale.datetime_skeletons["yMMMM"].pattern, language)
    return format_date(date(year, month, 1), pattern, locale=locale)


@lru_cache(maxsize=KEPT)
def short_day(day: date, language: str) -> ShortDay:
    """The parts of a day for an agenda's date block."""
    locale = locale_of(language)
    month, weekday = (format_date(day, pattern, locale=locale) for pattern in ("LLL", "ccc"))
    return ShortDay(str(day.day), month, weekday)


def first_weekday(language: str) -> int:
    """On which day a week begins: 0 for Monday (CLDR)."""
    return int(locale_of(language).first_week_day)


def weekdays_in_words(language: str) -> list[tuple[str, str]]:
    """The days of a week from its first on, each in full and short: "Monday", "Mon"."""
    locale = locale_of(language)
    order = [(first_weekday(language) + number) % 7 for number in range(7)]
    long, short = locale.days["stand-alone"]["wide"], locale.days["stand-alone"]["abbreviated"]
    return [(long[day], short[day]) for day in order]


def time_in_words(moment: time | datetime, language: str) -> str:
    """The time of day that `moment` itself shows, whatever its zone: "15:00"."""
    return _time_in_words(moment.hour, moment.minute, language)


@lru_cache(maxsize=KEPT)
def _time_in_words(hour: int, minute: int, language: str) -> str:
    return format_time(time(hour, minute), style_of(language).time, locale=locale_of(language))


def day_and_time_in_words(moment: datetime, language: str) -> str:
    """A day and time as `moment` shows them: "Thursday, 12 February 2026 at 15:00".

    Nothing is converted: bring the instant into the zone to be shown first, and name that zone
    beside it (`zone_in_words`).
    """
    text = translator(language).gettext("%(day)s at %(time)s")
    day, hour = day_in_words(moment.date(), language), time_in_words(moment, language)
    return text % {"day": day, "time": hour}


@lru_cache(maxsize=KEPT)
def distance_in_words(days: int, language: str) -> str:
    """How far off a day is, counted in days from today: "tomorrow", "in 5 days", "5 days ago"."""
    say = translator(language).gettext
    near = {-1: say("yesterday"), 0: say("today"), 1: say("tomorrow")}
    if days in near:
        return near[days]
    return format_timedelta(
        timedelta(days=days),
        granularity="day",
        threshold=inf,
        add_direction=True,
        locale=locale_of(language),
    )


def capitalised(text: str) -> str:
    """The text with a capital at its beginning and nothing else changed."""
    return text[:1].upper() + text[1:]


def _day(day: date, language: str) -> str:
    return style_of(language).first if day.day == 1 else str(day.day)


def _pattern(pattern: str, language: str) -> str:
    """CLDR's pattern; one whose year has a shortened word behind it would end with a full stop."""
    year = style_of(language).year
    return _YEAR.sub(year, pattern) if year else pattern


def _written(day: date, pattern: str, number: str, language: str) -> str:
    """A day by a CLDR pattern, with `number` in the place of the day of the month."""
    parts = []
    for _, token in tokenize_pattern(pattern):
        if isinstance(token, str):
            parts.append(token)
        elif token[0] == "d":
            parts.append(number)
        else:
            field = token[0] * token[1]
            parts.append(format_date(day, field, locale=locale_of(language)))
    return "".join(parts)
