"""A reader's half-year: signs up, is reminded, hears that the summit moves, and ends it all."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlencode

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from werkzeug.serving import make_server

from calendar_service.actions.content import load_content
from calendar_service.actions.publishing import move_event
from calendar_service.actions.service import Service, open_service
from calendar_service.catalog.files import load_content as read_content
from calendar_service.clock import SetClock
from calendar_service.config import read_settings
from calendar_service.delivery.deliverer import Deliverer
from calendar_service.delivery.relay import open_sender
from calendar_service.domain.when import AllDay
from calendar_service.ical.reading import ReadEvent, read_calendar
from calendar_service.store.database import Database
from calendar_service.web.app import create_app
from tests.journeys.running_service import CHECKOUT, fetch, free_port
from tests.stores import reset

JANUARY = datetime(2026, 1, 20, 10, 0, tzinfo=UTC)
SUMMIT = "nato-summit-ankara-2026"
HOURS = (6, 7, 12, 13)
ONE_CLICK = b"List-Unsubscribe=One-Click"


class Mailbox:
    """What a real SMTP server has been given, with the instant of the service's clock."""

    def __init__(self, clock: SetClock) -> None:
        self._clock = clock
        self.mails: list[tuple[datetime, EmailMessage]] = []

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name for it
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        content = envelope.original_content or b""
        mail = message_from_bytes(content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append((self._clock.now(), mail))
        return "250 2.0.0 taken"

    def take(self) -> list[tuple[str, EmailMessage]]:
        """The mails since the last look, each with its minute in UTC."""
        taken, self.mails = self.mails, []
        return [(f"{at:%m-%d %H:%M}", mail) for at, mail in taken]


@dataclass
class Installation:
    """A service with its site over HTTP, its relay, and a clock that the test sets."""

    service: Service
    clock: SetClock
    mailbox: Mailbox
    origin: str

    def run_until(self, end: datetime) -> None:
        """Lets a worker, started for it, look up at some hours of each day until an instant."""
        deliverer = Deliverer(self.service, open_sender(self.service.settings))
        while self.clock.now() < end:
            now = self.clock.now()
            midnight = now.replace(hour=0, minute=0, second=0) + timedelta(days=1)
            hours = (now.replace(hour=hour, minute=0, second=0) for hour in HOURS)
            self.clock.set(min(next((hour for hour in hours if hour > now), midnight), end))
            deliverer.deliver_due()
        deliverer.close()

    def sign_up(self, path: str, address: str, **choices: object) -> str:
        """Fills the form in, and follows the confirmation mail's link as far as its button."""
        form = {"address": address, "offsets": ["P7D", "P1D", "P0D"], "language": "sq"}
        form |= {"zone": "Europe/Tirane", "consent": "yes", **choices}  # type: ignore[dict-item]
        answer = fetch(self.origin + path, data=urlencode(form, doseq=True).encode())
        assert answer.status == 200, answer.body.decode()
        self.run_until(self.clock.now() + timedelta(minutes=1))
        ((_, mail),) = self.mailbox.take()
        assert mail["To"] == address
        return link_in(mail, "/confirm/")

    def feed(self, slug: str = "nato") -> dict[str, ReadEvent]:
        answer = fetch(f"{self.origin}/feeds/{slug}.ics")
        return {event.uid: event for event in read_calendar(answer.body, slug)}


def link_in(mail: EmailMessage, path: str) -> str:
    """The first link of a mail's plain text that has this path."""
    body = mail.get_body(("plain",))
    assert body is not None
    return next(str(word) for word in body.get_content().split() if path in word)


def subjects(mails: list[tuple[str, EmailMessage]]) -> list[tuple[str, str]]:
    return [(minute, str(mail["Subject"])) for minute, mail in mails]


@contextmanager
def site(service: Service) -> Iterator[None]:
    """The real site over HTTP, in a thread, with the clock that the test holds."""
    host, port = service.settings.address
    server = make_server(host, port, create_app(service), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()


@pytest.fixture
def installed(tmp_path: Path, sqlite_form: Database) -> Iterator[Installation]:
    """NATO's year as it is published, on 20 January 2026."""
    clock = SetClock(JANUARY)
    mailbox = Mailbox(clock)
    relay = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    relay.start()
    settings = read_settings(
        {
            "CALENDAR_BIND": f"127.0.0.1:{free_port()}",
            "CALENDAR_SMTP_URL": f"smtp://127.0.0.1:{relay.port}",
            "CALENDAR_MAIL_FROM": "Kalendari <kalendari@example.org>",
        },
        tmp_path,
    )
    service = open_service(settings, clock)
    reset(service.database, sqlite_form)
    load_content(service, read_content(CHECKOUT))
    with site(service):
        yield Installation(service, clock, mailbox, settings.origin)
    service.database.close()
    relay.stop()


def test_a_reader_is_reminded_once_each_in_time_and_language_and_stops_with_one_click(
    installed: Installation,
) -> None:
    link = installed.sign_up("/feeds/nato/reminders", "lexuesi@example.org")

    page = fetch(link)  # a link scanner looks first
    assert page.status == 200
    installed.run_until(datetime(2026, 1, 22, tzinfo=UTC))
    assert fetch(link, data=b"").status == 200
    assert fetch(link, data=b"").status == 200  # pressed twice

    installed.run_until(datetime(2026, 3, 1, tzinfo=UTC))
    february = installed.mailbox.take()
    assert subjects(february) == [
        ("02-05 07:00", "Pas 7 ditësh: Takimi i ministrave të Mbrojtjes të NATO-s"),
        ("02-05 07:00", "Pas 7 ditësh: Këshilli NATO-Ukrainë"),
        ("02-11 07:00", "Nesër: Takimi i ministrave të Mbrojtjes të NATO-s"),
        ("02-11 07:00", "Nesër: Këshilli NATO-Ukrainë"),
        ("02-12 07:00", "Sot: Takimi i ministrave të Mbrojtjes të NATO-s"),
        ("02-12 07:00", "Sot: Këshilli NATO-Ukrainë"),
    ]
    assert len({mail["Message-ID"] for _, mail in february}) == 6

    before = installed.feed()
    (uid,) = [uid for uid, event in before.items() if str(event.start) == "2026-07-07"]
    installed.run_until(datetime(2026, 6, 20, 9, 0, tzinfo=UTC))
    move_event(installed.service, SUMMIT, AllDay(date(2026, 7, 14), date(2026, 7, 15)))
    after = installed.feed()
    assert after.keys() == before.keys()
    assert (str(after[uid].start), str(after[uid].end)) == ("2026-07-14", "2026-07-16")
    assert after[uid].sequence == before[uid].sequence + 1
    assert {k: v for k, v in after.items() if k != uid} == {
        k: v for k, v in before.items() if k != uid
    }

    installed.run_until(datetime(2026, 7, 10, tzinfo=UTC))
    july = installed.mailbox.take()
    assert subjects(july) == [
        ("06-20 12:00", "Zhvendosur: Samiti i NATO-s në Ankara"),
        ("07-07 06:00", "Pas 7 ditësh: Samiti i NATO-s në Ankara"),
    ]
    assert "Më parë: 7–8 korrik 2026" in july[0][1].get_body(("plain",)).get_content()  # type: ignore[union-attr]

    stop = str(july[0][1]["List-Unsubscribe"]).strip("<> ")
    assert fetch(stop).status == 200  # looking stops nothing
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert fetch(stop, data=ONE_CLICK, headers=headers).status == 200
    installed.run_until(datetime(2026, 7, 20, tzinfo=UTC))
    assert installed.mailbox.take() == []


def test_looking_at_the_stop_link_stops_nothing(installed: Installation) -> None:
    fetch(installed.sign_up("/feeds/nato/reminders", "lexuesi@example.org"), data=b"")
    installed.run_until(datetime(2026, 2, 6, tzinfo=UTC))
    (_, mail), *_ = installed.mailbox.take()
    stop = str(mail["List-Unsubscribe"]).strip("<> ")
    for method in ("GET", "HEAD"):
        assert fetch(stop, method=method).status == 200
    installed.run_until(datetime(2026, 2, 11, 8, 0, tzinfo=UTC))
    assert len(installed.mailbox.take()) == 2


def test_each_reader_is_written_to_in_their_own_language_and_morning(
    installed: Installation,
) -> None:
    path = f"/events/{SUMMIT}/reminders"
    for address, language, zone in (
        ("anna@example.org", "en", "America/New_York"),
        ("claire@example.org", "fr", "Europe/Paris"),
    ):
        link = installed.sign_up(path, address, language=language, zone=zone, offsets=["P1D"])
        assert fetch(link, data=b"").status == 200
    installed.run_until(datetime(2026, 7, 8, tzinfo=UTC))
    mails = installed.mailbox.take()
    assert [(minute, mail["To"], mail["Content-Language"]) for minute, mail in mails] == [
        ("07-06 06:00", "claire@example.org", "fr"),
        ("07-06 12:00", "anna@example.org", "en"),
    ]
    assert "Demain" in mails[0][1]["Subject"]
    assert "Tomorrow" in mails[1][1]["Subject"]


def test_who_does_not_confirm_is_never_reminded_and_is_forgotten(installed: Installation) -> None:
    link = installed.sign_up("/feeds/nato/reminders", "stranger@example.org")
    installed.run_until(datetime(2026, 7, 10, tzinfo=UTC))
    assert installed.mailbox.take() == []
    assert fetch(link).status == 410
    assert fetch(link, data=b"").status == 410


def test_a_mail_carries_its_event_for_calendar_apps(installed: Installation) -> None:
    fetch(installed.sign_up("/feeds/nato-summits/reminders", "lexuesi@example.org"), data=b"")
    installed.run_until(datetime(2026, 7, 1, tzinfo=UTC))
    ((_, mail),) = installed.mailbox.take()
    (attachment,) = mail.iter_attachments()
    assert attachment.get_content_type() == "text/calendar"
    assert "method" not in str(attachment["Content-Type"]).lower()
    (event,) = read_calendar(attachment.get_payload(decode=True), "attachment")  # type: ignore[arg-type]
    assert (str(event.start), event.sequence) == ("2026-07-07", 0)
    html = mail.get_body(("html",))
    plain = mail.get_body(("plain",))
    assert html is not None
    assert plain is not None
    for fact in ("Samiti i NATO-s në Ankara", "7–8 korrik 2026", "Ankara"):
        assert fact in html.get_content()
        assert fact in plain.get_content()
