"""The worker's loop: chores and sending, each on its own."""

from __future__ import annotations

import threading
import time

import pytest

from calendar_service.actions.service import Service
from calendar_service.clock import SetClock
from calendar_service.mail.maildir import MaildirSender
from calendar_service.scheduler import worker
from calendar_service.scheduler.worker import run_worker
from tests.calendars_at_work import NATO, deliveries, load_feeds, sign_up


def wait_for_mail(service: Service) -> bool:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if [state for _, state in deliveries(service, "confirmation")] == ["sent"]:
            return True
        time.sleep(0.05)
    return False


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
    stop = threading.Event()
    folder = sqlite_service.settings.maildir
    arguments = (sqlite_service, lambda: MaildirSender(folder), stop)
    thread = threading.Thread(target=run_worker, args=arguments)
    thread.start()
    try:
        assert wait_for_mail(sqlite_service)
    finally:
        stop.set()
        thread.join(20)
    assert not thread.is_alive()
