from __future__ import annotations

from datetime import date

from calendar_service.domain.when import When, sort_key
from tests.builders import all_day, day, in_month, timed, utc, wall

TIRANA = "Europe/Tirane"


def test_a_day_begins_and_ends_at_midnight_where_one_stands() -> None:
    ministerial = all_day("2026-02-12")
    assert ministerial.starts_at("Europe/Brussels") == utc("2026-02-11 23:00")
    assert ministerial.ends_at("Europe/Brussels") == utc("2026-02-12 23:00")
    assert ministerial.starts_at("America/New_York") == utc("2026-02-12 05:00")


def test_two_days_are_one_event_whose_last_day_is_included() -> None:
    summit = all_day("2026-07-07", "2026-07-08")
    assert (summit.first_day, summit.last_day) == (day("2026-07-07"), day("2026-07-08"))
    assert summit.ends_at("Europe/Istanbul") == utc("2026-07-08 21:00")


def test_the_day_on_which_summer_time_begins_has_23_hours() -> None:
    short = all_day("2026-03-29")
    assert (short.ends_at(TIRANA) - short.starts_at(TIRANA)).total_seconds() == 23 * 3600


def test_days_that_move_stay_as_many() -> None:
    moved = all_day("2026-02-27", "2026-02-28").moved_to(day("2026-02-28"))
    assert moved == all_day("2026-02-28", "2026-03-01")


def test_a_time_is_an_instant_wherever_one_stands() -> None:
    talk = timed("2026-03-30 15:00", "16:30")
    assert talk.starts_at(TIRANA) == talk.starts_at("Asia/Tokyo") == utc("2026-03-30 13:00")
    assert talk.ends_at("Asia/Tokyo") == utc("2026-03-30 14:30")


def test_a_time_without_an_end_ends_where_it_starts() -> None:
    talk = timed("2026-03-30 15:00")
    assert talk.ends_at() == talk.starts_at()
    assert talk.last_day == talk.first_day == day("2026-03-30")


def test_an_end_at_midnight_belongs_to_the_day_before() -> None:
    assert timed("2026-03-30 20:00", "2026-03-31 00:00").last_day == day("2026-03-30")
    assert timed("2026-03-30 20:00", "2026-03-31 00:01").last_day == day("2026-03-31")
    assert timed("2026-03-30 00:00", "00:00").last_day == day("2026-03-30")


def test_what_starts_in_a_skipped_hour_does_not_end_before_it_starts() -> None:
    night = timed("2026-03-29 02:30", "03:15")
    assert night.starts_at() == utc("2026-03-29 01:30")
    assert night.ends_at() == night.starts_at()


def test_a_time_that_moves_lasts_as_long_on_the_clock() -> None:
    night = timed("2026-03-21 23:00", "2026-03-22 04:00")
    moved = night.moved_to(wall("2026-03-28 23:00"))
    assert moved == timed("2026-03-28 23:00", "2026-03-29 04:00")
    assert (moved.ends_at() - moved.starts_at()).total_seconds() == 4 * 3600
    assert timed("2026-03-30 15:00").moved_to(wall("2026-04-01 09:00")) == timed("2026-04-01 09:00")


def test_a_month_reaches_from_its_first_day_to_its_last() -> None:
    assert in_month("2026-07").first_day == date(2026, 7, 1)
    assert in_month("2026-12").last_day == date(2026, 12, 31)
    assert in_month("2028-02").last_day == date(2028, 2, 29)


def test_a_month_begins_and_ends_at_midnight_where_one_stands() -> None:
    assert in_month("2026-03").starts_at(TIRANA) == utc("2026-02-28 23:00")
    assert in_month("2026-03").ends_at(TIRANA) == utc("2026-03-31 22:00")


def test_an_agenda_has_the_whole_day_before_its_hours() -> None:
    late, early = timed("2026-02-12 15:00"), timed("2026-02-12 08:00")
    next_day, whole = timed("2026-02-13 07:00"), all_day("2026-02-12", "2026-02-14")
    days: list[When] = [next_day, late, early, whole]
    assert sorted(days, key=sort_key) == [whole, early, late, next_day]


def test_an_agenda_has_an_unknown_day_behind_all_known_ones_of_its_month() -> None:
    month, last, next_month = in_month("2026-02"), timed("2026-02-28 23:00"), all_day("2026-03-01")
    days: list[When] = [next_month, month, last]
    assert sorted(days, key=sort_key) == [last, month, next_month]
