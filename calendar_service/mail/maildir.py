"""Leaves mails in a Maildir: for trying the service out, for rehearsals and for tests."""

from __future__ import annotations

import itertools
import os
import re
import secrets
import socket
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path

from calendar_service.mail.errors import RelayUnavailableError
from calendar_service.mail.senders import MayGo, Parcel, Receipt, Told, always

_FOLDERS = ("tmp", "new", "cur")
_DATE = re.compile(rb"^Date: (.+)\r$", re.MULTILINE | re.IGNORECASE)


class MaildirSender:
    """A mail is a file under `new/`, whole and on the disk, or it is not there at all.

    It is written under `tmp/`, synced and only then renamed, as the format demands. The name begins
    with the second of the mail's own Date, so that a rehearsal's mails sort by its clock.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._counter = itertools.count(1)
        self._unique = f"P{os.getpid()}R{secrets.token_hex(4)}"
        self._host = socket.gethostname().replace("/", "_").replace(":", "_") or "localhost"

    def send(self, parcels: Iterator[Parcel], told: Told, may_go: MayGo = always) -> None:
        """Keeps one mail after the other; raises RelayUnavailableError where there is no room."""
        for parcel in parcels:
            if not may_go():
                return
            told(parcel, self._keep(parcel))

    def share(self, _several: int) -> None:
        """A rate is a relay's; this is none."""

    def close(self) -> None:
        """Holds nothing open."""

    def _keep(self, parcel: Parcel) -> Receipt:
        """Keeps a mail with its envelope, as a relay that delivers notes it (RFC 5321 4.4)."""
        envelope = f"Return-Path: <{parcel.envelope_from}>\nDelivered-To: {parcel.to}\n"
        content = parcel.content.octets.replace(b"\r\n", b"\n")
        name = self._name(parcel.content.octets)
        try:
            self._write(name, envelope.encode("ascii") + content)
        except OSError as error:
            raise RelayUnavailableError(
                f"The mail cannot be kept in {self._path}: {error.strerror}.",
                remedy="Make the folder writable and leave it room.",
            ) from error
        return Receipt(f"kept as new/{name}")

    def _name(self, content: bytes) -> str:
        seconds = _second_of_date(content.partition(b"\r\n\r\n")[0])
        return f"{seconds}.{self._unique}Q{next(self._counter)}.{self._host}"

    def _write(self, name: str, content: bytes) -> None:
        for folder in _FOLDERS:
            (self._path / folder).mkdir(mode=0o700, parents=True, exist_ok=True)
        draft, kept = self._path / "tmp" / name, self._path / "new" / name
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            draft.rename(kept)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
        _sync_folder(kept.parent)


def _second_of_date(headers: bytes) -> int:
    """The Date of a mail in seconds since 1970; 0 where it has none that can be read."""
    date = _DATE.search(headers + b"\r\n")
    if date is None:
        return 0
    try:
        return int(parsedate_to_datetime(date[1].decode("ascii")).timestamp())
    except ValueError:
        return 0


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
