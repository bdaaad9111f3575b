"""PostgreSQL that is killed in the middle of sending and of serving, and started again."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import timedelta

import pytest

from calendar_service.actions.service import Service
from tests.faults.clocks import SharedClock
from tests.faults.crowds import crowd, due_soon
from tests.faults.postgres_servers import PostgresServer
from tests.faults.recording_relay import recording
from tests.faults.workers import all_sent, said, started, wait_until, working
from tests.journeys.running_service import running

pytestmark = pytest.mark.faults

READERS = 5000
BEFORE = 500
"""So many mails have left before it ends."""

AWAY = "The database cannot serve just now"
FEED = "/feeds/nato.ics"
SOON = timedelta(seconds=3)


@pytest.fixture
def installed(on_mortal_server: Service, shared_clock: SharedClock) -> Service:
    """An installation on the server that is killed, on a clock that can be set."""
    return replace(on_mortal_server, clock=shared_clock)


@pytest.mark.parametrize(
    "away", [timedelta(), timedelta(seconds=90)], ids=["at once", "after others may take over"]
)
def test_what_is_being_sent_when_postgresql_is_killed_leaves_once_when_it_is_back(
    installed: Service, mortal_server: PostgresServer, shared_clock: SharedClock, away: timedelta
) -> None:
    everybody = crowd(installed, READERS)
    due_soon(installed, within=SOON)
    with recording() as relay, working(installed, relay.port, 2) as workers:
        wait_until(lambda: relay.count >= BEFORE, what="mails leave")
        mortal_server.kill()
        print(f"killed with {relay.in_flight} mails on their way", file=sys.stderr)
        wait_until(lambda: said(installed, AWAY) > 1, what="the workers say so")
        assert relay.count < READERS
        shared_clock.let_pass(away)
        mortal_server.start()
        wait_until(lambda: all_sent(installed, READERS), what="the rest leaves")
        assert all(worker.process.poll() is None for worker in workers)
    assert set(relay.taken) == everybody
    assert relay.extra == 0


def test_senders_that_are_killed_with_postgresql_repeat_what_was_on_its_way_at_most(
    installed: Service, mortal_server: PostgresServer
) -> None:
    everybody = crowd(installed, READERS)
    due_soon(installed, within=SOON)
    with recording() as relay:
        with started(installed, relay.port), started(installed, relay.port):
            wait_until(lambda: relay.count >= BEFORE, what="mails leave")
            mortal_server.kill()
        connections = relay.most_connections
        mortal_server.start()
        with working(installed, relay.port):
            wait_until(lambda: all_sent(installed, READERS), what="the rest leaves")
    assert set(relay.taken) == everybody
    assert relay.message_ids_differ() == []
    assert relay.extra <= connections // 2


def test_a_site_whose_postgresql_is_away_asks_for_patience_and_is_well_again_by_itself(
    on_mortal_server: Service, mortal_server: PostgresServer
) -> None:
    var, url = on_mortal_server.settings.var, mortal_server.url
    with running(var, CALENDAR_DATABASE_URL=url) as site:
        processes, feed = site.children(), site.get(FEED)
        assert [feed.status, site.get("/readyz").status] == [200, 200]
        mortal_server.kill()
        for path in (FEED, f"{FEED}?lang=fr", "/feeds/nato", "/readyz"):
            answer = site.get(path)
            assert (answer.status, answer.headers["Retry-After"]) == (503, "60"), path
        assert site.get("/healthz").status == 200
        mortal_server.start()
        wait_until(lambda: site.get("/readyz").status == 200, what="it is ready again")
        again = site.get(FEED)
        assert (again.status, again.body) == (200, feed.body)
        assert again.headers["ETag"] == feed.headers["ETag"]
        assert site.children() == processes
