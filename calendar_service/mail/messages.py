"""What a mail says: values that hold everything, so that writing it asks nothing of anybody."""

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
class Envelope:
    """What every mail has, whatever it says.

    `to` is as `parse_address` gives it, `message_id` as `identity.message_id` does, `date` an
    aware instant. With equal values the mail is the same to the octet, on every try.
    """

    to: str
    message_id: str
    date: datetime
    language: str
    masthead: Masthead


@dataclass(frozen=True, slots=True)
class Attachment:
    """An iCalendar file for a calendar app; no invitation, so without METHOD."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class ListHeaders:
    """What a mail program needs to sort these mails and to stop them (RFC 2919, RFC 8058).

    `id` has the form of a host name; a POST to `one_click_url` ends the subscription.
    """

    id: str
    name: str
    one_click_url: str


@dataclass(frozen=True, slots=True)
class ConfirmationMail:
    """Asks whether an address really wants reminders.

    Anybody can have it sent to anybody. So there is nothing in it that a stranger wrote:
    `follows` is the title of a feed or an event, in the mail's language. `zone` is the reader's;
    the link ends after `expires_in` hours.
    """

    envelope: Envelope
    follows: str
    offsets: tuple[Offset, ...]
    zone: str
    confirm_url: str
    expires_in: int = 48


@dataclass(frozen=True, slots=True)
class ReminderMail:
    """Reminds a reader of one occurrence of an event.

    `when` is the occurrence's own, `zone` the reader's, and `follows` the titles of what the
    reader follows and gets this for. A GET of `unsubscribe_url` shows a page and changes nothing.
    """

    envelope: Envelope
    revision: Revision
    when: KnownWhen
    zone: str
    follows: tuple[str, ...]
    event_url: str
    unsubscribe_url: str
    list_headers: ListHeaders
    attachment: Attachment
    late: bool = False
