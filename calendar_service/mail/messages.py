"""What a mail says: values that hold everything, so that writing it asks nothing of anybody.

What one reader's mail has for itself is not here, but in `personal.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from calendar_service.domain.events import Revision
from calendar_service.domain.reminders import Offset
from calendar_service.domain.when import KnownWhen
from calendar_service.mail.addresses import Mailbox


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
    """Readers to whom a reminder says the same, whoever they are. Can be the key of a cache.

    `zone` is the readers' and `follows` the titles of what they follow and get this for. `days` is
    how many lie between their today and the day on which it begins for them, as
    `domain.words.days_until` counts them: 1 is tomorrow, and below 0 it has begun.
    """

    language: str
    zone: str
    follows: tuple[str, ...]
    mailing_list: MailingList
    days: int
    late: bool = False


@dataclass(frozen=True, slots=True)
class ConfirmationMail:
    """Asks whether an address really wants reminders.

    Anybody can have it sent to anybody. So there is nothing in it that a stranger wrote:
    `follows` is the title of a feed or an event, in the mail's language. `zone` is the reader's;
    the link is made for `expires_in` hours, and `until` is the aware instant at which they end.
    """

    language: str
    masthead: Masthead
    follows: str
    offsets: tuple[Offset, ...]
    zone: str
    until: datetime
    expires_in: int = 48


@dataclass(frozen=True, slots=True)
class ReminderMail:
    """Reminds readers of one occurrence of an event; `when` is the occurrence's own."""

    readership: Readership
    masthead: Masthead
    revision: Revision
    when: KnownWhen
    event_url: str
    attachment: Attachment


Mail = ConfirmationMail | ReminderMail
