"""Events that are cancelled and moved, and readers who are erased, while their mails leave."""

from __future__ import annotations

import signal
import sys
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from calendar_service.actions.erasing import erase_reader
from calendar_service.actions.publishing import cancel_event, move_event
from calendar_service.actions.service import Service
from calendar_service.delivery.fanout import fan_out
from calendar_service.store.rows import DeliveryRow, State
from tests.faults.clocks import SharedClock
from tests.faults.crowds import address, begins_soon, crowd, due_soon, reminded_at
from tests.faults.recording_relay import RecordingRelay, recording
from tests.faults.workers import all_sent, started, states, wait_until, working

pytestmark = pytest.mark.faults

READERS = 300
FEW = 20
"""As many mails as a sender claims at first."""

RATE = 60
BEFORE = 60
"""So many mails have left before something changes."""

UNDER_WAY = 2
"""Mails that a connection has at most: one that is being sent, and the next one's envelope."""

SOON = timedelta(seconds=3)


def under_way(relay: RecordingRelay) -> int:
    """How many mails may have been given out since a sender last looked at what has changed.

    What a connection has is on its way; and after standing still for a moment, a rate lets a
    second's worth go at once.
    """
    print(f"{relay.count} sent, {relay.in_flight} on their way", file=sys.stderr)
    return UNDER_WAY * relay.open_connections + RATE


def ended(service: Service, *expected: str) -> bool:
    """Whether all mails are in one of these states."""
    return set(states(service)) <= set(expected)


def test_what_is_cancelled_between_claim_and_send_is_not_sent(installation: Service) -> None:
    crowd(installation, FEW)
    due = due_soon(installation, within=SOON)
    wait_until(lambda: installation.clock.now() >= due, what="the mails are due")
    fan_out(installation)
    program = ("tests.faults.failing_worker", "after claim", "1", "stands still")
    with recording() as relay, started(installation, relay.port, program=program) as worker:
        wait_until(lambda: worker.stands_still, what="the worker has claimed")
        assert states(installation) == {"sending": FEW}
        cancel_event(installation, "briefing", "", silent=True)
        worker.send_signal(signal.SIGCONT)
        wait_until(lambda: states(installation) == {"cancelled": FEW}, what="all are called back")
        assert worker.end() == 0
    assert relay.count == 0


def test_an_event_that_is_cancelled_while_its_mails_leave_reaches_nobody_else(
    installation: Service,
) -> None:
    crowd(installation, READERS)
    due_soon(installation, within=SOON)
    with recording() as relay, working(installation, relay.port, rate=RATE):
        wait_until(lambda: relay.count >= BEFORE, what="mails leave")
        cancel_event(installation, "briefing", "", silent=True)
        sent, most = relay.count, under_way(relay)
        wait_until(lambda: ended(installation, "sent", "cancelled"), what="the rest is called back")
    assert relay.count == states(installation)["sent"] <= sent + most
    assert relay.extra == 0


def test_an_event_that_moves_while_its_mails_leave_is_told_of_at_its_new_time_alone(
    clocked: Service, shared_clock: SharedClock
) -> None:
    everybody = crowd(clocked, READERS)
    due = due_soon(clocked, within=SOON)
    day = timedelta(days=1)
    with recording() as relay, working(clocked, relay.port, rate=RATE):
        wait_until(lambda: relay.count >= BEFORE, what="mails leave")
        move_event(clocked, "briefing", reminded_at(due + day), silent=True)
        sent, most = relay.count, under_way(relay)
        wait_until(lambda: ended(clocked, "sent", "superseded"), what="the rest is called back")
        told_before = set(relay.taken)
        assert len(told_before) == relay.count <= sent + most
        shared_clock.let_pass(day)
        wait_until(
            lambda: (
                states(clocked)
                == {"sent": READERS + len(told_before), "superseded": READERS - len(told_before)}
            ),
            what="all are told of the new time",
        )
    assert set(relay.taken) == everybody
    assert {to for to, copies in relay.taken.items() if len(set(copies)) == 2} == told_before
    assert relay.count == READERS + len(told_before)


@pytest.mark.parametrize("away", [timedelta(), timedelta(seconds=100)], ids=["at once", "soon"])
def test_an_event_that_moves_and_moves_back_is_told_of_once(
    clocked: Service, shared_clock: SharedClock, away: timedelta
) -> None:
    everybody = crowd(clocked, READERS)
    due = due_soon(clocked, within=SOON)
    with recording() as relay, working(clocked, relay.port, rate=RATE):
        wait_until(lambda: relay.count >= BEFORE, what="mails leave")
        move_event(clocked, "briefing", reminded_at(due + timedelta(days=1)), silent=True)
        under_way(relay)
        shared_clock.let_pass(away)
        move_event(clocked, "briefing", reminded_at(due), silent=True)
        wait_until(
            lambda: (
                ended(clocked, "sent", "superseded")
                and states(clocked).get("sent", 0) >= READERS
                and sum(states(clocked).values()) == 2 * READERS
            ),
            what="all are told",
        )
    assert set(relay.taken) == everybody
    assert relay.extra == 0
    assert states(clocked) == {"sent": READERS, "superseded": READERS}


def test_readers_who_are_erased_while_mails_leave_are_sent_nothing_more(
    installation: Service,
) -> None:
    everybody = crowd(installation, READERS)
    due_soon(installation, within=SOON)
    with recording() as relay, working(installation, relay.port, rate=RATE):
        wait_until(lambda: relay.count >= BEFORE, what="mails leave")
        leaving = {address(number) for number in range(READERS - 29, READERS + 1)}
        assert not leaving & set(relay.taken)  # the last in the queue
        for one in leaving:
            erase_reader(installation, one)
        under_way(relay)
        rest = everybody - leaving
        wait_until(lambda: all_sent(installation, len(rest)), what="the others are sent theirs")
    assert set(relay.taken) == rest
    assert relay.extra == 0


def test_an_event_that_changes_while_a_change_is_told_leaves_everybody_with_the_last_word(
    installation: Service,
) -> None:
    """Who was told of the first move is told of the second; the others hear of both at once."""
    everybody = crowd(installation, READERS)
    when = begins_soon(installation)
    later, last = (when.moved_to(when.start + timedelta(minutes=more)) for more in (5, 10))
    with recording(keeps=True) as relay, working(installation, relay.port, rate=RATE):
        move_event(installation, "briefing", later)
        wait_until(lambda: relay.count >= BEFORE, what="the first move is told")
        move_event(installation, "briefing", last)
        told_before = relay.count
        wait_until(lambda: last_word(installation) == READERS, what="the second move is told")
    assert set(relay.taken) == everybody
    twice = {to for to, copies in relay.taken.items() if len(set(copies)) == 2}
    assert told_before <= len(twice) + under_way(relay)
    assert relay.count == READERS + len(twice)


def last_word(service: Service) -> int:
    """How many readers the newest revision was told to."""
    told = select(func.count()).where(DeliveryRow.revision == 2, DeliveryRow.state == State.SENT)
    with service.database.read() as session:
        return session.scalar(told) or 0
