"""Workers whose machine's clock is set wrong, or who were down while things fell due."""

from __future__ import annotations

from datetime import timedelta

import pytest

from calendar_service.actions.checkup import check_up
from calendar_service.actions.holding import release_sending
from calendar_service.actions.service import Service
from tests.calendars_at_work import confirmed
from tests.faults.clocks import SharedClock
from tests.faults.crowds import crowd, due_soon
from tests.faults.doctor import stopped
from tests.faults.recording_relay import recording
from tests.faults.workers import all_sent, seen_alive, states, wait_until, working
from tests.mail.reading import body

pytestmark = pytest.mark.faults

READERS = 300
LATE = ("This reminder is late", "vjen me vonesë", "Ce rappel est en retard")
CHORES = timedelta(seconds=31)
"""After so long a worker has done its chores once more."""


def ticks_on(service: Service, clock: SharedClock) -> bool:
    """Whether the worker's loop does its chores, by the clock as it is now."""
    clock.let_pass(CHORES)
    now = clock.now().timestamp()
    wait_until(lambda: 0 <= seen_alive(service) - now < 60, what="the loop ticks on")
    return True


def test_a_clock_set_back_by_an_hour_while_mails_leave_stops_them_until_released(
    clocked: Service, shared_clock: SharedClock
) -> None:
    everybody = crowd(clocked, READERS)
    due_soon(clocked, within=timedelta(seconds=3))
    with recording() as relay, working(clocked, relay.port, rate=150):
        wait_until(lambda: relay.count >= 50, what="mails leave")
        shared_clock.jump(-timedelta(hours=1))
        wait_until(lambda: bool(stopped(clocked)), what="sending is stopped")
        assert "jumped back by 60 minutes" in stopped(clocked)
        assert ticks_on(clocked, shared_clock)
        before = relay.count
        assert before < READERS
        shared_clock.let_pass(timedelta(hours=1))  # it is due by this clock, too
        assert ticks_on(clocked, shared_clock)
        assert relay.count == before
        assert sum(states(clocked).values()) == READERS
        assert release_sending(clocked)
        wait_until(lambda: all_sent(clocked, READERS), what="the rest leaves")
    assert stopped(clocked) == ""
    assert set(relay.taken) == everybody
    assert relay.extra == 0


def test_a_clock_that_leaps_ten_years_ahead_sends_nothing_and_gives_nothing_up(
    clocked: Service, shared_clock: SharedClock
) -> None:
    everybody = crowd(clocked, READERS)
    due_soon(clocked, "later", within=timedelta(hours=2))
    due_soon(clocked, within=timedelta(seconds=3))
    ten_years = timedelta(days=3652)
    with recording() as relay, working(clocked, relay.port, rate=150):
        wait_until(lambda: relay.count >= 50, what="mails leave")
        shared_clock.jump(ten_years)
        wait_until(lambda: bool(stopped(clocked)), what="sending is stopped")
        assert "jumped ahead by 3,652 days" in stopped(clocked)
        assert ticks_on(clocked, shared_clock)
        before = relay.count
        assert before < READERS
        assert ticks_on(clocked, shared_clock)
        assert relay.count == before
        assert "expired" not in states(clocked)
        shared_clock.jump(-ten_years)
        assert release_sending(clocked)
        wait_until(lambda: all_sent(clocked, READERS), what="the rest leaves")
        shared_clock.let_pass(timedelta(hours=3))
        wait_until(lambda: all_sent(clocked, 2 * READERS), what="what was due later leaves")
    assert set(relay.taken) == everybody
    assert relay.count == 2 * READERS


def test_what_fell_due_while_the_service_was_down_leaves_once_and_says_that_it_is_late(
    clocked: Service, shared_clock: SharedClock
) -> None:
    everybody = crowd(clocked, READERS)
    for number in range(3):  # each is owed three by now, and is sent the last
        several = f"several{number}@example.org"
        confirmed(clocked, several, offsets=("P1D", "PT12H", "PT6H"))
        everybody.add(several)
    due_soon(clocked, within=timedelta(seconds=3))
    shared_clock.let_pass(timedelta(hours=20))
    expected = {"sent": READERS + 3, "superseded": 6}
    with recording(keeps=True) as relay, working(clocked, relay.port):
        wait_until(lambda: states(clocked) == expected, what="all are sent")
    assert set(relay.taken) == everybody
    assert relay.extra == 0
    assert all(any(late in body(mail, "plain") for late in LATE) for mail in relay.contents)


def test_a_service_that_was_down_until_the_event_began_sends_nothing_and_counts_it(
    clocked: Service, shared_clock: SharedClock
) -> None:
    crowd(clocked, READERS)
    due_soon(clocked, within=timedelta(seconds=3))
    shared_clock.let_pass(timedelta(days=1, hours=2))
    with recording() as relay, working(clocked, relay.port):
        wait_until(lambda: states(clocked) == {"expired": READERS}, what="all are given up")
    assert relay.count == 0
    counted = [one.words for one in check_up(clocked) if one.subject == "reminders"]
    assert f"{READERS} expired" in counted[0]
