"""A reader who is erased is sent nothing more, however far their mail has come."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from calendar_service.actions.erasing import erase_reader
from calendar_service.actions.service import Service
from calendar_service.clock import SetClock
from calendar_service.delivery import deliverer
from calendar_service.delivery.deliverer import Deliverer
from calendar_service.delivery.fanout import fan_out
from calendar_service.delivery.journal import Journal
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


def test_a_mail_that_is_written_already_is_not_sent_after_those_before_it(
    service: Service,
    clock: SetClock,
    relay: LoopbackRelay,
    deliver: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    two_readers(service, clock)
    note = Journal.note

    def erasing(self: Journal, delivery_id: int, reply: str) -> None:
        note(self, delivery_id, reply)
        (sent,) = sent_to(relay)
        (other,) = {"gone@example.org", "kept@example.org"} - {sent}
        erase_reader(service, other)

    monkeypatch.setattr(Journal, "note", erasing)
    monkeypatch.setattr(deliverer, "LOOK_EVERY", 0)
    assert deliver() == 1
    assert len(sent_to(relay)) == 1
    assert deliveries(service) == [("P1D", "sent")]


def test_a_mail_under_way_is_settled_though_its_reader_is_gone(
    service: Service,
    clock: SetClock,
    relay: LoopbackRelay,
    deliver: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    two_readers(service, clock)
    note = Journal.note

    def erasing(self: Journal, delivery_id: int, reply: str) -> None:
        """Erases the reader whose mail the relay has just taken."""
        note(self, delivery_id, reply)
        if len(sent_to(relay)) == 1:
            erase_reader(service, sent_to(relay)[0])

    monkeypatch.setattr(Journal, "note", erasing)
    assert deliver() == 2
    assert deliveries(service) == [("P1D", "sent")]
    assert deliver() == 0
