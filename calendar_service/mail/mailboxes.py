"""Where mails that come back are picked up: a Maildir, or a folder on an IMAP server (RFC 9051)."""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from calendar_service.errors import CalendarError
from calendar_service.mail.returned import LARGEST

MOST = 500
"""Mails that are looked at in one round."""

TIMEOUT = 30.0
"""Seconds that an IMAP server may take for an answer."""

_ENCRYPTED, _PLAIN = 993, 143


class MailboxError(CalendarError):
    """A mailbox that cannot be read just now; what is in it stays there."""


class MailboxUrlError(CalendarError):
    """A setting that names no mailbox."""

    def __init__(self) -> None:
        super().__init__(
            "write maildir:/var/mail/bounces, or imaps://user:password@mail.example.org/INBOX."
        )


class Mailbox(Protocol):
    """Something that mails come into, one after the other."""

    def unread(self) -> Iterator[tuple[str, bytes]]:
        """The mails not yet marked, a few hundred at most: name, and octets up to a limit."""
        ...

    def mark(self, name: str) -> None:
        """Marks a mail as read, so that no round sees it again."""
        ...

    def close(self) -> None:
        """Lets go of it."""
        ...


def open_mailbox(url: str) -> Mailbox:
    """The mailbox of a setting; raises MailboxUrlError, or MailboxError where nothing answers."""
    if url.startswith("maildir:"):
        return Maildir(Path(url.removeprefix("maildir:")))
    check_mailbox(url)
    return ImapFolder(url)


def check_mailbox(url: str) -> None:
    """Raises MailboxUrlError for what names no mailbox; connects to nothing."""
    parts = urlsplit(url)
    if parts.scheme == "maildir" and parts.path:
        return
    if parts.scheme not in {"imap", "imaps"} or not parts.hostname or not parts.username:
        raise MailboxUrlError


class Maildir:
    """New mails are under `new/`; a marked one moves to `cur/`, as a mail program does it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def unread(self) -> Iterator[tuple[str, bytes]]:
        """The oldest names first."""
        try:
            names = sorted(file.name for file in (self._path / "new").iterdir())
        except OSError as error:
            raise MailboxError(f"{self._path} cannot be read: {error.strerror}.") from error
        for name in names[:MOST]:
            with suppress(FileNotFoundError), (self._path / "new" / name).open("rb") as file:
                yield name, file.read(LARGEST)

    def mark(self, name: str) -> None:
        """Moves it to where read mails are."""
        (self._path / "cur").mkdir(mode=0o700, exist_ok=True)
        with suppress(FileNotFoundError):
            (self._path / "new" / name).rename(self._path / "cur" / f"{name}:2,S")

    def close(self) -> None:
        """Holds nothing open."""


class ImapFolder:
    """Unread mails are those without the flag Seen."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        folder = unquote(parts.path.strip("/")) or "INBOX"
        host = str(parts.hostname)
        try:
            self._server = _connect(parts.scheme, host, parts.port)
        except (OSError, imaplib.IMAP4.error) as error:
            raise MailboxError(f"{host} does not answer: {error}") from error
        try:
            self._server.login(unquote(parts.username or ""), unquote(parts.password or ""))
            self._told(self._server.select(_quoted(folder)))
        except (OSError, imaplib.IMAP4.error) as error:
            self.close()
            raise MailboxError(f"{host} does not let us read {folder}: {error}") from error

    def unread(self) -> Iterator[tuple[str, bytes]]:
        """The oldest first; no more of each is fetched than is read."""
        try:
            (found,) = self._told(self._server.uid("SEARCH", "UNSEEN"))
            for name in (found or b"").decode("ascii").split()[:MOST]:
                wanted = f"(BODY.PEEK[]<0.{LARGEST}>)"
                answer = self._told(self._server.uid("FETCH", name, wanted))
                yield name, next((one[1] for one in answer if isinstance(one, tuple)), b"")
        except (OSError, imaplib.IMAP4.error) as error:
            raise MailboxError(f"The IMAP server broke off: {error}") from error

    def mark(self, name: str) -> None:
        """Sets its flag."""
        try:
            self._told(self._server.uid("STORE", name, "+FLAGS.SILENT", r"(\Seen)"))
        except (OSError, imaplib.IMAP4.error) as error:
            raise MailboxError(f"The IMAP server broke off: {error}") from error

    def close(self) -> None:
        """Logs out, if it still can."""
        with suppress(OSError, imaplib.IMAP4.error):
            self._server.logout()

    @staticmethod
    def _told(answer: tuple[str, Any]) -> list[Any]:
        status, data = answer
        if status != "OK":
            raise imaplib.IMAP4.error(str(data))
        return list(data)


def _connect(scheme: str, host: str, port: int | None) -> imaplib.IMAP4:
    """With TLS from the start, or by STARTTLS unless it is this machine."""
    context = ssl.create_default_context()
    if scheme == "imaps":
        encrypted = port or _ENCRYPTED
        return imaplib.IMAP4_SSL(host, encrypted, ssl_context=context, timeout=TIMEOUT)
    server = imaplib.IMAP4(host, port or _PLAIN, timeout=TIMEOUT)
    if host not in {"127.0.0.1", "localhost", "::1"}:
        server.starttls(context)
    return server


def _quoted(folder: str) -> str:
    return '"' + re.sub(r'(["\\])', r"\\\1", folder) + '"'
