"""A mail's octets as they are kept and as they go over the wire, known to be harmless there."""

from __future__ import annotations

from dataclasses import dataclass

from calendar_service.mail.envelopes import check_content

END = b".\r\n"
"""The final dot, on a line by itself."""


@dataclass(frozen=True, slots=True)
class Content:
    """A mail: `octets` as composed, and `wire` as a relay is sent them after DATA.

    On the wire, dots are doubled at the beginning of lines, and the final dot is behind them (RFC
    5321 4.5.2). Whoever makes one answers for it that no relay can read it as two mails: `of` looks
    for itself, and a form knows it of its parts.
    """

    octets: bytes
    wire: bytes

    @classmethod
    def of(cls, octets: bytes) -> Content:
        """The content that is these octets; raises ValueError as `check_content` does."""
        check_content(octets)
        whole = octets if octets.endswith(b"\r\n") else octets + b"\r\n"
        return cls(octets, stuffed(whole) + END)


def stuffed(lines: bytes) -> bytes:
    """Whole lines, the dots at their beginnings doubled."""
    if lines.startswith(b"."):
        lines = b"." + lines
    return lines.replace(b"\r\n.", b"\r\n..") if b"\r\n." in lines else lines
