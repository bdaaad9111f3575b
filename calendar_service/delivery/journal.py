"""What the relay has taken, noted the moment it says so: it outlives a killed process.

A note has a place of its own in a file whose room is taken beforehand, so that a full disk keeps
nothing from being noted. It is not synced: it survives the process, not the loss of power.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path

from calendar_service.errors import UnavailableError

_LENGTH = 128
"""Octets of one note, its line feed included; a relay's longer words are cut."""


_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


class Journal:
    """One sender's journal, with room for so many notes before they must be settled.

    Raises UnavailableError where there is not that room.
    """

    def __init__(self, file: Path, *, room: int) -> None:
        self.file = file
        self._room = room
        self._next = 0
        self._handle = os.open(file, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.posix_fallocate(self._handle, 0, room * _LENGTH)
        except OSError as error:
            if error.errno in _FULL:
                os.close(self._handle)
                raise UnavailableError(
                    f"There is no room for the journal {file}: {error.strerror}. Make room; "
                    f"nothing is sent meanwhile, and nothing is lost."
                ) from error
            # a file system that cannot: then the room is taken as it is used

    def note(self, delivery_id: int, reply: str) -> None:
        """Notes that the relay has taken a delivery; raises OSError where it cannot be kept."""
        words = f"{delivery_id}\t{' '.join(reply.split())}".encode()[: _LENGTH - 1]
        os.pwrite(self._handle, words.ljust(_LENGTH - 1) + b"\n", self._next * _LENGTH)
        self._next += 1

    def clear(self) -> None:
        """Begins anew: all that is noted is settled in the store by now."""
        if self._next > self._room:
            os.ftruncate(self._handle, self._room * _LENGTH)
        used, self._next = min(self._next, self._room), 0
        os.pwrite(self._handle, bytes(used * _LENGTH), 0)

    def close(self) -> None:
        """Gives the file up; it stays."""
        os.close(self._handle)


def read_journal(file: Path) -> dict[int, str]:
    """The replies by delivery id; a note that is damaged or cut off is passed over."""
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return {}
    noted = {}
    for begin in range(0, len(content), _LENGTH):
        note = content[begin : begin + _LENGTH]
        number, tab, reply = note.partition(b"\t")
        if len(note) == _LENGTH and note.endswith(b"\n") and tab and number.isdigit():
            noted[int(number)] = reply.decode("utf-8", "ignore").strip()
    return noted
