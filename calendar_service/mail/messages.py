"""What a mail says: values that hold everything, so that writing it asks nothing of anybody.

What one reader's mail has for itself is not here, but in `personal.py`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from calendar_service.domain.digests import Issue, News
from calendar_service.domain.events import Event, Revision
from calendar_service.domain.notices import Change, Notice
from calendar_service.domain.readers import Preferences
from calendar_service.domain.reminders import Offset
from calendar_service.domain.when import AllDay, KnownWhen
from calendar_service.domain.words import days_until
from calendar_service.mail.addresses import Mailbox

_ANY_ZONE = "UTC"
_BEGUN = -1


@dataclass(frozen=True, slots=True)
class Masthead:
    """Who sends it: on every mail the same.

    `imprint` has any lines or none, `contact` is an address or empty, and `origin` the site
    without a slash at its end.
    """

    from_address: Mailbox
    service: str
    origin: str
    imprint: str = ""
    contact: str = ""

    @property
    def list_host(self) -> str:
        """The site's host, as far as a List-Id can hold it."""
        host = urlsplit(self.origin).hostname or ""
        return re.sub(r"[^a-z0-9.]+", "-", host).strip("-.") or "localhost"

    def own_list(self, name: str) -> MailingList:
        """A list of what the service itself has to say, such as answers to choices."""
        return MailingList(f"{name}.{self.list_host}", self.service)


@dataclass(frozen=True, slots=True)
class Attachment:
    """An iCalendar file for a calendar app; no invitation, so without METHOD."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class MailingList:
    """What a mail program sorts these mails by; `id` has the form of a host name (RFC 2919)."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Readership:
    """Readers to whom a mail about an event says the same; for a reminder, `of` makes it.

    Together with what the mail is about it can be the key of a cache. `follows` has the titles of
    what they follow and get this for. `days` is how many lie between their today and the day on
    which it begins for them: 1 is tomorrow, and -1 says that it has begun, or that it is not said.
    """

    language: str
    zone: str
    follows: tuple[str, ...]
    mailing_list: MailingList
    days: int = -1
    late: bool = False

    @classmethod
    def of(
        cls,
        when: KnownWhen,
        *,
        language: str,
        zone: str,
        now: datetime,
        follows: tuple[str, ...],
        mailing_list: MailingList,
        late: bool = False,
    ) -> Readership:
        """The readership, at an aware instant, of a reader in `zone`.

        Whole days are said alike everywhere, so that in all zones with one today it is the same.
        """
        days = max(days_until(when, zone=zone, now=now), _BEGUN)
        said = _ANY_ZONE if isinstance(when, AllDay) else zone
        return cls(language, said, follows, mailing_list, days, late)


@dataclass(frozen=True, slots=True)
class ConfirmationMail:
    """Asks whether an address really wants reminders.

    Anybody can have it sent to anybody. So there is nothing in it that a stranger wrote:
    `follows` is the title of a feed or an event, in the mail's language, and `also` has those of
    what else was asked for and waits. `zone` is the reader's; the link is made for `expires_in`
    hours, and `until` is the aware instant at which they end.
    """

    language: str
    masthead: Masthead
    follows: str
    offsets: tuple[Offset, ...]
    zone: str
    until: datetime
    expires_in: int = 48
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReaderConfirmationMail(ConfirmationMail):
    """The same to who follows something already: it has the link to their choices."""


@dataclass(frozen=True, slots=True)
class ReminderMail:
    """Reminds readers of one occurrence of an event; `when` is the occurrence's own.

    Or tells that the event is new to a search that they follow, if it `is_new`. `change` is what is
    different about it since they were last told, and `markup` the event for programs, as JSON-LD;
    either may be missing.
    """

    readership: Readership
    masthead: Masthead
    revision: Revision
    when: KnownWhen
    event_url: str
    attachment: Attachment
    change: Change | None = None
    markup: str = ""
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class NoticeMail:
    """Tells readers what has changed about an event, or a series, since they were last told.

    `revision` is the event as it is now. There is no file where it has no day.
    """

    readership: Readership
    masthead: Masthead
    revision: Revision
    notice: Notice
    event_url: str
    attachment: Attachment | None = None
    markup: str = ""


@dataclass(frozen=True, slots=True)
class DigestMail:
    """Tells what is coming of all that readers follow, and what is new about it.

    `coming` are events as they are on their dates, by day.
    """

    readership: Readership
    masthead: Masthead
    issue: Issue
    coming: tuple[Event, ...]
    news: tuple[News, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that a reader follows, by its title, and how they are written to about it.

    `paused_until` is None while it goes on.
    """

    title: str
    preferences: Preferences
    paused_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class PreferencesMail:
    """Answers a reader who changed what they are sent, or asks: how it is at an aware instant."""

    language: str
    masthead: Masthead
    choices: tuple[Choice, ...]
    at: datetime


Mail = ConfirmationMail | ReminderMail | NoticeMail | DigestMail | PreferencesMail
