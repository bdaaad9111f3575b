"""An installation that tests let time pass in, and read the mails of."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage

from calendar_service.actions.publishing import move_event
from calendar_service.actions.service import Service
from calendar_service.clock import SetClock
from calendar_service.delivery.deliverer import Deliverer
from calendar_service.domain.when import When
from calendar_service.mail.maildir import MaildirSender
from tests.delivery.mailings import arrived, body_of

MINUTE = timedelta(minutes=1)


class Newsroom:
    """An installation whose editors change events, and whose sender is at work all the time."""

    def __init__(self, service: Service, clock: SetClock) -> None:
        self.service, self.clock = service, clock
        self.sender = Deliverer(service, MaildirSender(service.settings.maildir))
        self.mails: list[EmailMessage] = []

    def wait(self, minutes: float) -> list[tuple[str, str]]:
        """Lets time pass; tells who got what, by address and subject."""
        end = self.clock.now() + minutes * MINUTE
        while self.clock.now() < end:
            self.clock.set(min(end, self.clock.now() + MINUTE))
            self.sender.deliver_due()
        return self.arrived()

    def at_once(self) -> list[tuple[str, str]]:
        """What leaves without any time passing."""
        self.sender.deliver_due()
        return self.arrived()

    def arrived(self) -> list[tuple[str, str]]:
        self.mails = arrived(self.service)
        return [(mail["To"].partition("@")[0], str(mail["Subject"])) for mail in self.mails]

    def text(self) -> str:
        """The text of the only mail."""
        (mail,) = self.mails
        return body_of(mail)

    def move(self, when: When, name: str = "briefing", *, silent: bool = False) -> None:
        move_event(self.service, name, when, silent=silent)
