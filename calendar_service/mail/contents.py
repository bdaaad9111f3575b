"""A mail's octets as they are kept and as they go over the wire, known to be harmless there."""

from __future__ import annotations

from dataclasses import dataclass

from calendar_service.mail.envelopes import check_content

END = b".\r\n"
"""The final dot, on a line by itself."""


@dataclass(frozen=True, slots=True)
class Content:
    """A mail as it goes over the wire after DATA (RFC 5321 4.5.2).

    Dots are doubled at the beginning of lines, and the final dot is behind them. Whoever makes one
    answers for it that no relay can read it as two mails: `of` looks for itself, and a form knows
    it of its parts.
    """

    wire: bytes

    @classmethod
    def of(cls, octets: bytes) -> Content:
        """The content that is these octets; raises ValueError as `check_content` does."""
        check_content(octets)
        whole = octets if octets.endswith(b"\r\n") else octets + b"\r\n"
        return cls(stuffed(whole) + END)

    @property
    def octets(self) -> bytes:
        """The mail's own octets, which end with a line's end."""
        lines = self.wire.removesuffix(END).replace(b"\r\n..", b"\r\n.")
        return lines[1:] if lines.startswith(b"..") else lines

    @property
    def size(self) -> int:
        """Octets at most, for RFC 1870; a doubled dot counts as two."""
        return len(self.wire) - len(END)


def stuffed(lines: bytes) -> bytes:
    """Whole lines, the dots at their beginnings doubled."""
    if lines.startswith(b"."):
        lines = b"." + lines
    return lines.replace(b"\r\n.", b"\r\n..") if b"\r\n." in lines else lines
