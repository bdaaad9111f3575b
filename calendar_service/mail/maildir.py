"""Leaves mails in a Maildir: for trying the service out, for rehearsals and for tests."""

from __future__ import annotations

import itertools
import os
import secrets
import socket
from email.message import EmailMessage
from pathlib import Path

from calendar_service.mail.envelopes import check_envelope
from calendar_service.mail.errors import RelayUnavailableError
from calendar_service.mail.senders import Receipt

_FOLDERS = ("tmp", "new", "cur")


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

    def send(self, message: EmailMessage, *, envelope_from: str, to: str) -> Receipt:
        """Keeps the mail, with its envelope as a delivering relay would note it (RFC 5321 4.4)."""
        check_envelope(envelope_from, to)
        envelope = f"Return-Path: <{envelope_from}>\nDelivered-To: {to}\n".encode("ascii")
        content = message.as_bytes(policy=message.policy.clone(linesep="\n"))
        name = self._name(message)
        try:
            self._keep(name, envelope + content)
        except OSError as error:
            raise RelayUnavailableError(
                f"The mail cannot be kept in {self._path}: {error.strerror}.",
                remedy="Make the folder writable and leave it room.",
            ) from error
        return Receipt(f"kept as new/{name}")

    def close(self) -> None:
        """Holds nothing open."""

    def _name(self, message: EmailMessage) -> str:
        date = message["Date"]
        seconds = int(date.datetime.timestamp()) if date is not None else 0
        return f"{seconds}.{self._unique}Q{next(self._counter)}.{self._host}"

    def _keep(self, name: str, content: bytes) -> None:
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


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
