from __future__ import annotations

from datetime import datetime, time

import pytest

from calendar_service.domain.reminders import (
    DAY_BEFORE,
    DEFAULT_HOUR,
    MORNING_OF,
    OFFERED,
    WEEK_BEFORE,
    Offset,
    OffsetError,
    deadline,
    parse_offsets,
)
from calendar_service.domain.when import KnownWhen
from tests.builders import all_day, timed, utc

TIRANA, TOKYO, NEW_YORK = "Europe/Tirane", "Asia/Tokyo", "America/New_York"
SUMMIT = all_day("2026-07-07", "2026-07-08")


def due(
    offset: str, when: KnownWhen, zone: str = TIRANA, hour: time = DEFAULT_HOUR
) -> datetime | None:
    return Offset.parse(offset).instant(when, zone=zone, hour=hour)


def test_a_day_before_is_the_same_hour_when_summer_time_begins_in_between() -> None:
    talk = timed("2026-03-29 15:00", zone="Europe/Brussels")
    assert due("P1D", talk) == utc("2026-03-28 14:00")
    assert due("PT24H", talk) == utc("2026-03-28 13:00")


def test_a_day_before_is_the_same_hour_when_summer_time_ends_in_between() -> None:
    talk = timed("2026-10-25 15:00", zone="Europe/Brussels")
    assert due("P1D", talk) == utc("2026-10-24 13:00")
    assert due("PT24H", talk) == utc("2026-10-24 14:00")


def test_the_days_before_a_time_are_counted_in_its_own_zone_wherever_the_reader_is() -> None:
    talk = timed("2026-03-30 15:00", zone="Europe/Istanbul")
    assert due("P7D", talk, TOKYO) == due("P7D", talk, NEW_YORK) == utc("2026-03-23 12:00")


def test_whole_days_are_told_at_the_readers_hour_in_the_readers_zone() -> None:
    assert due("P7D", SUMMIT) == utc("2026-06-30 06:00")
    assert due("P1D", SUMMIT) == utc("2026-07-06 06:00")
    assert due("P0D", SUMMIT) == utc("2026-07-07 06:00")
    assert due("P1D", SUMMIT, TOKYO) == utc("2026-07-05 23:00")
    assert due("P1D", SUMMIT, hour=time(19, 30)) == utc("2026-07-06 17:30")


def test_the_readers_hour_stays_when_the_clocks_change_in_between() -> None:
    assert due("P7D", all_day("2026-04-01")) == utc("2026-03-25 07:00")
    assert due("P1D", all_day("2026-04-01")) == utc("2026-03-31 06:00")


@pytest.mark.parametrize(
    ("offset", "instant"),
    [("PT1H", "2026-07-06"), ("PT24H", "2026-07-06"), ("PT25H", "2026-07-05")],
)
def test_hours_before_whole_days_count_as_days_rounded_up(offset: str, instant: str) -> None:
    assert due(offset, SUMMIT) == utc(f"{instant} 06:00")


def test_the_morning_of_a_time_is_eight_where_the_reader_is() -> None:
    talk = timed("2026-03-30 15:00", zone="Europe/Brussels")
    assert due("P0D", talk) == utc("2026-03-30 06:00")
    assert due("P0D", talk, TOKYO) == utc("2026-03-29 23:00")
    assert due("P0D", talk, hour=time(6)) == utc("2026-03-30 06:00")


def test_the_morning_is_left_out_where_the_event_starts_before_nine() -> None:
    assert due("P0D", timed("2026-03-30 08:59")) is None
    assert due("P0D", timed("2026-03-30 09:00")) == utc("2026-03-30 06:00")


def test_the_morning_is_the_readers_own_even_on_another_day() -> None:
    evening_in_new_york = timed("2026-03-30 21:00", zone=NEW_YORK)  # 10:00 on the 31st in Tokyo
    assert due("P0D", evening_in_new_york, TOKYO) == utc("2026-03-30 23:00")
    assert due("P0D", evening_in_new_york, TIRANA) is None  # 03:00 on the 31st


def test_a_reminder_in_a_skipped_hour_comes_right_after_it() -> None:
    assert due("P1D", timed("2026-03-30 02:30")) == utc("2026-03-29 01:30")
    assert due("P0D", all_day("2026-03-29"), hour=time(2, 30)) == utc("2026-03-29 01:30")


def test_only_days_and_mornings_depend_on_the_reader() -> None:
    talk = timed("2026-03-30 15:00")
    assert [offset.depends_on_reader(SUMMIT) for offset in OFFERED] == [True, True, True]
    assert [offset.depends_on_reader(talk) for offset in OFFERED] == [False, False, True]
    assert not Offset.parse("PT2H").depends_on_reader(talk)


def test_a_reminder_of_a_time_is_worth_sending_until_it_starts() -> None:
    assert deadline(timed("2026-03-30 15:00", "16:30"), TOKYO) == utc("2026-03-30 13:00")


def test_a_reminder_of_whole_days_is_worth_sending_until_noon_of_the_first() -> None:
    assert deadline(SUMMIT, TIRANA) == utc("2026-07-07 10:00")
    assert deadline(SUMMIT, TOKYO) == utc("2026-07-07 03:00")


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("P7D", WEEK_BEFORE),
        ("P1W", WEEK_BEFORE),
        ("p1d", DAY_BEFORE),
        (" P0D ", MORNING_OF),
        ("PT24H", Offset(hours=24)),
        ("P366D", Offset(days=366)),
    ],
)
def test_an_offset_has_several_spellings_and_one_written_form(text: str, offset: Offset) -> None:
    assert Offset.parse(text) == offset
    assert Offset.parse(str(offset)) == offset


@pytest.mark.parametrize(
    "text",
    [
        "",
        "P",
        "1D",
        "P1",
        "P1M",
        "P1DT2H",
        "-P1D",
        "P1.5D",
        "PT0H",
        " pt0h",
        "PT000H",
        "P367D",
        "P53W",
        "PT9999H",
        "P١D",
        "PT1H\n1",
        "P99999999999D",
    ],
)
def test_a_text_that_is_no_offset_is_told_how_to_write_one(text: str) -> None:
    with pytest.raises(OffsetError, match="write P7D"):
        Offset.parse(text)


def test_offsets_come_once_each_and_the_longest_before_first() -> None:
    offsets = parse_offsets(["P0D", "PT24H", "P7D", "P1D", "P1W", "PT2H"])
    assert [str(offset) for offset in offsets] == ["P7D", "PT24H", "P1D", "PT2H", "P0D"]
    assert parse_offsets([]) == ()
