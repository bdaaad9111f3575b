"""Another release of the tz database, under which the clocks of a zone show another hour."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
import tzdata

from calendar_service.actions.service import Service
from tests.faults.clocks import SharedClock
from tests.faults.crowds import crowd, due_soon
from tests.faults.recording_relay import recording
from tests.faults.workers import all_sent, seen_alive, wait_until, working

pytestmark = pytest.mark.faults

READERS = 60
HOUR = timedelta(hours=1)
SOON = timedelta(seconds=5)


def another_release(folder: Path, **zones: str) -> str:
    """A tz database in which some zones go by the rules of others; the path to import it from."""
    package = folder / "tzdata"
    shutil.copytree(Path(tzdata.__file__).parent, package)
    release = (package / "__init__.py").read_text(encoding="utf-8")
    (package / "__init__.py").write_text(
        release.replace(tzdata.IANA_VERSION, "2099z"), encoding="utf-8"
    )
    for name, rules in zones.items():
        shutil.copyfile(package / "zoneinfo" / rules, package / "zoneinfo" / "Europe" / name)
    return str(folder)


def test_a_tz_database_that_says_another_hour_has_each_event_told_of_at_its_new_one(
    clocked: Service, shared_clock: SharedClock, tmp_path: Path
) -> None:
    everybody = crowd(clocked, READERS)
    due_soon(clocked, "told-of", within=SOON)
    due_soon(clocked, "ahead", within=HOUR)
    with recording() as before, working(clocked, before.port):
        wait_until(lambda: all_sent(clocked, READERS), what="the first event's mails leave")
    begun = clocked.clock.now().timestamp()
    two_hours_later = another_release(tmp_path, Brussels="Atlantic/Azores")
    with recording() as after, working(clocked, after.port, PYTHONPATH=two_hours_later):
        wait_until(lambda: seen_alive(clocked) > begun, what="all is planned anew")
        shared_clock.let_pass(HOUR)
        wait_until(lambda: seen_alive(clocked) > begun + 3600, what="the old hour has passed")
        assert after.count == 0
        shared_clock.let_pass(2 * HOUR)
        wait_until(lambda: all_sent(clocked, 3 * READERS), what="all are told of the new hours")
    assert set(before.taken) == set(after.taken) == everybody
    assert [before.count, after.count] == [READERS, 2 * READERS]
    assert all(len({*before.taken[one], *after.taken[one]}) == 3 for one in everybody)
