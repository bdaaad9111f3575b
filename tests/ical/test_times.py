"""Start, end and recurrence of an event, in the form that every app reads alike."""

from __future__ import annotations

from dataclasses import replace

import pytest

from calendar_service.ical import timezones
from tests.builders import all_day, timed, utc
from tests.ical.samples import (
    calendar_of,
    feed_of,
    left_out_of,
    line,
    properties,
    published,
    value,
    values,
)


def starts(content: bytes) -> list[str]:
    return values(content, "DTSTART")


def test_a_day_ends_on_the_next_one() -> None:
    content = calendar_of(published(all_day("2026-02-12")))
    assert line(content, "DTSTART") == "DTSTART;VALUE=DATE:20260212"
    assert line(content, "DTEND") == "DTEND;VALUE=DATE:20260213"


def test_two_days_are_one_event_that_ends_on_the_third() -> None:
    content = calendar_of(published(all_day("2026-07-07", "2026-07-08")))
    assert (value(content, "DTSTART"), value(content, "DTEND")) == ("20260707", "20260709")


def test_hours_are_wall_times_in_the_zone_that_the_calendar_defines() -> None:
    content = calendar_of(published(timed("2026-02-12 14:00", "16:30")))
    assert line(content, "DTSTART") == "DTSTART;TZID=Europe/Brussels:20260212T140000"
    assert line(content, "DTEND") == "DTEND;TZID=Europe/Brussels:20260212T163000"
    assert values(content, "TZID", "VTIMEZONE") == ["Europe/Brussels"]


def test_an_unknown_end_is_not_made_up() -> None:
    content = calendar_of(published(timed("2026-02-12 14:00")))
    assert values(content, "DTEND") == []


def test_an_end_at_the_start_is_no_end() -> None:
    content = calendar_of(published(timed("2026-02-12 14:00", "14:00")))
    assert values(content, "DTEND") == []


def test_times_in_utc_need_no_definition() -> None:
    for zone in ("UTC", "Etc/UTC", "Zulu"):
        content = calendar_of(published(timed("2026-02-12 14:00", zone=zone), rule="FREQ=DAILY"))
        assert (line(content, "DTSTART"), value(content, "RRULE")) == (
            "DTSTART:20260212T140000Z",
            "FREQ=DAILY",
        )
        assert values(content, "TZID", "VTIMEZONE") == []


def test_only_zones_that_are_used_are_defined_each_once_and_in_order() -> None:
    content = feed_of(
        published(timed("2026-02-12 14:00", zone="Europe/Istanbul"), "a"),
        published(timed("2026-02-13 14:00", zone="Europe/Brussels"), "b"),
        published(timed("2026-02-14 14:00", zone="Europe/Istanbul"), "c"),
        published(timed("2026-02-14 14:00", zone="America/Havana"), "d"),
    )
    assert values(content, "TZID", "VTIMEZONE") == ["Europe/Brussels", "Europe/Istanbul"]


def test_a_zone_that_has_no_true_definition_is_written_in_utc() -> None:
    content = calendar_of(published(timed("2026-07-01 10:00", "11:00", zone="Africa/Cairo")))
    assert line(content, "DTSTART") == "DTSTART:20260701T070000Z"
    assert line(content, "DTEND") == "DTEND:20260701T080000Z"


def test_a_zone_whose_rule_is_new_is_written_in_utc_until_every_app_knows_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    meeting = published(timed("2030-07-01 10:00", zone="Asia/Almaty"))  # the rule is of 2024
    for released, written in ((2026, "20300701T050000Z"), (2028, "20300701T100000")):
        monkeypatch.setattr(timezones, "RELEASED", released)
        assert starts(calendar_of(meeting)) == [written]


def test_years_in_which_the_zone_kept_other_rules_are_written_in_utc() -> None:
    assert starts(calendar_of(published(timed("1995-10-10 10:00")))) == ["19951010T090000Z"]


def test_an_hour_that_is_shown_twice_or_never_is_written_in_utc() -> None:
    twice = published(timed("2026-10-25 02:30", "04:00"))
    never = published(timed("2026-03-29 02:30"))
    ending = published(timed("2026-10-24 22:00", "2026-10-25 02:30"))
    assert starts(calendar_of(twice)) == ["20261025T003000Z"]
    assert starts(calendar_of(never)) == ["20260329T013000Z"]
    assert starts(calendar_of(ending)) == ["20261024T200000Z"]


def test_an_end_that_the_clocks_put_before_the_start_is_left_out() -> None:
    content = calendar_of(published(timed("2026-03-29 02:30", "03:15")))
    assert values(content, "DTEND") == []


def test_a_series_is_a_rule_on_the_wall_clock() -> None:
    content = calendar_of(published(timed("2026-03-23 09:00"), rule="FREQ=WEEKLY;COUNT=4"))
    assert value(content, "RRULE") == "FREQ=WEEKLY;COUNT=4"
    assert line(content, "DTSTART") == "DTSTART;TZID=Europe/Brussels:20260323T090000"


def test_a_rule_is_written_in_capitals_with_its_frequency_first() -> None:
    content = calendar_of(published(all_day("2026-02-12"), rule="count=2;interval=2;freq=weekly"))
    assert value(content, "RRULE") == "FREQ=WEEKLY;COUNT=2;INTERVAL=2"


def test_a_series_in_a_zone_without_a_definition_is_expanded_to_events_of_their_own() -> None:
    series = published(
        timed("2026-04-20 10:00", "11:00", zone="Africa/Cairo"),
        uid="course@example.org",
        rule="FREQ=WEEKLY;COUNT=2",
    )
    content = calendar_of(series)
    assert values(content, "UID") == [
        "20260420T100000-course@example.org",
        "20260427T100000-course@example.org",
    ]
    assert starts(content) == ["20260420T080000Z", "20260427T070000Z"]
    assert values(content, "DTEND") == ["20260420T090000Z", "20260427T080000Z"]
    assert values(content, "RRULE") == []


def test_an_endless_series_is_expanded_to_five_years_after_it_was_last_published() -> None:
    series = published(timed("2020-02-29 10:00", zone="Africa/Cairo"), rule="FREQ=YEARLY")
    later = replace(series, published_at=utc("2027-01-01 00:00"))
    assert [start[:4] for start in starts(calendar_of(series))] == ["2020", "2024", "2028"]
    assert [start[:4] for start in starts(calendar_of(later))] == ["2020", "2024", "2028", "2032"]


def test_a_series_that_outlives_its_zones_rule_is_expanded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezones, "RELEASED", 2025)
    kept = published(timed("2025-06-01 10:00", zone="America/Havana"), rule="FREQ=DAILY;COUNT=3")
    left = published(timed("2025-12-30 10:00", zone="America/Havana"), rule="FREQ=DAILY;COUNT=3")
    assert len(starts(calendar_of(kept))) == 1
    assert len(starts(calendar_of(left))) == 3


def test_a_series_that_meets_a_skipped_hour_is_expanded() -> None:
    meets = published(timed("2026-03-22 02:30"), rule="FREQ=WEEKLY;COUNT=2")
    misses = published(timed("2026-03-23 02:30"), rule="FREQ=WEEKLY;COUNT=2")
    assert starts(calendar_of(meets)) == ["20260322T013000Z", "20260329T013000Z"]
    assert len(starts(calendar_of(misses))) == 1


def test_a_clock_change_around_midnight_is_met_the_day_before() -> None:
    meets = published(timed("2026-10-24 23:30", zone="Asia/Beirut"))
    assert starts(calendar_of(meets)) == ["20261024T203000Z"]


def test_what_no_app_could_show_is_left_out_with_the_reason() -> None:
    reasons = left_out_of(
        published(all_day("2026-02-13", "2026-02-12"), "a"),
        published(timed("2026-02-12 14:00", "13:00"), "b"),
        published(timed("2026-02-12 14:00", zone="Europe/Atlantis"), "c"),
        published(all_day("2026-02-12"), "d", rule="FREQ=HOURLY"),
        published(all_day("2026-02-12"), "e", rule="FREQ=WEEKLY;BYDAY=XX"),
    )
    assert [(one.uid, one.reason.split(";")[0]) for one in reasons[:3]] == [
        ("a", "it ends on 2026-02-12 before it starts on 2026-02-13"),
        ("b", "it ends on 2026-02-12 13:00:00 before it starts on 2026-02-12 14:00:00"),
        ("c", "No time zone 'Europe/Atlantis'"),
    ]
    assert ["FREQ" in reasons[3].reason, "BYDAY" in reasons[4].reason] == [True, True]


def test_no_event_carries_an_offset_of_its_own() -> None:
    content = calendar_of(published(timed("2026-02-12 14:00", "15:00")))
    times = [one for one in properties(content) if one.name in {"DTSTART", "DTEND"}]
    assert all(one.parameters == {"TZID": "Europe/Brussels"} for one in times)
