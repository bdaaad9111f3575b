"""Makes the mail of each kind: one function a kind, and the same values give the same octets."""

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


def _confirmation(mail: ConfirmationMail, personal: Mapping[str, str]) -> Iterable[Piece]:
    """The mail that asks a reader to confirm."""
    texts = render(
        "confirmation",
        mail.language,
        mail=mail,
        masthead=mail.masthead,
        words=confirmation_words(mail),
        personal=personal,
    )
    return assemble(mail.masthead, texts, personal, language=mail.language, unsubscribe=Link.NEVER)


def _reminder(mail: ReminderMail, personal: Mapping[str, str]) -> Iterable[Piece]:
    """The mail that reminds a reader, with the event for their calendar attached."""
    readership = mail.readership
    texts = render(
        "reminder",
        readership.language,
        mail=mail,
        masthead=mail.masthead,
        words=reminder_words(mail),
        personal=personal,
    )
    return assemble(
        mail.masthead,
        texts,
        personal,
        language=readership.language,
        unsubscribe=Link.UNSUBSCRIBE,
        thread=Thread.JOINS,
        mailing_list=readership.mailing_list,
        attachment=mail.attachment,
    )


def _notice(mail: NoticeMail, personal: Mapping[str, str]) -> Iterable[Piece]:
    """The mail that tells a reader of a change, as an answer to what they were told before."""
    readership = mail.readership
    texts = render(
        "notice",
        readership.language,
        mail=mail,
        masthead=mail.masthead,
        words=notice_words(mail),
        personal=personal,
    )
    return assemble(
        mail.masthead,
        texts,
        personal,
        language=readership.language,
        unsubscribe=Link.UNSUBSCRIBE,
        thread=Thread.ANSWERS,
        mailing_list=readership.mailing_list,
        attachment=mail.attachment,
    )


def _digest(mail: DigestMail, personal: Mapping[str, str]) -> Iterable[Piece]:
    """The mail that tells a reader of all together."""
    readership = mail.readership
    texts = render(
        "digest",
        readership.language,
        mail=mail,
        masthead=mail.masthead,
        words=digest_words(mail),
        personal=personal,
    )
    return assemble(
        mail.masthead,
        texts,
        personal,
        language=readership.language,
        unsubscribe=Link.UNSUBSCRIBE,
        mailing_list=readership.mailing_list,
    )


def _preferences(mail: PreferencesMail, personal: Mapping[str, str]) -> Iterable[Piece]:
    """The mail that answers a reader who has changed what they are sent."""
    texts = render(
        "preferences",
        mail.language,
        mail=mail,
        masthead=mail.masthead,
        words=preferences_words(mail),
        personal=personal,
    )
    unsubscribe = Link.UNSUBSCRIBE
    return assemble(mail.masthead, texts, personal, language=mail.language, unsubscribe=unsubscribe)


_OF_A_FOLLOWER = {
    Link.UNSUBSCRIBE: (Place.HEADERS, Place.TEXT, Place.HTML),
    Link.PREFERENCES: (Place.TEXT, Place.HTML),
}

_KINDS: Mapping[type, Kind] = {
    ConfirmationMail: Kind(
        "confirmation",
        _confirmation,
        {Link.CONFIRM: (Place.TEXT, Place.HTML), Link.NEVER: (Place.HEADERS,)},
    ),
    ReminderMail: Kind("reminder", _reminder, _OF_A_FOLLOWER, Thread.JOINS),
    PreferencesMail: Kind("preferences", _preferences, _OF_A_FOLLOWER),
    DigestMail: Kind("digest", _digest, _OF_A_FOLLOWER),
    NoticeMail: Kind("notice", _notice, _OF_A_FOLLOWER, Thread.ANSWERS),
}
