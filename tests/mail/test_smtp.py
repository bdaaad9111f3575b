"""Handing mails to a relay: what arrives, and whose trouble it is when it does not."""

from __future__ import annotations

import base64
import socket
import time
from collections.abc import Mapping, Sequence
from email.message import EmailMessage

import pytest

from calendar_service.mail.contents import Content
from calendar_service.mail.errors import (
    PermanentRefusalError,
    RelayUnavailableError,
    TemporaryRefusalError,
    UnansweredError,
)
from calendar_service.mail.relays import Relay, Security
from calendar_service.mail.senders import Parcel, Receipt
from calendar_service.mail.smtp import SmtpSender
from tests.mail.parcels import FROM, TO, a_mail, a_parcel, hand_over
from tests.mail.relays import (
    Act,
    LoopbackRelay,
    Reply,
    Told,
    running,
    server_context,
    trusting_context,
)


def in_base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def send_one(relay: Relay, message: EmailMessage | None = None) -> Receipt:
    sender = SmtpSender(relay, hello="example.org", context=trusting_context())
    try:
        return hand_over(sender, a_parcel(message))
    finally:
        sender.close()


def send_one_to(answers: Mapping[str, Told], **changes: object) -> Receipt:
    with running(LoopbackRelay(answers)) as relay:
        return send_one(relay.relay(**changes))


def test_a_mail_arrives_octet_for_octet_and_the_reply_is_kept() -> None:
    message = a_mail()
    with running(LoopbackRelay()) as relay:
        receipt = send_one(relay.relay(), message)
    assert receipt == Receipt("250 2.0.0 queued as 4711")
    assert [(mail.envelope_from, mail.to) for mail in relay.taken] == [(FROM, TO)]
    assert relay.taken[0].content == message.as_bytes()
    assert relay.commands[0] == "EHLO example.org"
    assert relay.commands[-1] == "QUIT"


@pytest.mark.parametrize(
    "body",
    [
        "above\n.\nbelow\n",
        "..\n.hidden\n...\n",
        "one long line " * 400 + "\n",
        "Ë" * 3000 + "\n",
        "no line break at the end",
        "From the start\nFrom again\n",
        "\n\n\n",
    ],
)
def test_lone_dots_and_long_lines_survive(body: str) -> None:
    message = a_mail(body)
    with running(LoopbackRelay()) as relay:
        send_one(relay.relay(), message)
    content = relay.taken[0].content
    assert content == message.as_bytes()
    assert max(map(len, content.split(b"\r\n"))) <= 998


def test_content_that_breaks_off_without_a_line_end_still_ends_with_the_dot() -> None:
    with running(LoopbackRelay()) as relay:
        sender = SmtpSender(relay.relay(), hello="example.org")
        hand_over(sender, Parcel(1, FROM, TO, Content.of(b"Subject: x\r\n\r\nno end")))
        sender.close()
    assert relay.taken[0].content == b"Subject: x\r\n\r\nno end\r\n"


# --- Refusals -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "reply", "enhanced"),
    [
        ("RCPT", "451 4.3.0 try later", "4.3.0"),
        ("RCPT", "450 greylisted", ""),
        ("MAIL", "452 4.3.1 disk full", "4.3.1"),
        ("DATA", "451 4.7.1 later", "4.7.1"),
        ("dot", "451 4.3.0 queue file write error", "4.3.0"),
    ],
)
def test_a_reply_4xx_is_a_temporary_refusal(command: str, reply: str, enhanced: str) -> None:
    with pytest.raises(TemporaryRefusalError) as caught:
        send_one_to({command: reply})
    assert caught.value.reply == reply
    assert (caught.value.code, caught.value.enhanced) == (int(reply[:3]), enhanced)


@pytest.mark.parametrize(
    ("command", "reply", "about_the_address"),
    [
        ("RCPT", "550 5.1.1 no such user", True),
        ("RCPT", "550-5.1.1 no such user\r\n550 5.1.1 sorry", True),
        ("RCPT", "556 5.1.10 null MX", True),
        ("RCPT", "550 no such user", True),
        ("RCPT", "550 5.1.1 Recipient address rejected: mx said: Sender address rejected", True),
        ("RCPT", "550 192.0.2.1 is on a blocklist", False),
        ("RCPT", "550 SPF check failed for example.org", False),
        ("RCPT", "550 no.spam@policy.example.org: no such user", True),
        ("RCPT", "552 5.2.2 mailbox full", False),
        ("RCPT", "550 5.7.1 not wanted", False),
        ("MAIL", "552 5.3.4 too large", False),
        ("DATA", "554 5.5.1 no valid recipients", False),
        ("dot", "550 5.1.1 found out late", False),
        ("dot", "554 5.7.1 looks like spam", False),
    ],
)
def test_a_reply_5xx_is_a_permanent_refusal(
    command: str, reply: str, about_the_address: bool
) -> None:
    with pytest.raises(PermanentRefusalError) as caught:
        send_one_to({command: reply})
    assert caught.value.is_about_the_address is about_the_address
    assert "\n" not in caught.value.reply
    assert caught.value.reply.startswith(reply[:3])


@pytest.mark.parametrize(
    ("command", "reply", "remedy"),
    [
        ("MAIL", "550 5.7.1 sender not allowed", "CALENDAR_MAIL_FROM"),
        ("MAIL", "530 5.7.0 log in first", "password"),
        ("RCPT", "530 5.7.0 log in first", "password"),
        ("RCPT", "554 5.7.1 <reader@example.org>: Relay access denied", "log in"),
        ("RCPT", "550 relaying denied", "log in"),
        ("RCPT", "550 5.1.8 <us@example.org>: Domain not found", "CALENDAR_MAIL_FROM"),
        ("RCPT", "553 5.7.1 <us@example.org>: Sender address rejected: not owned", "MAIL_FROM"),
        ("RCPT", "550-Unrouteable address\r\n550 Sender verify failed", "CALENDAR_MAIL_FROM"),
        ("RCPT", "554 5.7.1 <unknown[192.0.2.1]>: Client host rejected: no", "log in"),
        ("RCPT", "504 5.5.2 <us>: Helo command rejected: need a whole name", "CALENDAR_ORIGIN"),
        ("dot", "550 5.7.60 No permissions to send as this sender", "CALENDAR_MAIL_FROM"),
        (
            "RCPT",
            "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using x",
            "log in",
        ),
        ("dot", "550 5.7.20 No valid DKIM signature found", "doctor"),
        ("MAIL", "550 5.7.23 SPF validation failed", "CALENDAR_MAIL_FROM"),
        ("RCPT", "550 5.7.24 SPF validation error", "doctor"),
        ("dot", "550 5.7.26 Unauthenticated mail is not accepted", "doctor"),
        ("dot", "550 5.4.5 Daily user sending limit exceeded", "log"),
        ("RCPT", "421 4.3.2 going down", "log"),
        ("DATA", "421 4.3.2 going down", "log"),
        ("dot", "421 4.3.2 going down", "log"),
        ("MAIL", "this is not SMTP", "log"),
    ],
)
def test_what_would_befall_every_mail_is_the_operators_trouble(
    command: str, reply: str, remedy: str
) -> None:
    with pytest.raises(RelayUnavailableError) as caught:
        send_one_to({command: reply})
    assert remedy in caught.value.remedy
    assert caught.value.remedy in str(caught.value)


def test_after_a_refusal_the_same_connection_takes_the_next_mail() -> None:
    with running(LoopbackRelay({"RCPT": ["550 5.1.1 no such user"]})) as relay:
        sender = SmtpSender(relay.relay(), hello="example.org")
        with pytest.raises(PermanentRefusalError):
            hand_over(sender, a_parcel(number=1))
        hand_over(sender, a_parcel(number=2))
        sender.close()
    assert relay.connections == 1
    assert [b"Mail 2" in mail.content for mail in relay.taken] == [True]
    assert "RSET" in relay.commands


def test_a_relay_that_cannot_even_rewind_is_left() -> None:
    told = LoopbackRelay({"RCPT": ["550 5.1.1 no such user"], "RSET": Act.CLOSE})
    with running(told) as relay:
        sender = SmtpSender(relay.relay(), hello="example.org")
        with pytest.raises(PermanentRefusalError):
            hand_over(sender, a_parcel())
        hand_over(sender, a_parcel())
        sender.close()
    assert (relay.connections, len(relay.taken)) == (2, 1)


# --- Connections that end -----------------------------------------------------------------------


@pytest.mark.parametrize("command", ["greeting", "EHLO", "MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("act", [Act.CLOSE, Act.SILENCE])
def test_a_relay_that_goes_before_the_final_dot_has_not_got_the_mail(
    command: str, act: Act
) -> None:
    with pytest.raises(RelayUnavailableError):
        send_one_to({command: act}, timeout=0.3)


def test_a_relay_that_goes_in_the_middle_of_the_content_has_not_got_the_mail() -> None:
    message = a_mail(("x" * 70 + "\n") * 400_000)
    told = LoopbackRelay({"content": Act.SWALLOW})
    with running(told) as relay, pytest.raises(RelayUnavailableError):
        send_one(relay.relay(), message)
    assert relay.taken == []


@pytest.mark.parametrize("act", [Act.CLOSE, Act.SILENCE, "not a reply"])
def test_a_relay_that_goes_after_the_final_dot_may_have_sent_the_mail(act: Reply) -> None:
    with running(LoopbackRelay({"dot": act})) as relay, pytest.raises(UnansweredError):
        send_one(relay.relay(answer_timeout=1))
    assert len(relay.taken) == 1


def test_an_unanswered_mail_is_not_sent_again_behind_the_callers_back() -> None:
    with running(LoopbackRelay({"dot": ["250 ok", Act.CLOSE]})) as relay:
        sender = SmtpSender(relay.relay(), hello="example.org")
        hand_over(sender, a_parcel(number=1))
        with pytest.raises(UnansweredError):
            hand_over(sender, a_parcel(number=2))
        hand_over(sender, a_parcel(number=3))
        sender.close()
    assert (relay.connections, len(relay.taken)) == (2, 3)


def test_the_answer_to_the_final_dot_may_take_longer_than_other_replies() -> None:
    def at_leisure() -> Reply:
        time.sleep(1.3)
        return "250 at last"

    assert send_one_to({"dot": at_leisure}, timeout=1) == Receipt("250 at last")


# --- Reuse --------------------------------------------------------------------------------------


def send_in_turn(relay: Relay, instants: Sequence[float]) -> None:
    """Sends one mail at each of some seconds."""
    clock = [0.0]
    sender = SmtpSender(relay, hello="example.org", seconds=lambda: clock[0])
    for number, instant in enumerate(instants):
        clock[0] = instant
        hand_over(sender, a_parcel(number=number))
    sender.close()


def test_one_connection_serves_many_mails() -> None:
    with running(LoopbackRelay()) as relay:
        send_in_turn(relay.relay(), [0] * 5)
    assert (relay.connections, len(relay.taken)) == (1, 5)


def test_a_connection_is_made_anew_after_its_number_of_mails() -> None:
    with running(LoopbackRelay()) as relay:
        send_in_turn(relay.relay(messages=2), [0] * 5)
    assert (relay.connections, len(relay.taken)) == (3, 5)


def test_a_connection_is_made_anew_after_a_long_pause() -> None:
    with running(LoopbackRelay()) as relay:
        send_in_turn(relay.relay(idle=30), [0, 20, 51])
    assert (relay.connections, len(relay.taken)) == (2, 3)


@pytest.mark.parametrize("ending", [Act.CLOSE, "421 4.4.2 too many mails on one connection"])
def test_a_connection_that_the_relay_dropped_between_mails_is_replaced_unseen(
    ending: Reply,
) -> None:
    with running(LoopbackRelay({"MAIL": ["250 ok", ending]})) as relay:
        send_in_turn(relay.relay(), [0] * 3)
    assert (relay.connections, len(relay.taken)) == (2, 3)


def test_closing_twice_and_closing_unused_do_nothing() -> None:
    sender = SmtpSender(Relay("127.0.0.1", 9, Security.NEVER), hello="example.org")
    sender.close()
    sender.close()


# --- Connecting ---------------------------------------------------------------------------------


def test_a_relay_that_is_down_is_the_operators_trouble() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        relay = Relay("127.0.0.1", unused.getsockname()[1], Security.NEVER, timeout=2)
        with pytest.raises(RelayUnavailableError, match="Connection refused") as caught:
            send_one(relay)
    assert "CALENDAR_SMTP_URL" in caught.value.remedy


@pytest.mark.parametrize("greeting", ["554 5.7.1 we do not serve you", "421 4.3.2 busy"])
def test_a_relay_that_turns_us_away_is_the_operators_trouble(greeting: str) -> None:
    with pytest.raises(RelayUnavailableError, match=greeting[:9]):
        send_one_to({"greeting": greeting})


@pytest.mark.parametrize("command", ["greeting", "EHLO"])
def test_a_relay_that_says_nothing_is_said_not_to_answer(command: str) -> None:
    with pytest.raises(RelayUnavailableError, match="does not answer in time"):
        send_one_to({command: Act.SILENCE}, timeout=0.3)


def test_a_wrong_password_is_the_operators_trouble_and_is_not_shown() -> None:
    answers = {
        "EHLO": "250-relay.test\r\n250 AUTH PLAIN",
        "AUTH": "535 5.7.8 authentication failed",
    }
    with pytest.raises(RelayUnavailableError, match=r"535 5\.7\.8") as caught:
        send_one_to(answers, user="anna", password="wrong-secret")
    assert "wrong-secret" not in str(caught.value)
    assert "password" in caught.value.remedy


WAYS = {
    "PLAIN": [f"AUTH PLAIN {in_base64(chr(0) + 'anna' + chr(0) + 's:/@%')}"],
    "LOGIN": ["AUTH LOGIN", in_base64("anna"), in_base64("s:/@%")],
    "CRAM-MD5": ["AUTH CRAM-MD5", in_base64("anna 769377db4f717fdb74e75fad3073d586")],
}
CHALLENGE = "334 " + in_base64("<1896.697170952@postoffice.example.org>")


@pytest.mark.parametrize("offer", ["AUTH {}", "AUTH={}", "auth XOAUTH2 {}", "AUTH GSSAPI {} NTLM"])
@pytest.mark.parametrize("way", WAYS)
def test_a_user_logs_in_by_any_of_the_usual_ways(way: str, offer: str) -> None:
    steps = WAYS[way]
    answers: dict[str, Told] = {
        "EHLO": f"250-relay.test\r\n250 {offer.format(way)}",
        "AUTH": [*[CHALLENGE] * (len(steps) - 1), "235 2.7.0 welcome"],
    }
    with running(LoopbackRelay(answers)) as relay:
        send_one(relay.relay(user="anna", password="s:/@%"))
    assert relay.commands[1:-4] == steps


def test_a_way_to_log_in_that_the_relay_offers_and_refuses_is_not_the_last() -> None:
    answers = {
        "EHLO": "250-relay.test\r\n250 AUTH LOGIN PLAIN CRAM-MD5",
        "AUTH": ["334 no challenge", "501 called off", "504 5.7.4 no", "334 ", "334 "],
    }
    with running(LoopbackRelay(answers)) as relay:
        send_one(relay.relay(user="anna", password="s:/@%"))
    plain, login = WAYS["PLAIN"], WAYS["LOGIN"]
    assert relay.commands[1:-4] == ["AUTH CRAM-MD5", "*", *plain, *login]


def test_a_relay_without_log_in_is_named_when_a_password_is_set() -> None:
    with pytest.raises(RelayUnavailableError, match="log-in|AUTH"):
        send_one_to({}, user="anna", password="secret")


# --- Secrecy ------------------------------------------------------------------------------------


STARTTLS = {"EHLO": "250-relay.test\r\n250-STARTTLS\r\n250 AUTH PLAIN LOGIN"}


@pytest.mark.parametrize("security", [Security.REQUIRED, Security.OPPORTUNISTIC])
def test_starttls_is_used_and_the_password_goes_only_after_it(security: Security) -> None:
    told = LoopbackRelay(STARTTLS, context=server_context("good.pem"))
    with running(told) as relay:
        send_one(relay.relay(host="localhost", security=security, user="anna", password="secret"))
    verbs = [line.partition(" ")[0].upper() for line in relay.commands]
    assert verbs == ["EHLO", "STARTTLS", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "QUIT"]
    assert len(relay.taken) == 1


def test_implicit_tls_is_used_from_the_first_octet() -> None:
    told = LoopbackRelay(context=server_context("good.pem"), implicit=True)
    with running(told) as relay:
        send_one(relay.relay(host="localhost", security=Security.IMPLICIT))
    assert len(relay.taken) == 1


@pytest.mark.parametrize(
    ("certificate", "host", "trusting", "said"),
    [
        ("expired.pem", "localhost", True, "expired"),
        ("other.pem", "localhost", True, "Hostname mismatch"),
        ("good.pem", "localhost", False, "unable to get local issuer"),
    ],
)
@pytest.mark.parametrize("security", [Security.IMPLICIT, Security.REQUIRED, Security.OPPORTUNISTIC])
def test_a_certificate_that_is_not_good_stops_everything(
    security: Security, certificate: str, host: str, trusting: bool, said: str
) -> None:
    told = LoopbackRelay(
        STARTTLS,
        context=server_context(certificate),
        implicit=security is Security.IMPLICIT,
    )
    with running(told) as relay:
        sender = SmtpSender(
            relay.relay(host=host, security=security),
            hello="example.org",
            context=trusting_context() if trusting else None,
        )
        with pytest.raises(RelayUnavailableError, match=said) as caught:
            hand_over(sender, a_parcel())
    assert "certificate" in caught.value.remedy
    assert relay.taken == []


def test_no_mail_goes_in_the_clear_where_tls_is_required() -> None:
    with pytest.raises(RelayUnavailableError, match="offers no STARTTLS") as caught:
        send_one_to({}, security=Security.REQUIRED)
    assert "starttls=never" in caught.value.remedy


def test_tls_to_a_port_that_does_not_speak_it_says_so() -> None:
    with pytest.raises(RelayUnavailableError) as caught:
        send_one_to({}, security=Security.IMPLICIT)
    assert "smtps://" in caught.value.remedy


@pytest.mark.parametrize("after", ["250 2.0.0 from somebody in between", "250-half"])
def test_what_comes_in_the_clear_behind_the_answer_to_starttls_is_not_believed(after: str) -> None:
    answers = {**STARTTLS, "STARTTLS": f"220 go ahead\r\n{after}"}
    told = LoopbackRelay(answers, context=server_context("good.pem"))
    with running(told) as relay, pytest.raises(RelayUnavailableError, match="speaks no SMTP"):
        send_one(relay.relay(host="localhost", security=Security.REQUIRED))
    assert relay.taken == []


def test_what_is_offered_in_the_clear_counts_for_nothing_under_tls() -> None:
    told = LoopbackRelay(
        {"EHLO": [STARTTLS["EHLO"], "250 relay.test"]}, context=server_context("good.pem")
    )
    with running(told) as relay, pytest.raises(RelayUnavailableError, match="no log-in"):
        send_one(relay.relay(host="localhost", security=Security.REQUIRED, user="a", password="b"))


def test_a_relay_that_knows_no_ehlo_is_greeted_with_helo() -> None:
    with running(LoopbackRelay({"EHLO": "502 5.5.1 what?"})) as relay:
        send_one(relay.relay())
    assert relay.commands[:2] == ["EHLO example.org", "HELO example.org"]
    assert relay.commands[2] == f"MAIL FROM:<{FROM}>"


@pytest.mark.parametrize(
    ("name", "greeting"),
    [
        ("kalendar.përshëndetje.al", "EHLO kalendar.xn--prshndetje-x7ad.al"),
        ("127.0.0.1", "EHLO [127.0.0.1]"),
        ("2001:db8::1", "EHLO [IPv6:2001:db8::1]"),
    ],
)
def test_every_host_can_greet(name: str, greeting: str) -> None:
    with running(LoopbackRelay()) as relay:
        sender = SmtpSender(relay.relay(), hello=name)
        hand_over(sender, a_parcel())
        sender.close()
    assert relay.commands[0] == greeting


def test_a_name_that_could_begin_a_command_greets_nobody() -> None:
    with pytest.raises(ValueError, match="EHLO"):
        SmtpSender(Relay("127.0.0.1", 9, Security.NEVER), hello="example.org\r\nMAIL")


@pytest.mark.parametrize("greeting", ["HTTP/1.1 400 Bad Request", "SSH-2.0-OpenSSH_9.2", "hello"])
def test_a_port_where_something_else_listens_is_named(greeting: str) -> None:
    with pytest.raises(RelayUnavailableError, match=f"speaks no SMTP: {greeting[:8]}"):
        send_one_to({"greeting": greeting})


def test_a_host_without_an_address_is_named() -> None:
    relay = Relay("relay.invalid", 25, Security.NEVER)
    with pytest.raises(RelayUnavailableError, match="has a name that is not found"):
        send_one(relay)
