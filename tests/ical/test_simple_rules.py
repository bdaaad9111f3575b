"""Rules that every app reads stay rules; others are written date by date."""

from __future__ import annotations

import pytest

from calendar_service.domain.recurrence import rule_starts
from calendar_service.domain.when import KnownWhen
from tests.builders import all_day, timed
from tests.ical.samples import feed_of, published, values

MONDAY = timed("2027-03-29 15:00", "16:00")


def rules_of(rule: str, when: KnownWhen = MONDAY) -> list[str]:
    return values(feed_of(published(when, rule=rule)), "RRULE")


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;INTERVAL=3;COUNT=9",
        "FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=MO,WE",
        "FREQ=MONTHLY;BYDAY=-1MO",
        "FREQ=YEARLY;UNTIL=20300329T130000Z",
        "FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=29",
        "FREQ=YEARLY;BYMONTH=3;BYDAY=-1MO",
        "FREQ=YEARLY;BYDAY=MO;BYMONTH=3;BYSETPOS=-1",
    ],
)
def test_a_rule_of_a_template_stays_as_it_is(rule: str) -> None:
    assert rules_of(rule) == [rule]


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;INTERVAL=2;BYDAY=MO,WE,FR;COUNT=5",
        "FREQ=DAILY;BYMONTHDAY=29;BYDAY=MO;COUNT=2",
        "FREQ=WEEKLY;BYMONTH=3,4;COUNT=7",
        "FREQ=MONTHLY;BYMONTHDAY=13,29;COUNT=5",
        "FREQ=MONTHLY;BYMONTHDAY=-3;COUNT=5",
        "FREQ=MONTHLY;BYDAY=5MO;COUNT=4",
        "FREQ=MONTHLY;BYDAY=MO;COUNT=9",
        "FREQ=MONTHLY;BYDAY=1FR,-1MO;COUNT=4",
        "FREQ=YEARLY;BYDAY=13MO;COUNT=3",
        "FREQ=YEARLY;BYMONTHDAY=29;COUNT=5",
        "FREQ=YEARLY;BYWEEKNO=13;BYDAY=MO;COUNT=3",
        "FREQ=YEARLY;BYYEARDAY=88;COUNT=3",
    ],
)
def test_any_other_is_written_date_by_date_in_its_zone(rule: str) -> None:
    content = feed_of(published(MONDAY, rule=rule))
    assert values(content, "RRULE") == []
    expected = [f"{start:%Y%m%dT%H%M%S}" for start in rule_starts(rule, MONDAY)]
    assert values(content, "DTSTART") == expected
    assert content.count(b"DTSTART;TZID=Europe/Brussels:") == len(expected)


@pytest.mark.parametrize(
    ("first", "rule", "dates"),
    [
        ("2027-01-31", "FREQ=MONTHLY;COUNT=3", ["20270131", "20270331", "20270531"]),
        ("2027-01-29", "FREQ=MONTHLY;COUNT=2", ["20270129", "20270329"]),
        ("2027-01-30", "FREQ=MONTHLY;BYMONTHDAY=30;COUNT=2", ["20270130", "20270330"]),
        ("2028-02-29", "FREQ=YEARLY;COUNT=2", ["20280229", "20320229"]),
        ("2028-02-29", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;COUNT=2", ["20280229", "20320229"]),
    ],
)
def test_a_day_that_not_every_month_has_is_written_date_by_date(
    first: str, rule: str, dates: list[str]
) -> None:
    content = feed_of(published(all_day(first), rule=rule))
    assert values(content, "RRULE") == []
    assert values(content, "DTSTART") == dates


@pytest.mark.parametrize(
    ("first", "rule"),
    [
        ("2027-01-28", "FREQ=MONTHLY"),
        ("2027-02-28", "FREQ=MONTHLY;BYMONTHDAY=28"),
        ("2027-01-31", "FREQ=MONTHLY;BYMONTHDAY=-1"),
        ("2027-01-31", "FREQ=YEARLY"),
    ],
)
def test_a_day_that_every_month_has_is_a_rule(first: str, rule: str) -> None:
    assert rules_of(rule, all_day(first)) == [rule]


def test_some_days_of_each_week_are_a_weekly_rule() -> None:
    rule = "FREQ={};BYDAY=MO,TU,WE,TH,FR;COUNT=12"
    daily, weekly = rule.format("DAILY"), rule.format("WEEKLY")
    assert rules_of(daily) == [weekly]
    assert list(rule_starts(daily, MONDAY)) == list(rule_starts(weekly, MONDAY))


def test_whole_days_are_written_day_by_day_too() -> None:
    content = feed_of(published(all_day("2027-03-29"), rule="FREQ=YEARLY;BYYEARDAY=88;COUNT=2"))
    assert values(content, "DTSTART") == ["20270329", "20280328"]
