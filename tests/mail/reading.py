"""Reads mails back as the standard library does, which made none of them."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import compat32, default


def parsed(octets: bytes) -> EmailMessage:
    return message_from_bytes(octets, policy=default)


def body(octets: bytes, kind: str) -> str:
    """The text of the mail, "plain" or "html", with line feeds."""
    found = parsed(octets).get_body((kind,))
    assert found is not None
    return str(found.get_content()).replace("\r\n", "\n")


def assert_fit_for_any_relay(octets: bytes) -> None:
    """7-bit, ended by CRLF, and no line longer than RFC 5322 2.1.1 and RFC 2045 6.7 allow."""
    assert octets.isascii()
    assert b"\0" not in octets
    assert octets.count(b"\r") == octets.count(b"\n") == octets.count(b"\r\n")
    assert max(map(len, octets.split(b"\r\n"))) <= 998
    for part in message_from_bytes(octets, policy=compat32).walk():
        if not part.is_multipart():
            assert max(map(len, str(part.get_payload()).splitlines()), default=0) <= 76
