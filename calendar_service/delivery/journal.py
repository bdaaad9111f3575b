"""What the relay has taken, noted the moment it says so: it outlives a killed process.

One line a message, appended and not synced: it survives the process, not the loss of power.
"""

from __future__ import annotations

import os
from pathlib import Path


class Journal:
    """One sender's journal, open for appending."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def note(self, delivery_id: int, reply: str) -> None:
        """Notes that the relay has taken a delivery."""
        line = f"{delivery_id}\t{' '.join(reply.split())}\n"
        os.write(self._handle, line.encode("utf-8", "replace"))

    def clear(self) -> None:
        """Forgets what is settled in the store by now."""
        os.ftruncate(self._handle, 0)

    def close(self) -> None:
        """Gives the file up; it stays."""
        os.close(self._handle)


def read_journal(file: Path) -> dict[int, str]:
    """The replies by delivery id; a line that is damaged or cut off is passed over."""
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return {}
    noted = {}
    for line in text.split("\n")[:-1]:
        number, _, reply = line.partition("\t")
        if number.isascii() and number.isdecimal():
            noted[int(number)] = reply
    return noted
