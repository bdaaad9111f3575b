"""What can be put on the wire at all: no text that ends a command or a mail before its end."""

from __future__ import annotations

import pytest

from calendar_service.mail.contents import Content
from calendar_service.mail.senders import Parcel
from tests.mail.parcels import FROM, TO

GOOD = b"Subject: x\r\n\r\nHello.\r\n"


@pytest.mark.parametrize(
    ("envelope_from", "to"),
    [
        (FROM, "reader@example.org>\r\nRCPT TO:<eve@example.org"),
        (FROM, "reader@example.org\r\n"),
        (FROM, "reader@example.org\n"),
        (FROM, "<reader@example.org>"),
        (FROM, "reader @example.org"),
        ("calendar@example.org> size=1", TO),
        ("", TO),
        (FROM, "reader"),
        (FROM, "leser@exämple.org"),
        (FROM, "lesër@example.org"),
    ],
)
def test_nothing_but_an_address_gets_into_the_envelope(envelope_from: str, to: str) -> None:
    with pytest.raises(ValueError, match="envelope"):
        Parcel(1, envelope_from, to, Content.of(GOOD))


@pytest.mark.parametrize(
    "content",
    [
        b"Subject: x\n\nHello.\r\n",
        b"Subject: x\r\n\r\nHello.\n.\nMAIL FROM:<eve@example.org>\r\n",
        b"Subject: x\r\n\r\nHello.\r.\rMAIL FROM:<eve@example.org>\r\n",
        b"Subject: x\r\n\r\nHello.\n.\r\nMAIL FROM:<eve@example.org>\r\n",
        b"Subject: x\r\n\r\nHello.\r\n.\rMAIL FROM:<eve@example.org>\r\n",
        b"Subject: x\r\n\r\nHello.\r\r\n",
        b"Subject: x\r\n\r\nHello.\r",
        b"Subject: x\r\n\r\nHello.\n\r",
    ],
)
def test_no_line_ends_with_less_or_more_than_crlf(content: bytes) -> None:
    with pytest.raises(ValueError, match="CRLF"):
        Content.of(content)


@pytest.mark.parametrize("octet", [b"\0", b"\x80", "ë".encode()])
def test_content_is_seven_bit(octet: bytes) -> None:
    with pytest.raises(ValueError, match="7-bit"):
        Content.of(GOOD + octet)


def test_what_is_well_formed_is_taken_as_it_is() -> None:
    assert Content.of(GOOD + b".\r\n..\r\n").octets == GOOD + b".\r\n..\r\n"
