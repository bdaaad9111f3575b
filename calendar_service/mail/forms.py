"""Mails that are written once for a group of readers, and filled for each of them.

A mail is composed with *blanks*, texts that nobody can guess, where a reader's own facts belong. A
piece without a blank is kept as octets; one with a blank is kept as text, and encoded for each
reader. So a filled form is, to the octet, the mail composed for that reader alone.
"""

from __future__ import annotations

import re
import secrets
from base64 import b64decode
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from email.header import decode_header, make_header
from itertools import groupby
from typing import NamedTuple

from calendar_service.mail.assembly import Piece, Place, Thread, encode
from calendar_service.mail.composing import Kind, kind_of
from calendar_service.mail.contents import END, Content, stuffed
from calendar_service.mail.envelopes import check_content
from calendar_service.mail.errors import FormError
from calendar_service.mail.headers import LINE, header_line
from calendar_service.mail.messages import Mail
from calendar_service.mail.personal import DATE, MESSAGE_ID, THREAD, TO, Link, Personal, written
from calendar_service.mail.quoting import quoted

MOST_LAYOUTS = 32
"""Layouts that are kept of a form, some 2 kB each: the links of a group are of few lengths."""

_WRITTEN_OTHERWISE = re.compile(r"[=&<>'\"]")
"""What quoted-printable or HTML does not leave as it is."""


class Gap(NamedTuple):
    """A header or a line that says something else to everybody; its octets belong at `at`.

    They are of `before`, the reader's text of that name and `after`, as the place writes them.
    """

    at: int
    before: str
    name: str
    after: str
    place: Place

    def octets(self, text: str) -> bytes:
        """The whole line with a reader's text, as it goes over the wire."""
        if self.place is Place.HTML:
            text = _escaped(text)
        line = self.before + text + self.after
        return stuffed(header_line(line) if self.place is Place.HEADERS else quoted(line))


class _Slot(NamedTuple):
    """Where a stretch of a text belongs in a layout."""

    at: int
    name: str
    stretch: slice


class _Layout(NamedTuple):
    """A form's wire with nothing where each stretch of a text belongs.

    `leading` are those of the slots that begin a line, where a dot is doubled.
    """

    wire: list[bytes]
    slots: list[_Slot]
    leading: list[int]


@dataclass(frozen=True, slots=True)
class Form:
    """A mail for a group of readers; `make_form` makes it.

    `wire` is the whole mail as it is sent, with nothing where each of `gaps` belongs. Where texts
    are written as they are, their lengths alone say where lines are broken: so a layout is found
    once for each set of lengths. `rooms` says how long a text of a name may be without breaking a
    line; a negative one, that it always may.
    """

    wire: tuple[bytes, ...]
    gaps: tuple[Gap, ...]
    links: frozenset[Link]
    threaded: bool
    rooms: tuple[tuple[str, int], ...]
    layouts: dict[tuple[int, ...], _Layout] = field(default_factory=dict, compare=False)

    def fill(self, personal: Personal) -> Content:
        """A reader's mail: whole lines are put between others, all of which are known.

        Raises ValueError for a text that cannot stand in its place, and where the links are others
        than the mail has.
        """
        texts = written(personal, self.links, threaded=self.threaded)
        if any(map(_WRITTEN_OTHERWISE.search, personal.links.values())):
            return Content(self._one_by_one(texts))
        lengths = [(len(texts[name]), room) for name, room in self.rooms]
        key = tuple([0 if length <= room else length for length, room in lengths])
        layout = self.layouts.get(key) or self._lay_out(key, texts)
        wire = layout.wire.copy()
        octets = {name: text.encode("ascii") for name, text in texts.items()}
        for at, name, stretch in layout.slots:
            wire[at] = octets[name][stretch]
        for at in layout.leading:
            if wire[at].startswith(b"."):
                wire[at] = stuffed(wire[at])
        return Content(b"".join(wire))

    def _one_by_one(self, texts: Mapping[str, str]) -> bytes:
        wire = list(self.wire)
        for gap in self.gaps:
            wire[gap.at] = gap.octets(texts[gap.name])
        return b"".join(wire)

    def _lay_out(self, key: tuple[int, ...], texts: Mapping[str, str]) -> _Layout:
        """The layout for texts of these lengths, which is kept."""
        layout = _Layout([], [], [])
        gaps = {gap.at: gap for gap in self.gaps}
        for at, octets in enumerate(self.wire):
            if at in gaps:
                _lay_out_line(layout, gaps[at], len(texts[gaps[at].name]))
            else:
                layout.wire.append(octets)
        if len(self.layouts) >= MOST_LAYOUTS:
            self.layouts.clear()
        self.layouts[key] = layout
        return layout


def _lay_out_line(layout: _Layout, gap: Gap, length: int) -> None:
    """Adds a gap's line: what two texts of other letters have in common, and what they have not."""
    start = begun = 0
    one, other = (gap.octets(letter * length) for letter in "xy")
    for same, pairs in groupby(zip(one, other, strict=True), lambda pair: pair[0] == pair[1]):
        octets = bytes(octet for octet, _ in pairs)
        if not same:
            at, end = len(layout.wire), start + len(octets)
            stretch = slice(None) if len(octets) == length else slice(start, end)
            layout.slots.append(_Slot(at, gap.name, stretch))
            if one[:begun].endswith(b"\n"):
                layout.leading.append(at)
            start = end
        layout.wire.append(octets if same else b"")
        begun += len(octets)


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
        gaps.append(Gap(len(octets), before, name, after, piece.place))
        octets += [b"", b""]
    _check(kind, found)
    check_content(b"".join(octets))
    wire = (*map(stuffed, octets), END)
    links, threaded = frozenset(kind.links), kind.thread is not Thread.NONE
    return Form(wire, tuple(gaps), links, threaded, tuple(_rooms(gaps).items()))


def _rooms(gaps: Iterable[Gap]) -> dict[str, int]:
    """How long a text may be, by its name, before the least room that a line has for it is full."""
    rooms: dict[str, int] = {}
    for gap in gaps:
        in_header = gap.place is Place.HEADERS
        room = LINE - len(gap.before) - len(gap.after) if in_header else -1
        rooms[gap.name] = min(room, rooms.get(gap.name, room))
    return rooms


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
