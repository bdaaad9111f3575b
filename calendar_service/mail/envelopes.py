"""What goes to a relay in the clear: the two addresses that it acts on, and the lines of a mail."""

from __future__ import annotations

import re

_PATH = re.compile(r"[!-;=?-~]+@[!-;=?-~]+")


def check_envelope(envelope_from: str, to: str) -> None:
    """Raises ValueError where a text could end the command it stands in and begin another.

    `parse_address` lets no such text pass; this is for what has not been through it
    (RFC 5321 4.1.1.2 and 4.1.1.3).
    """
    for address in (envelope_from, to):
        if not _PATH.fullmatch(address):
            raise ValueError(f"{address!r} cannot stand in an envelope; use parse_address first.")


def check_content(content: bytes) -> None:
    """Raises ValueError where a relay could see another end of the mail than we do.

    Relays differ on whether a CR or LF by itself ends a line, and so on whether a dot behind it
    ends the mail and a command may follow (RFC 5321 2.3.8; CVE-2023-51764). So there is none.
    What is not 7-bit or holds NUL could be changed on its way (RFC 5321 2.3.7, RFC 5322 2.1).
    """
    lone = len(content) - len(content.translate(None, b"\r\n\0")) - 2 * content.count(b"\r\n")
    if lone or not content.isascii():
        raise ValueError(
            "A mail on the wire is 7-bit, and its lines end with CRLF; it has no other CR or LF"
            " and no NUL."
        )
