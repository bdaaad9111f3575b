"""Relays that are down, slow, silent or unwilling: what waits leaves once they are themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from sqlalchemy import select

from bench.crowds import enrol
from calendar_service.actions.service import Service
from calendar_service.clock import SetClock
from calendar_service.delivery.deliverer import Deliverer
from calendar_service.mail.smtp import SmtpSender
from calendar_service.store.queries.records import RELAY_FACT, read_fact
from calendar_service.store.rows import AttemptRow
from tests.calendars_at_work import NATO, load_feeds, publish_event
from tests.faults.workers import states
from tests.mail.relays import Act, LoopbackRelay, Reply, running

pytestmark = pytest.mark.faults

DUE = datetime(2026, 2, 11, 7, 0, tzinfo=UTC)
"""When the day-before reminder is due for a reader in Tirana."""

READERS = 200


@dataclass
class AtWork:
    """An installation with a crowd of readers, sending through a relay of this machine."""

    service: Service
    relay: LoopbackRelay
    deliverer: Deliverer
    clock: SetClock

    def deliver(self, after: timedelta = timedelta()) -> int:
        self.clock.set(DUE + after)
        return self.deliverer.deliver_due()

    def deliver_for(self, span: timedelta, *, every: timedelta) -> None:
        """Lets time pass, the sender awake as it is."""
        begin = self.clock.now()
        for number in range(1, span // every + 1):
            self.clock.set(begin + number * every)
            self.deliverer.deliver_due()

    @property
    def copies(self) -> list[str]:
        return [taken.to for taken in self.relay.taken]

    def tried(self) -> list[tuple[str, bool]]:
        with self.service.database.read() as session:
            rows = session.scalars(select(AttemptRow).order_by(AttemptRow.id))
            return [(row.outcome, row.strike) for row in rows]

    def relay_trouble(self) -> str:
        with self.service.database.read() as session:
            fact = read_fact(session, RELAY_FACT)
            return fact.value if fact else ""


Start = Callable[..., AtWork]


@pytest.fixture
def at_work(service: Service, clock: SetClock) -> Iterator[Start]:
    """Starts it; all-day reminders are due at one hour for readers in one zone."""
    with ExitStack() as stack:

        def start(*, readers: int = READERS, **answers: object) -> AtWork:
            relay = stack.enter_context(running(LoopbackRelay(answers)))  # type: ignore[arg-type]
            load_feeds(service, NATO)
            enrol(service.database, NATO.slug, readers)
            publish_event(
                service, "talks", "2026-02-12T08:00", end="2026-02-12T09:00", zone="Europe/Tirane"
            )
            deliverer = Deliverer(service, SmtpSender(relay.relay(), hello="calendar.test"))
            stack.callback(deliverer.close)
            return AtWork(service, relay, deliverer, clock)

        yield start


def often(reply: Reply, every: int) -> Callable[[], Reply]:
    """Gives one of so many mails another reply."""
    counter = count(1)
    return lambda: reply if next(counter) % every == 0 else "250 2.0.0 ok"


def test_a_relay_that_refuses_for_two_hours_spends_no_try(at_work: Start) -> None:
    work = at_work()
    with running(LoopbackRelay()) as elsewhere:
        closed = SmtpSender(elsewhere.relay(), hello="calendar.test")
    sending, waiting = work.deliverer, Deliverer(work.service, closed)
    work.deliverer = waiting
    work.deliver()
    work.deliver_for(timedelta(hours=2), every=timedelta(minutes=5))
    waiting.close()
    assert work.tried() == []
    assert states(work.service) == {"queued": READERS}
    assert "Start the relay" in work.relay_trouble()
    assert sending.deliver_due() == READERS
    assert sorted(work.copies) == sorted(set(work.copies))


def test_451_to_one_mail_in_twenty_delays_those_alone(at_work: Start) -> None:
    work = at_work(RCPT=often("451 4.7.1 slow down", 20))
    assert work.deliver() == READERS - READERS // 20
    work.deliver_for(timedelta(minutes=30), every=timedelta(seconds=20))
    assert states(work.service) == {"sent": READERS}
    assert len(work.copies) == len(set(work.copies)) == READERS
    assert {outcome for outcome, _ in work.tried()} == {"sent", "refused for now"}
    assert not any(strike for _, strike in work.tried())


def test_a_relay_that_takes_all_and_never_says_so_gets_three_copies_at_most(
    at_work: Start,
) -> None:
    work = at_work(readers=5, dot=Act.CLOSE)
    work.deliver()
    work.deliver_for(timedelta(hours=3), every=timedelta(seconds=30))
    assert states(work.service) == {"unconfirmed": 5}
    assert len(work.copies) == 15
    copies: dict[str, set[bytes]] = {}
    for taken in work.relay.taken:
        line = next(line for line in taken.content.splitlines() if line.startswith(b"Message-ID"))
        copies.setdefault(taken.to, set()).add(line)
    assert all(len(ids) == 1 for ids in copies.values())


def test_a_wrong_password_is_the_operators_to_mend(at_work: Start) -> None:
    work = at_work(MAIL="535 5.7.8 authentication failed")
    work.deliver()
    work.deliver_for(timedelta(hours=1), every=timedelta(minutes=6))
    assert work.tried() == []
    assert states(work.service) == {"queued": READERS}
    assert "password" in work.relay_trouble()


@pytest.mark.parametrize(
    ("answers", "strike"),
    [
        ({"RCPT": "550 5.1.1 no such user"}, True),
        ({"RCPT": "552 5.2.2 mailbox full"}, False),
        ({"dot": "552 5.3.4 too large"}, False),
    ],
    ids=["no such user", "mailbox full", "too large"],
)
def test_a_refusal_for_good_is_a_strike_where_it_is_about_the_address(
    at_work: Start, answers: dict[str, str], strike: bool
) -> None:
    work = at_work(readers=3, **answers)
    work.deliver()
    assert states(work.service) == {"failed": 3}
    assert work.tried() == [("refused", strike)] * 3
