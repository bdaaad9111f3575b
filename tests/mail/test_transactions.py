"""Many mails in one session: in groups where the relay takes them, one command at a time else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calendar_service.mail.contents import Content
from calendar_service.mail.errors import (
    PermanentRefusalError,
    RefusalError,
    RelayUnavailableError,
    SendingError,
    TemporaryRefusalError,
    UnansweredError,
)
from calendar_service.mail.senders import Fate, Parcel, Receipt
from calendar_service.mail.smtp import SmtpSender
from tests.mail.parcels import FROM, TO, fates
from tests.mail.relays import PIPELINING, Act, LoopbackRelay, Pieces, Reply, Told, running

ONE_BY_ONE = "250-relay.test\r\n250 HELP"
BOTH = pytest.mark.parametrize("ehlo", [PIPELINING, ONE_BY_ONE], ids=["groups", "one by one"])


def mails(count: int, body: bytes = b"Hello.\r\n") -> list[Parcel]:
    """Mails to the readers 1@example.org and so on."""
    return [
        Parcel(number, FROM, f"{number}@example.org", Content.of(b"Subject: x\r\n\r\n" + body))
        for number in range(1, count + 1)
    ]


def readers(*numbers: int) -> list[str]:
    return [f"{number}@example.org" for number in numbers]


def sent(relay: LoopbackRelay, given: list[Parcel], **changes: object) -> dict[int, Fate]:
    """What is told of mails that are sent over one connection at a time."""
    told = relay.relay(**{"connections": 1, **changes})
    with closing(SmtpSender(told, hello="example.org")) as sender:
        return fates(sender, given)


@BOTH
def test_mails_arrive_in_turn_over_one_connection(ehlo: str) -> None:
    given = mails(5, b".\r\n..\r\n.hidden\r\nend without a line end")
    with running(LoopbackRelay({"EHLO": ehlo})) as relay:
        told = sent(relay, given)
    assert list(told) == [1, 2, 3, 4, 5]
    assert {type(fate) for fate in told.values()} == {Receipt}
    assert relay.accepted() == readers(1, 2, 3, 4, 5)
    assert {taken.content for taken in relay.taken} == {given[0].content.octets}
    assert (relay.connections, relay.early) == (1, [])
    assert relay.commands[-1] == "QUIT"


def test_a_content_travels_with_the_envelope_of_the_next_mail() -> None:
    with running(LoopbackRelay({"EHLO": PIPELINING}, groups=4)) as relay:
        told = sent(relay, mails(5))  # four answers come only after the next envelope
    assert len(told) == 5
    assert relay.commands[1:4] == [
        "MAIL FROM:<calendar@example.org> SIZE=22",
        "RCPT TO:<1@example.org>",
        "DATA",
    ]


def test_the_next_mail_is_asked_for_when_it_is_about_to_be_proposed() -> None:
    asked: list[int] = []

    def asking() -> Iterator[Parcel]:
        for parcel in mails(3):
            asked.append(parcel.number)
            yield parcel

    told: list[tuple[int, list[int]]] = []
    with running(LoopbackRelay()) as relay:
        sender = SmtpSender(relay.relay(connections=1), hello="example.org")
        sender.send(asking(), lambda parcel, _: told.append((parcel.number, list(asked))))
        sender.close()
    assert told == [(1, [1]), (2, [1, 2]), (3, [1, 2, 3])]


# --- Refusals -----------------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize("obliging", [False, True])
@pytest.mark.parametrize(
    ("command", "reply", "refusal"),
    [
        ("MAIL", "451 4.3.0 later", TemporaryRefusalError),
        ("MAIL", "552 5.3.4 too large", PermanentRefusalError),
        ("RCPT", "450 4.2.1 later", TemporaryRefusalError),
        ("RCPT", "550 5.1.1 nobody", PermanentRefusalError),
        ("DATA", "451 4.3.0 later", TemporaryRefusalError),
        ("DATA", "554 5.7.1 no", PermanentRefusalError),
        ("dot", "451 4.3.0 later", TemporaryRefusalError),
        ("dot", "554 5.7.1 spam", PermanentRefusalError),
    ],
)
def test_a_refusal_concerns_its_mail_alone(
    ehlo: str, obliging: bool, command: str, reply: str, refusal: type[RefusalError]
) -> None:
    usual = LoopbackRelay().reply(command)
    answers = {"EHLO": ehlo, command: [usual, reply, reply, usual, reply]}
    with running(LoopbackRelay(answers, obliging=obliging)) as relay:
        told = sent(relay, mails(6))
    assert relay.accepted() == readers(1, 4, 6)
    assert [number for number, fate in told.items() if isinstance(fate, refusal)] == [2, 3, 5]
    assert [number for number, fate in told.items() if isinstance(fate, Receipt)] == [1, 4, 6]
    assert relay.connections == 1
    assert len(relay.taken) == (6 if command == "dot" else 3)


@BOTH
def test_a_relay_that_knows_none_of_the_readers_is_left_in_peace_with_one_connection(
    ehlo: str,
) -> None:
    with running(LoopbackRelay({"EHLO": ehlo, "RCPT": "550 5.1.1 nobody"})) as relay:
        told = sent(relay, mails(5))
    assert {type(fate) for fate in told.values()} == {PermanentRefusalError}
    assert (len(told), relay.connections, relay.taken) == (5, 1, [])


@BOTH
@pytest.mark.parametrize(
    ("command", "reply"),
    [
        ("MAIL", "550 5.7.1 not this sender"),
        ("MAIL", "530 5.7.0 log in"),
        ("RCPT", "554 5.7.1 Relay access denied"),
        ("dot", "530 5.7.0 log in"),
    ],
)
def test_what_concerns_every_mail_is_told_of_none(ehlo: str, command: str, reply: str) -> None:
    usual = LoopbackRelay().reply(command)
    with running(LoopbackRelay({"EHLO": ehlo, command: [usual, usual, reply]})) as relay:
        sender = SmtpSender(relay.relay(connections=1), hello="example.org")
        told: dict[int, Fate] = {}
        with pytest.raises(RelayUnavailableError, match=reply[:3]):
            sender.send(iter(mails(5)), lambda parcel, fate: told.update({parcel.number: fate}))
        sender.close()
    assert list(told) == [1, 2]
    assert relay.accepted() == readers(1, 2)


# --- Sessions that end --------------------------------------------------------------------------

ENDS = [Act.CLOSE, "421 4.3.2 going down", "what?", "999 what?", "25", "301 odd"]


@BOTH
@pytest.mark.parametrize("end", ENDS, ids=range(len(ENDS)))
@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
def test_a_session_that_ends_before_the_final_dot_costs_no_mail_anything(
    ehlo: str, command: str, end: Reply
) -> None:
    usual = LoopbackRelay().reply(command)
    with running(LoopbackRelay({"EHLO": ehlo, command: [usual, usual, end]})) as relay:
        told = sent(relay, mails(5))
    assert {type(fate) for fate in told.values()} == {Receipt}
    assert sorted(relay.accepted()) == readers(1, 2, 3, 4, 5)
    assert (len(relay.taken), relay.connections) == (5, 2)


@BOTH
@pytest.mark.parametrize(
    "end", [Act.CLOSE, Act.RESET, Act.SILENCE, "what?", "354 go on", "200\x00"]
)
def test_a_session_that_ends_after_a_final_dot_leaves_that_mail_alone_in_doubt(
    ehlo: str, end: Reply
) -> None:
    answers = {"EHLO": ehlo, "dot": ["250 ok", "250 ok", end]}
    with running(LoopbackRelay(answers)) as relay:
        told = sent(relay, mails(5), answer_timeout=1)
    assert [number for number, fate in told.items() if isinstance(fate, UnansweredError)] == [3]
    assert sorted(taken.to for taken in relay.taken) == readers(1, 2, 3, 4, 5)


@BOTH
def test_a_mail_whose_final_dot_is_answered_421_was_not_taken(ehlo: str) -> None:
    answers = {"EHLO": ehlo, "dot": ["250 ok", "250 ok", "421 4.3.2 going down"]}
    with running(LoopbackRelay(answers)) as relay:
        told = sent(relay, mails(5))
    assert {type(fate) for fate in told.values()} == {Receipt}
    assert sorted(relay.accepted()) == readers(1, 2, 3, 4, 5)
    assert len(relay.taken) == 6


@BOTH
@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA", "dot"])
def test_a_relay_that_ends_every_session_at_its_first_mail_cannot_be_used(
    ehlo: str, command: str
) -> None:
    with running(LoopbackRelay({"EHLO": ehlo, command: "421 4.3.2 overloaded"})) as relay:
        sender = SmtpSender(relay.relay(), hello="example.org")
        with pytest.raises(RelayUnavailableError, match="421") as caught:
            fates(sender, mails(5))
        sender.close()
    assert "log" in caught.value.remedy
    assert relay.accepted() == []
    assert relay.connections == 2  # with two different mails


@BOTH
@pytest.mark.parametrize("number", [1, 3, 20])
@pytest.mark.parametrize("connections", [1, 4])
def test_a_mail_that_ends_every_session_waits_and_holds_up_no_other(
    ehlo: str, number: int, connections: int
) -> None:
    relay = LoopbackRelay()

    def ends_at_one() -> Reply:
        return Act.CLOSE if relay.commands[-1] == f"RCPT TO:<{number}@example.org>" else "250 ok"

    relay.answers = {"EHLO": ehlo, "RCPT": ends_at_one}
    with running(relay):
        told = sent(relay, mails(20), connections=connections)
    assert isinstance(told.pop(number), TemporaryRefusalError)
    assert {type(fate) for fate in told.values()} == {Receipt}
    assert sorted(relay.accepted()) == sorted(readers(*told))
    assert len(told) == 19
    assert relay.connections <= 12


@BOTH
def test_a_relay_that_takes_few_mails_a_connection_gets_them_all(ehlo: str) -> None:
    relay = LoopbackRelay()

    def two_at_most() -> Reply:
        return "421 4.7.0 too many mails" if relay.asked["MAIL"] % 3 == 0 else "250 ok"

    relay.answers = {"EHLO": ehlo, "MAIL": two_at_most}
    with running(relay):
        told = sent(relay, mails(10))
    assert {type(fate) for fate in told.values()} == {Receipt}
    assert sorted(relay.accepted()) == sorted(readers(*range(1, 11)))
    assert len(relay.taken) == 10


@BOTH
def test_a_relay_that_hangs_up_in_the_middle_of_a_content_has_not_got_it(ehlo: str) -> None:
    large = mails(3, (b"x" * 70 + b"\r\n") * 100_000)
    answers: dict[str, Told] = {"EHLO": ehlo, "content": ["", Act.SWALLOW]}
    with running(LoopbackRelay(answers)) as relay:
        told = sent(relay, large)
    assert {type(fate) for fate in told.values()} == {Receipt}
    assert sorted(taken.to for taken in relay.taken) == readers(1, 2, 3)
    assert {taken.content for taken in relay.taken} == {large[0].content.octets}


@BOTH
def test_a_refusal_in_the_middle_of_a_content_is_a_refusal(ehlo: str) -> None:
    large = mails(3, (b"x" * 70 + b"\r\n") * 100_000)
    answers = {"EHLO": ehlo, "content": ["", "552 5.3.4 too large"]}
    with running(LoopbackRelay(answers)) as relay:
        told = sent(relay, large)
    assert isinstance(told[2], PermanentRefusalError)
    assert sorted(relay.accepted()) == readers(1, 3)


@BOTH
@pytest.mark.parametrize("in_telling", [True, False])
def test_a_failing_caller_ends_every_connection(ehlo: str, in_telling: bool) -> None:
    def failing() -> Iterator[Parcel]:
        yield from mails(2)
        raise OSError(28, "No space left on device")

    def full(_parcel: Parcel, _fate: Fate) -> None:
        if in_telling:
            raise OSError(28, "No space left on device")

    with running(LoopbackRelay({"EHLO": ehlo})) as relay:
        sender = SmtpSender(relay.relay(connections=1), hello="example.org")
        with pytest.raises(OSError, match="No space left"):
            sender.send(failing(), full)
        assert fates(sender, mails(1)).keys() == {1}
        sender.close()
    assert relay.connections == 2


# --- Odd replies --------------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize("command", ["MAIL", "RCPT", "dot"])
@pytest.mark.parametrize(
    ("pieces", "line"),
    [
        ((b"25", b"0 o", b"k\r", b"\n"), "250 ok"),
        ((b"250-one\r\n", b"250-two\r\n25", b"0 three\r\n"), "250 one two three"),
        ((b"250 " + b"x" * 4096 + b"\r\n",), "250 " + "x" * 496),
        (("250 gëzuar\r\n".encode("latin-1"),), "250 g\ufffdzuar"),
        ((b"250\r\n",), "250"),
        ((b"250 ok\n",), "250 ok"),
    ],
)
def test_replies_of_every_shape_are_understood(
    ehlo: str, command: str, pieces: tuple[bytes, ...], line: str
) -> None:
    with running(LoopbackRelay({"EHLO": ehlo, command: Pieces(pieces)})) as relay:
        told = sent(relay, mails(3))
    reply = line if command == "dot" else "250 2.0.0 queued as 4711"
    assert told == dict.fromkeys([1, 2, 3], Receipt(reply))
    assert relay.connections == 1


# --- Whatever the relay does --------------------------------------------------------------------

DRAWN = {
    "MAIL": ("250 ok", "451 4.3.0 later", "552 5.3.4 large", "550 5.7.1 not you"),
    "RCPT": ("250 ok", "450 later", "550 5.1.1 nobody", "554 relay access denied"),
    "DATA": ("354 go on", "451 later", "554 no", "250 odd"),
    "dot": ("250 ok", "451 later", "554 no", "354 odd"),
    "RSET": ("250 ok", "500 no"),
}
ENDINGS = (Act.CLOSE, Act.RESET, "421 4.3.2 going down", "what?")


@st.composite
def relays(draw: st.DrawFn) -> LoopbackRelay:
    answers: dict[str, str | list[Reply]] = {
        "EHLO": draw(st.sampled_from([PIPELINING, ONE_BY_ONE]))
    }
    for command, replies in DRAWN.items():
        often: st.SearchStrategy[Reply] = st.sampled_from((*replies[:1] * 4, *replies, *ENDINGS))
        answers[command] = draw(st.lists(often, max_size=8))
    return LoopbackRelay(answers, obliging=draw(st.booleans()))


@settings(max_examples=80, deadline=None)
@given(told=relays(), count=st.integers(1, 12), connections=st.sampled_from([1, 2, 6]))
def test_whatever_the_relay_does_no_mail_is_lost_doubled_or_told_twice(
    told: LoopbackRelay, count: int, connections: int
) -> None:
    known: dict[int, Fate] = {}
    raised: SendingError | None = None

    def note(parcel: Parcel, fate: Fate) -> None:
        assert parcel.number not in known
        known[parcel.number] = fate

    with running(told) as relay:
        sender = SmtpSender(relay.relay(connections=connections), hello="example.org")
        try:
            sender.send(iter(mails(count)), note)
        except RelayUnavailableError as error:
            raised = error
        sender.close()
    accepted = Counter(relay.accepted())
    assert raised or len(known) == count
    for number in range(1, count + 1):
        times = accepted[f"{number}@example.org"]
        match known.get(number):
            case Receipt():
                assert times == 1
            case UnansweredError():
                assert times <= 1
            case _:
                assert times == 0
    assert {taken.to for taken in relay.taken} <= set(readers(*range(1, count + 1)))
    assert TO not in accepted
