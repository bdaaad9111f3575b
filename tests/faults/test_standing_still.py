"""A sender that stands still while it sends, and goes on when others have done its work."""

from __future__ import annotations

import signal
import sys
from datetime import timedelta

import pytest
from sqlalchemy import text

from calendar_service.actions.service import Service
from calendar_service.errors import UnavailableError
from calendar_service.store.database import Database
from tests.faults.clocks import SharedClock
from tests.faults.crowds import crowd, due_soon
from tests.faults.recording_relay import recording
from tests.faults.workers import Worker, all_sent, said, started, wait_until, working

pytestmark = pytest.mark.faults

READERS = 2000


TRANSACTIONS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'
"""


def stop_between_transactions(service: Service, worker: Worker) -> None:
    """Stops it, but not in the middle of a change, which others would have to wait for."""
    impatient = Database(service.database.url.render_as_string(hide_password=False), patience=0.1)
    while True:
        worker.send_signal(signal.SIGSTOP)
        try:
            with impatient.write() as session:
                on_sqlite = impatient.dialect == "sqlite"
                if on_sqlite or not session.scalar(text(TRANSACTIONS)):
                    break
        except UnavailableError:
            pass  # it has SQLite's write lock
        worker.send_signal(signal.SIGCONT)
    impatient.close()


def test_a_sender_stopped_in_the_middle_doubles_no_more_than_was_on_its_way(
    clocked: Service, shared_clock: SharedClock
) -> None:
    everybody = crowd(clocked, READERS)
    due_soon(clocked, within=timedelta(seconds=3))
    with recording() as relay, started(clocked, relay.port) as sleeper:
        wait_until(lambda: relay.count >= 100, what="mails leave")
        stop_between_transactions(clocked, sleeper)
        connections, in_flight = relay.open_connections, relay.in_flight
        print(f"stopped with {in_flight} of {connections} mails on their way", file=sys.stderr)
        assert relay.count < READERS
        shared_clock.let_pass(timedelta(seconds=90))
        with working(clocked, relay.port):
            wait_until(lambda: all_sent(clocked, READERS), what="another one does its work")
        sleeper.send_signal(signal.SIGCONT)
        due_soon(clocked, "later", within=timedelta(seconds=3))
        wait_until(lambda: all_sent(clocked, 2 * READERS), what="it goes on with what is new")
        assert sleeper.end() == 0
    assert said(clocked, "its work was taken over") == 1
    assert set(relay.taken) == everybody
    extra = relay.count - 2 * READERS
    print(f"{extra} extra copies", file=sys.stderr)
    assert extra <= connections // 2
    assert all(len(set(copies)) == 2 for copies in relay.taken.values())


@pytest.mark.long
@pytest.mark.parametrize("installation", ["postgresql"], indirect=True)
def test_a_sender_that_stands_still_in_the_middle_of_a_change_holds_others_up_for_half_a_minute(
    clocked: Service, shared_clock: SharedClock
) -> None:
    everybody = crowd(clocked, READERS)
    due_soon(clocked, within=timedelta(seconds=3))
    program = ("tests.faults.failing_worker", "after heartbeat", "2", "stands still")
    with recording() as relay, started(clocked, relay.port, program=program, rate=200) as sleeper:
        wait_until(lambda: sleeper.stands_still, what="it stands still in its heartbeat")
        assert 0 < relay.count < READERS
        connections = relay.open_connections
        shared_clock.let_pass(timedelta(seconds=90))
        with working(clocked, relay.port):
            wait_until(lambda: all_sent(clocked, READERS), what="another one does its work")
        sleeper.send_signal(signal.SIGCONT)
        due_soon(clocked, "later", within=timedelta(seconds=3))
        wait_until(lambda: all_sent(clocked, 2 * READERS), what="it goes on with what is new")
    assert set(relay.taken) == everybody
    assert relay.count <= 2 * READERS + connections // 2
