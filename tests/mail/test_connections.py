"""Several connections to one relay: how many, what they may do at once, and when one is slow."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from calendar_service.mail.errors import RelayUnavailableError, UnansweredError
from calendar_service.mail.relays import Security
from calendar_service.mail.senders import Fate, Parcel, Receipt
from calendar_service.mail.smtp import SmtpSender
from tests.mail.parcels import fates
from tests.mail.relays import (
    GOOD,
    PIPELINING,
    Act,
    LoopbackRelay,
    Pieces,
    Reply,
    running,
    server_context,
    trusting_context,
)
from tests.mail.test_transactions import BOTH, mails, readers

pytestmark = pytest.mark.thorough


def unhurried() -> Reply:
    """To the final dot, from a relay that takes long enough for all connections to be opened."""
    time.sleep(0.02)
    return GOOD["dot"]


def sent(relay: LoopbackRelay, count: int, **changes: object) -> dict[int, Fate]:
    """What is told of some mails, by a sender of its own."""
    told = relay.relay(**changes)
    sender = SmtpSender(told, hello="example.org", context=trusting_context())
    with closing(sender):
        return fates(sender, mails(count))


def wait_until(holds: Callable[[], bool]) -> None:
    """Returns once something is so; gives up after ten seconds."""
    for _ in range(2000):
        if holds():
            return
        time.sleep(0.005)
    raise TimeoutError


def all_arrived(relay: LoopbackRelay, told: dict[int, Fate], count: int) -> bool:
    return {type(fate) for fate in told.values()} == {Receipt} and sorted(
        relay.accepted()
    ) == sorted(readers(*range(1, count + 1)))


# --- How many -----------------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize(("count", "connections"), [(1, 1), (3, 1), (100, 8)])
def test_connections_are_opened_as_mails_need_them(ehlo: str, count: int, connections: int) -> None:
    with running(LoopbackRelay({"EHLO": ehlo, "dot": unhurried})) as relay:
        assert all_arrived(relay, sent(relay, count), count)
    assert relay.connections == connections
    assert relay.early == []


def test_connections_are_kept_for_the_next_mails() -> None:
    with (
        running(LoopbackRelay({"EHLO": PIPELINING, "dot": unhurried})) as relay,
        closing(SmtpSender(relay.relay(messages=1000), hello="example.org")) as sender,
    ):
        fates(sender, mails(200))
        opened = relay.connections
        for _ in range(5):
            fates(sender, mails(50))
        assert (relay.open, relay.connections) == (8, opened)
        sender.close()
        wait_until(lambda: relay.open == 0)
    assert relay.commands.count("QUIT") == 8


def test_no_connection_has_a_thread_of_its_own() -> None:
    names: set[str] = set()

    def note(_parcel: Parcel, _fate: Fate) -> None:
        names.update(thread.name for thread in threading.enumerate())

    with running(LoopbackRelay({"dot": unhurried})) as relay:
        sender = SmtpSender(relay.relay(), hello="example.org")
        sender.send(iter(mails(100)), note)
        sender.close()
    assert relay.connections == 8
    ours = {name for name in names if "process_request" not in name and "serve" not in name}
    assert ours == {"MainThread"}


def test_without_a_mail_a_sender_finds_out_whether_it_could_send() -> None:
    with running(LoopbackRelay()) as relay:
        assert sent(relay, 0) == {}
    assert relay.commands == ["EHLO example.org", "QUIT"]


def test_a_relay_of_no_use_is_found_out_without_a_mail() -> None:
    refusing = LoopbackRelay({"EHLO": "550 no", "HELO": "550 no"})
    with running(refusing) as relay, pytest.raises(RelayUnavailableError, match="550"):
        sent(relay, 0)


def test_a_relay_that_is_down_is_found_out_before_a_mail_is_asked_for() -> None:
    def never() -> Iterator[Parcel]:
        raise AssertionError("asked for a mail")
        yield

    with running(LoopbackRelay({"greeting": "554 go away"})) as relay:
        sender = SmtpSender(relay.relay(), hello="example.org")
        with pytest.raises(RelayUnavailableError, match="554"):
            sender.send(never(), lambda _parcel, _fate: None)


# --- The promise --------------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize(("connections", "most"), [(1, 1), (2, 1), (3, 1), (4, 2), (6, 3), (8, 4)])
def test_at_most_half_of_the_connections_await_the_answer_to_a_final_dot(
    ehlo: str, connections: int, most: int
) -> None:
    told: dict[int, Fate] = {}
    relay = LoopbackRelay()
    released = threading.Event()
    seen: list[tuple[int, int, int]] = []

    def answer() -> Reply:
        if len(relay.taken) > 40:
            released.wait(10)
        return "250 ok"

    def watch() -> None:
        """Once nothing moves any more: mails in doubt, connections, envelopes accepted."""
        taken = 0
        while taken <= 40 or taken != len(relay.taken):
            taken = len(relay.taken)
            time.sleep(0.3)
        seen.append((taken - len(told), relay.open, relay.asked["DATA"] - taken))
        released.set()

    relay.answers = {"EHLO": ehlo, "dot": answer}
    watcher = threading.Thread(target=watch, name="serve a watch")
    with (
        running(relay),
        closing(SmtpSender(relay.relay(connections=connections), hello="example.org")) as sender,
    ):
        watcher.start()
        sender.send(iter(mails(80)), lambda parcel, fate: told.update({parcel.number: fate}))
        watcher.join()
    assert seen == [(most, connections, connections - most)]
    assert all_arrived(relay, told, 80)


@BOTH
def test_the_promise_holds_at_every_final_dot_of_a_busy_mailing(ehlo: str) -> None:
    told: dict[int, Fate] = {}
    relay = LoopbackRelay()
    broken: list[tuple[int, int]] = []

    def answer() -> Reply:
        with relay.lock:
            in_doubt, connections = len(relay.taken) - len(told), relay.open
        if in_doubt > max(1, connections // 2):
            broken.append((in_doubt, connections))
        return "250 ok" if in_doubt % 2 else "451 4.3.0 later"

    relay.answers = {"EHLO": ehlo, "dot": answer}
    with running(relay), closing(SmtpSender(relay.relay(), hello="example.org")) as sender:
        sender.send(iter(mails(400)), lambda parcel, fate: told.update({parcel.number: fate}))
    assert (broken, len(told)) == ([], 400)


@BOTH
def test_a_relay_that_never_answers_final_dots_leaves_each_of_its_mails_in_doubt_once(
    ehlo: str,
) -> None:
    with running(LoopbackRelay({"EHLO": ehlo, "dot": Act.SILENCE})) as relay:
        told = sent(relay, 4, answer_timeout=1)
    assert {type(fate) for fate in told.values()} == {UnansweredError}
    assert sorted(taken.to for taken in relay.taken) == readers(1, 2, 3, 4)


# --- One that is slow ---------------------------------------------------------------------------


@pytest.mark.thorough
@BOTH
@pytest.mark.parametrize("command", ["greeting", "EHLO", "MAIL", "RCPT", "DATA", "dot", "QUIT"])
def test_a_connection_that_is_slow_does_not_hold_up_the_others(ehlo: str, command: str) -> None:
    relay = LoopbackRelay()
    usual = ehlo if command == "EHLO" else str(relay.reply(command))
    relay.asked.clear()

    def answer() -> Reply:
        if relay.asked[command] == 2:
            wait_until(lambda: len(relay.accepted()) >= 30)
        return usual

    relay.answers = {"EHLO": ehlo, command: answer}
    with running(relay):
        told = sent(relay, 40, connections=4, messages=10)
    assert all_arrived(relay, told, 40)


@BOTH
@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
def test_a_first_connection_that_is_stuck_is_given_company(ehlo: str, command: str) -> None:
    relay = LoopbackRelay()
    usual = str(relay.reply(command))
    relay.asked.clear()

    def answer() -> Reply:
        if relay.asked[command] == 1:
            wait_until(lambda: len(relay.accepted()) >= 5)
        return usual

    relay.answers = {"EHLO": ehlo, command: answer}
    with running(relay):
        told = sent(relay, 8)
    assert all_arrived(relay, told, 8)


@BOTH
@pytest.mark.parametrize(
    ("command", "act"),
    [
        ("MAIL", Act.SILENCE),
        ("RCPT", Pieces((b"250-wait\r\n",) * 300)),
        ("DATA", Act.SILENCE),
    ],
)
def test_each_command_has_a_time_limit_of_its_own(ehlo: str, command: str, act: Reply) -> None:
    usual = LoopbackRelay().reply(command)
    answers = {"EHLO": ehlo, command: [usual] * 4 + [act] + [usual] * 100}
    with running(LoopbackRelay(answers)) as relay:
        told = sent(relay, 20, timeout=1)
    assert all_arrived(relay, told, 20)


# --- A relay that wants fewer -------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize("refusal", ["421 4.7.0 too many connections", "554 no", Act.CLOSE])
def test_a_relay_that_refuses_further_connections_is_content_with_those_it_has(
    ehlo: str, refusal: Reply
) -> None:
    relay = LoopbackRelay()
    relay.answers = {
        "EHLO": ehlo,
        "greeting": lambda: "220 relay.test" if relay.open <= 2 else refusal,
    }
    with (
        running(relay),
        closing(SmtpSender(relay.relay(messages=1000), hello="example.org")) as sender,
    ):
        told = fates(sender, mails(100))
        assert all_arrived(relay, told, 100)
        assert relay.connections <= 10
        before = relay.connections
        fates(sender, mails(100))
    assert relay.connections == before  # it is remembered


@BOTH
def test_connections_that_are_replaced_stay_within_what_the_relay_allows(ehlo: str) -> None:
    relay = LoopbackRelay()
    refused: list[int] = []

    def greet() -> Reply:
        if relay.open <= 3:
            return "220 relay.test"
        refused.append(relay.open)
        return "421 4.7.0 too many connections"

    relay.answers = {"EHLO": ehlo, "greeting": greet}
    with running(relay):
        assert all_arrived(relay, sent(relay, 200, messages=5), 200)
    assert len(refused) < 10  # those before the first was refused, and few of the forty replaced


def test_more_connections_are_tried_again_after_a_while() -> None:
    relay = LoopbackRelay()
    most = 2
    relay.answers = {
        "EHLO": PIPELINING,
        "greeting": lambda: "220 relay.test" if relay.open <= most else "421 too many",
    }
    clock = [0.0]
    with (
        running(relay),
        closing(
            SmtpSender(relay.relay(idle=1000), hello="example.org", seconds=lambda: clock[0])
        ) as sender,
    ):
        fates(sender, mails(100))
        wait_until(lambda: relay.open == 2)
        most, clock[0] = 8, 100.0
        fates(sender, mails(100))
        assert relay.open == 8


def test_the_operator_is_told_when_the_last_connection_is_lost_too() -> None:
    relay = LoopbackRelay()
    relay.answers = {
        "EHLO": PIPELINING,
        "greeting": lambda: "220 relay.test" if relay.connections == 1 else "421 4.3.2 closed",
        "MAIL": lambda: "250 ok" if len(relay.taken) < 10 else "421 4.3.2 closing",
    }
    told = told_before(relay, "421", 50)
    assert sorted(relay.accepted()) == sorted(readers(*told))
    assert len(told) == 10


@BOTH
def test_what_is_under_way_elsewhere_is_answered_for_before_trouble_is_raised(ehlo: str) -> None:
    relay = LoopbackRelay()
    refused = threading.Event()
    dots, refusals = itertools.count(1), itertools.count(1)

    def sender_refused() -> Reply:
        if len(relay.accepted()) < 42 or next(refusals) > 1:
            return "250 ok"
        wait_until(lambda: len(relay.taken) > 42)
        refused.set()
        return "550 5.7.1 no longer this sender"

    def answer() -> Reply:
        if next(dots) > 42:  # those of the other connections
            refused.wait(10)
        return "250 ok"

    relay.answers = {"EHLO": ehlo, "MAIL": sender_refused, "dot": answer}
    told = told_before(relay, "CALENDAR_MAIL_FROM", 100)
    assert {type(fate) for fate in told.values()} == {Receipt}
    assert sorted(taken.to for taken in relay.taken) == sorted(readers(*told))
    assert len(told) > 42


def told_before(relay: LoopbackRelay, trouble: str, count: int) -> dict[int, Fate]:
    """What is told of some mails before this trouble is raised."""
    told: dict[int, Fate] = {}
    with (
        running(relay),
        closing(SmtpSender(relay.relay(), hello="example.org")) as sender,
        pytest.raises(RelayUnavailableError, match=trouble),
    ):
        sender.send(iter(mails(count)), lambda parcel, fate: told.update({parcel.number: fate}))
    return told


# --- Rate, secrecy, and mails that are large ----------------------------------------------------


@pytest.mark.parametrize(("rate", "count", "tick"), [(200.0, 300, 0.001), (1.0, 4, 0.3)])
def test_mails_leave_no_faster_than_the_relays_rate(rate: float, count: int, tick: float) -> None:
    clock = itertools.count(0, tick)
    asked: list[float] = []

    def asking() -> Iterator[Parcel]:
        for parcel in mails(count):
            asked.append(next(clock))
            yield parcel

    with running(LoopbackRelay({"EHLO": PIPELINING})) as relay:
        sender = SmtpSender(
            relay.relay(rate=rate, timeout=1000, answer_timeout=1000),
            hello="example.org",
            seconds=lambda: next(clock),
        )
        sender.send(asking(), lambda _parcel, _fate: None)
        sender.close()
    assert len(relay.taken) == count
    assert count - 1 <= rate * (asked[-1] - asked[0] + 1)


@pytest.mark.parametrize("security", [Security.IMPLICIT, Security.REQUIRED])
def test_many_and_large_mails_go_over_tls(security: Security) -> None:
    relay = LoopbackRelay(
        {"EHLO": f"250-relay.test\r\n250-STARTTLS\r\n{PIPELINING}"},
        context=server_context("good.pem"),
        implicit=security is Security.IMPLICIT,
    )
    large = mails(40, (b"." + b"x" * 70 + b"\r\n") * 10_000)
    with (
        running(relay),
        closing(
            SmtpSender(
                relay.relay(host="localhost", security=security, connections=4),
                hello="example.org",
                context=trusting_context(),
            )
        ) as sender,
    ):
        told = fates(sender, large)
    assert all_arrived(relay, told, 40)
    assert {taken.content for taken in relay.taken} == {large[0].content.octets}
    assert relay.connections == 4
