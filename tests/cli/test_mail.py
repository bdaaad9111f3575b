"""The keys that mails are signed with, as an operator makes them."""

from __future__ import annotations

import re
from email import message_from_bytes
from pathlib import Path

import pytest

from tests.cli.conftest import Run


def test_keys_are_made_and_what_is_printed_is_all_that_is_to_do(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALENDAR_MAIL_FROM", "Kalendari <calendar@example.org>")
    said = run("mail", "dkim-key").output
    names = re.findall(r"^(\S+)\. IN TXT", said, re.MULTILINE)
    assert names == [f"calendar-{kind}._domainkey.example.org" for kind in ("rsa", "ed25519")]
    setting = re.search(r"export CALENDAR_DKIM_KEY='(.+)'", said)
    assert setting is not None
    monkeypatch.setenv("CALENDAR_DKIM_KEY", setting[1])
    run("mail", "test", "reader@example.org")
    (file,) = (tmp_path / "var" / "mail" / "new").iterdir()
    mail = message_from_bytes(file.read_bytes())
    assert [re.search(r"s=([\w-]+);", one)[1] for one in mail.get_all("DKIM-Signature", [])] == [  # type: ignore[index]
        "calendar-rsa",
        "calendar-ed25519",
    ]


def test_keys_that_are_there_are_kept(run: Run, tmp_path: Path) -> None:
    run("mail", "dkim-key")
    before = (tmp_path / "var" / "dkim" / "calendar-rsa.pem").read_bytes()
    assert "name another --selector" in run("mail", "dkim-key", status=1).output
    assert (tmp_path / "var" / "dkim" / "calendar-rsa.pem").read_bytes() == before
    run("mail", "dkim-key", "--selector", "next", "--folder", "keys")
    assert (tmp_path / "keys" / "next-ed25519.pem").exists()


def test_a_key_that_cannot_be_used_stops_the_start(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALENDAR_DKIM_KEY", "var/dkim/none.pem")
    said = run("mail", "test", "reader@example.org", status=1).output
    assert "CALENDAR_DKIM_KEY" in said
    assert "mail dkim-key" in said
