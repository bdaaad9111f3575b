"""POSIX TZ strings as the tz database writes them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from calendar_service.ical.posix import Change, Clock, Season, parse_posix


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


def test_a_zone_without_seasons_is_one_clock() -> None:
    zone = parse_posix("JST-9")
    assert zone is not None
    assert (zone.standard, zone.season) == (Clock("JST", hours(9)), None)


@pytest.mark.parametrize(
    ("text", "name", "offset"),
    [("<+0545>-5:45", "+0545", 5.75), ("<-03>3", "-03", -3), ("NST3:30:00", "NST", -3.5)],
)
def test_names_may_be_numbers_and_offsets_count_westwards(
    text: str, name: str, offset: float
) -> None:
    zone = parse_posix(text)
    assert zone is not None
    assert zone.standard == Clock(name, hours(offset))


def test_summer_is_an_hour_ahead_and_begins_at_two_unless_told_otherwise() -> None:
    zone = parse_posix("CET-1CEST,M3.5.0,M10.5.0/3")
    assert zone is not None
    assert zone.season == Season(
        clock=Clock("CEST", hours(2)),
        begin=Change(month=3, week=5, weekday=0, time=hours(2)),
        end=Change(month=10, week=5, weekday=0, time=hours(3)),
    )


def test_the_season_may_have_an_offset_of_its_own() -> None:
    for text, ahead in (
        ("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", 0.5),
        ("IST-1GMT0,M10.5.0,M3.5.0/1", -1),
    ):
        zone = parse_posix(text)
        assert zone is not None
        assert zone.season is not None
        assert zone.season.clock.offset - zone.standard.offset == hours(ahead)


@pytest.mark.parametrize(("time", "expected"), [("-1", -1), ("+2:45", 2.75), ("50", 50)])
def test_a_change_may_be_outside_of_its_day(time: str, expected: float) -> None:
    zone = parse_posix(f"<-02>2<-01>,M3.5.0/{time},M10.5.0/0")
    assert zone is not None
    assert zone.season is not None
    assert zone.season.begin.time == hours(expected)


@pytest.mark.parametrize(
    "text",
    ["", "CET", "CET-1CEST", "CET-1CEST,J60,J300", "CET-1CEST,59,299", "CET-1CEST,M13.1.0,M1.1.0"],
)
def test_what_counts_days_of_the_year_or_is_broken_is_not_read(text: str) -> None:
    assert parse_posix(text) is None
