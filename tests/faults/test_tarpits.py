"""Relays that are slow at each command, or never answer it: what they do not have leaves once."""

from __future__ import annotations

import time
from collections import defaultdict
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from calendar_service.actions.service import Service
from calendar_service.store.rows import AttemptRow, DeliveryRow, State
from tests.faults.clocks import SharedClock
from tests.faults.crowds import crowd, due_soon
from tests.faults.workers import all_sent, said, states, wait_until, working
from tests.mail.relays import GOOD, PIPELINING, Act, LoopbackRelay, Reply, running

pytestmark = [
    pytest.mark.faults,
    pytest.mark.parametrize("installation", ["sqlite"], indirect=True),
]

READERS = 60
SOON = timedelta(seconds=3)
COMMANDS = ("greeting", "EHLO", "MAIL", "RCPT", "DATA", "dot")
NEXT_TRY = timedelta(minutes=5)


def copies(relay: LoopbackRelay) -> dict[str, list[bytes]]:
    """The Message-ID of each copy that the relay has had, by recipient."""
    found: dict[str, list[bytes]] = defaultdict(list)
    for taken in relay.taken:
        lines = taken.content.splitlines()
        found[taken.to].append(next(line for line in lines if line.startswith(b"Message-ID:")))
    return found


def outcomes(service: Service) -> dict[str, int]:
    """How often a try came out how."""
    counted = select(AttemptRow.outcome, func.count()).group_by(AttemptRow.outcome)
    with service.database.read() as session:
        return {row[0]: row[1] for row in session.execute(counted)}


def rests(service: Service) -> bool:
    """Whether nothing is under way: what is not sent waits for its next try, or the relay's."""
    waits = select(func.count()).where(DeliveryRow.not_before.is_not(None))
    with service.database.read() as session:
        waiting = session.scalar(waits) or 0
    now = states(service)
    under_way = sum(now.values()) - now.get(State.SENT, 0) - waiting
    return sum(now.values()) == READERS and (under_way == 0 or said(service, "trying again") > 0)


@pytest.mark.parametrize("ehlo", [GOOD["EHLO"], PIPELINING], ids=["one by one", "pipelined"])
def test_a_relay_that_is_slow_at_every_command_gets_every_mail_once(
    installation: Service, ehlo: str
) -> None:
    def slowly(reply: str) -> Reply:
        time.sleep(0.1)
        return reply

    everybody = crowd(installation, READERS)
    due_soon(installation, within=SOON)
    good = {**GOOD, "EHLO": ehlo}
    relay = LoopbackRelay({one: lambda one=one: slowly(good[one]) for one in COMMANDS})  # type: ignore[misc]
    relay.answers = {**relay.answers, "EHLO": ehlo}
    with running(relay), working(installation, relay.port):
        wait_until(lambda: all_sent(installation, READERS), what="all are sent")
    assert sorted(copies(relay)) == sorted(everybody)
    assert len(relay.taken) == READERS
    assert outcomes(installation) == {"sent": READERS}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_relay_that_does_not_answer_a_command_gets_every_mail_all_the_same(
    clocked: Service, shared_clock: SharedClock, command: str
) -> None:
    everybody = crowd(clocked, READERS)
    due_soon(clocked, within=SOON)
    relay = LoopbackRelay({command: [Act.SILENCE]})
    with running(relay):
        url = f"smtp://127.0.0.1:{relay.port}?timeout=1&answer=1"
        with working(clocked, relay.port, CALENDAR_SMTP_URL=url):
            wait_until(lambda: rests(clocked), what="nothing is under way")
            shared_clock.let_pass(NEXT_TRY)
            wait_until(lambda: all_sent(clocked, READERS), what="all are sent")
    found, in_doubt = copies(relay), int(command == "dot")
    assert sorted(found) == sorted(everybody)
    assert all(len(set(ids)) == 1 for ids in found.values())
    assert len(relay.taken) <= READERS + in_doubt
    assert outcomes(clocked) == {"sent": READERS} | ({"unanswered": in_doubt} if in_doubt else {})
