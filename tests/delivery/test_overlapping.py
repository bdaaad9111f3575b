"""Two senders that look at two mails about one event at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest

from calendar_service.actions.publishing import move_event
from calendar_service.actions.service import Service
from calendar_service.clock import SetClock
from calendar_service.delivery import deliverer
from calendar_service.delivery.deliverer import Deliverer
from calendar_service.delivery.fanout import fan_out
from calendar_service.delivery.gathering import gather
from calendar_service.domain.when import Timed
from calendar_service.mail.maildir import MaildirSender
from tests.calendars_at_work import NATO, confirmed, load_feeds, publish_event

BRUSSELS = "Europe/Brussels"
TEN = datetime.fromisoformat("2026-02-12T10:00:00")


@pytest.fixture
def news(service: Service, clock: SetClock) -> Service:
    """A reminder is owed, and a notice of the change that this reminder would tell as well."""
    load_feeds(service, NATO)
    publish_event(service, "b", "2026-02-12T10:00:00", end="2026-02-12T11:00:00", zone=BRUSSELS)
    confirmed(service, offsets=("PT1H",))
    eight = clock.now().replace(month=2, day=12, hour=8, minute=0, second=0, microsecond=0)
    clock.set(eight - timedelta(minutes=3, seconds=10))
    move_event(service, "b", Timed(TEN + timedelta(seconds=30), TEN.replace(hour=11), BRUSSELS))
    clock.set(eight + timedelta(minutes=1))
    fan_out(service)
    return service


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_of_two_mails_that_tell_the_same_news_one_waits_for_the_other(
    news: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    together = Barrier(2)

    def gathering(*told: Any, **named: Any) -> Any:
        facts = gather(*told, **named)
        with suppress(BrokenBarrierError):  # where the other one waits until this one is done
            together.wait(1)
        return facts

    monkeypatch.setattr(deliverer, "gather", gathering)
    monkeypatch.setattr(deliverer, "LEAST", 1)
    senders = [Deliverer(news, MaildirSender(tmp_path / "mail")) for _ in range(2)]
    for sender in senders:
        sender.prove_alive()
    with ThreadPoolExecutor(2) as threads:
        sent = sum(threads.map(Deliverer.deliver_due, senders))
    for sender in senders:
        sender.close()
    assert sent == len(list((tmp_path / "mail" / "new").iterdir())) == 1
