"""When something is, in words: the event's own clocks and the reader's."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from calendar_service.domain.when import AllDay, InMonth, Timed, When
from calendar_service.domain.words import (
    days_until,
    when_for_reader,
    when_in_words,
    when_in_zone,
)


def timed(start: str, end: str | None = None, zone: str = "Europe/Brussels") -> Timed:
    until = datetime.fromisoformat(end) if end else None
    return Timed(datetime.fromisoformat(start), until, zone)


MINISTERIAL = AllDay(date(2026, 2, 12), date(2026, 2, 12))
SUMMIT = AllDay(date(2026, 7, 7), date(2026, 7, 8))
MEETING = timed("2026-03-30 15:00", "2026-03-30 16:30")


@pytest.mark.parametrize(
    ("when", "language", "words"),
    [
        (MINISTERIAL, "en", "Thursday, 12 February 2026"),
        (MINISTERIAL, "fr", "jeudi 12 février 2026"),
        (MINISTERIAL, "sq", "e enjte, 12 shkurt 2026"),
        (SUMMIT, "en", "7–8 July 2026"),
        (SUMMIT, "fr", "7–8 juillet 2026"),
        (SUMMIT, "sq", "7–8 korrik 2026"),
        (InMonth(2026, 7), "en", "July 2026, on a day not yet known"),
        (MEETING, "en", "Monday, 30 March 2026, 15:00–16:30, Brussels (UTC+2)"),
        (timed("2026-03-30 15:00"), "en", "Monday, 30 March 2026 at 15:00, Brussels (UTC+2)"),
        (timed("2026-03-30 15:00", zone="UTC"), "en", "Monday, 30 March 2026 at 15:00, UTC"),
    ],
)
def test_an_event_says_when_it_is_by_its_own_clocks(when: When, language: str, words: str) -> None:
    assert when_in_words(when, language) == words


def test_a_night_is_written_from_day_to_day() -> None:
    night = timed("2026-03-30 22:00", "2026-03-31 02:00")
    assert when_in_words(night, "en") == (
        "Monday, 30 March 2026 at 22:00 – Tuesday, 31 March 2026 at 02:00, Brussels (UTC+2)"
    )


def test_an_evening_until_midnight_is_one_day() -> None:
    evening = timed("2026-03-30 20:00", "2026-03-31 00:00")
    assert when_in_words(evening, "en").startswith("Monday, 30 March 2026, 20:00–00:00,")


def test_an_hour_that_a_clock_change_skips_is_shown_as_clocks_show_it() -> None:
    assert "at 03:30, Brussels (UTC+2)" in when_in_words(timed("2026-03-29 02:30"), "en")


def test_a_reader_elsewhere_is_told_by_their_own_clocks() -> None:
    assert when_for_reader(MEETING, "en", "America/New_York") == (
        "Monday, 30 March 2026, 09:00–10:30, New York (UTC−4)"
    )
    assert when_for_reader(timed("2026-03-30 01:00"), "en", "America/New_York") == (
        "Sunday, 29 March 2026 at 19:00, New York (UTC−4)"
    )


def test_a_reader_whose_clocks_agree_is_not_told_twice() -> None:
    assert when_for_reader(MEETING, "en", "Europe/Brussels") is None
    assert when_for_reader(MEETING, "sq", "Europe/Tirane") is None
    assert when_in_zone(MEETING, "en", "Europe/Tirane").endswith("15:00–16:30, Tirana (UTC+2)")


@pytest.mark.parametrize("when", [MINISTERIAL, SUMMIT, InMonth(2026, 7)])
def test_whole_days_are_the_same_for_every_reader(when: When) -> None:
    assert when_for_reader(when, "en", "Pacific/Auckland") is None
    assert when_in_zone(when, "en", "Pacific/Auckland") == when_in_words(when, "en")


@pytest.mark.parametrize(
    ("now", "zone", "days"),
    [
        ("2026-02-11 07:00", "Europe/Tirane", 1),
        ("2026-02-11 22:59", "Europe/Tirane", 1),
        ("2026-02-11 23:00", "Europe/Tirane", 0),
        ("2026-02-12 04:00", "America/New_York", 1),
        ("2026-02-05 07:00", "Europe/Tirane", 7),
        ("2026-02-13 07:00", "Europe/Tirane", -1),
    ],
)
def test_days_until_an_all_day_event_are_counted_on_the_readers_calendar(
    now: str, zone: str, days: int
) -> None:
    instant = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert days_until(MINISTERIAL, zone=zone, now=instant) == days


def test_days_until_a_timed_event_are_counted_to_the_day_it_has_for_the_reader() -> None:
    late = timed("2026-03-30 01:00")
    now = datetime(2026, 3, 29, 12, tzinfo=UTC)
    assert days_until(late, zone="Europe/Brussels", now=now) == 1
    assert days_until(late, zone="America/New_York", now=now) == 0
