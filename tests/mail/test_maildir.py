"""Keeping mails in a Maildir: whole files, in the order of their own clock."""

from __future__ import annotations

import mailbox
import os
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

from calendar_service.mail.errors import RelayUnavailableError
from calendar_service.mail.maildir import MaildirSender
from tests.mail.parcels import FROM, TO, a_parcel, hand_over


def a_mail(subject: str = "Përshëndetje", day: int = 1) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["Subject"] = subject
    message["Date"] = datetime(2026, 2, day, 7, tzinfo=UTC)
    message.set_content("above\n.\nFrom here\n")
    return message


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_a_kept_mail_reads_back_whole_with_its_envelope(tmp_path: Path) -> None:
    receipt = hand_over(MaildirSender(tmp_path / "mail"), a_parcel(a_mail()))
    [kept] = mailbox.Maildir(tmp_path / "mail", create=False)
    assert (kept["Return-Path"], kept["Delivered-To"]) == (f"<{FROM}>", TO)
    assert kept.get_payload() == "above\n.\nFrom here\n"
    [file] = files(tmp_path)
    assert receipt.reply == f"kept as new/{file.name}"
    assert message_from_bytes(file.read_bytes(), policy=SMTP)["Subject"] == "Përshëndetje"
    assert b"\r" not in file.read_bytes()


def test_mails_of_one_second_and_of_two_senders_are_all_kept(tmp_path: Path) -> None:
    senders = [MaildirSender(tmp_path), MaildirSender(tmp_path)]
    for number in range(10):
        hand_over(senders[number % 2], a_parcel(a_mail(str(number))))
    assert len(files(tmp_path / "new")) == 10
    assert files(tmp_path / "tmp") == []


def test_mails_sort_by_their_own_date(tmp_path: Path) -> None:
    sender = MaildirSender(tmp_path)
    for day in (9, 1, 28):
        hand_over(sender, a_parcel(a_mail(f"day {day}", day)))
    subjects = [message_from_bytes(file.read_bytes())["Subject"] for file in files(tmp_path)]
    assert subjects == ["day 1", "day 9", "day 28"]


def test_a_mail_that_cannot_be_kept_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_room)
    with pytest.raises(RelayUnavailableError, match="No space left on device") as caught:
        hand_over(MaildirSender(tmp_path), a_parcel(a_mail()))
    assert "leave it room" in caught.value.remedy
    assert files(tmp_path) == []


def test_a_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("")
    with pytest.raises(RelayUnavailableError, match="cannot be kept"):
        hand_over(MaildirSender(tmp_path / "mail"), a_parcel(a_mail()))


def test_nobody_else_on_the_machine_can_read_the_mails(tmp_path: Path) -> None:
    hand_over(MaildirSender(tmp_path / "mail"), a_parcel(a_mail()))
    [file] = files(tmp_path)
    assert file.stat().st_mode & 0o077 == 0
    assert file.parent.stat().st_mode & 0o077 == 0
