"""What is said to a relay of one mail before its content: the envelope (RFC 5321 3.3)."""

from __future__ import annotations

from calendar_service.mail.senders import Parcel

ENVELOPE = ("MAIL", "RCPT", "DATA")
"""The commands that a relay is told a mail's envelope with."""


def envelope(parcel: Parcel, *, sized: bool) -> bytes:
    """Those commands, each on its line; `sized` where the relay asks for the size (RFC 1870)."""
    size = f" SIZE={parcel.content.size}" if sized else ""
    lines = f"MAIL FROM:<{parcel.envelope_from}>{size}\r\nRCPT TO:<{parcel.to}>\r\nDATA\r\n"
    return lines.encode("ascii")
