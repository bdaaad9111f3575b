"""Addresses that are not written to: how they come to be so, and cease to."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from calendar_service.actions.confirming import confirm, confirm_token
from calendar_service.actions.erasing import erase_reader
from calendar_service.actions.listing import subscriptions
from calendar_service.actions.service import Service
from calendar_service.actions.standing import (
    NotSuppressedError,
    Suppression,
    allow_address,
    count_returned,
    look_at_never,
    never_again,
    never_token,
    standing_of,
    suppress_address,
    why_suppressed,
)
from calendar_service.actions.tokens import LinkError
from calendar_service.clock import SetClock
from calendar_service.domain.standing import Weight, Why
from calendar_service.mail.verp import Returned
from calendar_service.store.rows import AuditRow, BounceRow
from tests.actions.returned_mails import after_sending, returned_from
from tests.calendars_at_work import deliveries, publish_event, sign_up
from tests.delivery.mailings import DUE, deliver, sent_to


def test_a_mailbox_that_is_gone_is_never_written_to_again(
    service: Service, clock: SetClock
) -> None:
    service = after_sending(service, clock)
    assert count_returned(service, returned_from(service), Weight.GONE, "5.1.1")
    publish_event(service, "talks", "2026-02-13")
    clock.set(DUE + timedelta(days=1))
    assert deliver(service) == 1
    assert sent_to(service) == ["one@example.org", "two@example.org", "two@example.org"]
    assert [state for _, state in deliveries(service)] == ["sent", "sent", "cancelled", "sent"]


def test_a_mail_that_comes_back_a_thousand_times_came_back_once(
    service: Service, clock: SetClock
) -> None:
    service = after_sending(service, clock)
    returned = returned_from(service)
    told = [count_returned(service, returned, Weight.REFUSED, "5.1.2") for _ in range(20)]
    assert told == [True] + [False] * 19
    assert why_suppressed(service, "one@example.org") is None
    assert count_returned(service, returned, Weight.COMPLAINT, ""), "it says more than before"
    suppression = why_suppressed(service, "one@example.org")
    assert suppression is not None
    assert suppression.why is Why.COMPLAINT


def test_what_is_forged_or_too_old_or_never_left_does_not_count(
    service: Service, clock: SetClock
) -> None:
    service = after_sending(service, clock)
    one, two = returned_from(service, "one"), returned_from(service, "two")
    forged = [
        Returned(one.delivery_id, two.mac),
        Returned(two.delivery_id, one.mac),
        Returned(one.delivery_id, "a" * 16),
        Returned(10**12, one.mac),
        Returned(2**63 - 1, ""),
    ]
    assert not any(count_returned(service, each, Weight.GONE, "5.1.1") for each in forged)
    other = replace(service, secret=b"another installation's")
    assert not count_returned(other, one, Weight.GONE, "5.1.1")
    clock.set(DUE + timedelta(days=30, seconds=1))
    assert not count_returned(service, one, Weight.GONE, "5.1.1")
    clock.set(DUE)
    with service.database.write() as session:
        session.execute(text("UPDATE delivery SET state = 'cancelled'"))
    assert not count_returned(service, two, Weight.GONE, "5.1.1")
    with service.database.read() as session:
        assert session.scalars(select(BounceRow)).all() == []


def test_the_list_outlives_the_reader_and_holds_no_address(
    service: Service, clock: SetClock
) -> None:
    service = after_sending(service, clock)
    count_returned(service, returned_from(service), Weight.GONE, "5.1.1")
    erase_reader(service, "one@example.org")
    assert why_suppressed(service, "One@Example.ORG") is not None
    with service.database.read() as session:
        for table in ("suppression", "bounce", "audit"):
            rows = session.execute(text(f"SELECT * FROM {table}")).all()
            assert rows
            assert "one@" not in str(rows)


def test_who_is_not_written_to_may_sign_up_and_nothing_comes_of_it(
    service: Service, clock: SetClock
) -> None:
    service = after_sending(service, clock)
    assert suppress_address(service, "three@example.org")
    assert not suppress_address(service, "Three@example.org")
    sign_up(service, "three@example.org")
    assert deliveries(service, "confirmation") == [("", "queued")]
    assert deliver(service) == 0
    assert deliveries(service, "confirmation") == [("", "cancelled")]


def test_a_confirmations_one_click_ends_all_mail_for_good(
    service: Service, clock: SetClock
) -> None:
    service = after_sending(service, clock)
    token = never_token(service, "one@example.org", "fr")
    assert look_at_never(service, token) == "fr"
    assert why_suppressed(service, "one@example.org") is None
    clock.set(DUE + timedelta(days=900))
    assert [never_again(service, token) for _ in range(2)] == ["fr", "fr"]
    suppression = why_suppressed(service, "one@example.org")
    assert suppression is not None
    assert (suppression.why, suppression.at) == (Why.NEVER_AGAIN, DUE + timedelta(days=900))
    with service.database.read() as session:
        audit = select(AuditRow.actor).where(AuditRow.action == "address.suppress")
        assert session.scalars(audit).all() == ["reader"]


def test_who_confirms_after_all_is_written_to_again(service: Service, clock: SetClock) -> None:
    service = after_sending(service, clock)
    token = confirm_token(service, sign_up(service, "new@example.org"))
    never_again(service, never_token(service, "new@example.org", "en"))
    confirm(service, token)
    assert why_suppressed(service, "new@example.org") is None


def test_confirming_takes_back_nothing_that_others_have_decided(
    service: Service, clock: SetClock
) -> None:
    service = after_sending(service, clock)
    token = confirm_token(service, sign_up(service, "new@example.org"))
    suppress_address(service, "new@example.org")
    confirm(service, token)
    suppression = why_suppressed(service, "new@example.org")
    assert suppression is not None
    assert suppression.why is Why.OPERATOR


@pytest.mark.parametrize("forged", ["", "x", "a" * 60, "é"])
def test_a_link_that_is_not_ours_ends_nothing(sqlite_service: Service, forged: str) -> None:
    for use in (look_at_never, never_again):
        with pytest.raises(LinkError):
            use(sqlite_service, forged)


def test_an_operator_can_take_it_back(service: Service, clock: SetClock) -> None:
    service = after_sending(service, clock)
    count_returned(service, returned_from(service), Weight.GONE, "5.1.1")
    taken_back = allow_address(service, "one@example.org")
    assert (taken_back.why, taken_back.status) == (Why.BOUNCES, "5.1.1")
    assert why_suppressed(service, "one@example.org") is None
    with pytest.raises(NotSuppressedError):
        allow_address(service, "one@example.org")


def test_why_readers_are_not_written_to_is_known_of_many_at_once(
    service: Service, clock: SetClock
) -> None:
    service = after_sending(service, clock)
    count_returned(service, returned_from(service), Weight.GONE, "5.1.1")
    found = [(one.address, why) for one, why in standing_of(service, subscriptions(service))]
    bounced = Suppression(Why.BOUNCES, "5.1.1", DUE)
    assert found == [("one@example.org", bounced), ("two@example.org", None)]
