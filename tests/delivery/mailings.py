"""A sender into a Maildir, for tests of what an operator does with mails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

from sqlalchemy import select

from calendar_service.actions.service import Service
from calendar_service.delivery.deliverer import Deliverer
from calendar_service.mail.maildir import MaildirSender
from calendar_service.store.rows import DeliveryRow
from tests.calendars_at_work import NATO, confirmed, load_feeds, publish_event

DUE = datetime(2026, 2, 11, 7, 0, tzinfo=UTC)
"""When the day-before reminder of `ministers` is due for a reader in Tirana."""


@contextmanager
def sending(service: Service) -> Iterator[Deliverer]:
    """A sender that leaves mails in the Maildir of the settings."""
    deliverer = Deliverer(service, MaildirSender(service.settings.maildir))
    try:
        yield deliverer
    finally:
        deliverer.close()


def deliver(service: Service) -> int:
    """Sends what is due, by a worker that lives just for that."""
    with sending(service) as deliverer:
        return deliverer.deliver_due()


def sent_to(service: Service) -> list[str]:
    """Who was sent a mail, in the order of the alphabet."""
    folder = service.settings.maildir / "new"
    files = sorted(folder.iterdir()) if folder.exists() else []
    mails = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]
    return sorted(mail["To"] for mail in mails)


def arrived(service: Service) -> list[EmailMessage]:
    """The mails that came since the last look, by address and subject."""
    folder = service.settings.maildir / "new"
    mails = []
    for file in sorted(folder.iterdir()) if folder.exists() else []:
        mails.append(message_from_bytes(file.read_bytes(), policy=policy.default))
        file.unlink()
    return sorted(mails, key=lambda mail: (mail["To"], mail["Subject"]))


def body_of(mail: EmailMessage, kind: str = "plain") -> str:
    """The text of a mail, "plain" or "html"."""
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def two_readers(service: Service) -> None:
    """Two readers, `one` and `two`, who want to be reminded of `ministers` the day before."""
    load_feeds(service, NATO)
    publish_event(service, "ministers", "2026-02-12")
    for name in ("one", "two"):
        confirmed(service, f"{name}@example.org")


def numbers(service: Service) -> list[int]:
    """The numbers of all deliveries, in the order in which they came to be owed."""
    with service.database.read() as session:
        return list(session.scalars(select(DeliveryRow.id).order_by(DeliveryRow.id)))
