"""The lock of one sender, a file that the system frees when the process ends, however it ends."""

from __future__ import annotations

import fcntl
import os
import secrets
from pathlib import Path


class SenderLock:
    """A lock that is held; beside it lies the sender's journal."""

    def __init__(self, folder: Path, token: str, handle: int) -> None:
        self.token = token
        self.journal_file = journal_of(folder, token)
        self._file = folder / f"{token}.lock"
        self._handle = handle

    def give_up(self) -> None:
        """Ends the sender: its files go, for nothing of it is left to recover."""
        self.journal_file.unlink(missing_ok=True)
        self._file.unlink(missing_ok=True)
        self.let_go()

    def let_go(self) -> None:
        """Frees the lock and leaves the files to whoever recovers this sender."""
        os.close(self._handle)


def take_lock(folder: Path) -> SenderLock:
    """A new sender's lock in a folder, which is made if it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    while True:
        lock = _try_lock(folder, secrets.token_hex(8), os.O_CREAT | os.O_EXCL)
        if lock is not None:  # else another process looked for dead senders just then
            return lock


def lock_of_dead(folder: Path, token: str) -> SenderLock | None:
    """The lock of a sender that ended without giving up; None of one that lives or has no file."""
    return _try_lock(folder, token, 0)


def journal_of(folder: Path, token: str) -> Path:
    """Where a sender of this machine notes what the relay took."""
    return folder / f"{token}.journal"


def _try_lock(folder: Path, token: str, flags: int) -> SenderLock | None:
    file = folder / f"{token}.lock"
    try:
        handle = os.open(file, os.O_RDWR | flags, 0o600)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        held = os.path.samestat(os.fstat(handle), file.stat())
    except (BlockingIOError, FileNotFoundError):
        held = False
    if not held:  # another process has it, or removed the file while we opened it
        os.close(handle)
        return None
    return SenderLock(folder, token, handle)
