"""The starts of the rules that most series have, reckoned period by period.

It can begin anywhere in a series that has gone on for years, and takes a fraction of the time of
dateutil, which knows all rules and goes through each start from the first one.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, date, datetime, timedelta
from itertools import count, islice, takewhile

WEEKDAYS = {name: number for number, name in enumerate(("MO", "TU", "WE", "TH", "FR", "SA", "SU"))}

_DAY = rf"({'|'.join(WEEKDAYS)})"
_NUMBERED_DAY = rf"([+-]?[1-5])?{_DAY}"
_MONTH_DAY = r"[+-]?([1-9]|[12]\d|3[01])"
_FORMS = {
    "FREQ": re.compile("DAILY|WEEKLY|MONTHLY|YEARLY"),
    "INTERVAL": re.compile(r"[1-9]\d{0,3}"),
    "COUNT": re.compile(r"[1-9]\d{0,4}"),
    "UNTIL": re.compile(r"\d{8}(T\d{6})?"),
    "WKST": re.compile(_DAY),
    "BYDAY": re.compile(f"{_NUMBERED_DAY}(,{_NUMBERED_DAY})*"),
    "BYMONTHDAY": re.compile(f"{_MONTH_DAY}(,{_MONTH_DAY})*"),
}


@dataclass(frozen=True, slots=True)
class _Steps:
    """Periods of one length, each with its starts so much later than it begins."""

    begin: datetime
    period: datetime
    length: timedelta
    later: Sequence[timedelta]

    def number_of(self, day: date) -> int:
        """The number of a day's period."""
        return (datetime.combine(day, self.period.time()) - self.period) // self.length

    def before(self, number: int) -> int:
        """How many starts there are before a period; the first one may have fewer than others."""
        if not number:
            return 0
        fewer = sum(self.period + later < self.begin for later in self.later)
        return number * len(self.later) - fewer

    def starts(self, number: int) -> Iterator[datetime]:
        """The starts from a period on, until the calendar ends."""
        begin, length = self.begin, self.length
        try:
            period = self.period + number * length
            while True:
                for later in self.later:
                    start = period + later
                    if start >= begin:
                        yield start
                period += length
        except OverflowError:
            return


@dataclass(frozen=True, slots=True)
class _Months:
    """Every so many months, with the days that a year's month has."""

    begin: datetime
    interval: int
    days: Callable[[int, int], Sequence[int]]

    def number_of(self, day: date) -> int:
        """The number of a day's period."""
        return (12 * (day.year - self.begin.year) + day.month - self.begin.month) // self.interval

    def before(self, number: int) -> int | None:
        """How many starts there are before a period: not known but for the first."""
        return None if number else 0

    def starts(self, number: int) -> Iterator[datetime]:
        """The starts from a period on, until the calendar ends."""
        begin = self.begin
        for each in count(number):
            year, month = divmod(12 * begin.year + begin.month - 1 + each * self.interval, 12)
            if year > MAXYEAR:
                return
            for day in self.days(year, month + 1):
                start = begin.replace(year=year, month=month + 1, day=day)
                if start >= begin:
                    yield start


def plain_starts(
    parts: Mapping[str, str], begin: datetime, first: date
) -> Iterator[datetime] | None:
    """The starts of a rule that begins at a wall time, those before `first` perhaps left out.

    UNTIL is in wall time, too. None for a rule that is not plain.
    """
    periods = _periods(parts, begin) if _is_plain(parts) else None
    if periods is None:
        return None
    number = max(0, periods.number_of(first))
    if "COUNT" in parts:
        gone = periods.before(number)
        found = periods.starts(0 if gone is None else number)
        return islice(found, max(0, int(parts["COUNT"]) - (gone or 0)))
    if "UNTIL" in parts:
        until = datetime.fromisoformat(parts["UNTIL"])
        return takewhile(lambda start: start <= until, periods.starts(number))
    return periods.starts(number)


def _is_plain(parts: Mapping[str, str]) -> bool:
    """Whether each part is one that is known here; dateutil says what is wrong with others."""
    return not {"COUNT", "UNTIL"} <= parts.keys() and all(
        name in _FORMS and _FORMS[name].fullmatch(value) for name, value in parts.items()
    )


def _periods(parts: Mapping[str, str], begin: datetime) -> _Steps | _Months | None:
    interval = int(parts.get("INTERVAL", "1"))
    by_day, by_month_day = parts.get("BYDAY"), parts.get("BYMONTHDAY")
    match parts.get("FREQ"):
        case "DAILY" if not by_day and not by_month_day:
            return _Steps(begin, begin, timedelta(days=interval), (timedelta(),))
        case "WEEKLY" if not by_month_day:
            return _weekly(by_day, parts.get("WKST", "MO"), begin, interval)
        case "MONTHLY" if not by_day or not by_month_day:
            days = _by_weekday(by_day) if by_day else _by_number(by_month_day or str(begin.day))
            return _Months(begin, interval, days) if days else None
        case "YEARLY" if not by_day and not by_month_day:
            return _Months(begin, 12 * interval, _by_number(str(begin.day)))
    return None


def _weekly(by_day: str | None, week_begins: str, begin: datetime, interval: int) -> _Steps | None:
    named = by_day.split(",") if by_day else [list(WEEKDAYS)[begin.weekday()]]
    if not WEEKDAYS.keys() >= set(named):
        return None
    monday = WEEKDAYS[week_begins]
    later = sorted({(WEEKDAYS[name] - monday) % 7 for name in named})
    week = begin - timedelta(days=(begin.weekday() - monday) % 7)
    return _Steps(begin, week, timedelta(weeks=interval), [timedelta(days=day) for day in later])


def _by_number(named: str) -> Callable[[int, int], list[int]]:
    """Days of a month such as `5` or `-1`, the last one."""
    numbers = [int(each) for each in named.split(",")]

    def days(year: int, month: int) -> list[int]:
        last = monthrange(year, month)[1]
        found = {number if number > 0 else last + 1 + number for number in numbers}
        return sorted(day for day in found if 1 <= day <= last)

    return days


def _by_weekday(named: str) -> Callable[[int, int], list[int]] | None:
    """Days of a month such as `1MO` or `-1FR`, the last Friday; None where one has no number."""
    if any(len(each) == 2 for each in named.split(",")):
        return None
    wanted = [(int(each[:-2]), WEEKDAYS[each[-2:]]) for each in named.split(",")]

    def days(year: int, month: int) -> list[int]:
        begins, last = monthrange(year, month)
        found = set()
        for number, weekday in wanted:
            early = 1 + (weekday - begins) % 7
            late = last - (begins + last - 1 - weekday) % 7
            found.add(early + 7 * (number - 1) if number > 0 else late + 7 * (number + 1))
        return sorted(day for day in found if 1 <= day <= last)

    return days
