"""Mails leave signed where the settings name a key."""

from __future__ import annotations

import re
from email import message_from_bytes
from pathlib import Path

from calendar_service.actions.service import Service
from calendar_service.clock import SetClock
from calendar_service.mail.dkim_keys import make_keys
from tests.calendars_at_work import sign_up
from tests.delivery.mailings import DUE, deliver, two_readers
from tests.stores import with_settings


def test_reminders_and_confirmations_are_signed_with_each_key(
    sqlite_service: Service, clock: SetClock, tmp_path: Path
) -> None:
    files = tuple(make_keys(tmp_path / "dkim", "calendar"))
    signing = with_settings(sqlite_service, dkim_key=files, dkim_domain="example.org")
    two_readers(signing)
    clock.set(DUE)
    sign_up(signing, "three@example.org")
    assert deliver(signing) == 3
    for file in (signing.settings.maildir / "new").iterdir():
        signatures = message_from_bytes(file.read_bytes()).get_all("DKIM-Signature", [])
        assert [re.search(r"a=(\w+)-", one)[1] for one in signatures] == ["rsa", "ed25519"]  # type: ignore[index]
        assert all("d=example.org" in one for one in signatures)


def test_without_a_key_no_mail_is_signed(sqlite_service: Service, clock: SetClock) -> None:
    two_readers(sqlite_service)
    clock.set(DUE)
    assert deliver(sqlite_service) == 2
    for file in (sqlite_service.settings.maildir / "new").iterdir():
        assert "DKIM-Signature" not in message_from_bytes(file.read_bytes())
