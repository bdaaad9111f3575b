"""Quoted-printable (RFC 2045 6.7): lines of 76 octets at most, each of them encoded by itself."""

from __future__ import annotations

from binascii import b2a_qp


def quoted(line: str) -> bytes:
    """The octets of a line, its CRLF included; the line ends in no blank."""
    return b2a_qp(b"%b\r\n" % line.encode())
