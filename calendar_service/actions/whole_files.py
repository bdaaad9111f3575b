"""Writing files that others read at any moment: each is there as a whole, or not at all."""

from __future__ import annotations

import errno
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from calendar_service.errors import CalendarError

READABLE, ENTERABLE = 0o644, 0o755
"""Whatever the umask: what is published is for everybody, and the web server is another user."""

_REMEDIES = {
    errno.ENOSPC: "Free some space.",
    errno.EDQUOT: "Free some space, or raise the quota.",
    errno.EFBIG: "Raise the limit on the size of files.",
    errno.ENOENT: "Make the folder above it first.",
    errno.EEXIST: "Name a folder.",
    errno.ENOTDIR: "Name a folder.",
}
_RIGHTS = "Give the folder to the user that the service runs as, or name another."


class PublicationError(CalendarError):
    """Feeds that could not be written as files; those that are there are whole."""


def write_whole(file: Path, content: bytes, modified: int | None = None) -> None:
    """Writes a new file with its date to the disk itself, or leaves none."""
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, READABLE)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fchmod(handle, READABLE)
            if modified is not None:
                os.utime(handle, times=(modified, modified))
            os.fsync(handle)
    except BaseException:
        file.unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """Makes sure that what was renamed and removed here outlives a loss of power."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_folder(folder: Path) -> None:
    """Makes a folder that everybody may read, in one that is there."""
    if folder.is_dir():
        return
    folder.mkdir(exist_ok=True)
    folder.chmod(ENTERABLE)


def take_lock(file: Path, patience: float) -> int:
    """A handle that holds a lock until it is closed; raises PublicationError after `patience`."""
    until = time.monotonic() + patience
    while True:
        handle = os.open(file, os.O_RDONLY | os.O_CREAT, READABLE)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if (there := stat_of(file)) and os.path.samestat(os.fstat(handle), there):
                return handle
        except BlockingIOError:
            pass
        os.close(handle)
        if time.monotonic() > until:
            raise PublicationError(f"Another process is writing to {file.parent}; try again.")
        time.sleep(0.02)


@contextmanager
def explained(folder: Path) -> Iterator[None]:
    """Makes a PublicationError of what the system refuses, with its remedy."""
    try:
        yield
    except OSError as error:
        remedy = _REMEDIES.get(error.errno or 0, _RIGHTS)
        raise PublicationError(
            f"{error.filename or folder} cannot be used: {error.strerror}. {remedy} "
            f"The files that are there stay whole."
        ) from error


def stat_of(file: Path) -> os.stat_result | None:
    """What the system knows of a file, if it is there."""
    try:
        return file.stat()
    except FileNotFoundError:
        return None
