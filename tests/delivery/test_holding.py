"""Holding mails back, letting them go, and giving them another try."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from calendar_service.actions.freezing import why_frozen
from calendar_service.actions.holding import (
    UnknownDeliveryError,
    hold_about,
    hold_all,
    hold_one,
    release_about,
    release_all,
    release_one,
    release_sending,
    retry_one,
    retry_refused,
)
from calendar_service.actions.publishing import cancel_event, move_event
from calendar_service.actions.service import Service
from calendar_service.clock import SetClock
from calendar_service.delivery import deliverer as at_work
from calendar_service.delivery.fanout import fan_out
from calendar_service.delivery.journal import Journal
from calendar_service.domain.when_documents import parse_when
from calendar_service.errors import ConflictError, UnknownEventError
from calendar_service.store.rows import AuditRow, DeliveryRow, State
from tests.calendars_at_work import confirmed, deliveries, publish_event
from tests.delivery.mailings import DUE, deliver, numbers, sending, sent_to, two_readers


def states(service: Service) -> list[str]:
    return sorted(state for _, state in deliveries(service))


def owed(service: Service, clock: SetClock) -> list[int]:
    """Two reminders that wait in the queue, by their numbers."""
    two_readers(service)
    clock.set(DUE)
    fan_out(service)
    return numbers(service)


def hold_delivery(service: Service, number: int) -> None:
    hold_one(service, number, "")


def end_as(service: Service, number: int, state: State) -> None:
    """A delivery that a relay has refused, or never answered for, as the ledger has it."""
    with service.database.write() as session:
        session.execute(
            update(DeliveryRow)
            .where(DeliveryRow.id == number)
            .values(state=str(state), tries=3, unanswered=3, settled_at=DUE)
        )


def test_a_held_mail_leaves_only_once_it_is_released(service: Service, clock: SetClock) -> None:
    first, _ = owed(service, clock)
    hold_one(service, first, "a question of the press office")
    assert deliver(service) == 1
    assert states(service) == ["held", "sent"]
    release_one(service, first)
    assert deliver(service) == 1
    assert sent_to(service) == ["one@example.org", "two@example.org"]


def test_a_held_mail_that_is_released_too_late_is_not_sent_and_counted(
    service: Service, clock: SetClock
) -> None:
    first, _ = owed(service, clock)
    hold_one(service, first, "")
    clock.set(DUE + timedelta(days=2))
    release_one(service, first)
    assert deliver(service) == 0
    assert states(service) == ["expired", "expired"]


def test_what_is_about_a_held_event_stays_whenever_it_falls_due(
    service: Service, clock: SetClock
) -> None:
    two_readers(service)
    publish_event(service, "talks", "2026-02-12")
    confirmed(service, "three@example.org", offsets=("P1D", "P0D"))
    hold_about(service, "ministers", "the date is in doubt")
    clock.set(DUE)
    assert deliver(service) == 3  # of the talks
    clock.set(DUE + timedelta(days=1))
    assert deliver(service) == 1
    assert states(service) == ["held"] * 4 + ["sent"] * 4


def test_a_released_event_lets_go_what_was_held_and_what_is_still_to_come(
    service: Service, clock: SetClock
) -> None:
    owed(service, clock)
    confirmed(service, "later@example.org", offsets=("P0D",))
    hold_about(service, "ministers", "")
    assert deliver(service) == 0
    assert states(service) == ["held", "held"]
    revision, mails = release_about(service, "ministers")
    assert (revision.event.uid, mails) == ("ministers", 2)
    assert deliver(service) == 2
    clock.set(DUE + timedelta(days=1))
    assert deliver(service) == 1


def test_an_event_that_is_held_may_move_or_be_cancelled_and_then_nobody_hears_of_its_old_time(
    service: Service, clock: SetClock
) -> None:
    owed(service, clock)
    hold_about(service, "ministers", "")
    assert deliver(service) == 0
    move_event(service, "ministers", parse_when("2026-03-12", None, None, "test"), silent=True)
    release_about(service, "ministers")
    assert deliver(service) == 0
    assert states(service) == ["superseded", "superseded"]
    cancel_event(service, "ministers", "", silent=True)
    clock.set(DUE + timedelta(days=28))
    assert deliver(service) == 0


def test_an_event_held_while_its_mails_are_being_sent_stops_the_rest(
    service: Service, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    owed(service, clock)
    note = Journal.note

    def holding(self: Journal, delivery_id: int, reply: str) -> None:
        note(self, delivery_id, reply)
        hold_about(service, "ministers", "")

    monkeypatch.setattr(Journal, "note", holding)
    monkeypatch.setattr(at_work, "LOOK_EVERY", 0)
    assert deliver(service) == 1
    assert states(service) == ["held", "sent"]


def test_all_sending_stops_and_goes_on(service: Service, clock: SetClock) -> None:
    two_readers(service)
    assert hold_all(service, "the relay is being moved") == ""
    assert "the relay is being moved" in hold_all(service, "another reason")
    clock.set(DUE)
    with sending(service) as deliverer:
        assert deliverer.deliver_due() == 0
        assert deliveries(service) == []  # not even owed
        assert "the relay is being moved" in release_sending(service)
        assert release_sending(service) == ""
        assert deliverer.deliver_due() == 2


def test_releasing_all_lets_go_sending_events_and_single_mails(
    service: Service, clock: SetClock
) -> None:
    first, _ = owed(service, clock)
    hold_one(service, first, "")
    hold_about(service, "ministers", "")
    deliver(service)
    hold_all(service, "")
    why, mails = release_all(service)
    assert "An operator holds all mail" in why
    assert mails == 2
    assert deliver(service) == 2


def test_a_refused_mail_is_tried_again(service: Service, clock: SetClock) -> None:
    first, second = owed(service, clock)
    end_as(service, first, State.FAILED)
    end_as(service, second, State.UNCONFIRMED)
    retry_one(service, first)
    assert deliver(service) == 1
    retry_one(service, second)
    assert deliver(service) == 1
    assert states(service) == ["sent", "sent"]


def test_all_refused_mails_are_tried_again_and_the_unanswered_only_where_it_is_said(
    service: Service, clock: SetClock
) -> None:
    first, second = owed(service, clock)
    end_as(service, first, State.FAILED)
    end_as(service, second, State.UNCONFIRMED)
    assert retry_refused(service, [State.FAILED]) == 1
    assert states(service) == ["queued", "unconfirmed"]
    assert retry_refused(service, [State.FAILED, State.UNCONFIRMED]) == 1
    assert states(service) == ["queued", "queued"]
    assert retry_refused(service, [State.SENT]) == 0


def test_a_mail_that_waits_for_its_next_try_can_be_tried_at_once(
    service: Service, clock: SetClock
) -> None:
    first, _ = owed(service, clock)
    with service.database.write() as session:
        session.execute(update(DeliveryRow).values(not_before=DUE + timedelta(minutes=15)))
    assert deliver(service) == 0
    retry_one(service, first)
    assert deliver(service) == 1


def test_nothing_is_tried_again_that_is_too_late(service: Service, clock: SetClock) -> None:
    first, _ = owed(service, clock)
    end_as(service, first, State.FAILED)
    clock.set(DUE + timedelta(days=2))
    with pytest.raises(ConflictError, match="too late"):
        retry_one(service, first)
    assert retry_refused(service, [State.FAILED]) == 0


def test_what_is_sent_can_be_neither_held_nor_released_nor_sent_again(
    service: Service, clock: SetClock
) -> None:
    first, _ = owed(service, clock)
    deliver(service)
    for verb in (release_one, retry_one, hold_delivery):
        with pytest.raises(ConflictError, match="is sent and cannot be"):
            verb(service, first)
    assert len(sent_to(service)) == 2


def test_a_mail_that_a_sender_has_cannot_be_held(service: Service, clock: SetClock) -> None:
    first, _ = owed(service, clock)
    end_as(service, first, State.SENDING)
    with pytest.raises(ConflictError, match="at this moment"):
        hold_one(service, first, "")


def test_what_is_not_here_is_told(service: Service) -> None:
    for verb in (release_one, retry_one, hold_delivery):
        with pytest.raises(UnknownDeliveryError, match="no delivery 4711"):
            verb(service, 4711)
    with pytest.raises(UnknownEventError):
        hold_about(service, "nothing", "")
    with pytest.raises(UnknownEventError):
        release_about(service, "nothing")


def test_the_audit_trail_tells_who_held_what_and_why(service: Service, clock: SetClock) -> None:
    first, second = owed(service, clock)
    hold_one(service, first, "a question")
    release_one(service, first)
    end_as(service, second, State.FAILED)
    retry_one(service, second)
    hold_about(service, "ministers", "in doubt")
    release_all(service)
    with service.database.read() as session:
        assert why_frozen(session) == ""
        lines = session.scalars(
            select(AuditRow).where(AuditRow.actor == "operator").order_by(AuditRow.id)
        )
        told = [(line.action, line.subject, line.detail.get("why")) for line in lines]
    assert told == [
        ("reminder.hold", f"delivery {first}", "a question"),
        ("reminder.release", f"delivery {first}", None),
        ("reminder.retry", f"delivery {second}", None),
        ("reminder.hold", "ministers", "in doubt"),
        ("reminder.release", "all mails", None),
    ]
