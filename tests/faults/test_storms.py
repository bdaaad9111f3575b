"""Senders that are killed again and again while they send: nothing is lost, little is doubled."""

from __future__ import annotations

import signal
import sys
import time
from dataclasses import dataclass
from datetime import timedelta

import pytest

from calendar_service.actions.service import Service
from calendar_service.delivery.fanout import fan_out
from tests.faults.crowds import crowd, due_soon
from tests.faults.recording_relay import RecordingRelay, recording
from tests.faults.workers import all_sent, start_worker, states, wait_until, working

pytestmark = pytest.mark.faults

READERS = 10_000
EVERY = 0.3
"""Seconds of sending after which a sender is killed."""

KILLS = 10
"""After so many the rest is left in peace; `make test-faults LONG=yes` goes on to the last mail."""

CONNECTIONS = 8
"""As many as a sender has at most."""

COPIES = 0.5
"""Extra copies that a kill may cost for each open connection, on average."""


SOON = timedelta(seconds=3)

long_and_short = pytest.mark.parametrize(
    "most",
    [KILLS, pytest.param(1000, marks=pytest.mark.long)],
    ids=["ten times", "to the last mail"],
)


@dataclass
class Storm:
    """What came of ending senders: at each end, the open connections and the mails on their way.

    A mail is on its way from the relay's go-ahead to its final dot.
    """

    connections: list[int]
    in_flight: list[int]
    sent_between: list[int]


def storm(service: Service, relay: RecordingRelay, number: signal.Signals, most: int) -> Storm:
    """Kills one sender after the other, each once it has been sending for a while."""
    found = Storm([], [], [])
    while not all_sent(service, READERS):
        if len(found.connections) == most:
            with working(service, relay.port):
                wait_until(lambda: all_sent(service, READERS), what="the rest leaves in peace")
            break
        before = relay.count
        worker = start_worker(service, relay.port)
        wait_until(
            lambda before=before: relay.count > before or all_sent(service, READERS),  # type: ignore[misc]
            what="a new sender sends",
        )
        time.sleep(EVERY)
        found.connections.append(relay.open_connections)
        found.in_flight.append(relay.in_flight)
        worker.send_signal(number)
        worker.process.wait(60)
        found.sent_between.append(relay.count - before)
    return found


def tell(found: Storm, relay: RecordingRelay) -> None:
    """Shows what was on its way at each kill, for who wants to see that it was a storm."""
    for connections, open_mails, sent in zip(
        found.connections, found.in_flight, found.sent_between, strict=True
    ):
        print(
            f"ended with {connections} connections open and {open_mails} mails on their way,"
            f" after {sent} mails",
            file=sys.stderr,
        )
    print(f"{relay.extra} extra copies of {READERS} mails", file=sys.stderr)


@long_and_short
def test_a_sender_killed_every_third_of_a_second_loses_nothing_and_doubles_little(
    installation: Service, most: int
) -> None:
    everybody = crowd(installation, READERS)
    due_soon(installation, within=SOON)
    with recording() as relay:
        found = storm(installation, relay, signal.SIGKILL, most)
        tell(found, relay)
    assert set(relay.taken) == everybody
    assert relay.message_ids_differ() == []
    assert sum(open_mails > 0 for open_mails in found.in_flight) >= 3  # killed while sending
    assert relay.extra <= COPIES * sum(found.connections)


@long_and_short
def test_a_sender_that_is_told_to_end_loses_nothing_and_doubles_nothing(
    installation: Service, most: int
) -> None:
    everybody = crowd(installation, READERS)
    due_soon(installation, within=SOON)
    with recording() as relay:
        found = storm(installation, relay, signal.SIGTERM, most)
        tell(found, relay)
    assert set(relay.taken) == everybody
    assert relay.extra == 0
    assert sum(open_mails > 0 for open_mails in found.in_flight) >= 3


def test_eight_senders_at_once_send_each_mail_once(installation: Service) -> None:
    everybody = crowd(installation, READERS)
    due_soon(installation, within=SOON)
    with recording() as relay, working(installation, relay.port, 8):
        wait_until(lambda: all_sent(installation, READERS), what="all are sent")
    print(f"{relay.most_connections} connections at once", file=sys.stderr)
    assert relay.most_connections > 2 * CONNECTIONS  # of three senders at least
    assert set(relay.taken) == everybody
    assert relay.extra == 0


def test_a_fan_out_that_is_killed_again_and_again_owes_each_reader_one_mail(
    installation: Service,
) -> None:
    readers = 50_000
    crowd(installation, readers)
    due_soon(installation, within=SOON)
    kills = 0
    while sum(states(installation).values()) < readers:
        worker = start_worker(installation, relay_port=9)  # where nobody listens
        before = sum(states(installation).values())
        wait_until(
            lambda before=before: sum(states(installation).values()) > before,  # type: ignore[misc]
            what="the fan-out goes on",
            every=0.005,
        )
        worker.kill()
        kills += 1
    fan_out(installation)  # what the last one was killed in
    assert kills >= 2
    assert sum(states(installation).values()) == readers
