from __future__ import annotations

import time
from itertools import islice

import pytest

from calendar_service.domain.events import Event
from calendar_service.domain.recurrence import Occurrence, Recurrence, occurrences
from calendar_service.domain.rules import RuleError, check_rule
from calendar_service.domain.when import AllDay, InMonth, KnownWhen, Timed
from tests.builders import all_day, day, event, timed, weekly


def instances(
    series: Event, first: str = "2026-01-01", last: str = "2029-12-31"
) -> list[Occurrence]:
    assert not isinstance(series.when, InMonth)
    found = occurrences(series.when, series.recurrence, first=day(first), last=day(last))
    return list(islice(found, 50))


def days(series: Event) -> list[str]:
    return [f"{one.when.first_day:%m-%d}" for one in instances(series)]


def utc_hours(series: Event, *, count: int) -> list[int]:
    times = [one.when for one in instances(series)[:count]]
    return [when.starts_at().hour for when in times if isinstance(when, Timed)]


def series(rule: str, when: KnownWhen) -> Event:
    return event("Seri", when, recurrence=Recurrence(rule))


def test_a_weekly_meeting_keeps_its_hour_when_summer_time_begins() -> None:
    standup = weekly("2026-03-23 09:00", zone="Europe/Brussels")
    assert utc_hours(standup, count=2) == [8, 7]


def test_a_weekly_meeting_keeps_its_hour_when_summer_time_ends() -> None:
    standup = weekly("2026-10-19 09:00", zone="Europe/Tirane")
    assert utc_hours(standup, count=2) == [7, 8]


def test_a_meeting_across_the_change_ends_at_its_hour() -> None:
    night = weekly("2026-03-21 23:00", "2026-03-22 06:00", count=2)
    assert [one.when.last_day for one in instances(night)] == [day("2026-03-22"), day("2026-03-29")]
    assert [one.when.end for one in instances(night) if isinstance(one.when, Timed)] == [
        timed("2026-03-22 06:00").start,
        timed("2026-03-29 06:00").start,
    ]


def test_an_instance_is_named_by_its_original_start_on_the_wall() -> None:
    timed_ids = [one.recurrence_id for one in instances(weekly("2026-03-23 09:00", count=2))]
    assert timed_ids == ["20260323T090000", "20260330T090000"]
    day_ids = [one.recurrence_id for one in instances(weekly("2026-03-23", count=2))]
    assert day_ids == ["20260323", "20260330"]


def test_an_event_that_does_not_repeat_is_its_own_only_instance() -> None:
    summit = event(when=all_day("2026-07-07", "2026-07-08"))
    assert instances(summit) == [Occurrence("", all_day("2026-07-07", "2026-07-08"))]
    assert instances(summit, first="2026-07-08") == []
    assert instances(summit, last="2026-07-06") == []


def test_only_instances_that_begin_between_the_two_days_come() -> None:
    standup = weekly("2026-03-02 09:00")
    between = instances(standup, first="2026-03-16", last="2026-03-30")
    assert [one.recurrence_id[:8] for one in between] == ["20260316", "20260323", "20260330"]


def test_days_repeat_as_many_as_they_are() -> None:
    weekend = weekly("2026-03-28", "2026-03-29", count=2)
    assert [one.when for one in instances(weekend)] == [
        all_day("2026-03-28", "2026-03-29"),
        all_day("2026-04-04", "2026-04-05"),
    ]


def test_until_is_an_instant_and_includes_the_instance_that_starts_then() -> None:
    # 09:00 in Brussels is 07:00 UTC from 29 March on, and 08:00 before.
    assert days(weekly("2026-03-23 09:00", until="20260406T070000Z")) == ["03-23", "03-30", "04-06"]
    assert days(weekly("2026-03-23 09:00", until="20260406T065959Z")) == ["03-23", "03-30"]


def test_until_of_whole_days_is_a_day_and_included() -> None:
    assert days(weekly("2026-03-23", until="20260406")) == ["03-23", "03-30", "04-06"]
    assert days(weekly("2026-03-23", until="20260405")) == ["03-23", "03-30"]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("FREQ=DAILY;INTERVAL=2;COUNT=3", ["03-02", "03-04", "03-06"]),
        ("FREQ=WEEKLY;BYDAY=MO,WE;COUNT=3", ["03-02", "03-04", "03-09"]),
        ("FREQ=MONTHLY;BYDAY=1MO;COUNT=3", ["03-02", "04-06", "05-04"]),
        ("FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1;COUNT=2", ["03-02", "04-06"]),
        ("FREQ=MONTHLY;BYMONTHDAY=2,-1;COUNT=3", ["03-02", "03-31", "04-02"]),
        ("FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=2;COUNT=2", ["03-02", "03-02"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=SU;COUNT=3", ["03-02", "03-15", "03-16"]),
        ("freq=weekly;byday=mo;count=2", ["03-02", "03-09"]),
    ],
)
def test_simple_rules_are_known(rule: str, expected: list[str]) -> None:
    for when in (all_day("2026-03-02"), timed("2026-03-02 09:00")):
        check_rule(rule, when)
        assert days(series(rule, when)) == expected


def test_a_day_that_a_month_does_not_have_is_left_out() -> None:
    last_days = series("FREQ=MONTHLY;COUNT=3", all_day("2026-01-31"))
    assert days(last_days) == ["01-31", "03-31", "05-31"]


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ("", "FREQ must be one of"),
        ("COUNT=4", "FREQ must be one of"),
        ("FREQ=HOURLY", "FREQ must be one of DAILY, WEEKLY, MONTHLY, YEARLY"),
        ("RRULE:FREQ=DAILY", "FREQ must be one of"),
        ("FREQ=WEEKLY;", "empty or twice there"),
        ("FREQ=WEEKLY;COUNT=2;COUNT=3", "empty or twice there"),
        ("FREQ=WEEKLY;COUNT=2;UNTIL=20260406T070000Z", "exclude each other"),
        ("FREQ=WEEKLY;COUNT=0", "COUNT=0 is not written"),
        ("FREQ=WEEKLY;COUNT=-1", "COUNT=-1 is not written"),
        ("FREQ=WEEKLY;COUNT=two", "COUNT=TWO is not written"),
        ("FREQ=WEEKLY;INTERVAL=0", "INTERVAL=0 is not written"),
        ("FREQ=WEEKLY;BYDAY=", "BYDAY= is not written"),
        ("FREQ=WEEKLY;BYDAY=MO,,TU", "is not written"),
        ("FREQ=WEEKLY;BYDAY=MON", "BYDAY=MON is not written"),
        ("FREQ=WEEKLY;BYDAY=MO(+1)", "is not written"),
        ("FREQ=WEEKLY;BYDAY=1MO", "take its numbers out"),
        ("FREQ=WEEKLY;BYMONTHDAY=2", "BYMONTHDAY does not go with FREQ=WEEKLY"),
        ("FREQ=MONTHLY;BYWEEKNO=10", "BYWEEKNO does not go with FREQ=MONTHLY"),
        ("FREQ=YEARLY;BYMONTH=13", "BYMONTH=13 is not written"),
        ("FREQ=YEARLY;BYMONTHDAY=0", "BYMONTHDAY=0 is not written"),
        ("FREQ=YEARLY;BYMONTHDAY=٢", "is not written"),
        ("FREQ=DAILY;BYHOUR=9,15", "BYHOUR is not a part that all calendars know"),
        ("FREQ=YEARLY;BYEASTER=0", "BYEASTER is not a part that all calendars know"),
        ("FREQ=WEEKLY;BYWEEKDAY=MO", "BYWEEKDAY is not a part"),
        ("FREQ=WEEKLY;HELLO", "HELLO is not a part"),
        ("FREQ=MONTHLY;BYSETPOS=1", "BYSETPOS chooses among days"),
        ("FREQ=WEEKLY;BYDAY=TU", "must include the event's own start"),
        ("FREQ=WEEKLY;UNTIL=20260301T000000Z", "must include the event's own start"),
        ("FREQ=WEEKLY;UNTIL=99991231T235959Z", "a series without an end"),
    ],
)
def test_a_rule_that_calendars_could_not_read_alike_says_what_to_mend(rule: str, says: str) -> None:
    with pytest.raises(RuleError, match=".") as raised:
        check_rule(rule, timed("2026-03-02 09:00"))
    assert says in str(raised.value)


@pytest.mark.parametrize(
    ("until", "when", "says"),
    [
        ("20260406", timed("2026-03-02 09:00"), "must be written like 20260302T080000Z"),
        ("20260406T090000", timed("2026-03-02 09:00"), "is not written as RFC 5545"),
        ("2026046T070000Z", timed("2026-03-02 09:00"), "is not written as RFC 5545"),
        ("20261346T070000Z", timed("2026-03-02 09:00"), "must be written like"),
        ("20260406T070000Z", all_day("2026-03-02"), "must be written like 20260302 here"),
        ("00010101T000000Z", timed("2026-03-02 09:00", zone="America/Lima"), "calendar's years"),
    ],
)
def test_until_must_have_the_form_of_the_start(until: str, when: KnownWhen, says: str) -> None:
    with pytest.raises(RuleError, match=".") as raised:
        check_rule(f"FREQ=WEEKLY;UNTIL={until}", when)
    assert says in str(raised.value)


def test_a_rule_that_never_comes_true_is_refused_at_once() -> None:
    begun = time.perf_counter()
    with pytest.raises(RuleError, match="own start"):
        check_rule("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", all_day("2026-03-02"))
    assert time.perf_counter() - begun < 1


def test_a_rule_tells_its_parts_in_capitals() -> None:
    assert Recurrence("freq=weekly;count=4").parts == {"FREQ": "WEEKLY", "COUNT": "4"}


def test_a_long_series_is_not_expanded_beyond_what_is_asked() -> None:
    endless = occurrences(
        AllDay(day("2000-01-01"), day("2000-01-01")),
        Recurrence("FREQ=DAILY"),
        first=day("2026-01-01"),
        last=day("9999-01-01"),
    )
    assert next(endless).when == all_day("2026-01-01")


def starts_of(rule: str, start: str) -> list[str]:
    when = timed(start)
    check_rule(rule, when)
    return [one.recurrence_id[:8] for one in instances(series(rule, when))[:4]]


def test_a_position_in_a_week_counts_the_days_before_the_first_start_too() -> None:
    assert starts_of("FREQ=WEEKLY;BYDAY=TH,SA;BYSETPOS=2;COUNT=3", "2026-01-03 09:00") == [
        "20260103",
        "20260110",
        "20260117",
    ]
    with pytest.raises(RuleError, match="must include the event's own start"):
        check_rule("FREQ=WEEKLY;BYDAY=TH,SA;BYSETPOS=1", timed("2026-01-03 09:00"))


@pytest.mark.parametrize("rule", ["FREQ=MONTHLY;BYDAY=1MO,6MO", "FREQ=MONTHLY;BYDAY=1MO,-20MO"])
def test_a_weekday_that_no_month_has_adds_none(rule: str) -> None:
    assert starts_of(rule, "2026-10-05 09:00") == ["20261005", "20261102", "20261207", "20270104"]


@pytest.mark.parametrize(
    "rule", ["FREQ=MONTHLY;BYDAY=20MO", "FREQ=YEARLY;BYMONTH=10;BYDAY=20MO,-6FR"]
)
def test_a_rule_for_no_day_of_any_month_is_refused(rule: str) -> None:
    with pytest.raises(RuleError, match="must include the event's own start"):
        check_rule(rule, timed("2026-10-05 09:00"))


def test_days_of_a_numbered_week_have_no_numbers() -> None:
    with pytest.raises(RuleError, match="write BYDAY=MO"):
        check_rule("FREQ=YEARLY;BYWEEKNO=20;BYDAY=1MO", timed("2026-05-11 09:00"))
