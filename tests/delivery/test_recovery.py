"""What a sender that dies leaves behind, and who takes it over."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from calendar_service.actions.service import Service
from calendar_service.clock import SetClock
from calendar_service.delivery import recovery
from calendar_service.delivery.deliverer import Deliverer
from calendar_service.delivery.fanout import fan_out
from calendar_service.delivery.journal import Journal, read_journal
from calendar_service.delivery.lease import Lease, senders_folder
from calendar_service.delivery.recovery import recover
from calendar_service.delivery.sender_lock import lock_of_dead
from calendar_service.mail.maildir import MaildirSender
from calendar_service.store.queries.ledger import claim, start
from calendar_service.store.rows import DeliveryRow
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


def begun_by(token: str, service: Service, most: int = 10) -> list[int]:
    """Mails that a sender has claimed and is sending."""
    with service.database.write() as session:
        claimed = [owed.id for owed in claim(session, limit=most)]
        start(session, claimed, token, tells=None)
    return claimed


def interrupted(service: Service, *, sending: int, journaled: int) -> Lease:
    """A sender that was sending some, had the relay's word for fewer, and died."""
    lease = Lease(service)
    journal = Journal(lease.journal_file, room=10)
    begun = begun_by(lease.token, service, sending)
    assert len(begun) == sending
    for number in begun[:journaled]:
        journal.note(number, "250 taken")
    journal.close()
    lease.let_go()
    return lease


def test_what_is_claimed_in_a_turn_that_fails_is_free_as_before(owed: Service) -> None:
    with pytest.raises(RuntimeError), owed.database.write() as session:
        start(session, [mail.id for mail in claim(session, limit=3)], "gone", tells=None)
        raise RuntimeError("the turn fails")
    assert states(owed) == ["queued"] * 3


def test_what_a_dead_sender_was_to_send_is_free_at_once(owed: Service) -> None:
    interrupted(owed, sending=3, journaled=0)
    assert states(owed) == ["sending"] * 3
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
    lease = Lease(owed)
    begun_by(lease.token, owed)
    assert recover(owed) == 0
    assert states(owed) == ["sending"] * 3
    lease.give_up()


def test_recovering_twice_finds_nothing_more(owed: Service) -> None:
    interrupted(owed, sending=2, journaled=1)
    recover(owed)
    before = states(owed)
    assert recover(owed) == 0
    assert states(owed) == before
    assert [file.name for file in senders_folder(owed).iterdir()] == ["machine"]


def test_a_recovery_that_fails_leaves_the_journal_for_the_next_one(
    owed: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_told: object, **_named: object) -> None:
        raise RuntimeError("the database went away")

    interrupted(owed, sending=2, journaled=2)
    with monkeypatch.context() as failing:
        failing.setattr(recovery, "settle", broken)
        with pytest.raises(RuntimeError):
            recover(owed)
    assert recover(owed) == 2
    assert states(owed) == ["sent", "sent", "queued"]


def test_a_lock_ends_with_its_process_even_by_sigkill(owed: Service) -> None:
    folder = senders_folder(owed)
    code = (
        "import os, signal, pathlib\n"
        "from calendar_service.delivery.sender_lock import take_lock\n"
        f"lock = take_lock(pathlib.Path({str(folder)!r}))\n"
        "print(lock.token, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, text=True
    )
    lock = lock_of_dead(folder, killed.stdout.strip())
    assert lock is not None
    lock.let_go()
    recover(owed)
    assert [file.name for file in folder.glob("*.lock")] == []


def test_a_sender_that_stands_still_for_long_loses_its_work_and_knows_it(
    owed: Service, clock: SetClock
) -> None:
    lease = Lease(owed)
    begun_by(lease.token, owed)
    clock.set(DUE + timedelta(seconds=90))
    assert recover(owed) == 3
    assert states(owed) == ["queued"] * 3
    assert not lease.holds()
    assert lease.lost
    lease.give_up()


def test_a_sender_that_says_that_it_lives_keeps_its_work(owed: Service, clock: SetClock) -> None:
    lease = Lease(owed)
    begun_by(lease.token, owed)
    clock.set(DUE + timedelta(seconds=90))
    lease.beat()
    assert recover(owed) == 0
    assert lease.holds()
    lease.give_up()


def test_what_a_sender_of_an_older_release_had_claimed_is_free(owed: Service) -> None:
    """One that was at work while the store was upgraded, and claimed on."""
    begun_by("of an older release", owed)
    with owed.database.write() as session:
        session.execute(update(DeliveryRow).values(state="claimed"))
    assert recover(owed) == 3
    assert states(owed) == ["queued"] * 3


def test_what_nobody_knows_the_sender_of_is_free(owed: Service) -> None:
    begun_by("of an older release", owed)
    assert recover(owed) == 3
    assert states(owed) == ["queued"] * 3


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
    new = tmp_path / "mail" / "new"
    sender = MaildirSender(tmp_path / "mail")
    deliverer = Deliverer(owed, sender, stopping=lambda: any(new.glob("*")))
    assert deliverer.deliver_due() == 1
    assert sorted(states(owed)) == ["queued", "queued", "sent"]
    deliverer.close()


def test_a_note_that_was_cut_off_or_damaged_is_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "a.journal"
    journal = Journal(file, room=4)
    journal.note(7, "250 line\r\nbreaks go")
    journal.note(8, "250 " + "long " * 100)
    journal.note(9, "250 damaged")
    journal.close()
    content = bytearray(file.read_bytes())
    content[2 * 128] = ord("x")
    file.write_bytes(content[: 3 * 128] + b"12\t250 cut")
    noted = read_journal(file)
    assert noted.keys() == {7, 8}
    assert noted[7] == "250 line breaks go"
    assert noted[8].startswith("250 long long")
    assert read_journal(tmp_path / "none.journal") == {}


def test_a_journal_that_is_cleared_tells_nothing_of_what_was(tmp_path: Path) -> None:
    file = tmp_path / "a.journal"
    journal = Journal(file, room=4)
    for number in range(6):  # more than there was room for
        journal.note(number, "250 taken")
    journal.clear()
    journal.note(77, "250 taken")
    journal.close()
    assert read_journal(file) == {77: "250 taken"}


class Sharing(MaildirSender):
    """Remembers among how many it last shared the relay's rate."""

    several = 0

    def share(self, several: int) -> None:
        self.several = several


def test_senders_share_the_rate_of_the_relay_as_long_as_both_live(
    owed: Service, clock: SetClock
) -> None:
    one, other = (Sharing(owed.settings.maildir) for _ in range(2))
    first, second = Deliverer(owed, one), Deliverer(owed, other)
    first.prove_alive()
    assert first.deliver_due() == 3
    assert one.several == 2
    second.close()
    publish_event(owed, "talks", "2026-02-13")
    clock.set(DUE + timedelta(days=1))
    first.prove_alive()
    assert first.deliver_due() == 3
    assert one.several == 1
    first.close()
