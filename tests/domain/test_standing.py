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
    ("weight", "codes"),
    [
        (Weight.GONE, "5.1.1 5.1.6 5.2.1 5.7.17"),
        (Weight.REFUSED, "5.0.0 5.1.0 5.1.2 5.1.3 5.1.4 5.1.10 5.2.0 5.2.4 5.4.1 5.4.4 5.5.0"),
        (Weight.FOR_NOW, "4.0.0 4.1.1 4.2.1 4.2.2 4.3.1 4.3.2 4.4.1 4.4.3 4.4.7 4.5.0 5.2.2"),
        (Weight.FOR_NOW, "5.3.0 5.3.1 5.3.2 5.3.3 5.3.5 5.4.0 5.4.2 5.4.3 5.4.5 5.4.6 5.4.7"),
        (Weight.OURS, "5.1.7 5.1.8 4.1.8 5.2.3 5.3.4 4.3.4 5.5.1 5.5.2 5.5.4 4.5.3 5.6.0 5.6.1"),
        (Weight.OURS, "5.7.0 5.7.1 5.7.7 5.7.20 5.7.21 5.7.22 5.7.23 5.7.24 5.7.25 5.7.26 5.7.27"),
        (Weight.OURS, "4.7.0 4.7.1 4.7.23 4.7.26 4.7.28"),
        (None, "2.0.0 2.1.5 5.1 5.1.1.1 9.1.1"),
    ],
    ids=str,
)
def test_a_code_weighs_what_it_says_of_the_reader(weight: Weight | None, codes: str) -> None:
    assert {code: weight_of(code) for code in codes.split()} == dict.fromkeys(codes.split(), weight)


def test_nothing_weighs_nothing() -> None:
    assert weight_of("") is None


def test_what_says_nothing_of_the_reader_is_never_enough() -> None:
    assert is_enough(came_back(*range(29), weight=Weight.OURS), now=NOW) is None
    four = came_back(0, 1, 2, 3, weight=Weight.FOR_NOW)
    assert is_enough(four + came_back(0, weight=Weight.OURS), now=NOW) is None


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
