"""A disk that is full in the middle of sending, and has room again."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import timedelta
from mailbox import Maildir
from pathlib import Path

import pytest

from calendar_service.actions.feeds import serve_feed
from calendar_service.actions.service import Service
from calendar_service.store.queries.records import relay_trouble
from tests.faults.crowds import crowd, due_soon
from tests.faults.doctor import wrong_with
from tests.faults.postgres_servers import PostgresServer
from tests.faults.recording_relay import recording
from tests.faults.small_disks import SmallDisk, small_disk
from tests.faults.workers import all_sent, said, started, wait_until, working
from tests.journeys.running_service import command, free_port

pytestmark = pytest.mark.faults

READERS = 1000
RATE = 200
BEFORE = 50
"""So many mails have left before the disk is full."""

SOON = timedelta(seconds=3)
FULL = "disk is full"
"""What SQLite says of it."""

NO_SPACE = "No space left on device"
"""What the system says of it."""

on_sqlite = pytest.mark.parametrize("installation", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("installation", ["postgresql"], indirect=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """The disk of an installation's var folder; to be asked for before the installation."""
    with small_disk(tmp_path / "var", 24) as disk:
        yield disk


@on_sqlite
def test_what_is_being_sent_when_the_disk_is_full_leaves_once_when_there_is_room(
    disk: SmallDisk, installation: Service
) -> None:
    everybody = crowd(installation, READERS)
    due_soon(installation, within=SOON)
    with recording() as relay, working(installation, relay.port, rate=RATE) as [worker]:
        wait_until(lambda: relay.count >= BEFORE, what="mails leave")
        disk.fill()
        wait_until(lambda: said(installation, FULL) > 1, what="the log says so")
        print(f"{relay.count} mails had left when it noticed", file=sys.stderr)
        assert "0 MiB free" in wrong_with(installation, "disk")
        assert relay.count < READERS
        disk.make_room()
        wait_until(lambda: all_sent(installation, READERS), what="the rest leaves")
        assert worker.process.poll() is None
    assert set(relay.taken) == everybody
    assert relay.extra == 0


@on_sqlite
def test_a_sender_killed_while_the_disk_is_full_repeats_what_was_on_its_way_at_most(
    disk: SmallDisk, installation: Service
) -> None:
    everybody = crowd(installation, READERS)
    due_soon(installation, within=SOON)
    with recording() as relay:
        with started(installation, relay.port, rate=RATE):
            wait_until(lambda: relay.count >= BEFORE, what="mails leave")
            disk.fill()
            wait_until(lambda: said(installation, FULL) > 0, what="the log says so")
            connections = relay.open_connections
        with working(installation, relay.port, rate=RATE) as [worker]:
            wait_until(lambda: said(installation, "No mail can be sent yet") > 0, what="it waits")
            assert worker.process.poll() is None
            disk.make_room()
            wait_until(lambda: all_sent(installation, READERS), what="the rest leaves")
    assert set(relay.taken) == everybody
    assert relay.message_ids_differ() == []
    assert relay.extra <= connections // 2


@on_postgresql
def test_a_full_var_folder_stops_no_mail_where_the_database_is_elsewhere(
    disk: SmallDisk, installation: Service
) -> None:
    everybody = crowd(installation, READERS)
    due_soon(installation, within=SOON)
    with recording() as relay, started(installation, relay.port, rate=RATE):
        wait_until(lambda: relay.count >= BEFORE, what="mails leave")
        disk.fill()
        wait_until(lambda: said(installation, "epoch cannot be written") > 0, what="it says so")
        assert "0 MiB free" in wrong_with(installation, "disk")
        wait_until(lambda: all_sent(installation, READERS), what="the rest leaves")
    assert said(installation, "unexpected") == 0
    assert set(relay.taken) == everybody
    assert relay.extra == 0


@on_postgresql
def test_a_sender_without_room_for_a_journal_sends_nothing_until_there_is_some(
    disk: SmallDisk, installation: Service
) -> None:
    everybody = crowd(installation, READERS)
    due_soon(installation, within=SOON)
    with recording() as relay, working(installation, relay.port):  # which leaves its small files
        wait_until(lambda: relay.count > 0, what="mails leave")
    left = relay.count
    disk.fill()
    with recording() as relay, working(installation, relay.port):
        wait_until(lambda: said(installation, "no room for the journal") > 1, what="it says so")
        assert relay.count == 0
        disk.make_room()
        wait_until(lambda: all_sent(installation, READERS), what="the rest leaves")
    assert relay.count == READERS - left
    assert set(relay.taken) <= everybody


@pytest.mark.parametrize("mortal_server", [72], indirect=True)
def test_what_is_being_sent_when_postgresql_has_no_room_leaves_once_when_there_is_some(
    mortal_server: PostgresServer, on_mortal_server: Service
) -> None:
    everybody = crowd(on_mortal_server, READERS)
    due_soon(on_mortal_server, within=SOON)
    with recording() as relay, working(on_mortal_server, relay.port, rate=RATE) as [worker]:
        wait_until(lambda: relay.count >= BEFORE, what="mails leave")
        mortal_server.disk.fill()
        wait_until(lambda: said(on_mortal_server, NO_SPACE) > 1, what="the log says so")
        print(f"{relay.count} mails had left when it noticed", file=sys.stderr)
        assert relay.count < READERS
        mortal_server.disk.make_room()
        if not mortal_server.lives:
            mortal_server.start()
        wait_until(lambda: all_sent(on_mortal_server, READERS), what="the rest leaves")
        assert worker.process.poll() is None
    assert set(relay.taken) == everybody
    assert relay.extra == 0


@on_sqlite
def test_a_full_maildir_keeps_mails_waiting_and_has_each_once_when_there_is_room(
    installation: Service,
) -> None:
    crowd(installation, READERS)
    due_soon(installation, within=SOON)
    maildir = installation.settings.maildir
    new = maildir / "new"
    with small_disk(maildir, 32) as disk:
        with working(installation, relay_port=0, CALENDAR_SMTP_URL=""):
            wait_until(lambda: len(list(new.glob("*"))) > BEFORE, what="some are kept")
            disk.fill()
            wait_until(lambda: NO_SPACE in wrong_with(installation, "relay"), what="it is told")
            assert "leave it room" in wrong_with(installation, "relay")
            assert len(list(new.iterdir())) < READERS
            disk.make_room()
            wait_until(lambda: all_sent(installation, READERS), what="all are kept")
            assert relay_trouble(installation.database) == ""
        kept = [mail["Message-ID"] for mail in Maildir(maildir)]
        assert list((maildir / "tmp").iterdir()) == []
    assert len(kept) == len(set(kept)) == READERS


@on_sqlite
def test_an_event_that_cannot_move_for_want_of_room_stays_whole_where_it_was(
    disk: SmallDisk, installation: Service
) -> None:
    crowd(installation, 10)
    due = due_soon(installation, within=timedelta(days=7))
    var, port, before = installation.settings.var, free_port(), serve_feed(installation, "nato")
    when = f"{due + timedelta(days=30):%Y-%m-%d %H:%M}"
    disk.fill()
    refused = command(var, port, "events", "move", "briefing", "--start", when)
    assert refused.returncode == 1
    assert FULL in refused.stderr
    assert "Nothing was changed" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert serve_feed(installation, "nato") == before
    disk.make_room()
    moved = command(var, port, "events", "move", "briefing", "--start", when)
    assert moved.returncode == 0, moved.stderr
    assert serve_feed(installation, "nato") != before
