"""Starting the service, looking at it, stopping it and starting it again."""

from __future__ import annotations

import os
import signal
import time
import urllib.error
from collections.abc import Iterator
from pathlib import Path

import pytest

from calendar_service.ical.reading import read_calendar
from tests.journeys.running_service import CHECKOUT, Answer, Running, command, running

FEEDS = ("nato", "nato-ministerials", "nato-summits", "western-balkans")
PATHS = [f"/feeds/{feed}.ics?lang={code}" for feed in FEEDS for code in ("sq", "en", "fr")]


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One service for the tests that look; `again` stops it."""
    with running(tmp_path_factory.mktemp("up") / "var") as service:
        yield service


@pytest.fixture(scope="module")
def again(up: Running) -> Iterator[tuple[dict[str, Answer], Running]]:
    """The service stopped and started again, with what its feeds were when it was stopped."""
    var, port = up.log.parent / "var", int(up.origin.rpartition(":")[2])
    _add_talks(var, port)
    first = {path: up.get(path) for path in PATHS}
    children = up.children()
    assert len(children) == 2
    assert up.stop(signal.SIGTERM) == 0
    assert wait_until_ended(children)
    assert "Traceback" not in up.log.read_text()
    with running(var, port) as service:
        yield first, service


def ended(pid: int) -> bool:
    """Whether a process is gone, or only waits to be noted."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return True
    return state == "Z"


def wait_until_ended(pids: list[int]) -> bool:
    deadline = time.monotonic() + 20
    while not all(ended(pid) for pid in pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def test_it_says_where_to_look(up: Running) -> None:
    said = up.log.read_text()
    for where in (f"{up.origin}/", f"{up.origin}/feeds/nato.ics", "Maildir", "CALENDAR_SMTP_URL"):
        assert where in said
    assert said.count("no relay is configured") == 1


def test_the_feed_has_exactly_the_four_events_with_the_right_days(up: Running) -> None:
    days = sorted(
        (str(event.start), str(event.end), event.all_day)
        for event in read_calendar(up.get("/feeds/nato.ics").body, "nato.ics")
    )
    assert days == [
        ("2025-06-24", "2025-06-26", True),  # DTEND is the day after the last
        ("2026-02-12", "2026-02-13", True),
        ("2026-02-12", "2026-02-13", True),
        ("2026-07-07", "2026-07-09", True),
    ]


@pytest.mark.parametrize(
    ("feed", "events"),
    [("nato", 4), ("nato-ministerials", 2), ("nato-summits", 2), ("western-balkans", 1)],
)
def test_each_feed_holds_its_selection(up: Running, feed: str, events: int) -> None:
    assert len(read_calendar(up.get(f"/feeds/{feed}.ics").body, feed)) == events


@pytest.mark.parametrize("language", ["sq", "en", "fr"])
def test_every_page_opens_in_every_language(up: Running, language: str) -> None:
    paths = [
        "/",
        "/privacy",
        "/imprint",
        *(f"/feeds/{feed}" for feed in FEEDS),
        "/events/nato-summit-ankara-2026",
    ]
    for path in paths:
        answer = up.get(f"{path}?lang={language}")
        assert answer.status == 200
        assert answer.headers["Content-Language"] == language


def test_a_taken_port_is_named_with_the_remedy_and_nothing_is_started(
    up: Running, tmp_path: Path
) -> None:
    port = int(up.origin.rpartition(":")[2])
    second = command(tmp_path / "var", port, "up")
    assert second.returncode == 1
    assert "CALENDAR_BIND" in second.stderr
    assert "Traceback" not in second.stderr


def test_make_run_starts_it_and_interrupting_ends_all_that_it_started(tmp_path: Path) -> None:
    with running(tmp_path / "var", start=("make", "-C", str(CHECKOUT), "run")) as service:
        assert service.get("/").status == 200
        children = service.children()
        assert children
        service.interrupt()
        assert wait_until_ended(children)


def test_a_child_that_dies_is_started_again(up: Running) -> None:
    before = up.children()
    assert len(before) == 2
    for child in before:
        os.kill(child, signal.SIGKILL)
    deadline = time.monotonic() + 30
    while len(set(up.children()) - set(before)) < 2 or not answers(up):
        assert time.monotonic() < deadline, up.log.read_text()
        time.sleep(0.1)


def answers(service: Running) -> bool:
    try:
        return service.get("/").status == 200
    except urllib.error.URLError:
        return False


def test_stopped_and_started_again_nothing_is_lost_and_no_byte_of_any_feed_has_changed(
    again: tuple[dict[str, Answer], Running],
) -> None:
    first, service = again
    for path, before in first.items():
        answer = service.get(path)
        assert answer.body == before.body
        for name in ("ETag", "Last-Modified"):
            assert answer.headers[name] == before.headers[name]
        kept = {"If-None-Match": before.headers["ETag"]}
        assert service.get(path, kept).status == 304
    talks = {event.uid: event for event in read_calendar(service.get(PATHS[0]).body, "nato")}
    assert str(talks["talks-1"].start) == "2026-03-30 13:00:00+00:00"
    assert "0 added, 0 revised, 4 unchanged" in service.log.read_text()


def test_all_end_even_if_the_parent_is_killed(again: tuple[dict[str, Answer], Running]) -> None:
    _, service = again
    children = service.children()
    assert len(children) == 2
    service.stop(signal.SIGKILL)
    assert wait_until_ended(children)


def _add_talks(var: Path, port: int) -> None:
    """Adds an event from another process while the service runs."""
    added = command(
        var,
        port,
        *("events", "add", "--title", "Talks", "--language", "en", "--uid", "talks-1"),
        *("--start", "2026-03-30 15:00", "--end", "2026-03-30 16:30"),
        *("--zone", "Europe/Brussels", "--place", "Brussels", "--topic", "nato"),
    )
    assert added.returncode == 0, added.stderr
