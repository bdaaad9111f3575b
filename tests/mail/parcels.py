"""Mails for a sender, and what it tells of them."""

from __future__ import annotations

from collections.abc import Iterable
from email.message import EmailMessage
from email.policy import SMTP

from calendar_service.mail.contents import Content
from calendar_service.mail.senders import Fate, Parcel, Receipt, Sender

FROM, TO = "calendar@example.org", "reader@example.org"


def a_mail(body: str = "Hello.\n", number: int = 1) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["Subject"] = f"Mail {number}"
    message["Message-ID"] = f"<{number}@example.org>"
    message.set_content(body, cte="quoted-printable")
    return message


def a_parcel(
    message: EmailMessage | None = None,
    *,
    number: int = 1,
    envelope_from: str = FROM,
    to: str = TO,
) -> Parcel:
    content = Content.of((message or a_mail(number=number)).as_bytes())
    return Parcel(number, envelope_from, to, content)


def parcels(count: int) -> list[Parcel]:
    return [a_parcel(number=number) for number in range(1, count + 1)]


def fates(sender: Sender, given: Iterable[Parcel]) -> dict[int, Fate]:
    """What a sender tells of each parcel; a parcel that is told twice fails the test."""
    told: dict[int, Fate] = {}

    def note(parcel: Parcel, fate: Fate) -> None:
        assert parcel.number not in told
        told[parcel.number] = fate

    sender.send(iter(given), note)
    return told


def hand_over(sender: Sender, parcel: Parcel) -> Receipt:
    """The receipt for one parcel; raises the error where that is its fate."""
    (fate,) = fates(sender, [parcel]).values()
    if isinstance(fate, Receipt):
        return fate
    raise fate
