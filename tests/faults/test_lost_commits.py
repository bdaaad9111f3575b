"""Connections to PostgreSQL that are cut at a commit: nobody here knows whether it was kept."""

from __future__ import annotations

import sys
from datetime import timedelta

import pytest

from calendar_service.actions.service import Service
from calendar_service.errors import UnavailableError
from calendar_service.store.database import Database
from calendar_service.store.queries.records import WORKER_FACT, read_fact, write_fact
from tests.faults.crowds import crowd, due_soon
from tests.faults.cutting_proxy import CuttingProxy, cutting
from tests.faults.recording_relay import recording
from tests.faults.workers import all_sent, started, wait_until

pytestmark = [
    pytest.mark.faults,
    pytest.mark.parametrize("installation", ["postgresql"], indirect=True),
]

READERS = 300
RATE = 60
SOON = timedelta(seconds=3)

TURN = {
    "a sender's beginning": "INSERT INTO sender",
    "its heartbeat": "UPDATE sender",
    "the fan-out": "INSERT INTO delivery",
    "a turn with mails": "FROM suppression",
    "a turn without any": "ORDER BY delivery.deadline",
    "settling what was interrupted": "UPDATE delivery",
}
"""What a sender commits, by words that stand in it."""


@pytest.mark.parametrize("before", [True, False], ids=["not kept", "kept"])
def test_a_sender_that_never_learns_what_came_of_its_commits_loses_and_doubles_nothing(
    installation: Service, before: bool
) -> None:
    everybody = crowd(installation, READERS)
    due_soon(installation, within=SOON)
    proxy = CuttingProxy(TURN, before=before)
    with recording() as relay, cutting(installation.database.url, proxy) as url:
        way = url.render_as_string(hide_password=False)
        with started(installation, relay.port, rate=RATE, CALENDAR_DATABASE_URL=way) as worker:
            wait_until(lambda: all_sent(installation, READERS), what="all are sent")
            assert worker.end() == 0
    print(f"cut at {dict(proxy.cut)}", file=sys.stderr)
    assert set(proxy.cut) == set(TURN)
    assert set(relay.taken) == everybody
    assert relay.extra == 0


def test_a_sender_whose_lost_connection_the_server_still_believes_in_goes_on(
    installation: Service,
) -> None:
    everybody = crowd(installation, READERS)
    due_soon(installation, within=SOON)
    proxy = CuttingProxy({"a turn": "FROM suppression"}, before=True, unnoticed=True, times=1)
    with recording() as relay, cutting(installation.database.url, proxy) as url:
        way = url.render_as_string(hide_password=False)
        with started(installation, relay.port, rate=RATE, CALENDAR_DATABASE_URL=way) as worker:
            wait_until(lambda: proxy.cut.total() > 0, what="the connection is lost")
            wait_until(lambda: all_sent(installation, READERS), what="all are sent")
            assert worker.end() == 0
    assert set(relay.taken) == everybody
    assert relay.extra == 0


@pytest.mark.parametrize("before", [True, False], ids=["not kept", "kept"])
def test_who_changes_something_is_told_that_it_may_be_kept_or_not(
    installation: Service, before: bool
) -> None:
    proxy = CuttingProxy({"a note": "INSERT INTO fact"}, before=before, times=1)
    with cutting(installation.database.url, proxy) as url:
        database = Database(url.render_as_string(hide_password=False))
        now = installation.clock.now()
        lost = pytest.raises(UnavailableError, match="whole or not at all")
        with lost, database.write() as session:
            write_fact(session, WORKER_FACT, "alive", now=now)
        with database.read() as session:
            assert (read_fact(session, WORKER_FACT) is None) == before
        database.close()
