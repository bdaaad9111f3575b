"""Mails that are written once for a group of readers, and filled for each of them.

A mail is composed with *blanks*, texts that nobody can guess, where a reader's own facts belong.
Then its octets are cut into pieces that are encoded by themselves: a header with its folds, a line
of a text with its soft breaks. A piece without a blank is kept as octets; one with a blank is kept
as text, and encoded anew for each reader. So a filled form is, to the octet, the mail composed for
that reader alone.
"""

from __future__ import annotations

import re
import secrets
from binascii import a2b_base64, a2b_qp, b2a_base64
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from email.header import decode_header, make_header
from email.message import EmailMessage

from markupsafe import escape

from calendar_service.mail.assembly import quoted_printable
from calendar_service.mail.composing import Kind, Place, kind_of
from calendar_service.mail.errors import FormError
from calendar_service.mail.headers import folded
from calendar_service.mail.messages import Mail
from calendar_service.mail.personal import DATE, MESSAGE_ID, TO, Link, Personal, written

_IN_HTML = "html "
_END_OF_HEADERS = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Piece:
    """A header or a line in which something is filled in, for everybody something else.

    `text` is what it says before it is encoded, with `%(name)s` for each blank.
    """

    text: str
    encode: Callable[[str], bytes]


@dataclass(frozen=True, slots=True)
class Form:
    """A mail for a group of readers; `make_form` makes it.

    `octets` are the whole mail's, with nothing where each of `pieces` belongs, which are kept with
    their places among them. `in_html` names what is also wanted with HTML's escapes.
    """

    octets: tuple[bytes, ...]
    pieces: tuple[tuple[int, Piece], ...]
    links: frozenset[Link]
    in_html: tuple[str, ...]

    def fill(self, personal: Personal) -> bytes:
        """A reader's mail: 7-bit, its lines ended by CRLF, and its dots not yet doubled.

        Raises ValueError for a text that cannot stand in its place, and where the links are others
        than the mail has.
        """
        texts = written(personal, self.links)
        for name in self.in_html:
            texts[_IN_HTML + name] = escape(texts[name])
        octets = list(self.octets)
        for place, piece in self.pieces:
            octets[place] = piece.encode(piece.text % texts)
        return b"".join(octets)


def make_form(mail: Mail) -> Form:
    """The form of a mail; raises FormError where a blank is not as often as its kind says."""
    kind = kind_of(mail)
    blanks = _Blanks.new(kind)
    octets, pieces = [b""], []
    found: Counter[tuple[str, Place]] = Counter()
    for place, encoded in _cut(kind.compose(mail, blanks.texts)):
        coding = _CODINGS[place]
        text = coding.read(encoded)
        if not blanks.stand_in(text, place):
            octets[-1] += encoded
            continue
        named, names = blanks.named(text, place)
        found.update((name, place) for name in names)
        pieces.append((len(octets), Piece(named, coding.write)))
        octets += [b"", b""]
    _check(kind, found)
    return Form(
        octets=tuple(octets),
        pieces=tuple(pieces),
        links=frozenset(kind.links),
        in_html=tuple(sorted({name for name, place in found if place is Place.HTML})),
    )


@dataclass(frozen=True, slots=True)
class _Blanks:
    """What stands for a reader's own facts: `texts` by name, with `token` in each of them.

    They hold what headers, quoted-printable, HTML and web addresses write in another way, so that
    one that is written otherwise than `Form.fill` would write it is noticed.
    """

    token: str
    texts: Mapping[str, str]

    @classmethod
    def new(cls, kind: Kind) -> _Blanks:
        """Blanks for a kind of mail that no text can have in it by chance or by intent."""
        token = secrets.token_hex(16)
        names = (TO, MESSAGE_ID, DATE, *kind.links)
        return cls(token, {name: f"~{name}&'=%{token}" for name in names})

    def stand_in(self, text: str, place: Place) -> bool:
        """Whether there is a blank, in whatever way it is written."""
        if place is Place.HEADERS and "=?" in text:
            text = str(make_header(decode_header(text)))
        return self.token in text.lower()

    def named(self, text: str, place: Place) -> tuple[str, list[str]]:
        """The text with `%(name)s` for each blank, and the names that it has."""
        prefix, written_there = (_IN_HTML, escape) if place is Place.HTML else ("", str)
        text, names = text.replace("%", "%%"), []
        for name, blank in self.texts.items():
            shown = str(written_there(blank)).replace("%", "%%")
            names += [name] * text.count(shown)
            text = text.replace(shown, f"%({prefix}{name})s")
        if place is Place.FILE or self.stand_in(text, place):
            raise FormError(f"A personal text does not stand as it is in the {place}: {text!r}")
        return text, names


def _check(kind: Kind, found: Counter[tuple[str, Place]]) -> None:
    """Raises FormError where the blanks are not in the places that the kind of mail says."""
    wanted = Counter((name, Place.HEADERS) for name in (TO, MESSAGE_ID, DATE))
    wanted.update((link, place) for link, places in kind.links.items() for place in places)
    for name, place in sorted(wanted | found):
        count, due = found[name, place], wanted[name, place]
        if count != due:
            raise FormError(
                f"The {kind.name} mail has {name} {count} times in its {place} and should have it"
                f" {due} times, so none is sent. Mend mail/templates/{kind.name}."
            )


@dataclass(frozen=True, slots=True)
class _Coding:
    """How the octets of a place are cut into pieces, and a piece is read and written."""

    piece: re.Pattern[bytes]
    read: Callable[[bytes], str]
    write: Callable[[str], bytes]


def _write_header(text: str) -> bytes:
    return folded(text, "\r\n").encode("ascii")


_HEADER = _Coding(
    re.compile(rb"[^\n]*\n(?:[ \t][^\n]*\n)*"),
    lambda octets: octets.replace(b"\r\n", b"").decode("ascii"),
    _write_header,
)
_LINE = _Coding(
    re.compile(rb"(?:[^\n]*=\r\n)*[^\n]*\n"),
    lambda octets: a2b_qp(octets).decode().removesuffix("\r\n"),
    quoted_printable,
)
_BASE64 = _Coding(
    re.compile(rb".+", re.DOTALL),
    lambda octets: a2b_base64(octets).decode("latin-1"),
    lambda text: b2a_base64(text.encode("latin-1")),
)
_CODINGS = {
    Place.HEADERS: _HEADER,
    Place.TEXT: _LINE,
    Place.HTML: _LINE,
    Place.FILE: _BASE64,
}
_BODIES = {"text/plain": Place.TEXT, "text/html": Place.HTML}


def _cut(message: EmailMessage) -> Iterator[tuple[Place, bytes]]:
    """The octets of a mail in pieces that are encoded by themselves, with their places."""
    rest = message.as_bytes()
    for part in message.walk():
        if part.is_multipart():
            continue
        place = Place.FILE if part.is_attachment() else _BODIES[part.get_content_type()]
        body = re.sub(r"\r?\n", "\r\n", str(part.get_payload())).encode("ascii")
        headers, end, rest = rest.partition(_END_OF_HEADERS + body)
        yield from _pieces(Place.HEADERS, headers + end[: len(_END_OF_HEADERS)])
        yield from _pieces(place, body)
    yield from _pieces(Place.HEADERS, rest)


def _pieces(place: Place, octets: bytes) -> Iterator[tuple[Place, bytes]]:
    return ((place, found) for found in _CODINGS[place].piece.findall(octets))
