from __future__ import annotations

import pytest

from calendar_service.domain.zones import (
    DATABASE_VERSION,
    footer,
    to_utc,
    to_wall,
    zone,
    zone_names,
)
from calendar_service.errors import UnknownZoneError
from tests.builders import utc, wall


@pytest.mark.parametrize(
    ("shown", "name", "instant"),
    [
        ("2026-02-12 09:00", "Europe/Brussels", "2026-02-12 08:00"),
        ("2026-07-07 09:00", "Europe/Brussels", "2026-07-07 07:00"),
        ("2026-07-07 09:00", "Europe/Istanbul", "2026-07-07 06:00"),
        ("2026-07-07 09:00", "Asia/Kolkata", "2026-07-07 03:30"),
        ("2026-07-07 09:00", "UTC", "2026-07-07 09:00"),
    ],
)
def test_a_wall_time_is_one_instant_in_its_zone(shown: str, name: str, instant: str) -> None:
    assert to_utc(wall(shown), name) == utc(instant)
    assert to_wall(utc(instant), name) == wall(shown)


def test_an_hour_that_the_clocks_skip_is_read_with_the_offset_before() -> None:
    assert to_utc(wall("2026-03-29 02:30"), "Europe/Brussels") == utc("2026-03-29 01:30")


def test_an_hour_that_the_clocks_show_twice_is_its_first() -> None:
    assert to_utc(wall("2026-10-25 02:30"), "Europe/Brussels") == utc("2026-10-25 00:30")
    second = wall("2026-10-25 02:30").replace(fold=1)
    assert to_utc(second, "Europe/Brussels") == utc("2026-10-25 00:30")


def test_both_instants_of_a_doubled_hour_show_the_same_clock() -> None:
    first = to_wall(utc("2026-10-25 00:30"), "Europe/Brussels")
    second = to_wall(utc("2026-10-25 01:30"), "Europe/Brussels")
    assert first == second == wall("2026-10-25 02:30")
    assert first.fold == second.fold == 0


@pytest.mark.parametrize("name", ["Europe/Brussel", "", "../zone", "CEST", "europe/brussels"])
def test_an_unknown_zone_is_named_with_how_to_write_one(name: str) -> None:
    with pytest.raises(UnknownZoneError, match="write it like 'Europe/Brussels'"):
        zone(name)
    with pytest.raises(UnknownZoneError):
        footer(name)


def test_every_zone_of_the_database_can_be_read() -> None:
    assert {"Europe/Tirane", "Europe/Istanbul", "UTC"} <= zone_names()
    assert all(zone(name).key == name and footer(name) for name in zone_names())


def test_the_rule_after_the_last_change_comes_from_the_file() -> None:
    assert footer("Europe/Tirane") == "CET-1CEST,M3.5.0,M10.5.0/3"
    assert footer("Europe/Istanbul") == "<+03>-3"


def test_the_database_says_its_version() -> None:
    assert int(DATABASE_VERSION[:4]) >= 2026
