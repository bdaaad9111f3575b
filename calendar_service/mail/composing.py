"""Makes the mail of each kind; the same values give the same octets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from calendar_service.mail.assembly import Piece, Place, Thread, assemble, encode
from calendar_service.mail.digest_wording import digest_words
from calendar_service.mail.messages import (
    ConfirmationMail,
    DigestMail,
    Mail,
    NoticeMail,
    PreferencesMail,
    ReaderConfirmationMail,
    ReminderMail,
)
from calendar_service.mail.notice_wording import notice_words
from calendar_service.mail.personal import Link, Personal, written
from calendar_service.mail.preferences_wording import preferences_words
from calendar_service.mail.rendering import render
from calendar_service.mail.wording import confirmation_words, reminder_words


@dataclass(frozen=True, slots=True)
class Kind:
    """How a kind of mail is made of its values and the personal texts.

    `links` tells in which places each link stands: once for each time that it is named there; and
    `thread` how it belongs to other mails. `pieces` checks no personal text; `personal.written`
    has done so.
    """

    name: str
    pieces: Callable[[Any, Mapping[str, str]], Iterable[Piece]]
    links: Mapping[Link, tuple[Place, ...]]
    thread: Thread = Thread.NONE


def compose(mail: Mail, personal: Personal) -> bytes:
    """The mail of one reader: 7-bit, its lines ended by CRLF, and its dots not yet doubled.

    Raises ValueError for what could break a header. For many readers, see `forms.py`.
    """
    kind = kind_of(mail)
    threaded = kind.thread is not Thread.NONE
    texts = written(personal, kind.links.keys(), threaded=threaded)
    return encode(kind.pieces(mail, texts))


def kind_of(mail: Mail) -> Kind:
    """What kind of mail it is."""
    return _KINDS[type(mail)]


def _kind(
    name: str,
    words: Callable[[Any], object],
    links: Mapping[Link, tuple[Place, ...]],
    thread: Thread = Thread.NONE,
) -> Kind:
    """A kind by the name of its templates, and the words that they are filled with.

    The link among its headers is the one that a mail program's one click posts to.
    """
    one_click = next(link for link, places in links.items() if Place.HEADERS in places)

    def pieces(mail: Mail, personal: Mapping[str, str]) -> Iterable[Piece]:
        if isinstance(mail, ConfirmationMail | PreferencesMail):
            language, mailing_list = mail.language, mail.masthead.own_list(name)
        else:
            language, mailing_list = mail.readership.language, mail.readership.mailing_list
        texts = render(
            name,
            language,
            mail=mail,
            masthead=mail.masthead,
            words=words(mail),
            personal=personal,
        )
        return assemble(
            mail.masthead,
            texts,
            personal,
            language=language,
            unsubscribe=one_click,
            thread=thread,
            mailing_list=mailing_list,
            attachment=mail.attachment if isinstance(mail, ReminderMail | NoticeMail) else None,
        )

    return Kind(name, pieces, links, thread)


_OF_A_FOLLOWER = {
    Link.UNSUBSCRIBE: (Place.HEADERS, Place.TEXT, Place.HTML),
    Link.PREFERENCES: (Place.TEXT, Place.HTML),
}

_OF_A_CONFIRMATION = {
    Link.CONFIRM: (Place.TEXT, Place.HTML),
    Link.NEVER: (Place.HEADERS, Place.TEXT, Place.HTML),
}

_KINDS: Mapping[type, Kind] = {
    ConfirmationMail: _kind("confirmation", confirmation_words, _OF_A_CONFIRMATION),
    ReaderConfirmationMail: _kind(
        "confirmation",
        confirmation_words,
        _OF_A_CONFIRMATION | {Link.PREFERENCES: (Place.TEXT, Place.HTML)},
    ),
    ReminderMail: _kind("reminder", reminder_words, _OF_A_FOLLOWER, Thread.JOINS),
    PreferencesMail: _kind("preferences", preferences_words, _OF_A_FOLLOWER),
    DigestMail: _kind("digest", digest_words, _OF_A_FOLLOWER),
    NoticeMail: _kind("notice", notice_words, _OF_A_FOLLOWER, Thread.ANSWERS),
}
