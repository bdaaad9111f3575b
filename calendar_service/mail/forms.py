"""Mails that are written once for a group of readers, and filled for each of them.

A mail is composed with *blanks*, texts that nobody can guess, where a reader's own facts belong. A
piece without a blank is kept as octets; one with a blank is kept as text, and encoded for each
reader. So a filled form is, to the octet, the mail composed for that reader alone.
"""

from __future__ import annotations

import secrets
from base64 import b64decode
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.header import decode_header, make_header
from typing import NamedTuple

from calendar_service.mail.assembly import Piece, Place, Thread, encode
from calendar_service.mail.composing import Kind, kind_of
from calendar_service.mail.contents import END, Content, stuffed
from calendar_service.mail.envelopes import check_content
from calendar_service.mail.errors import FormError
from calendar_service.mail.headers import header_line
from calendar_service.mail.messages import Mail
from calendar_service.mail.personal import DATE, MESSAGE_ID, THREAD, TO, Link, Personal, written
from calendar_service.mail.quoting import quoted_around

_IN_HTML = "html "


class Gap(NamedTuple):
    """A header or a line that says something else to everybody; its octets belong at `at`.

    They are `write(before, word, after)`, where the word is the reader's text of that name.
    """

    at: int
    before: str
    name: str
    after: str
    write: Callable[[str, str, str], bytes]


@dataclass(frozen=True, slots=True)
class Form:
    """A mail for a group of readers; `make_form` makes it.

    `wire` is the whole mail as it is sent, with nothing where each of `gaps` belongs. `in_html`
    names what is also wanted with HTML's escapes.
    """

    wire: tuple[bytes, ...]
    gaps: tuple[Gap, ...]
    links: frozenset[Link]
    in_html: tuple[str, ...]
    threaded: bool

    def fill(self, personal: Personal) -> Content:
        """A reader's mail: whole lines are put between others, all of which are known.

        Raises ValueError for a text that cannot stand in its place, and where the links are others
        than the mail has.
        """
        texts = written(personal, self.links, threaded=self.threaded)
        for name in self.in_html:
            texts[_IN_HTML + name] = _escaped(texts[name])
        wire = list(self.wire)
        for at, before, name, after, write in self.gaps:
            wire[at] = stuffed(write(before, texts[name], after))
        return Content(b"".join(wire))


def make_form(mail: Mail, kind: Kind | None = None) -> Form:
    """The form of a mail; the kind is the mail's own where none is given.

    Raises FormError where a blank is not as often as the kind says, and ValueError as
    `check_content` does.
    """
    kind = kind or kind_of(mail)
    blanks = _Blanks.new(kind)
    octets: list[bytes] = [b""]
    gaps: list[Gap] = []
    found: Counter[tuple[str, Place]] = Counter()
    for piece in kind.pieces(mail, blanks.texts):
        if not blanks.stand_in(piece):
            octets[-1] += encode([piece])
            continue
        before, name, after = blanks.cut(piece)
        found[name, piece.place] += 1
        shown = _IN_HTML + name if piece.place is Place.HTML else name
        gaps.append(Gap(len(octets), before, shown, after, _WRITERS[piece.place]))
        octets += [b"", b""]
    _check(kind, found)
    check_content(b"".join(octets))
    wire = (*map(stuffed, octets), END)
    in_html = {name for name, place in found if place is Place.HTML}
    links, threaded = frozenset(kind.links), kind.thread is not Thread.NONE
    return Form(wire, tuple(gaps), links, tuple(sorted(in_html)), threaded)


def _header_around(before: str, word: str, after: str) -> bytes:
    return header_line(before + word + after)


_WRITERS = {
    Place.HEADERS: _header_around,
    Place.TEXT: quoted_around,
    Place.HTML: quoted_around,
}


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
        names = (TO, MESSAGE_ID, DATE, THREAD, *kind.links)
        return cls(token, {name: f"~{name}&'=%{token}" for name in names})

    def stand_in(self, piece: Piece) -> bool:
        """Whether there is a blank, in whatever way it is written, and in a file too."""
        text = piece.text
        if piece.place is Place.HEADERS and "=?" in text:
            text = str(make_header(decode_header(text)))
        if piece.place is Place.FILE:
            text = "".join(b64decode(text).decode("latin-1").split())
        return self.token in text.lower()

    def cut(self, piece: Piece) -> tuple[str, str, str]:
        """What is before a piece's blank, whose it is, and what is behind it.

        Raises FormError where there is another one beside it, or one that is written otherwise.
        """
        for name, blank in self.texts.items():
            shown = _escaped(blank) if piece.place is Place.HTML else blank
            before, found, after = piece.text.partition(shown)
            rest = Piece(piece.place, before + after)
            if found and not self.stand_in(rest):
                return before, name, after
        raise FormError(
            f"In the {piece.place} of a mail, each personal text is to stand in a line by itself"
            f" and as it is. So none is sent with the line {piece.text!r}."
        )


def _escaped(text: str) -> str:
    """What Jinja writes into HTML; a blank that it writes in another way makes no form."""
    text = text.replace("&", "&amp;").replace(">", "&gt;").replace("<", "&lt;")
    return text.replace("'", "&#39;").replace('"', "&#34;")


def _check(kind: Kind, found: Counter[tuple[str, Place]]) -> None:
    """Raises FormError where the blanks are not in the places that the kind of mail says."""
    named = (TO, MESSAGE_ID, DATE, *(THREAD for _ in kind.thread.headers))
    wanted = Counter((name, Place.HEADERS) for name in named)
    wanted.update((link, place) for link, places in kind.links.items() for place in places)
    for name, place in sorted(wanted | found):
        count, due = found[name, place], wanted[name, place]
        if count != due:
            raise FormError(
                f"The {kind.name} mail has {name} {count} times in its {place} and should have it"
                f" {due} times, so none is sent. Mend mail/templates/{kind.name}."
            )
