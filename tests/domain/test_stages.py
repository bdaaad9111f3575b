"""What a reader knows of an event: what they were told, and the silent corrections since."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from calendar_service.domain.events import Event, Place
from calendar_service.domain.stages import WAIT, Stage, as_known, stood_at
from tests.builders import all_day, event, utc

FIRST = utc("2026-01-05 09:00")
MONDAY, TUESDAY, FRIDAY = (all_day(f"2026-03-0{day}") for day in (2, 3, 6))
MEETING = event("Meeting", MONDAY, language="en", place=Place({"en": "Brusels"}))


def stages(*events: Event, silent: tuple[int, ...] = ()) -> list[Stage]:
    """States an hour apart, some of them silent."""
    return [
        Stage(number, FIRST + timedelta(hours=number), number in silent, one)
        for number, one in enumerate(events)
    ]


def at(when: object, **fields: object) -> Event:
    return replace(MEETING, when=when, **fields)  # type: ignore[arg-type]


SPELT = Place({"en": "Brussels"})


def test_who_was_told_of_a_state_knows_that_state() -> None:
    past = stages(MEETING, at(TUESDAY), at(FRIDAY))
    assert [as_known(past, number).when for number in (0, 1, 2)] == [MONDAY, TUESDAY, FRIDAY]


def test_a_silent_correction_is_known_to_everybody() -> None:
    past = stages(MEETING, at(MONDAY, place=SPELT), at(TUESDAY, place=SPELT), silent=(1,))
    assert as_known(past, 0) == at(MONDAY, place=SPELT)


def test_who_knew_something_else_than_was_corrected_is_to_be_told() -> None:
    """Told Monday; it moved to Tuesday, which was a slip and silently made Friday."""
    past = stages(MEETING, at(TUESDAY), at(FRIDAY), silent=(2,))
    assert as_known(past, 0).when == MONDAY
    assert as_known(past, 1).when == FRIDAY


def test_a_move_that_is_silently_taken_back_is_known_as_it_was_by_both() -> None:
    past = stages(MEETING, at(TUESDAY), MEETING, silent=(2,))
    assert {as_known(past, number).when for number in (0, 1, 2)} == {MONDAY}


def test_a_state_that_is_not_there_stands_for_the_one_before() -> None:
    past = [stages(MEETING, at(TUESDAY), at(FRIDAY))[number] for number in (0, 2)]
    assert as_known(past, 1).when == MONDAY
    assert as_known(past[1:], 0).when == FRIDAY


@pytest.mark.parametrize(
    ("since", "number"),
    [
        (FIRST - timedelta(days=30), 0),
        (FIRST, 0),
        (FIRST + timedelta(hours=1), 0),
        (FIRST + timedelta(hours=1, seconds=1), 1),
        (FIRST + timedelta(days=1), 2),
    ],
)
def test_who_began_to_follow_saw_what_stood_then(since: object, number: int) -> None:
    past = stages(MEETING, at(TUESDAY), at(FRIDAY))
    assert stood_at(past, since) == number  # type: ignore[arg-type]


def test_what_is_corrected_right_after_it_was_published_was_seen_corrected() -> None:
    slip = Stage(1, FIRST + WAIT / 2, silent=False, event=at(TUESDAY))
    past = [*stages(MEETING), slip]
    assert stood_at(past, FIRST - timedelta(days=1)) == 1
    assert stood_at(past, FIRST + timedelta(minutes=1)) == 0  # who looked in between saw the slip
