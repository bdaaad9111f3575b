"""The worker's loop: chores and sending, each on its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from calendar_service.actions.feeds import serve_feed
from calendar_service.actions.freezing import freeze
from calendar_service.actions.publishing import cancel_event
from calendar_service.actions.service import Service
from calendar_service.clock import SetClock
from calendar_service.delivery.deliverer import Deliverer
from calendar_service.mail.maildir import MaildirSender
from calendar_service.scheduler import worker
from calendar_service.scheduler.worker import run_worker
from calendar_service.store.rows import DeliveryRow
from tests.calendars_at_work import NATO, deliveries, load_feeds, publish_event, sign_up
from tests.stores import WINTER, with_settings


def wait_for_mail(service: Service) -> bool:
    return wait_until(lambda: [one for _, one in deliveries(service, "confirmation")] == ["sent"])


def wait_until(is_so: Callable[[], bool]) -> bool:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if is_so():
            return True
        time.sleep(0.05)
    return False


@contextmanager
def working(service: Service) -> Iterator[None]:
    """A worker at its work; it ends in order when it is told to."""
    stop, folder = threading.Event(), service.settings.maildir
    arguments = (service, lambda: MaildirSender(folder), stop)
    thread = threading.Thread(target=run_worker, args=arguments)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(20)
    assert not thread.is_alive()


@pytest.mark.parametrize("failing", [False, True], ids=["chores work", "a chore fails"])
def test_mails_leave_whatever_becomes_of_the_chores(
    sqlite_service: Service, clock: SetClock, monkeypatch: pytest.MonkeyPatch, failing: bool
) -> None:
    def broken(_service: Service) -> None:
        raise ValueError("a damaged series")

    if failing:
        monkeypatch.setattr(worker, "CHORES", (broken, *worker.CHORES))
    load_feeds(sqlite_service, NATO)
    sign_up(sqlite_service)
    with working(sqlite_service):
        assert wait_for_mail(sqlite_service)


def test_a_worker_publishes_what_is_behind_and_what_time_has_changed(
    sqlite_service: Service, clock: SetClock, tmp_path: Path
) -> None:
    load_feeds(sqlite_service, NATO)
    publish_event(sqlite_service, "talks", "2026-02-12")
    cancel_event(sqlite_service, "talks", "")
    clock.set(WINTER + timedelta(days=100))
    feed = tmp_path / "feeds" / "nato.ics"
    with working(with_settings(sqlite_service, publish=tmp_path)):
        assert wait_until(feed.exists)
    assert feed.read_bytes() == serve_feed(sqlite_service, "nato")[1]
    assert b"talks" not in feed.read_bytes()


class Sleeps(threading.Event):
    """Counts the seconds that a worker would sleep, without sleeping, and stops it in the end."""

    def __init__(self, stop: threading.Event, most: int) -> None:
        super().__init__()
        self.seconds: list[float] = []
        self._stop, self._most = stop, most

    def wait(self, timeout: float | None = None) -> bool:
        self.seconds.append(timeout or 0)
        if len(self.seconds) == self._most:
            self._stop.set()
        return False


def test_what_is_due_and_cannot_leave_is_soon_looked_at_again_and_then_less_and_less(
    sqlite_service: Service,
) -> None:
    load_feeds(sqlite_service, NATO)
    sign_up(sqlite_service)
    with sqlite_service.database.write() as session:
        session.execute(update(DeliveryRow).values(not_before=sqlite_service.clock.now()))
    freeze(sqlite_service, "Somebody looks into it.")
    stop = threading.Event()
    sleeps = Sleeps(stop, 8)
    deliverer = Deliverer(sqlite_service, MaildirSender(sqlite_service.settings.maildir))
    worker._loop(sqlite_service, deliverer, sleeps, stop)
    deliverer.close()
    assert sleeps.seconds == pytest.approx([0.04, 0.08, 0.16, 0.32, 0.64, 1, 1, 1])
