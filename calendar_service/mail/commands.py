"""What is said to a relay of one mail: its envelope's commands and its content (RFC 5321 3.3)."""

from __future__ import annotations

from calendar_service.mail.senders import Parcel

ENVELOPE = ("MAIL", "RCPT", "DATA")
"""The commands that a relay is told a mail's envelope with."""


def envelope(parcel: Parcel, *, sized: bool) -> bytes:
    """Those commands, each on its line; `sized` where the relay asks for the size (RFC 1870)."""
    size = f" SIZE={len(parcel.content)}" if sized else ""
    lines = f"MAIL FROM:<{parcel.envelope_from}>{size}\r\nRCPT TO:<{parcel.to}>\r\nDATA\r\n"
    return lines.encode("ascii")


def stuffed(content: bytes) -> bytes:
    """The content with its leading dots doubled, and the final dot (RFC 5321 4.5.2)."""
    if b"\r\n." in content:
        content = content.replace(b"\r\n.", b"\r\n..")
    if content.startswith(b"."):
        content = b"." + content
    return content + (b".\r\n" if content.endswith(b"\r\n") else b"\r\n.\r\n")
