"""What is reckoned of plain rules is what dateutil, which goes through each start, finds."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import islice, takewhile

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from calendar_service.domain.plain_rules import WEEKDAYS, plain_starts
from calendar_service.domain.recurrence import Recurrence

BEGIN = datetime.fromisoformat("2024-01-31 09:30")
FEW = 60

_days = st.sampled_from(sorted(WEEKDAYS))
_several_days = st.lists(_days, min_size=1, max_size=4).map(",".join)
_numbers = st.sampled_from(["1", "2", "3", "4", "5", "-1", "-2", "-5", "+3"])
_numbered_days = st.lists(st.builds("{}{}".format, _numbers, _days), min_size=1, max_size=3)
_month_days = st.lists(st.integers(-31, 31).filter(bool).map(str), min_size=1, max_size=3)


def _rule(frequency: str, *optional: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    ends = st.one_of(
        st.just(""),
        st.integers(1, 50).map("COUNT={}".format),
        st.dates(date(2024, 1, 1), date(2040, 1, 1)).map("UNTIL={:%Y%m%dT120000}".format),
    )
    intervals = st.one_of(st.just(""), st.integers(1, 14).map("INTERVAL={}".format))
    parts = st.tuples(st.just(f"FREQ={frequency}"), intervals, *optional, ends)
    return parts.map(lambda found: ";".join(part for part in found if part))


def _maybe(name: str, values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(st.just(""), values.map(f"{name}={{}}".format))


rules = st.one_of(
    _rule("DAILY"),
    _rule("WEEKLY", _maybe("BYDAY", _several_days), _maybe("WKST", _days)),
    _rule("MONTHLY", _maybe("BYMONTHDAY", _month_days.map(",".join))),
    _rule("MONTHLY", _maybe("BYDAY", _numbered_days.map(",".join))),
    _rule("YEARLY"),
)
begins = st.builds(
    datetime.combine,
    st.dates(date(2023, 1, 1), date(2025, 12, 31)),
    st.times().map(lambda hour: hour.replace(microsecond=0)),
)


def _reckoned(rule: str, begin: datetime, first: date = date.min) -> list[datetime]:
    found = plain_starts(Recurrence(rule).parts, begin, first)
    assert found is not None, f"{rule} is not plain"
    from_then_on = (start for start in found if start.date() >= first)
    near = takewhile(lambda start: start.year < 2200, from_then_on)
    return list(islice(near, FEW))


def _gone_through(rule: str, begin: datetime, first: date = date.min) -> list[datetime]:
    found = takewhile(lambda start: start.year < 2200, rrulestr(rule, dtstart=begin))
    return list(islice((start for start in found if start.date() >= first), FEW))


@settings(deadline=None)
@given(rules, begins)
def test_from_the_beginning(rule: str, begin: datetime) -> None:
    assert _reckoned(rule, begin) == _gone_through(rule, begin)


@settings(deadline=None)
@given(rules, begins, st.integers(-400, 6000))
def test_from_any_day_on(rule: str, begin: datetime, days: int) -> None:
    first = begin.date() + timedelta(days=days)
    assert _reckoned(rule, begin, first) == _gone_through(rule, begin, first)


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;INTERVAL=3;COUNT=12",
        "FREQ=WEEKLY;BYDAY=MO,WE,FR;COUNT=12",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,TU,SA;WKST=SU;COUNT=9",
        "FREQ=MONTHLY;COUNT=4",
    ],
)
def test_a_count_is_the_same_from_whatever_day_on(rule: str) -> None:
    for days in range(-10, 150):
        first = BEGIN.date() + timedelta(days=days)
        assert _reckoned(rule, BEGIN, first) == _gone_through(rule, BEGIN, first), first


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=HOURLY",
        "FREQ=MONTHLY;BYDAY=MO",
        "FREQ=MONTHLY;BYDAY=1MO;BYMONTHDAY=1",
        "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1",
        "FREQ=YEARLY;BYMONTH=3",
        "FREQ=WEEKLY;BYDAY=1MO",
        "FREQ=DAILY;BYDAY=MO",
        "FREQ=DAILY;UNTIL=20260101;COUNT=3",
        "FREQ=DAILY;UNTIL=20260101T000000Z",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;COUNT=many",
        "COUNT=3",
    ],
)
def test_other_rules_are_left_to_dateutil(rule: str) -> None:
    assert plain_starts(Recurrence(rule).parts, BEGIN, date.min) is None


@pytest.mark.parametrize(
    ("rule", "last"),
    [
        ("FREQ=DAILY", "9999-12-31"),
        ("FREQ=WEEKLY;BYDAY=MO", "9999-12-27"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "9999-12-31"),
        ("FREQ=YEARLY", "9999-01-31"),
    ],
)
def test_the_calendar_ends_with_the_year_9999(rule: str, last: str) -> None:
    found = plain_starts(Recurrence(rule).parts, BEGIN, date(9999, 1, 1))
    assert found is not None
    assert [*found][-1] == datetime.fromisoformat(f"{last} 09:30")


def test_a_rule_of_days_that_its_months_never_have_has_no_starts() -> None:
    rule = "FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=30"
    found = plain_starts(Recurrence(rule).parts, BEGIN.replace(month=2, day=1), date.min)
    assert found is not None
    assert [*found] == []
