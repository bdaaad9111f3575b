"""The two addresses that a relay acts on (RFC 5321 4.1.1.2 and 4.1.1.3)."""

from __future__ import annotations

import re

_PATH = re.compile(r"[!-~]+@[!-~]+")


def check_envelope(envelope_from: str, to: str) -> None:
    """Raises ValueError where a text could end the command it stands in and begin another.

    `parse_address` lets no such text pass; this is for what has not been through it.
    """
    for address in (envelope_from, to):
        if not _PATH.fullmatch(address) or "<" in address or ">" in address:
            raise ValueError(f"{address!r} cannot stand in an envelope; use parse_address first.")
