"""When what comes back is enough."""

from __future__ import annotations

from datetime import timedelta

import pytest

from calendar_service.domain.standing import Bounce, Weight, is_enough, weight_of
from tests.builders import utc

NOW = utc("2026-02-12 08:00")


def came_back(*days_ago: float, weight: Weight) -> list[Bounce]:
    return [Bounce(weight, NOW - timedelta(days=days)) for days in days_ago]


@pytest.mark.parametrize(
    ("status", "weight"),
    [
        ("5.1.1", Weight.GONE),
        ("5.2.1", Weight.GONE),
        ("5.1.10", Weight.REFUSED),
        ("5.1.2", Weight.REFUSED),
        ("5.7.1", Weight.REFUSED),
        ("5.0.0", Weight.REFUSED),
        ("5.2.2", Weight.FOR_NOW),
        ("4.2.2", Weight.FOR_NOW),
        ("4.4.7", Weight.FOR_NOW),
        ("2.0.0", None),
        ("", None),
        ("5.1", None),
        ("5.1.1.1", None),
        ("9.1.1", None),
    ],
)
def test_a_code_weighs_what_it_says_of_the_mailbox(status: str, weight: Weight | None) -> None:
    assert weight_of(status) is weight


@pytest.mark.parametrize("weight", [Weight.GONE, Weight.COMPLAINT])
def test_no_such_mailbox_and_a_complaint_are_enough_at_once(weight: Weight) -> None:
    assert is_enough(came_back(0, weight=weight), now=NOW) is weight


def test_two_refusals_within_30_days_are_enough() -> None:
    assert is_enough(came_back(0, weight=Weight.REFUSED), now=NOW) is None
    assert is_enough(came_back(0, 30, weight=Weight.REFUSED), now=NOW) is None
    assert is_enough(came_back(0, 29.9, weight=Weight.REFUSED), now=NOW) is Weight.REFUSED


def test_five_times_not_now_within_14_days_is_enough() -> None:
    four = came_back(0, 1, 2, 13.9, weight=Weight.FOR_NOW)
    assert is_enough(four, now=NOW) is None
    assert is_enough(four + came_back(14, weight=Weight.FOR_NOW), now=NOW) is None
    assert is_enough(four + came_back(13, weight=Weight.FOR_NOW), now=NOW) is Weight.FOR_NOW
    assert is_enough(four + came_back(13, weight=Weight.REFUSED), now=NOW) is Weight.FOR_NOW


def test_nothing_that_came_back_is_not_enough() -> None:
    assert is_enough([], now=NOW) is None
