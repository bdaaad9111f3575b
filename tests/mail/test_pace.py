"""How fast mails may leave."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendar_service.mail.pace import Pace


def leave(pace: Pace, instants: list[float]) -> list[float]:
    """Those of some instants at which a mail left."""
    left = []
    for now in instants:
        if pace.wait(now) <= 0:
            pace.spend()
            left.append(now)
    return left


def test_without_a_rate_every_mail_leaves_at_once() -> None:
    assert leave(Pace(None), [0.0] * 1000) == [0.0] * 1000


def test_a_rate_lets_one_mail_through_at_each_of_its_instants() -> None:
    quarters = [number / 4 for number in range(9)]
    assert leave(Pace(2), quarters) == [0, 0.5, 1, 1.5, 2]
    assert leave(Pace(0.5), [0, 1, 1.9, 2, 3, 4]) == [0, 2, 4]


def test_after_a_pause_one_seconds_worth_may_leave_together() -> None:
    pace = Pace(3)
    assert leave(pace, [0.0]) == [0.0]
    assert len(leave(pace, [3600.0] * 10)) == 3


def test_those_who_share_a_rate_have_an_equal_part_each() -> None:
    pace = Pace(4)
    pace.share(2)
    quarters = [number / 4 for number in range(9)]
    assert leave(pace, quarters) == [0, 0.5, 1, 1.5, 2]
    assert len(leave(pace, [3600.0] * 10)) == 2
    pace.share(1)
    assert len(leave(pace, [7200.0] * 10)) == 4
    unlimited = Pace(None)
    unlimited.share(3)
    assert leave(unlimited, [0.0] * 9) == [0.0] * 9


def test_it_says_how_long_to_wait() -> None:
    pace = Pace(4)
    pace.wait(10.0)
    pace.spend()
    assert pace.wait(10.0) == pytest.approx(0.25)
    assert pace.wait(10.1) == pytest.approx(0.15)
    assert pace.wait(10.3) == 0


@given(
    st.floats(0.1, 1000), st.lists(st.floats(0, 0.5), max_size=200).map(lambda steps: steps or [0])
)
def test_in_no_stretch_of_time_more_leaves_than_the_rate_and_one_second(
    rate: float, steps: list[float]
) -> None:
    instants = [sum(steps[:number]) for number in range(len(steps))]
    left = leave(Pace(rate), instants)
    for first, begin in enumerate(left):
        for last in range(first, len(left)):
            allowed = rate * (left[last] - begin) + max(1, rate)
            assert last - first + 1 <= allowed + 1e-6
