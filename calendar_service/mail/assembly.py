"""Puts a mail together as RFC 5322 and MIME want it: the same values give the same octets.

A mail is a row of pieces, each encoded by itself, so that nobody need encode it all again where one
of them says something else. Everything is 7-bit: any relay passes it on unchanged.
"""

from __future__ import annotations

import re
from base64 import encodebytes
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from calendar_service.language.catalogues import spoken
from calendar_service.mail.headers import ADDRESS, checked, header_line, mailbox, unstructured
from calendar_service.mail.messages import Attachment, MailingList, Masthead
from calendar_service.mail.personal import DATE, MESSAGE_ID, THREAD, TO, Link
from calendar_service.mail.quoting import quoted
from calendar_service.mail.rendering import Rendered

_FILE_NAME = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
_LINE_BREAK = re.compile(r"\r\n?|\n")
_LIST_ID = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")


class Thread(StrEnum):
    """How a mail belongs to what its reader got before (RFC 5322 3.6.4)."""

    NONE = ""
    JOINS = "References"
    ANSWERS = "In-Reply-To"

    @property
    def headers(self) -> tuple[str, ...]:
        """The headers that name the thread."""
        return {Thread.NONE: (), Thread.JOINS: (self.JOINS,)}.get(self, (self.ANSWERS, self.JOINS))


class Place(StrEnum):
    """A place in a mail, which says how it is encoded."""

    HEADERS = "headers"
    TEXT = "text"
    HTML = "HTML"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Piece:
    """A header, a line of text, a file, or a line between them: `text` is not yet encoded."""

    place: Place
    text: str


def assemble(
    masthead: Masthead,
    texts: Rendered,
    personal: Mapping[str, str],
    *,
    language: str,
    unsubscribe: Link,
    thread: Thread = Thread.NONE,
    mailing_list: MailingList,
    attachment: Attachment | None = None,
) -> Iterator[Piece]:
    """The mail: text and HTML of the same facts, and a file beside them if there is one.

    Whatever it is, one click stops it (RFC 2369, RFC 8058), it has its list's identity (RFC 2919),
    and what is about one thing stands together. The thread's own identity is
    no mail's, so that it does not matter which of them has reached the reader.

    `personal` is as `personal.written` gives it, and `unsubscribe` the link in it that a mail
    program's one click posts to. Raises ValueError for a sender, a list or a file's
    name that could break the header it stands in; names and titles lose their line breaks.
    """
    yield from _headers(masthead, texts.subject, personal)
    for name in thread.headers:
        yield _header(name, personal[THREAD])
    identity = checked(_LIST_ID, mailing_list.id)
    yield _header("List-Id", mailbox(mailing_list.name, identity, header="List-Id"))
    yield _header("List-Unsubscribe", f"<{personal[unsubscribe]}>")
    yield _header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
    yield _header("Content-Language", spoken(language))
    yield _header("MIME-Version", "1.0")
    body = _alternatives(texts, _boundary("texts", texts, language))
    if attachment is not None:
        file = _file(attachment)
        body = _multipart("mixed", [body, file], _boundary("parts", texts, language))
    yield from body


def assemble_note(
    masthead: Masthead, subject: str, text: str, personal: Mapping[str, str], *, language: str
) -> Iterator[Piece]:
    """A mail of text alone that is to no reader, and so of no list; else with the same headers."""
    yield from _headers(masthead, subject, personal)
    yield _header("Content-Language", spoken(language))
    yield _header("MIME-Version", "1.0")
    yield from _text("plain", Place.TEXT, text)


def encode(pieces: Iterable[Piece]) -> bytes:
    """The mail as it is sent, but for its dots, which are not yet doubled."""
    return b"".join(ENCODERS[piece.place](piece.text) for piece in pieces)


def _headers(masthead: Masthead, subject: str, personal: Mapping[str, str]) -> Iterator[Piece]:
    """Auto-Submitted and its old relation keep out-of-office replies away (RFC 3834 5)."""
    sender = masthead.from_address
    address = checked(ADDRESS, sender.address)
    yield _header("From", mailbox(sender.name, address, header="From"))
    yield _header("To", personal[TO])
    yield _header("Subject", unstructured(subject, header="Subject"))
    yield _header("Date", personal[DATE])
    yield _header("Message-ID", personal[MESSAGE_ID])
    yield _header("Auto-Submitted", "auto-generated")
    yield _header("X-Auto-Response-Suppress", "All")


def _alternatives(texts: Rendered, boundary: str) -> Iterator[Piece]:
    """The text, and the HTML that a mail program shows instead if it can (RFC 2046 5.1.4)."""
    parts = [_text("plain", Place.TEXT, texts.text), _text("html", Place.HTML, texts.html)]
    return _multipart("alternative", parts, boundary)


def _multipart(subtype: str, parts: Iterable[Iterable[Piece]], boundary: str) -> Iterator[Piece]:
    """The parts in one (RFC 2046 5.1.1)."""
    yield _header("Content-Type", f'multipart/{subtype}; boundary="{boundary}"')
    for part in parts:
        yield from (_between(""), _between(f"--{boundary}"))
        yield from part
    yield from (_between(""), _between(f"--{boundary}--"))


def _text(subtype: str, place: Place, text: str) -> Iterator[Piece]:
    """Blanks at a line's end are left out: nobody sees them, and some relays drop them."""
    yield _header("Content-Type", f"text/{subtype}; charset=utf-8")
    yield _header("Content-Transfer-Encoding", "quoted-printable")
    yield _between("")
    for line in _LINE_BREAK.split(text.removesuffix("\n")):
        yield Piece(place, line.rstrip(" \t"))


def _file(attachment: Attachment) -> Iterator[Piece]:
    name = checked(_FILE_NAME, attachment.name)
    yield _header("Content-Type", f'text/calendar; charset=utf-8; name="{name}"')
    yield _header("Content-Disposition", f'attachment; filename="{name}"')
    yield _header("Content-Transfer-Encoding", "base64")
    yield _between("")
    yield Piece(Place.FILE, encodebytes(attachment.content).decode("ascii"))


def _header(name: str, value: str) -> Piece:
    return Piece(Place.HEADERS, f"{name}: {value}")


def _between(line: str) -> Piece:
    return Piece(Place.HEADERS, line)


def _boundary(part: str, texts: Rendered, language: str) -> str:
    """A boundary that no text has: quoted-printable and base64 never contain `=_`.

    It is made of what a group of readers has in common.
    """
    return "=_" + sha256(f"{part} {language} {texts.subject}".encode()).hexdigest()[:32]


def _base64(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode("ascii")


ENCODERS = {
    Place.HEADERS: header_line,
    Place.TEXT: quoted,
    Place.HTML: quoted,
    Place.FILE: _base64,
}
"""How a piece becomes octets, its line end included."""
