"""Token buckets: within any span no more than they allow, however they are asked."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from calendar_service.domain.buckets import Bucket, Level, level_now, take
from tests.builders import utc

NOW = utc("2026-02-12 08:00")
HOUR = timedelta(hours=1)
SECONDS = st.lists(st.integers(0, 7200), min_size=1, max_size=60)


def taken(bucket: Bucket, *after: timedelta) -> list[timedelta | None]:
    """When each of those who ask at these times may go, told from the first one's."""
    level: Level | None = None
    turns: list[timedelta | None] = []
    for moment in after:
        now = NOW + moment
        found = take(bucket, level_now(bucket, level, now=now), now=now)
        turns.append(None if found is None else moment + found[1])
        level = level_now(bucket, level, now=now) if found is None else found[0]
    return turns


def test_a_full_bucket_is_emptied_and_fills_again_with_time() -> None:
    bucket = Bucket(2, HOUR)
    at_once, later = timedelta(), HOUR / 2
    assert taken(bucket, at_once, at_once, at_once, later, HOUR) == [
        at_once,
        at_once,
        None,
        None,
        HOUR,
    ]


def test_who_takes_in_advance_waits_until_it_has_come_back() -> None:
    bucket = Bucket(1, HOUR, debt=2)
    now = timedelta()
    assert taken(bucket, now, now, HOUR / 2, HOUR / 2, HOUR) == [
        now,
        HOUR,
        2 * HOUR,
        None,
        3 * HOUR,
    ]


@given(SECONDS)
def test_in_no_span_there_are_more_than_its_size_and_what_came_back(gaps: list[int]) -> None:
    bucket = Bucket(3, timedelta(minutes=20), debt=2)
    moments = [timedelta(seconds=sum(gaps[: number + 1])) for number in range(len(gaps))]
    turns = sorted(turn for turn in taken(bucket, *moments) if turn is not None)
    for first, start in enumerate(turns):
        for last, end in enumerate(turns[first:], start=first):
            assert last - first + 1 <= bucket.size + (end - start) / bucket.refill + 1e-6


def test_a_clock_that_goes_back_gives_nothing_away() -> None:
    bucket = Bucket(1, HOUR)
    empty = Level(0.0, NOW)
    assert level_now(bucket, empty, now=NOW - HOUR) == empty
    assert take(bucket, level_now(bucket, empty, now=NOW - HOUR), now=NOW - HOUR) is None
