"""What an operator sees of the reminders: counted, mail by mail, one's history, and the doctor."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from calendar_service.actions.confirming import confirm, confirm_token, pending
from calendar_service.actions.findings import Finding, Health
from calendar_service.actions.freezing import freeze
from calendar_service.actions.holding import (
    UnknownDeliveryError,
    hold_about,
    hold_one,
    release_one,
    retry_one,
)
from calendar_service.actions.pausing import pause_by_address
from calendar_service.actions.preferences import Wish, change_by_address
from calendar_service.actions.publishing import cancel_event, move_event
from calendar_service.actions.reminder_checkup import reminders_checked
from calendar_service.actions.reminder_history import history_of
from calendar_service.actions.reminder_listing import (
    Owed,
    due_and_waiting,
    mails_by_event,
    mails_one_by_one,
)
from calendar_service.actions.service import Service
from calendar_service.actions.standing import count_returned, suppress_address
from calendar_service.clock import SetClock
from calendar_service.delivery.deliverer import Deliverer
from calendar_service.delivery.fanout import fan_out
from calendar_service.domain.digests import Digest
from calendar_service.domain.search import Search
from calendar_service.domain.standing import Weight
from calendar_service.domain.when_documents import parse_when
from calendar_service.errors import UnknownEventError
from calendar_service.mail.smtp import SmtpSender
from calendar_service.store.queries.records import RELAY_FACT, write_fact
from calendar_service.store.rows import DeliveryRow, SubscriptionRow
from tests.actions.returned_mails import after_sending, returned_from
from tests.calendars_at_work import (
    NATO,
    confirmed,
    deliveries,
    load_feeds,
    publish_event,
    sign_up,
)
from tests.delivery.mailings import DUE, deliver, numbers, two_readers
from tests.mail.relays import LoopbackRelay, running

TWO_DAYS = timedelta(hours=48)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


def told(found: list[Owed]) -> list[tuple[str, str, str, int]]:
    return [(one.about.slug, one.offset, one.state, one.mails) for one in found]


def test_what_falls_due_next_is_counted_by_event_and_offset(
    service: Service, clock: SetClock
) -> None:
    two_readers(service)
    publish_event(service, "talks", "2026-02-12T15:00:00", zone="Europe/Brussels")
    clock.set(DUE - DAY)
    confirmed(service, "far@example.org", zone="Asia/Tokyo", offsets=("P1D", "P7D"))
    found = due_and_waiting(service, within=TWO_DAYS)
    assert told(found) == [("ministers", "P1D", "planned", 3), ("talks", "P1D", "planned", 3)]
    ministers, talks = found
    assert (ministers.first, ministers.last) == (DUE - timedelta(hours=8), DUE)
    assert talks.first == talks.last == DUE + timedelta(hours=7)
    assert (ministers.about.title, ministers.about.when) == (
        "ministers",
        "Thursday, 12 February 2026",
    )
    assert told(due_and_waiting(service, within=timedelta(hours=20))) == [
        ("ministers", "P1D", "planned", 1)
    ]


def test_a_reader_of_two_feeds_is_counted_once(service: Service, clock: SetClock) -> None:
    two_readers(service)
    confirmed(service, "one@example.org", event="ministers")
    clock.set(DUE - DAY)
    assert told(due_and_waiting(service, within=TWO_DAYS)) == [("ministers", "P1D", "planned", 2)]


def readers_of_all_sorts(service: Service) -> None:
    """Followers of a search: who wants all, some, has paused, and follows a feed besides."""
    for name in ("all", "reminders", "news", "paused", "tomorrow", "twice"):
        address = f"{name}@example.org"
        confirmed(service, address, search=Search(text=("talks",)))
        wish = Wish(arrivals=True, digest=Digest.DAILY)
        if name == "reminders":
            wish = Wish(notices=False)
        elif name == "news":
            wish = replace(wish, offsets=())
        change_by_address(service, address, wish, silent=True)
    confirmed(service, "twice@example.org")
    change_by_address(service, "twice@example.org", Wish(notices=False), silent=True)
    pause_by_address(service, "paused@example.org", (DUE + 9 * DAY).date(), silent=True)
    pause_by_address(service, "tomorrow@example.org", (DUE - DAY).date(), silent=True)


@pytest.mark.parametrize(
    ("kind", "count"), [("arrival", 3), ("notice", 2), ("digest", 8), ("reminder", 4)]
)
def test_as_many_are_counted_as_planned_as_are_owed_a_mail_then(
    service: Service, clock: SetClock, kind: str, count: int
) -> None:
    load_feeds(service, NATO)
    clock.set(DUE - 2 * DAY + HOUR)
    readers_of_all_sorts(service)
    publish_event(service, "talks", "2026-02-13")
    if kind == "notice":
        clock.set(clock.now() + 5 * MINUTE)
        move_event(service, "talks", parse_when("2026-02-19", None, None, "test"))
    assert counted_and_owed(service, kind) == (count, count)


def test_of_a_correction_right_after_publishing_those_are_counted_who_saw_it_before(
    service: Service, clock: SetClock
) -> None:
    load_feeds(service, NATO)
    clock.set(DUE - 2 * DAY + HOUR)
    readers_of_all_sorts(service)
    publish_event(service, "talks", "2026-02-13")
    clock.set(clock.now() + MINUTE)
    confirmed(service, "new@example.org")
    clock.set(clock.now() + MINUTE)
    move_event(service, "talks", parse_when("2026-02-19", None, None, "test"))
    assert counted_and_owed(service, "notice") == (1, 1)


def counted_and_owed(service: Service, kind: str) -> tuple[int, int]:
    """How many mails of a kind are planned next, and how many are owed when that comes."""
    planned = due_and_waiting(service, within=20 * DAY, state="planned")
    counted = next(one for one in planned if one.kind == kind)
    fan_out(service, counted.last)
    return counted.mails, len(deliveries(service, kind))


def test_what_waits_is_listed_with_what_is_due_and_one_state_alone_if_asked(
    service: Service, clock: SetClock
) -> None:
    two_readers(service)
    confirmed(service, "later@example.org", offsets=("P0D",))
    clock.set(DUE)
    fan_out(service)
    sign_up(service, "new@example.org")
    hold_one(service, numbers(service)[0], "")
    both = [
        ("", "", "queued", 1),
        ("ministers", "P1D", "held", 1),
        ("ministers", "P1D", "queued", 1),
    ]
    found = told(due_and_waiting(service, within=TWO_DAYS))
    assert found == [*both, ("ministers", "P0D", "planned", 1)]
    assert told(due_and_waiting(service, within=TWO_DAYS, state="held")) == both[1:2]
    assert told(due_and_waiting(service, within=TWO_DAYS, state="planned")) == found[3:]


def test_all_that_was_ever_owed_is_counted_by_state(service: Service, clock: SetClock) -> None:
    two_readers(service)
    clock.set(DUE)
    deliver(service)
    assert told(due_and_waiting(service, within=TWO_DAYS)) == []
    assert told(mails_by_event(service)) == [("ministers", "P1D", "sent", 2)]
    assert told(mails_by_event(service, state="failed")) == []


def test_mails_are_listed_one_by_one_by_reader_event_and_state(
    service: Service, clock: SetClock
) -> None:
    two_readers(service)
    publish_event(service, "talks", "2026-02-12")
    clock.set(DUE)
    deliver(service)
    sign_up(service, "new@example.org")

    def listed(**choice: str) -> list[tuple[str, str, str]]:
        return [(one.address, one.slug, one.state) for one in mails_one_by_one(service, **choice)]

    assert listed(reader="ONE@example.org") == [
        ("one@example.org", "ministers", "sent"),
        ("one@example.org", "talks", "sent"),
    ]
    assert listed(event="talks") == [
        ("one@example.org", "talks", "sent"),
        ("two@example.org", "talks", "sent"),
    ]
    assert (
        listed(state="queued")
        == listed(reader="new@example.org")
        == [("new@example.org", "", "queued")]
    )
    assert listed(reader="nobody") == []
    with pytest.raises(UnknownEventError):
        listed(event="nothing")


def test_a_mail_tells_its_history_with_the_relays_words(service: Service, clock: SetClock) -> None:
    two_readers(service)
    clock.set(DUE)
    fan_out(service)
    first, _ = numbers(service)
    hold_one(service, first, "a question")
    release_one(service, first)
    with running(LoopbackRelay({"RCPT": ["451 4.7.1 try later"]})) as relay:
        deliverer = Deliverer(service, SmtpSender(relay.relay(), hello="calendar.test"))
        deliverer.deliver_due()
        (refused,) = [one for one in numbers(service) if "451" in str(history_of(service, one))]
        assert "It is tried again at 2026-02-11 07:00:" in history_of(service, refused).next
        retry_one(service, refused)
        clock.set(DUE + timedelta(minutes=1))
        deliverer.deliver_due()
        deliverer.close()
    history = history_of(service, refused)
    assert (history.address.partition("@")[2], history.about.slug) == ("example.org", "ministers")
    assert (history.offset, history.zone, history.because) == (
        "P1D",
        "Europe/Tirane",
        ("feed nato",),
    )
    words = [step.words for step in history.steps]
    assert words[:2] == ["due, a day before", "owed to this reader, and queued"]
    assert "try 1, refused for now: 451 4.7.1 try later" in words
    assert "given another try by the operator" in words
    assert words[-1].startswith("try 2, sent: 250 2.0.0")
    assert history.next == "It has left; nothing more happens."
    assert {"held by the operator: a question", "released by the operator"} <= {
        step.words for step in history_of(service, first).steps
    }


def test_a_mail_keeps_its_zone_when_its_reader_has_stopped(
    service: Service, clock: SetClock
) -> None:
    two_readers(service)
    clock.set(DUE)
    fan_out(service)
    (number, *_) = numbers(service)
    before = history_of(service, number)
    with service.database.write() as session:
        for row in session.scalars(select(SubscriptionRow)):
            row.ended_at = DUE
    after = history_of(service, number)
    assert before.zone == after.zone == "Europe/Tirane"
    assert after.because == ()


@pytest.mark.parametrize(
    ("weight", "code", "words"),
    [
        (Weight.GONE, "5.1.1", "it came back: 5.1.1"),
        (Weight.COMPLAINT, "", "its reader complained of it"),
        (Weight.OURS, "5.7.26", "it came back, for no fault of its reader: 5.7.26"),
    ],
)
def test_a_mail_tells_that_it_came_back_and_the_next_one_why_it_is_not_sent(
    service: Service, clock: SetClock, weight: Weight, code: str, words: str
) -> None:
    service = after_sending(service, clock)
    returned = returned_from(service)
    clock.set(DUE + HOUR)
    count_returned(service, returned, weight, code)
    assert (DUE + HOUR, words) in steps_of(service, returned.delivery_id)
    publish_event(service, "talks", "2026-02-13")
    clock.set(DUE + DAY)
    fan_out(service)
    number = next(
        one.number for one in mails_one_by_one(service, reader="one@example.org", state="queued")
    )
    before = history_of(service, number)
    deliver(service)
    after = history_of(service, number)
    if weight is Weight.OURS:
        assert "next turn" in before.next
        assert after.state == "sent"
        return
    why = "bounces 5.1.1" if code else "complaint"
    (other,) = mails_one_by_one(service, reader="two@example.org", state="sent", event="talks")
    suppress_address(service, "two@example.org")
    assert "address" not in str(steps_of(service, other.number))
    assert f"nothing is sent to the address from here on: {why}" in [s.words for s in after.steps]
    assert "its address is not written to: it ends as cancelled" in before.next.lower()
    assert "readers allow one@example.org" in after.next


def test_what_the_relay_refused_did_not_come_back(service: Service, clock: SetClock) -> None:
    two_readers(service)
    clock.set(DUE)
    with running(LoopbackRelay({"RCPT": ["550 5.1.1 no such user"]})) as relay:
        deliverer = Deliverer(service, SmtpSender(relay.relay(), hello="calendar.test"))
        deliverer.deliver_due()
        deliverer.close()
    (failed,) = mails_one_by_one(service, state="failed")
    words = [words for _, words in steps_of(service, failed.number)]
    assert "nothing is sent to the address from here on: bounces 5.1.1" in words
    assert "it came back: 5.1.1" not in words


def steps_of(service: Service, number: int) -> list[tuple[datetime, str]]:
    return [(step.at, step.words) for step in history_of(service, number).steps]


def test_a_mail_that_was_cancelled_before_its_address_was_suppressed_does_not_blame_that(
    service: Service, clock: SetClock
) -> None:
    two_readers(service)
    clock.set(DUE)
    fan_out(service)
    cancel_event(service, "ministers", "")
    deliver(service)
    (first, *_) = mails_one_by_one(service, reader="one@example.org", state="cancelled")
    clock.set(DUE + HOUR)
    suppress_address(service, "one@example.org")
    assert "does not take place" in history_of(service, first.number).next


def test_a_mail_that_waits_tells_what_it_waits_for(service: Service, clock: SetClock) -> None:
    two_readers(service)
    clock.set(DUE)
    fan_out(service)
    first, second = numbers(service)

    def next_of(number: int) -> str:
        return history_of(service, number).next

    assert "next turn of a worker, until 2026-02-12 11:00 UTC" in next_of(first)
    with service.database.write() as session:
        write_fact(session, RELAY_FACT, "It refuses our certificate.", now=DUE)
    assert "waits for the relay" in next_of(first)
    assert "It refuses our certificate." in next_of(first)
    hold_one(service, second, "")
    assert f"reminders release {second}`" in next_of(second)
    hold_about(service, "ministers", "a doubt")
    assert "reminders release ministers`" in next_of(first)
    held = "held by the operator with all mail about its event: a doubt"
    assert history_of(service, first).steps[-1].words == held
    freeze(service, "The clock jumped back.")
    assert "The clock jumped back." in next_of(first)
    move_event(service, "ministers", parse_when("2026-03-12", None, None, "test"))
    assert "ends as superseded" in next_of(first)
    cancel_event(service, "ministers", "")
    assert "ends as cancelled" in next_of(first)
    clock.set(DUE + 2 * DAY)
    assert "ends as expired" in next_of(first)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("failed", "reminders retry"),
        ("unconfirmed", "The relay may have it"),
        ("sending", "A sender has it"),
        ("cancelled", "does not take place"),
        ("superseded", "moved"),
        ("expired", "had begun"),
    ],
)
def test_every_state_says_what_happens_next(
    sqlite_service: Service, clock: SetClock, state: str, words: str
) -> None:
    two_readers(sqlite_service)
    clock.set(DUE)
    fan_out(sqlite_service)
    first, _ = numbers(sqlite_service)
    with sqlite_service.database.write() as session:
        session.execute(update(DeliveryRow).values(state=state, settled_at=DUE))
    assert words in history_of(sqlite_service, first).next


def test_a_confirmation_has_a_history_too(sqlite_service: Service) -> None:
    two_readers(sqlite_service)
    sign_up(sqlite_service, "new@example.org")
    deliver(sqlite_service)
    (number,) = numbers(sqlite_service)
    history = history_of(sqlite_service, number)
    assert (history.kind, history.address, history.about.slug) == (
        "confirmation",
        "new@example.org",
        "",
    )
    assert history.steps[0].words.startswith("somebody signed up")


def test_a_confirmation_tells_when_it_is_its_turn_and_why_it_was_called_back(
    sqlite_service: Service, clock: SetClock
) -> None:
    two_readers(sqlite_service)
    now = clock.now()
    first = sign_up(sqlite_service, "new@example.org")
    deliver(sqlite_service)
    sign_up(sqlite_service, "new@example.org", event="ministers")
    waiting = numbers(sqlite_service)[-1]
    with sqlite_service.database.write() as session:
        turn = update(DeliveryRow).where(DeliveryRow.id == waiting)
        session.execute(turn.values(not_before=now + timedelta(hours=1)))
    assert history_of(sqlite_service, waiting).next.startswith(
        f"It is its turn at {now + timedelta(hours=1):%Y-%m-%d %H:%M:%S} UTC"
    )
    token = confirm_token(sqlite_service, first)
    confirm(sqlite_service, token, [one.key for one in pending(sqlite_service, token).waiting])
    assert "what it would ask for is confirmed" in history_of(sqlite_service, waiting).next


def test_a_number_that_no_mail_has_is_told(sqlite_service: Service) -> None:
    with pytest.raises(UnknownDeliveryError, match="reminders list --each"):
        history_of(sqlite_service, 7)


def found(service: Service) -> dict[str, Finding]:
    return {one.subject: one for one in reminders_checked(service)}


def test_the_doctor_finds_nothing_wrong_with_nothing(service: Service) -> None:
    assert {one.health for one in reminders_checked(service)} == {Health.GOOD}
    assert "none yet" in found(service)["reminders"].words


def test_the_doctor_tells_the_lag_by_the_oldest_unsent_mail(
    service: Service, clock: SetClock
) -> None:
    two_readers(service)
    assert "next at 2026-02-11 07:00 UTC" in found(service)["reminders"].words
    clock.set(DUE + timedelta(minutes=4))
    assert found(service)["lag"].health is Health.GOOD
    clock.set(DUE + timedelta(minutes=30))  # nobody has owed it yet
    assert found(service)["lag"] == Finding(
        "lag",
        Health.BAD,
        "the oldest unsent mail was due 30 min ago",
        "see that the worker runs and the relay answers; nothing is lost meanwhile.",
    )
    fan_out(service)  # now it is, and not sent
    assert "30 min" in found(service)["lag"].words
    deliver(service)
    assert found(service)["lag"].health is Health.GOOD


def test_mails_that_wait_for_their_next_try_are_no_lag(service: Service, clock: SetClock) -> None:
    two_readers(service)
    clock.set(DUE + timedelta(hours=1))
    fan_out(service)
    with service.database.write() as session:
        again = clock.now() + timedelta(minutes=9)
        session.execute(update(DeliveryRow).values(not_before=again, tries=1))
    assert found(service)["lag"].health is Health.GOOD
    retries = found(service)["retries"]
    assert (retries.health, "60 min" in retries.words) == (Health.WARN, True)


def test_a_confirmation_that_waits_its_turn_was_refused_by_nobody(
    service: Service, clock: SetClock
) -> None:
    two_readers(service)
    sign_up(service, "new@example.org")
    with service.database.write() as session:
        session.execute(update(DeliveryRow).values(not_before=clock.now() + timedelta(minutes=9)))
    assert "retries" not in found(service)


def test_the_doctor_tells_what_is_held_and_why(service: Service, clock: SetClock) -> None:
    two_readers(service)
    clock.set(DUE)
    fan_out(service)
    hold_about(service, "ministers", "in doubt")
    hold_one(service, numbers(service)[0], "a question")
    findings = [one for one in reminders_checked(service) if one.subject == "held"]
    assert [(one.health, one.words) for one in findings] == [
        (Health.WARN, "all mail about event ministers: in doubt"),
        (Health.WARN, "1 mails are held by the operator"),
    ]
    assert "reminders release ministers" in findings[0].remedy


def test_the_doctor_tells_which_mails_could_not_be_written(
    service: Service, clock: SetClock
) -> None:
    two_readers(service)
    clock.set(DUE)
    fan_out(service)
    with service.database.write() as session:
        session.execute(update(SubscriptionRow).values(zone="Mars/Olympus"))
    deliver(service)
    held = found(service)["held"]
    assert held.health is Health.BAD
    assert held.words.startswith("2 mails could not be written: ")
    assert "Mars/Olympus" in held.words


def test_the_doctor_tells_that_sending_is_stopped(service: Service) -> None:
    freeze(service, "The clock jumped back by 60 minutes.")
    stopped = found(service)["sending"]
    assert (stopped.health, stopped.words) == (
        Health.BAD,
        "stopped: The clock jumped back by 60 minutes.",
    )
    assert "calendar-service reminders release" in stopped.remedy
