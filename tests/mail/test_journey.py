"""A mail on its whole way: composed, handed to a relay that others wrote, and read there."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from calendar_service.mail.errors import PermanentRefusalError, RelayUnavailableError
from calendar_service.mail.relays import Relay, Security
from calendar_service.mail.samples import CALENDAR_FILE
from calendar_service.mail.smtp import SmtpSender
from tests.mail.parcels import a_parcel, hand_over
from tests.mail.relays import server_context, trusting_context
from tests.mail.samples import a_confirmation, a_reminder, composed


class Inbox:
    """Keeps what it is given, and knows one address that does not exist."""

    def __init__(self) -> None:
        self.kept: list[Envelope] = []

    async def handle_RCPT(  # noqa: N802 - aiosmtpd names it
        self, server: SMTP, session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if address.startswith("nobody@"):
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(  # noqa: N802 - aiosmtpd names it
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        self.kept.append(envelope)
        return "250 2.0.0 queued"


def log_in(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> Any:
    good = isinstance(data, LoginPassword) and (data.login, data.password) == (b"anna", b"s:/@%")
    return AuthResult(success=good, handled=False)


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def relay(inbox: Inbox) -> Iterator[Relay]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(
        inbox,
        hostname="127.0.0.1",
        port=port,
        tls_context=server_context("good.pem"),
        require_starttls=True,
        authenticator=log_in,
        auth_required=True,
    )
    controller.start()
    yield Relay("localhost", port, Security.REQUIRED, user="anna", password="s:/@%", timeout=10)
    controller.stop()


def test_mails_arrive_over_starttls_with_a_password(inbox: Inbox, relay: Relay) -> None:
    sender = SmtpSender(relay, hello="calendar.example.org", context=trusting_context())
    mails = [composed(a_confirmation("fr")), composed(a_reminder("sq"))]
    with pytest.raises(PermanentRefusalError) as caught:
        hand_over(sender, a_parcel(mails[0], to="nobody@example.org"))
    for mail in mails:
        hand_over(sender, a_parcel(mail, to="reader@example.org"))
    sender.close()
    assert caught.value.is_about_the_address
    assert [kept.content for kept in inbox.kept] == [mail.as_bytes() for mail in mails]
    assert inbox.kept[1].rcpt_tos == ["reader@example.org"]
    read = message_from_bytes(mails[1].as_bytes(), policy=default)
    assert read["Subject"] == "Nesër: Takimi i ministrave të Mbrojtjes të NATO-s"
    [file] = read.iter_attachments()
    assert file.get_payload(decode=True) == CALENDAR_FILE


def test_a_wrong_password_strikes_nobody(inbox: Inbox, relay: Relay) -> None:
    wrong = Relay(relay.host, relay.port, relay.security, user="anna", password="guess", timeout=10)
    sender = SmtpSender(wrong, hello="calendar.example.org", context=trusting_context())
    mail = composed(a_reminder())
    with pytest.raises(RelayUnavailableError, match="535"):
        hand_over(sender, a_parcel(mail, to="reader@example.org"))
    assert inbox.kept == []
