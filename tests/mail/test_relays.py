"""The relay's URL: what it may say, and what follows from what it leaves out."""

from __future__ import annotations

import pytest

from calendar_service.mail.errors import RelayUrlError
from calendar_service.mail.relays import Relay, Security, parse_relay


@pytest.mark.parametrize(
    ("url", "host", "port", "security"),
    [
        ("smtp://mail.example.org", "mail.example.org", 25, Security.REQUIRED),
        ("smtp://u:p@mail.example.org", "mail.example.org", 587, Security.REQUIRED),
        ("smtp://mail.example.org:2525/", "mail.example.org", 2525, Security.REQUIRED),
        ("smtp://localhost:1025", "localhost", 1025, Security.NEVER),
        ("smtp://127.0.0.1", "127.0.0.1", 25, Security.NEVER),
        ("smtp://[::1]:1025", "::1", 1025, Security.NEVER),
        ("smtp://u:p@localhost", "localhost", 587, Security.REQUIRED),
        ("smtps://u:p@mail.example.org", "mail.example.org", 465, Security.IMPLICIT),
        ("smtp://h.test?starttls=never", "h.test", 25, Security.NEVER),
        ("smtp://h.test?starttls=opportunistic", "h.test", 25, Security.OPPORTUNISTIC),
        ("smtp://u:p@h.test?starttls=never", "h.test", 587, Security.NEVER),
    ],
)
def test_port_and_security_follow_from_the_url(
    url: str, host: str, port: int, security: Security
) -> None:
    relay = parse_relay(url)
    assert (relay.host, relay.port, relay.security) == (host, port, security)


def test_user_and_password_are_percent_decoded_and_never_shown() -> None:
    relay = parse_relay("smtp://ana%40example.org:p%2Fs%3As%40s@mail.example.org:587")
    assert (relay.user, relay.password) == ("ana@example.org", "p/s:s@s")
    assert "p/s" not in f"{relay} {relay!r}"


def test_times_and_numbers_can_be_set() -> None:
    relay = parse_relay("smtp://localhost?timeout=10&answer=120&messages=500&connections=2&rate=5")
    assert (relay.timeout, relay.answer_timeout, relay.messages) == (10, 120, 500)
    assert (relay.connections, relay.rate) == (2, 5.0)
    usual = Relay("localhost", 25, Security.NEVER)
    assert (usual.timeout, usual.answer_timeout, usual.messages) == (30, 600, 100)
    assert (usual.connections, usual.rate) == (8, None)


@pytest.mark.parametrize(("written", "rate"), [("0.5", 0.5), ("200", 200.0), ("1.25", 1.25)])
def test_a_rate_may_be_less_than_one_mail_a_second(written: str, rate: float) -> None:
    assert parse_relay(f"smtp://localhost?rate={written}").rate == rate


@pytest.mark.parametrize(
    ("url", "remedy"),
    [
        ("", "Write it like"),
        ("mail.example.org", "Write it like"),
        ("http://mail.example.org", "Write it like"),
        ("smtp://", "Write it like"),
        ("smtp://h.test:99999", "Write it like"),
        ("smtp://h.test/inbox", "Write it like"),
        ("smtp://u@h.test", "not both"),
        ("smtp://u:p%C3%AB@h.test", "ASCII"),
        ("smtp://h.test?startls=never", "Did you mean 'starttls'"),
        ("smtp://h.test?starttls=maybe", "required, opportunistic or never"),
        ("smtps://h.test?starttls=required", "take starttls out"),
        ("smtp://u:p@h.test?starttls=opportunistic", "in the clear"),
        ("smtp://h.test?timeout=0", "whole number"),
        ("smtp://h.test?messages=many", "whole number"),
        ("smtp://h.test?connections=0", "from 1 to 100"),
        ("smtp://h.test?connections=101", "from 1 to 100"),
        ("smtp://h.test?rate=0", "like 50 or 0.5"),
        ("smtp://h.test?rate=-1", "like 50 or 0.5"),
        ("smtp://h.test?rate=inf", "like 50 or 0.5"),
        ("smtp://h.test?rate=1e9", "like 50 or 0.5"),
    ],
)
def test_a_wrong_url_is_named_with_its_remedy(url: str, remedy: str) -> None:
    with pytest.raises(RelayUrlError, match=remedy):
        parse_relay(url)


@pytest.mark.parametrize("url", ["smtp://u:hush@h.test:x", "smtp://u:hush@h.test?a=b"])
def test_an_error_does_not_repeat_the_password(url: str) -> None:
    with pytest.raises(RelayUrlError) as caught:
        parse_relay(url)
    assert "hush" not in str(caught.value)
