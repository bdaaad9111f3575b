"""A month as a calendar on the wall has it: weeks of seven days, and what is on each of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from calendar_service.domain.agenda import Entry, by_day
from calendar_service.domain.when import ONE_DAY, InMonth
from calendar_service.domain.when_documents import EARLIEST_YEAR, LATEST_YEAR

On = TypeVar("On")


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A month of a year."""

    year: int
    number: int

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.number, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return InMonth(self.year, self.number).last_day

    def beside(self, by: int) -> Month:
        """The month so many months later, or earlier."""
        count = self.year * 12 + self.number - 1 + by
        return Month(count // 12, count % 12 + 1)

    @property
    def exists(self) -> bool:
        """Whether an event can be in it."""
        return EARLIEST_YEAR <= self.year <= LATEST_YEAR and 1 <= self.number <= 12


@dataclass(frozen=True, slots=True)
class Day:
    """A day with what is on it, soonest first; `more` is how many of them have no room."""

    date: date
    inside: bool
    entries: tuple[Entry, ...] = ()
    more: int = 0


def goes_on(entry: Entry, day: Day) -> bool:
    """Whether an entry was on the day before too, and that day is of the same month."""
    return entry.when.first_day < day.date and day.date.day > 1


def month_of(day: date) -> Month:
    """The month that a day is in."""
    return Month(day.year, day.month)


def days_shown(month: Month, first_weekday: int) -> list[date]:
    """The days of the weeks that a month is in; `first_weekday` is 0 for Monday."""
    begin = month.first - timedelta(days=(month.first.weekday() - first_weekday) % 7)
    end = month.last + timedelta(days=(first_weekday - 1 - month.last.weekday()) % 7)
    return [begin + timedelta(days=number) for number in range((end - begin).days + 1)]


def by_date(
    spans: Iterable[tuple[date, date, On]], first: date, last: date
) -> dict[date, list[On]]:
    """What is on each day between two; what is on several days is on each, and first there."""
    found: dict[date, list[On]] = defaultdict(list)
    for begin, end, one in sorted(spans, key=_longest_first):
        day = max(first, begin)
        while day <= min(last, end):
            found[day].append(one)
            day += ONE_DAY
    return found


def _longest_first(span: tuple[date, date, object]) -> tuple[bool, date]:
    return span[0] == span[1], span[0]


def on_the_day(entry: Entry) -> tuple[object, ...]:
    """Orders the entries of a day: what goes on for several stands first, as on the day before."""
    return (entry.when.first_day == entry.when.last_day, *by_day(entry))
