"""Mails that come back, on their whole way: sent, returned into a mailbox, and counted."""

from __future__ import annotations

import mailbox
from datetime import timedelta
from pathlib import Path

import pytest

from calendar_service.actions.findings import Health
from calendar_service.actions.returned import Taken, collect_returned, take_returned
from calendar_service.actions.service import Service
from calendar_service.actions.standing import suppress_address, why_suppressed
from calendar_service.actions.standing_checkup import standing_checked
from calendar_service.clock import SetClock
from calendar_service.domain.standing import Why
from calendar_service.mail.mailboxes import (
    MailboxError,
    MailboxUrlError,
    Maildir,
    check_mailbox,
    open_mailbox,
)
from tests.actions.returned_mails import BOUNCES, after_sending, returned_from
from tests.calendars_at_work import NATO, confirmed, load_feeds, publish_event
from tests.delivery.mailings import DUE, deliver
from tests.mail.returned_samples import COMPLAINTS, GONE, NOTHING, OURS, VERP
from tests.stores import with_settings


def about(service: Service, text: str, name: str = "one") -> bytes:
    """A sample as if it were about the newest mail to a reader."""
    returned = returned_from(service, name)
    address = f"{BOUNCES.before}{returned.delivery_id:x}-{returned.mac}@{BOUNCES.domain}"
    return text.replace(VERP, address).encode()


@pytest.mark.parametrize("server", GONE)
def test_whatever_the_server_writes_its_reader_is_gone(
    sqlite_service: Service, clock: SetClock, server: str
) -> None:
    service = after_sending(sqlite_service, clock)
    assert take_returned(service, about(service, GONE[server])) is Taken.COUNTED
    found = why_suppressed(service, "one@example.org")
    assert found is not None
    assert found.why is Why.BOUNCES
    assert why_suppressed(service, "two@example.org") is None


def test_a_complaint_ends_the_mails_at_once(service: Service, clock: SetClock) -> None:
    service = after_sending(service, clock)
    taken = [take_returned(service, about(service, text)) for text in COMPLAINTS.values()]
    assert taken == [Taken.COUNTED] + [Taken.NOT_OURS] * (len(taken) - 1)
    found = why_suppressed(service, "one@example.org")
    assert found is not None
    assert found.why is Why.COMPLAINT


@pytest.mark.parametrize("server", OURS)
def test_what_others_do_not_accept_of_us_is_no_readers_fault(
    sqlite_service: Service, clock: SetClock, server: str
) -> None:
    service = after_sending(sqlite_service, clock)
    assert take_returned(service, about(service, OURS[server])) is Taken.COUNTED
    for day in range(6):
        publish_event(service, f"talks-{day}", f"2026-02-{13 + day}")
        clock.set(DUE + timedelta(days=day + 1))
        assert deliver(service) == 2
        assert take_returned(service, about(service, OURS[server])) is Taken.COUNTED
    assert why_suppressed(service, "one@example.org") is None


def test_the_doctor_tells_that_others_do_not_trust_the_sender(
    sqlite_service: Service, clock: SetClock
) -> None:
    service = after_sending(sqlite_service, clock)
    spf = OURS["gmail, where SPF and DKIM are broken"]
    for name in ("one", "two"):
        take_returned(service, about(service, spf, name))
    said = {finding.words: finding for finding in standing_checked(service)}
    words = "mails to 2 addresses came back of late, for their servers do not trust us: 5.7.26 (2)"
    assert said[words].health is Health.WARN
    assert "SPF" in said[words].remedy
    clock.set(DUE + timedelta(days=4))
    assert words not in {finding.words for finding in standing_checked(service)}


def test_the_doctor_takes_it_for_wrong_where_many_do_not_trust_the_sender(
    sqlite_service: Service, clock: SetClock
) -> None:
    load_feeds(sqlite_service, NATO)
    names = [f"reader{number}" for number in range(10)]
    for name in names:
        confirmed(sqlite_service, f"{name}@example.org", offsets=("P0D",))
    service = after_sending(sqlite_service, clock)
    clock.set(DUE + timedelta(days=1))
    assert deliver(service) == 10
    for name in names:
        take_returned(service, about(service, OURS["outlook.com blocks"], name))
    (finding,) = (one for one in standing_checked(service) if "do not trust us" in one.words)
    assert finding.health is Health.BAD


def test_the_doctor_tells_of_mails_that_others_do_not_take_as_they_are(
    sqlite_service: Service, clock: SetClock
) -> None:
    service = after_sending(sqlite_service, clock)
    take_returned(service, about(service, OURS["it is too large for them"]))
    (finding,) = (one for one in standing_checked(service) if "5.3.4" in one.words)
    assert (finding.health, finding.words) == (
        Health.WARN,
        "mails to 1 addresses came back of late, for what they are like: 5.3.4 (1)",
    )


def test_a_storm_of_forged_bounces_changes_nothing(
    sqlite_service: Service, clock: SetClock
) -> None:
    service = after_sending(sqlite_service, clock)
    genuine = returned_from(service)
    for number in range(300):
        forged = VERP.replace("1267", f"{genuine.delivery_id + number % 3:x}")
        octets = GONE["postfix"].replace(VERP, forged).encode()
        assert take_returned(service, octets) is Taken.NOT_OURS
    assert why_suppressed(service, "one@example.org") is None


def test_what_comes_into_a_maildir_is_counted_and_marked(
    sqlite_service: Service, clock: SetClock, tmp_path: Path
) -> None:
    service = after_sending(sqlite_service, clock)
    box = mailbox.Maildir(tmp_path / "bounces")
    for text in (GONE["gmail"], GONE["exim"], NOTHING["out of office"], COMPLAINTS["abuse"]):
        box.add(about(service, text))
    collecting = with_settings(service, bounces=f"maildir:{tmp_path / 'bounces'}")
    assert collect_returned(collecting) == 2, "and the complaint says more than the first"
    assert collect_returned(collecting) == 0
    assert [flagged.get_flags() for flagged in box] == ["S"] * 4
    assert why_suppressed(service, "one@example.org") is not None


def test_without_a_mailbox_nothing_is_looked_for(sqlite_service: Service) -> None:
    assert collect_returned(sqlite_service) == 0


def test_a_mailbox_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(MailboxError, match="cannot be read"):
        list(Maildir(tmp_path / "none").unread())
    with pytest.raises(MailboxError, match="does not answer"):
        open_mailbox("imap://user:secret@127.0.0.1:1/INBOX")


@pytest.mark.parametrize("scheme", ["maildir", "imap"])
def test_the_doctor_names_a_mailbox_that_cannot_be_read_and_looks_at_the_rest(
    scheme: str, sqlite_service: Service, tmp_path: Path
) -> None:
    gone = {"maildir": f"maildir:{tmp_path / 'gone'}", "imap": "imap://u:p@127.0.0.1:1/INBOX"}
    service = with_settings(
        sqlite_service, bounces=gone[scheme], bounce_address="bounces@example.org"
    )
    suppress_address(service, "one@example.org")
    mailbox, suppressed = standing_checked(service)
    assert (mailbox.subject, mailbox.health) == ("bounces", Health.BAD)
    assert "No such file" in mailbox.words or "does not answer" in mailbox.words
    assert suppressed.subject == "suppressed"


def test_the_doctor_marks_no_mail(sqlite_service: Service, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "1").write_bytes(b"")
    settings = {"bounces": f"maildir:{tmp_path}", "bounce_address": "bounces@example.org"}
    (mailbox,) = standing_checked(with_settings(sqlite_service, **settings))
    assert mailbox.health is Health.GOOD
    assert (tmp_path / "new" / "1").exists()


@pytest.mark.parametrize(
    "url", ["", "maildir:", "/var/mail", "imap://host", "pop3://u:p@host", "imaps://user@"]
)
def test_what_names_no_mailbox_is_refused(url: str) -> None:
    with pytest.raises(MailboxUrlError):
        check_mailbox(url)
