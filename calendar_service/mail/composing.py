"""Makes the mail of each kind: one function a kind, and the same values give the same octets."""

from __future__ import annotations

from email.message import EmailMessage

from calendar_service.mail.assembly import assemble
from calendar_service.mail.messages import ConfirmationMail, ReminderMail
from calendar_service.mail.rendering import render
from calendar_service.mail.wording import confirmation_words, reminder_words


def compose_confirmation(mail: ConfirmationMail) -> EmailMessage:
    """The mail that asks a reader to confirm."""
    texts = render(
        "confirmation",
        mail.envelope.language,
        mail=mail,
        masthead=mail.envelope.masthead,
        words=confirmation_words(mail),
    )
    return assemble(mail.envelope, texts)


def compose_reminder(mail: ReminderMail) -> EmailMessage:
    """The mail that reminds a reader, with the event for their calendar attached."""
    texts = render(
        "reminder",
        mail.envelope.language,
        mail=mail,
        masthead=mail.envelope.masthead,
        words=reminder_words(mail),
    )
    return assemble(
        mail.envelope, texts, list_headers=mail.list_headers, attachment=mail.attachment
    )
