"""A backup an hour old is put back: nothing is sent until somebody has looked, nothing is lost."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

import pytest

from calendar_service.actions.holding import release_sending
from calendar_service.actions.service import Service
from tests.faults.backups import back_up
from tests.faults.clocks import SharedClock
from tests.faults.crowds import crowd, due_soon
from tests.faults.doctor import stopped
from tests.faults.recording_relay import recording
from tests.faults.workers import all_sent, seen_alive, wait_until, working

pytestmark = pytest.mark.faults

READERS = 300
RATE = 100
SOON = timedelta(seconds=3)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize("at_work", [False, True], ids=["between two runs", "under a worker"])
def test_what_was_sent_since_a_restored_backup_is_sent_again_only_once_an_operator_says_so(
    clocked: Service, shared_clock: SharedClock, tmp_path: Path, at_work: bool
) -> None:
    everybody = crowd(clocked, READERS)
    due_soon(clocked, within=HOUR + SOON)
    with recording() as relay, working(clocked, relay.port, rate=RATE) as [worker]:
        wait_until(lambda: seen_alive(clocked) > 0, what="a worker is at work")
        restore = back_up(clocked.database, tmp_path / "backup")
        shared_clock.let_pass(HOUR)
        wait_until(lambda: relay.count >= READERS // 2, what="half of the mails have left")
        if not at_work:
            assert worker.end() == 0
        restore()
        before = relay.count
        print(f"restored after {before} mails", file=sys.stderr)
        with working(clocked, relay.port, count=0 if at_work else 1, rate=RATE):
            wait_until(lambda: bool(stopped(clocked)), what="sending is stopped")
            assert "a backup was restored" in stopped(clocked)
            since = set(relay.taken)
            assert relay.count == len(since) <= before + RATE * at_work
            assert release_sending(clocked)
            wait_until(lambda: all_sent(clocked, READERS), what="all leave")
    assert set(relay.taken) == everybody
    assert relay.message_ids_differ() == []
    assert relay.count == READERS + len(since)
    assert stopped(clocked) == ""
