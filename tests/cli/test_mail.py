"""What mails look like, and the keys that they are signed with, as an operator makes them."""

from __future__ import annotations

import re
import shutil
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


# --- Looking at mails ---------------------------------------------------------------------------


@pytest.fixture
def no_chromium(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.mark.usefixtures("no_chromium")
def test_a_preview_is_the_mail_with_the_sites_own_name(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALENDAR_NAME", "Agjenda")
    monkeypatch.setenv("CALENDAR_ORIGIN", "https://agjenda.example.org")
    run("mail", "preview", "notice-moved", "--lang", "sq")
    folder = tmp_path / "var" / "preview"
    assert {file.name for file in folder.iterdir()} == {
        f"notice-moved.sq.{suffix}" for suffix in ("eml", "html", "txt")
    }
    mail = message_from_bytes((folder / "notice-moved.sq.eml").read_bytes())
    assert mail["List-Unsubscribe"].startswith("<https://agjenda.example.org/")
    assert "Agjenda, https://agjenda.example.org" in (folder / "notice-moved.sq.txt").read_text()
    html = (folder / "notice-moved.sq.html").read_text()
    assert '"previousStartDate":["2026-03-30T15:00:00+02:00"]' in html
    (file,) = (part for part in mail.walk() if part.get_content_type() == "text/calendar")
    assert b"DTSTART;TZID=Europe/Brussels:20260331T100000" in file.get_payload(decode=True)


@pytest.mark.usefixtures("no_chromium")
def test_without_a_browser_a_preview_has_no_pictures_and_says_how_to_get_them(run: Run) -> None:
    said = run("mail", "preview", "reminder")
    assert "No pictures: There is no Chromium here; install it" in said.stderr


def test_what_there_is_no_preview_of_is_told_with_what_there_is(run: Run, tmp_path: Path) -> None:
    told = run("mail", "preview", "bill", status=1).output
    assert "confirmation, confirmation-of-several, reminder" in told
    assert "No mails in 'xx'" in run("mail", "preview", "reminder", "--lang", "xx", status=1).output
    (tmp_path / "file").touch()
    assert "file" in run("mail", "preview", "reminder", "--out", "file/under", status=1).output


def test_a_browser_that_is_none_is_told(run: Run) -> None:
    silent, missing = shutil.which("true"), "/nowhere/chromium"
    assert silent
    for browser, said in ((silent, "has ended"), (missing, "cannot be started")):
        result = run("mail", "preview", "reminder", "--browser", browser, status=1)
        assert said in result.output
