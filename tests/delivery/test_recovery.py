"""What a sender that dies leaves behind, and who takes it over."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from calendar_service.actions.service import Service
from calendar_service.clock import SetClock
from calendar_service.delivery.deliverer import Deliverer
from calendar_service.delivery.fanout import fan_out
from calendar_service.delivery.journal import Journal, read_journal
from calendar_service.delivery.ledger import claim, step
from calendar_service.delivery.recovery import recover, senders_folder
from calendar_service.delivery.sender_lock import dead_senders, take_lock
from calendar_service.mail.maildir import MaildirSender
from calendar_service.store.rows import State
from tests.calendars_at_work import NATO, confirmed, deliveries, load_feeds, publish_event

DUE = datetime(2026, 2, 11, 7, 0, tzinfo=UTC)


@pytest.fixture
def owed(service: Service, clock: SetClock, tmp_path: Path) -> Service:
    """Three reminders are owed and none is claimed."""
    load_feeds(service, NATO)
    publish_event(service, "ministers", "2026-02-12")
    for number in range(3):
        confirmed(service, f"reader{number}@example.org")
    clock.set(DUE)
    fan_out(service)
    return service


def states(service: Service) -> list[str]:
    return [state for _, state in deliveries(service)]


def mails_in(folder: Path) -> int:
    return len(list((folder / "new").glob("*")))


def interrupted(service: Service, *, sending: int, journaled: int) -> None:
    """A sender that claimed all, was sending some, had the relay's word for fewer, and died."""
    lock = take_lock(senders_folder(service))
    journal = Journal(lock.journal_file)
    with service.database.write() as session:
        claimed = claim(session, lock.token, now=DUE, limit=10)
        for number in claimed[:sending]:
            assert step(session, number, lock.token, State.CLAIMED, state=str(State.SENDING))
    for number in claimed[:journaled]:
        journal.note(number, "250 taken")
    journal.close()
    lock.let_go()


def test_what_a_dead_sender_had_only_claimed_is_free_at_once(owed: Service) -> None:
    interrupted(owed, sending=0, journaled=0)
    assert states(owed) == ["claimed"] * 3
    assert recover(owed) == 3
    assert states(owed) == ["queued"] * 3


def test_what_the_relay_had_taken_is_settled_from_the_journal_and_not_sent_again(
    owed: Service, tmp_path: Path
) -> None:
    interrupted(owed, sending=3, journaled=2)
    recover(owed)
    assert states(owed) == ["sent", "sent", "queued"]
    deliverer = Deliverer(owed, MaildirSender(tmp_path / "mail"))
    assert deliverer.deliver_due() == 1
    deliverer.close()
    assert states(owed) == ["sent"] * 3
    assert mails_in(tmp_path / "mail") == 1


def test_a_sender_that_lives_is_left_alone(owed: Service) -> None:
    lock = take_lock(senders_folder(owed))
    with owed.database.write() as session:
        claim(session, lock.token, now=DUE, limit=10)
    assert recover(owed) == 0
    assert states(owed) == ["claimed"] * 3
    lock.give_up()


def test_recovering_twice_finds_nothing_more(owed: Service) -> None:
    interrupted(owed, sending=2, journaled=1)
    recover(owed)
    before = states(owed)
    assert recover(owed) == 0
    assert states(owed) == before
    assert list(senders_folder(owed).iterdir()) == []


def test_a_recovery_that_fails_leaves_the_journal_for_the_next_one(owed: Service) -> None:
    interrupted(owed, sending=2, journaled=2)
    with pytest.raises(RuntimeError), dead_senders(senders_folder(owed)) as locks:
        assert len(locks) == 1
        raise RuntimeError("the database went away")
    recover(owed)
    assert states(owed) == ["sent", "sent", "queued"]


def test_a_lock_ends_with_its_process_even_by_sigkill(owed: Service) -> None:
    folder = senders_folder(owed)
    code = (
        "import os, signal, pathlib\n"
        "from calendar_service.delivery.sender_lock import take_lock\n"
        f"take_lock(pathlib.Path({str(folder)!r}))\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=False)
    with dead_senders(folder) as locks:
        assert len(locks) == 1


def test_two_senders_at_once_send_each_mail_once(owed: Service, tmp_path: Path) -> None:
    first = Deliverer(owed, MaildirSender(tmp_path / "mail"))
    second = Deliverer(owed, MaildirSender(tmp_path / "mail"))
    assert first.deliver_due() + second.deliver_due() == 3
    first.close()
    second.close()
    assert mails_in(tmp_path / "mail") == 3


def test_a_sender_told_to_stop_gives_back_what_it_has_not_sent(
    owed: Service, tmp_path: Path
) -> None:
    asked = iter([False, False, True, True, True, True])
    deliverer = Deliverer(owed, MaildirSender(tmp_path / "mail"), stopping=lambda: next(asked))
    assert deliverer.deliver_due() == 1
    assert sorted(states(owed)) == ["queued", "queued", "sent"]
    deliverer.close()


def test_a_journal_line_that_was_cut_off_is_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "a.journal"
    journal = Journal(file)
    journal.note(7, "250 line\r\nbreaks go")
    journal.close()
    with file.open("a") as stream:
        stream.write("12")
    assert read_journal(file) == {7: "250 line breaks go"}
    assert read_journal(tmp_path / "none.journal") == {}
