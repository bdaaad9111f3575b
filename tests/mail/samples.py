"""The sample mails, with whatever a test wants otherwise about them, as they are sent and read."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from calendar_service.domain.events import Event
from calendar_service.mail.composing import compose
from calendar_service.mail.messages import ConfirmationMail, Mail, Masthead, ReminderMail
from calendar_service.mail.personal import Link, Personal
from calendar_service.mail.sample_events import MINISTERIAL
from calendar_service.mail.samples import MASTHEAD, Samples, sample_personal

UNSUBSCRIBE_URL = "https://calendar.example.org/unsubscribe/q7c3"
PREFERENCES_URL = "https://calendar.example.org/preferences/m4v9"
NEVER_URL = "https://calendar.example.org/never/k5s2"


def personal_of(mail: Mail, **changes: Any) -> Personal:
    """What a reader's own copy of the mail has for itself."""
    return sample_personal(mail)._replace(**changes)


def links_to_stop(url: str) -> dict[Link, str]:
    """The links of a mail to who follows something, one of them to stop it."""
    return {Link.UNSUBSCRIBE: url, Link.PREFERENCES: PREFERENCES_URL}


def octets_of(mail: Mail, **changes: Any) -> bytes:
    """One reader's copy of the mail as it is sent."""
    return compose(mail, personal_of(mail, **changes))


def composed(mail: Mail, **changes: Any) -> EmailMessage:
    """One reader's copy of the mail as the standard library reads it."""
    octets = octets_of(mail, **changes)
    return message_from_bytes(octets, policy=SMTP.clone(refold_source="none"))


def a_confirmation(language: str = "en", **changes: Any) -> ConfirmationMail:
    return replace(Samples(language).confirmation(), **changes)


def a_reminder(
    language: str = "en", event: Event = MINISTERIAL, *, masthead: Masthead = MASTHEAD, **of: Any
) -> ReminderMail:
    """A reminder with the changes named, of itself or of its readership."""
    mail = replace(Samples(language).reminder(event), masthead=masthead)
    own = {name: value for name, value in of.items() if hasattr(mail, name)}
    shared = {name: value for name, value in of.items() if name not in own}
    return replace(mail, **{"readership": replace(mail.readership, **shared), **own})
