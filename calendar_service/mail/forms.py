"""Mails that are written once for a group of readers, and filled for each of them.

A mail is composed with *blanks*, texts that nobody can guess, where a reader's own facts belong. A
piece without a blank is kept as octets; one with a blank is kept as text, and encoded for each
reader. So a filled form is, to the octet, the mail composed for that reader alone.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.header import decode_header, make_header

from markupsafe import escape

from calendar_service.mail.assembly import ENCODERS, Piece, Place, encode
from calendar_service.mail.composing import Kind, kind_of
from calendar_service.mail.errors import FormError
from calendar_service.mail.messages import Mail
from calendar_service.mail.personal import DATE, MESSAGE_ID, TO, Link, Personal, written

_IN_HTML = "html "


@dataclass(frozen=True, slots=True)
class Gap:
    """A header or a line that says something else to everybody.

    `text` has `%(name)s` for each blank; `encode` makes octets of it when it is filled.
    """

    text: str
    encode: Callable[[str], bytes]


@dataclass(frozen=True, slots=True)
class Form:
    """A mail for a group of readers; `make_form` makes it.

    `octets` are the whole mail's, with nothing where `gaps` belong, which are kept by their index
    there. `in_html` names what is also wanted with HTML's escapes.
    """

    octets: tuple[bytes, ...]
    gaps: tuple[tuple[int, Gap], ...]
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
        for index, gap in self.gaps:
            octets[index] = gap.encode(gap.text % texts)
        return b"".join(octets)


def make_form(mail: Mail, kind: Kind | None = None) -> Form:
    """The form of a mail; raises FormError where a blank is not as often as its kind says.

    The kind is the mail's own where none is given.
    """
    kind = kind or kind_of(mail)
    blanks = _Blanks.new(kind)
    octets: list[bytes] = [b""]
    gaps: list[tuple[int, Gap]] = []
    found: Counter[tuple[str, Place]] = Counter()
    for piece in kind.pieces(mail, blanks.texts):
        if not blanks.stand_in(piece):
            octets[-1] += encode([piece])
            continue
        text, names = blanks.named(piece)
        found.update((name, piece.place) for name in names)
        gaps.append((len(octets), Gap(text, ENCODERS[piece.place])))
        octets += [b"", b""]
    _check(kind, found)
    in_html = {name for name, place in found if place is Place.HTML}
    return Form(tuple(octets), tuple(gaps), frozenset(kind.links), tuple(sorted(in_html)))


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

    def stand_in(self, piece: Piece) -> bool:
        """Whether there is a blank, in whatever way it is written."""
        text = piece.text
        if piece.place is Place.HEADERS and "=?" in text:
            text = str(make_header(decode_header(text)))
        return self.token in text.lower()

    def named(self, piece: Piece) -> tuple[str, list[str]]:
        """The text with `%(name)s` for each blank, and the names, each as often as it is there."""
        in_html = piece.place is Place.HTML
        text, names = piece.text.replace("%", "%%"), []
        for name, blank in self.texts.items():
            shown = str(escape(blank) if in_html else blank).replace("%", "%%")
            names += [name] * text.count(shown)
            text = text.replace(shown, f"%({_IN_HTML if in_html else ''}{name})s")
        if self.stand_in(Piece(piece.place, text)):
            raise FormError(
                f"A personal text is written in another way in the {piece.place} of a mail,"
                f" so none is sent: {text!r}"
            )
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
