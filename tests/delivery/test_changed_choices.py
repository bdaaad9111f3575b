"""A reader who chooses other reminders is sent none of the old choice, however far it has come."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from calendar_service.actions.service import Service
from calendar_service.clock import SetClock
from calendar_service.delivery import deliverer
from calendar_service.delivery.deliverer import Deliverer
from calendar_service.delivery.journal import Journal
from calendar_service.mail.smtp import SmtpSender
from tests.calendars_at_work import NATO, confirmed, deliveries, load_feeds, publish_event
from tests.mail.relays import LoopbackRelay, running

DUE = datetime(2026, 2, 11, 7, 0, tzinfo=UTC)


def test_a_mail_that_is_written_already_is_not_sent_once_its_reader_chooses_other_reminders(
    service: Service, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_feeds(service, NATO)
    publish_event(service, "ministers", "2026-02-12")
    both = {"first@example.org", "second@example.org"}
    for address in both:
        confirmed(service, address)
    clock.set(DUE)
    note = Journal.note
    with running(LoopbackRelay()) as relay:

        def choosing(self: Journal, delivery_id: int, reply: str) -> None:
            note(self, delivery_id, reply)
            (other,) = both - {taken.to for taken in relay.taken}
            confirmed(service, other, offsets=("P0D",))

        monkeypatch.setattr(Journal, "note", choosing)
        monkeypatch.setattr(deliverer, "LOOK_EVERY", 0)
        sender = Deliverer(service, SmtpSender(relay.relay(), hello="calendar.test"))
        assert sender.deliver_due() == 1
        sender.close()
    assert sorted(deliveries(service)) == [("P1D", "cancelled"), ("P1D", "sent")]
