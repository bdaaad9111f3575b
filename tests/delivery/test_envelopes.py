"""Whose envelope a mail leaves in, and what the relay's own refusals come to."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes

from calendar_service.actions.service import Service
from calendar_service.actions.standing import why_suppressed
from calendar_service.clock import SetClock
from calendar_service.delivery.settling import Outcome, Tried, count_strikes
from calendar_service.mail.errors import PermanentRefusalError
from calendar_service.mail.verp import BounceAddress, is_genuine
from tests.actions.returned_mails import after_sending, returned_from
from tests.calendars_at_work import sign_up
from tests.delivery.mailings import DUE, deliver, two_readers
from tests.stores import with_settings


def test_each_mail_has_an_envelope_sender_of_its_own(service: Service, clock: SetClock) -> None:
    service = after_sending(service, clock)
    sign_up(service, "three@example.org")
    deliver(service)
    files = (service.settings.maildir / "new").iterdir()
    mails = {mail["To"]: mail for mail in (message_from_bytes(one.read_bytes()) for one in files)}
    bounces = BounceAddress.parse("bounces@example.org")
    returned = {to: next(bounces.find(mail["Return-Path"], most=1)) for to, mail in mails.items()}
    assert len(set(returned.values())) == 3
    assert returned["one@example.org"] == returned_from(service, "one")
    assert all(mail["From"] == "Kalendari <calendar@localhost>" for mail in mails.values())
    assert not is_genuine(service.secret, returned["three@example.org"], "another sign-up")


def test_without_a_bounce_address_the_sender_is_the_envelopes_too(
    sqlite_service: Service, clock: SetClock
) -> None:
    two_readers(sqlite_service)
    clock.set(DUE)
    deliver(sqlite_service)
    for file in (sqlite_service.settings.maildir / "new").iterdir():
        assert message_from_bytes(file.read_bytes())["Return-Path"] == "<calendar@localhost>"


def refused(number: int, enhanced: str, command: str = "RCPT") -> Tried:
    fate = PermanentRefusalError(code=550, enhanced=enhanced, command=command, reply="550 no")
    return Tried.of(number, fate, DUE)


def test_an_address_that_our_relay_says_is_none_is_not_written_to_again(
    service: Service, clock: SetClock
) -> None:
    service = after_sending(service, clock)
    one, two = (returned_from(service, name).delivery_id for name in ("one", "two"))
    tried = [refused(one, "5.1.1"), refused(two, ""), refused(two, "5.7.1", "DATA")]
    with service.database.write() as session:
        count_strikes(session, service.secret, tried, now=DUE + timedelta(seconds=1))
        count_strikes(session, service.secret, [Tried(two, Outcome.SENT, "", DUE)], now=DUE)
    found = why_suppressed(service, "one@example.org")
    assert found is not None
    assert found.status == "5.1.1"
    assert why_suppressed(service, "two@example.org") is None
    assert with_settings(service).settings.bounce_address
