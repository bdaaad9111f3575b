"""A reader who is erased is sent nothing more, however far their mail has come."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from calendar_service.actions.erasing import erase_reader
from calendar_service.actions.service import Service
from calendar_service.clock import SetClock
from calendar_service.delivery.deliverer import Deliverer
from calendar_service.delivery.fanout import fan_out
from calendar_service.mail.smtp import SmtpSender
from tests.calendars_at_work import NATO, confirmed, deliveries, load_feeds, publish_event, sign_up
from tests.mail.relays import LoopbackRelay, running

DUE = datetime(2026, 2, 11, 7, 0, tzinfo=UTC)


@pytest.fixture
def relay() -> Iterator[LoopbackRelay]:
    with running(LoopbackRelay()) as relay:
        yield relay


@pytest.fixture
def deliver(service: Service, relay: LoopbackRelay) -> Iterator[Callable[[], int]]:
    """Sends what is due through the relay."""
    deliverer = Deliverer(service, SmtpSender(relay.relay(), hello="calendar.test"))
    yield deliverer.deliver_due
    deliverer.close()


def two_readers(service: Service, clock: SetClock) -> None:
    """Two readers to whom a reminder is owed, and which waits in the queue."""
    load_feeds(service, NATO)
    publish_event(service, "ministers", "2026-02-12")
    for address in ("gone@example.org", "kept@example.org"):
        confirmed(service, address)
    clock.set(DUE)
    fan_out(service)
    assert deliveries(service) == [("P1D", "queued")] * 2


def sent_to(relay: LoopbackRelay) -> list[str]:
    return [taken.to for taken in relay.taken]


def test_a_mail_that_waits_in_the_queue_is_not_sent(
    service: Service, clock: SetClock, relay: LoopbackRelay, deliver: Callable[[], int]
) -> None:
    two_readers(service, clock)
    erase_reader(service, "gone@example.org")
    assert deliver() == 1
    assert sent_to(relay) == ["kept@example.org"]
    assert deliveries(service) == [("P1D", "sent")]


def test_a_reminder_that_is_planned_and_not_yet_owed_is_not_sent(
    service: Service, clock: SetClock, relay: LoopbackRelay, deliver: Callable[[], int]
) -> None:
    load_feeds(service, NATO)
    publish_event(service, "ministers", "2026-02-12")
    confirmed(service, "gone@example.org")
    erase_reader(service, "gone@example.org")
    clock.set(DUE)
    assert deliver() == 0
    assert (sent_to(relay), deliveries(service)) == ([], [])


def test_a_confirmation_that_waits_is_not_sent(
    service: Service, relay: LoopbackRelay, deliver: Callable[[], int]
) -> None:
    load_feeds(service, NATO)
    sign_up(service, "gone@example.org")
    erase_reader(service, "gone@example.org")
    assert deliver() == 0
    assert sent_to(relay) == []
