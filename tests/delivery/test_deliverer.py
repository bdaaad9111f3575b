"""Sending what is due through a relay, whatever the relay does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from time import sleep

import pytest
from sqlalchemy import select

from calendar_service.actions.publishing import cancel_event, move_event
from calendar_service.actions.service import Service
from calendar_service.actions.unsubscribing import unsubscribe
from calendar_service.clock import SetClock
from calendar_service.delivery import deliverer, recovery
from calendar_service.delivery.deliverer import LEAST, Deliverer
from calendar_service.delivery.fanout import fan_out
from calendar_service.delivery.journal import Journal
from calendar_service.domain.when import AllDay
from calendar_service.errors import UnavailableError
from calendar_service.mail.smtp import SmtpSender
from calendar_service.store.queries.records import RELAY_FACT, read_fact, relay_trouble
from calendar_service.store.rows import AttemptRow, SubscriptionRow
from tests.actions.test_signup import stop_link
from tests.calendars_at_work import (
    NATO,
    SUMMITS,
    confirmed,
    deliveries,
    load_feeds,
    publish_event,
    sign_up,
)
from tests.mail.relays import Act, LoopbackRelay, running

DUE = datetime(2026, 2, 11, 7, 0, tzinfo=UTC)
"""When the day-before reminder of MINISTERS is due for a reader in Tirana."""


@dataclass
class AtWork:
    """An installation that sends through a relay on loopback."""

    service: Service
    relay: LoopbackRelay
    deliverer: Deliverer
    clock: SetClock

    def deliver(self, at: datetime | None = None) -> int:
        if at is not None:
            self.clock.set(at)
        return self.deliverer.deliver_due()

    def mails(self) -> list[EmailMessage]:
        return [
            message_from_bytes(taken.content, policy=policy.default) for taken in self.relay.taken
        ]

    def to(self) -> list[str]:
        return [taken.to for taken in self.relay.taken]

    def replies(self) -> list[tuple[str, str]]:
        with self.service.database.read() as session:
            rows = session.scalars(select(AttemptRow).order_by(AttemptRow.id))
            return [(row.outcome, row.reply) for row in rows]


Start = Callable[..., AtWork]


@pytest.fixture
def at_work(service: Service, clock: SetClock) -> Iterator[Start]:
    """Starts an installation with NATO's feeds and one event on 12 February."""
    with ExitStack() as stack:

        def start(**answers: object) -> AtWork:
            relay = stack.enter_context(running(LoopbackRelay(answers)))  # type: ignore[arg-type]
            load_feeds(service, NATO, SUMMITS)
            publish_event(service, "ministers", "2026-02-12", topics=["summit"])
            sender = SmtpSender(relay.relay(), hello="calendar.test")
            deliverer = Deliverer(service, sender)
            stack.callback(deliverer.close)
            return AtWork(service, relay, deliverer, clock)

        yield start


def started(at_work: Start, **answers: object) -> AtWork:
    """At work, with one confirmed reader who wants to know the day before."""
    work = at_work(**answers)
    confirmed(work.service)
    return work


def test_a_sign_up_gets_its_confirmation_at_once(at_work: Start) -> None:
    work = at_work()
    sign_up(work.service, "new@example.org")
    assert work.deliver() == 1
    assert work.to() == ["new@example.org"]
    assert "/confirm/" in work.relay.taken[0].content.decode()


def test_a_reminder_leaves_when_it_is_due_and_not_before(at_work: Start) -> None:
    work = started(at_work)
    assert work.deliver(DUE - timedelta(seconds=1)) == 0
    assert work.deliver(DUE) == 1
    assert work.deliver(DUE + timedelta(minutes=5)) == 0
    assert work.to() == ["reader@example.org"]
    assert deliveries(work.service) == [("P1D", "sent")]
    assert work.replies() == [("sent", "250 2.0.0 queued as 4711")]


def test_a_reader_of_two_feeds_gets_one_reminder_for_one_event(at_work: Start) -> None:
    work = started(at_work)
    confirmed(work.service, feed="summits", language="fr")
    confirmed(work.service, event="ministers")
    work.deliver(DUE)
    assert work.to().count("reader@example.org") == 1


def test_more_readers_than_a_batch_holds_get_one_each(at_work: Start) -> None:
    work = started(at_work)
    names = {f"reader{number}@example.org" for number in range(LEAST + 5)}
    for name in sorted(names):
        confirmed(work.service, name)
    work.deliver(DUE)
    assert sorted(work.to()) == sorted({*names, "reader@example.org"})


def test_a_refusal_for_now_is_tried_again_with_the_same_message_id(at_work: Start) -> None:
    work = started(at_work, RCPT=["451 4.7.1 try later", "451 4.7.1 try later"])
    assert work.deliver(DUE) == 0
    assert work.deliver(DUE + timedelta(seconds=20)) == 0
    assert work.relay.asked["RCPT"] == 1  # not yet
    work.deliver(DUE + timedelta(seconds=40))
    work.deliver(DUE + timedelta(seconds=120))
    assert deliveries(work.service) == [("P1D", "sent")]
    assert [outcome for outcome, _ in work.replies()] == ["refused for now"] * 2 + ["sent"]


def test_a_refusal_for_good_is_final(at_work: Start) -> None:
    work = started(at_work, RCPT="550 5.1.1 no such user")
    work.deliver(DUE)
    work.deliver(DUE + timedelta(hours=1))
    assert deliveries(work.service) == [("P1D", "failed")]
    assert work.relay.asked["RCPT"] == 1


def test_an_unanswered_final_dot_is_tried_three_times_with_one_message_id_and_then_left(
    at_work: Start,
) -> None:
    work = started(at_work, dot=Act.CLOSE)
    for minutes in (0, 1, 5, 15, 60):
        work.deliver(DUE + timedelta(minutes=minutes))
    assert deliveries(work.service) == [("P1D", "unconfirmed")]
    assert len(work.relay.taken) == 3
    assert len({mail["Message-ID"] for mail in work.mails()}) == 1


def test_a_relay_that_refuses_us_spends_no_attempt_and_all_leaves_once_it_is_back(
    at_work: Start,
) -> None:
    work = started(at_work, greeting=["554 5.7.1 go away"] * 2)
    for number in range(3):
        confirmed(work.service, f"other{number}@example.org")
    work.deliver(DUE)
    work.deliver(DUE + timedelta(seconds=1))  # not tried again so soon
    assert work.relay.connections == 1
    assert work.replies() == []
    with work.service.database.read() as session:
        fact = read_fact(session, RELAY_FACT)
    assert fact is not None
    assert "554" in fact.value
    work.deliver(DUE + timedelta(minutes=1))
    work.deliver(DUE + timedelta(minutes=5))
    assert [state for _, state in deliveries(work.service)] == ["sent"] * 4
    with work.service.database.read() as session:
        fact = read_fact(session, RELAY_FACT)
    assert fact is not None
    assert fact.value == ""


def test_an_event_cancelled_after_its_reminder_was_owed_sends_none(at_work: Start) -> None:
    work = started(at_work, RCPT=["451 4.7.1 try later"])
    work.deliver(DUE)
    cancel_event(work.service, "ministers", "Snow.", silent=True)
    work.deliver(DUE + timedelta(minutes=5))
    assert work.relay.taken == []
    assert deliveries(work.service) == [("P1D", "cancelled")]


def test_an_event_moved_after_its_reminder_was_owed_is_reminded_of_at_its_new_time(
    at_work: Start,
) -> None:
    work = started(at_work, RCPT=["451 4.7.1 try later"])
    work.deliver(DUE)
    march = AllDay(date(2026, 3, 3), date(2026, 3, 3))
    move_event(work.service, "ministers", march, silent=True)
    work.deliver(DUE + timedelta(minutes=5))
    assert work.relay.taken == []
    work.deliver(datetime(2026, 3, 2, 7, 0, tzinfo=UTC))
    assert deliveries(work.service) == [("P1D", "superseded"), ("P1D", "sent")]
    assert "3 March" in work.mails()[0].get_body(("plain",)).get_content()  # type: ignore[union-attr]


def test_a_reminder_still_owed_leaves_late_where_only_the_end_moved(at_work: Start) -> None:
    work = started(at_work, RCPT=["451 4.7.1 try later"])
    work.deliver(DUE)
    move_event(work.service, "ministers", AllDay(date(2026, 2, 12), date(2026, 2, 13)))
    assert work.deliver(DUE + timedelta(minutes=5)) == 1
    assert deliveries(work.service) == [("P1D", "superseded"), ("P1D", "sent")]


def test_a_reminder_that_was_sent_is_not_sent_again_where_only_the_end_moved(
    at_work: Start,
) -> None:
    work = started(at_work)
    work.deliver(DUE)
    longer = AllDay(date(2026, 2, 12), date(2026, 2, 13))
    move_event(work.service, "ministers", longer, silent=True)
    assert work.deliver(DUE + timedelta(minutes=5)) == 0
    assert deliveries(work.service) == [("P1D", "sent"), ("P1D", "superseded")]


def test_what_waits_while_its_event_moves_and_moves_back_is_sent(at_work: Start) -> None:
    work = started(at_work, RCPT=["451 4.7.1 later"])
    work.deliver(DUE)
    for month in (3, 2):
        move_event(work.service, "ministers", AllDay(date(2026, month, 12), date(2026, month, 12)))
    assert work.deliver(DUE + timedelta(minutes=1)) == 1
    assert deliveries(work.service) == [("P1D", "superseded"), ("P1D", "sent")]


@pytest.mark.parametrize(
    ("reply", "left"),
    [
        ("250 2.0.0 ok", [("P1D", "sent"), ("P1D", "superseded")]),
        ("451 4.3.0 later", [("P1D", "superseded"), ("P1D", "sent")]),
    ],
    ids=["taken", "refused for now"],
)
def test_what_is_on_its_way_while_its_event_moves_and_moves_back_is_not_said_once_more(
    at_work: Start, reply: str, left: list[tuple[str, str]]
) -> None:
    there, back = (AllDay(date(2026, month, 12), date(2026, month, 12)) for month in (3, 2))

    def moving() -> str:
        if len(work.relay.taken) > 1:
            return "250 2.0.0 ok"
        move_event(work.service, "ministers", there)
        move_event(work.service, "ministers", back)
        assert other.deliver_due() == 0  # while nobody knows what becomes of the first
        return reply

    work = started(at_work, dot=moving)
    other = Deliverer(work.service, SmtpSender(work.relay.relay(), hello="calendar.test"))
    work.deliver(DUE)
    work.deliver(DUE + timedelta(minutes=1))
    other.close()
    assert deliveries(work.service) == left
    assert [reply for _, reply in work.replies()].count("250 2.0.0 ok") == 1


def test_an_event_moved_closer_than_every_offset_is_reminded_of_once_and_at_once(
    at_work: Start,
) -> None:
    work = at_work()
    confirmed(work.service, offsets=("P7D", "P1D"))
    work.clock.set(datetime(2026, 1, 20, 9, 0, tzinfo=UTC))
    soon = AllDay(date(2026, 1, 21), date(2026, 1, 21))
    move_event(work.service, "ministers", soon, silent=True)
    assert work.deliver() == 1
    assert sorted(deliveries(work.service)) == [("P1D", "sent"), ("P7D", "superseded")]
    body = work.mails()[0].get_body(("plain",))
    assert body is not None
    assert "late" not in body.get_content()  # it is the event that moved


def test_what_is_cancelled_while_others_are_sent_leaves_no_more(
    at_work: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = started(at_work)
    for number in range(3):
        confirmed(work.service, f"reader{number}@example.org")
    note = Journal.note

    def cancelling(self: Journal, delivery_id: int, reply: str) -> None:
        note(self, delivery_id, reply)
        cancel_event(work.service, "ministers", "")

    monkeypatch.setattr(Journal, "note", cancelling)
    monkeypatch.setattr(deliverer, "LOOK_EVERY", 0)
    assert work.deliver(DUE) == 1
    assert sorted(state for _, state in deliveries(work.service)) == [*["cancelled"] * 3, "sent"]


def test_a_journal_that_cannot_be_written_repeats_no_mail(
    at_work: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_told: object) -> None:
        raise OSError(28, "No space left on device")

    work = started(at_work)
    monkeypatch.setattr(Journal, "note", full)
    assert [work.deliver(DUE + timedelta(minutes=minute)) for minute in range(3)] == [1, 0, 0]
    assert len(work.relay.taken) == 1


def test_what_cannot_be_noted_is_settled_before_more_leaves(
    at_work: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_told: object) -> None:
        raise OSError(28, "No space left on device")

    work = started(at_work)
    for number in range(30):
        confirmed(work.service, f"reader{number}@example.org")
    monkeypatch.setattr(Journal, "note", full)
    assert 1 <= work.deliver(DUE) <= 8  # what was on its way over that many connections
    left = [state for _, state in deliveries(work.service)]
    assert left.count("sent") == len(work.relay.taken)
    assert left.count("queued") == 31 - len(work.relay.taken)


def test_a_relay_that_works_again_is_said_to_by_the_next_sender_too(at_work: Start) -> None:
    work = started(at_work, greeting=["554 5.3.2 closed"])
    work.deliver(DUE)
    assert relay_trouble(work.service.database)
    sender = SmtpSender(work.relay.relay(), hello="calendar.test")
    restarted = Deliverer(work.service, sender)
    assert restarted.deliver_due() == 1
    assert relay_trouble(work.service.database) == ""
    restarted.close()


def test_what_a_failing_store_could_not_settle_is_settled_at_the_end(
    at_work: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(_session: object, _token: str, tried: list[object], **_named: object) -> None:
        if tried:
            raise UnavailableError("locked")

    work = started(at_work)
    with monkeypatch.context() as broken:
        broken.setattr(deliverer, "settle", locked)
        broken.setattr(recovery, "settle", locked)
        with pytest.raises(UnavailableError):
            work.deliver(DUE)
    assert deliveries(work.service) == [("P1D", "sending")]
    work.deliver()
    assert deliveries(work.service) == [("P1D", "sent")]


def test_who_unsubscribed_after_the_reminder_was_owed_gets_none(at_work: Start) -> None:
    work = started(at_work, RCPT=["451 4.7.1 try later"])
    work.deliver(DUE)
    unsubscribe(work.service, stop_link(work.service, "ministers"))
    work.deliver(DUE + timedelta(minutes=5))
    assert work.relay.taken == []
    assert deliveries(work.service) == [("P1D", "cancelled")]


def test_after_a_pause_the_overdue_reminders_become_one_that_says_it_is_late(
    at_work: Start,
) -> None:
    work = started(at_work)
    confirmed(work.service, offsets=("P7D", "P1D", "P0D"))
    work.deliver(DUE + timedelta(hours=5))
    assert deliveries(work.service) == [("P7D", "superseded"), ("P1D", "sent")]
    (mail,) = work.mails()
    body = mail.get_body(("plain",))
    assert body is not None
    assert "late" in body.get_content()
    work.deliver(datetime(2026, 2, 12, 7, 0, tzinfo=UTC))
    assert len(work.relay.taken) == 2


def test_a_reminder_of_what_is_past_is_counted_and_not_sent(at_work: Start) -> None:
    work = started(at_work)
    work.deliver(datetime(2026, 2, 12, 11, 0, tzinfo=UTC))  # local noon
    assert work.relay.taken == []
    assert deliveries(work.service) == [("P1D", "expired")]


def test_retries_end_at_the_deadline(at_work: Start) -> None:
    work = started(at_work, RCPT="451 4.7.1 try later")
    for hours in (0, 1, 10, 27.95, 27.99):  # local noon is 28 hours after
        work.deliver(DUE + timedelta(hours=hours))
    assert deliveries(work.service) == [("P1D", "expired")]
    assert work.relay.taken == []


def test_a_mail_that_cannot_be_written_is_held_and_the_others_leave(at_work: Start) -> None:
    work = started(at_work)
    confirmed(work.service, "other@example.org")
    work.clock.set(DUE)
    fan_out(work.service)
    with work.service.database.write() as session:
        row = session.scalars(select(SubscriptionRow).limit(1)).one()
        row.zone = "Mars/Olympus"
    work.deliver(DUE)
    assert sorted(state for _, state in deliveries(work.service)) == ["held", "sent"]


def test_the_mail_names_its_list_and_stops_with_one_click(at_work: Start) -> None:
    work = started(at_work)
    work.deliver(DUE)
    (mail,) = work.mails()
    link = mail["List-Unsubscribe"].strip(" <>")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link.startswith("http://127.0.0.1:8000/unsubscribe/")
    unsubscribe(work.service, link.rpartition("/")[2])
    assert [part.get_filename() for part in mail.iter_attachments()] == ["ministers.ics"]


def test_links_come_from_the_settings(at_work: Start) -> None:
    work = started(at_work)
    settings = replace(work.service.settings, origin="https://calendar.example.org")
    other = replace(work.service, settings=settings)
    with running(LoopbackRelay()) as relay:
        deliverer = Deliverer(other, SmtpSender(relay.relay(), hello="calendar.test"))
        work.clock.set(DUE)
        deliverer.deliver_due()
        deliverer.close()
        content = relay.taken[0].content.decode()
    assert "https://calendar.example.org/unsubscribe/" in content
    assert "127.0.0.1:8000" not in content


def test_a_sender_that_stood_still_as_its_turn_ended_looks_once_more(
    at_work: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the system stops it for some seconds in the middle of a commit."""
    work, settled = started(at_work), Deliverer._settled

    def standing_still(sender: Deliverer) -> None:
        settled(sender)
        if [state for _, state in deliveries(work.service)] == ["sending"]:
            cancel_event(work.service, "ministers", "", silent=True)
            sleep(deliverer.LOOK_EVERY)

    monkeypatch.setattr(Deliverer, "_settled", standing_still)
    assert work.deliver(at=DUE) == 0
    assert deliveries(work.service) == [("P1D", "cancelled")]
