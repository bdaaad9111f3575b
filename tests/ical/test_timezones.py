"""Our VTIMEZONE: how it is written, and when it may be used."""

from __future__ import annotations

from datetime import date

import pytest

from calendar_service.errors import UnknownZoneError
from calendar_service.ical.timezones import (
    has_vtimezone,
    is_known_everywhere,
    observances,
    vtimezone,
)


def written(name: str) -> list[str]:
    text: str = vtimezone(name).to_ical(sorted=False).decode()
    return text.splitlines()


def holds(name: str, year: int) -> bool:
    return has_vtimezone(name, date(year, 6, 1), date(year, 6, 30))


def test_a_zone_with_summer_time_is_two_yearly_rules_anchored_in_1970() -> None:
    assert written("Europe/Brussels") == [
        "BEGIN:VTIMEZONE",
        "TZID:Europe/Brussels",
        "BEGIN:STANDARD",
        "DTSTART:19701025T030000",
        "TZOFFSETFROM:+0200",
        "TZOFFSETTO:+0100",
        "TZNAME:CET",
        "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
        "END:STANDARD",
        "BEGIN:DAYLIGHT",
        "DTSTART:19700329T020000",
        "TZOFFSETFROM:+0100",
        "TZOFFSETTO:+0200",
        "TZNAME:CEST",
        "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
        "END:DAYLIGHT",
        "END:VTIMEZONE",
    ]


def test_a_zone_without_summer_time_is_one_standard_clock() -> None:
    assert written("Europe/Istanbul") == [
        "BEGIN:VTIMEZONE",
        "TZID:Europe/Istanbul",
        "BEGIN:STANDARD",
        "DTSTART:19700101T000000",
        "TZOFFSETFROM:+0300",
        "TZOFFSETTO:+0300",
        "TZNAME:+03",
        "END:STANDARD",
        "END:VTIMEZONE",
    ]


def test_dublin_whose_law_calls_winter_the_exception_has_its_summer_as_daylight() -> None:
    standard, daylight = observances("Europe/Dublin") or ()
    assert (standard.clock.name, standard.daylight) == ("GMT", False)
    assert (daylight.clock.name, daylight.daylight) == ("IST", True)
    assert daylight.rule == "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU"


def test_the_southern_summer_begins_in_october() -> None:
    assert written("Australia/Sydney")[9:11] == ["BEGIN:DAYLIGHT", "DTSTART:19701004T020000"]


@pytest.mark.parametrize(
    "name",
    [
        "Africa/Cairo",  # 24:00 of the last Thursday
        "America/Nuuk",  # an hour before the last Sunday
        "America/Santiago",  # 24:00 of the first Saturday
        "Asia/Gaza",  # two days after the fourth Thursday
    ],
)
def test_a_change_outside_of_its_day_has_no_rule_that_all_apps_read(name: str) -> None:
    assert observances(name) is None
    assert not holds(name, 2040)
    with pytest.raises(ValueError, match="write its events in UTC"):
        vtimezone(name)


def test_a_zone_that_has_given_up_summer_time_is_right_only_since_then() -> None:
    assert [holds("Asia/Almaty", year) for year in (2023, 2024, 2025)] == [False, False, True]


def test_an_exception_that_the_footer_does_not_know_is_seen() -> None:
    assert not holds("Africa/Casablanca", 2025)


def test_a_change_of_the_rule_makes_older_years_wrong() -> None:
    assert not holds("Europe/Brussels", 1995)
    assert holds("Europe/Brussels", 1996)


def test_years_before_the_anchor_are_never_right() -> None:
    assert not holds("Asia/Tokyo", 1965)


def test_a_span_is_right_only_if_all_of_it_is() -> None:
    assert has_vtimezone("Asia/Almaty", date(2025, 1, 2), date(2035, 1, 1))
    assert not has_vtimezone("Asia/Almaty", date(2024, 12, 30), date(2035, 1, 1))


def test_the_day_beside_the_span_counts_because_it_may_be_its_day_elsewhere() -> None:
    assert not has_vtimezone("Asia/Almaty", date(2025, 1, 1), date(2025, 1, 2))


def test_a_zone_ahead_of_utc_by_its_name_alone_is_one_that_some_app_takes_for_utc() -> None:
    known = [
        name for name in ("Etc/GMT+5", "Etc/GMT-5", "Asia/Tashkent") if is_known_everywhere(name)
    ]
    assert known == ["Etc/GMT+5", "Asia/Tashkent"]


def test_an_unknown_zone_is_named() -> None:
    with pytest.raises(UnknownZoneError):
        has_vtimezone("Europe/Atlantis", date(2026, 1, 1), date(2026, 1, 1))
