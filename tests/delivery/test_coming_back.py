"""The whole round: through a real relay, back into a mailbox, and never to that address again."""

from __future__ import annotations

import mailbox
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from calendar_service.actions.returned import collect_returned
from calendar_service.actions.service import Service
from calendar_service.clock import SetClock
from calendar_service.delivery.deliverer import Deliverer
from calendar_service.mail.smtp import SmtpSender
from tests.calendars_at_work import deliveries, publish_event, sign_up
from tests.delivery.mailings import DUE, two_readers
from tests.mail.relays import LoopbackRelay, running
from tests.mail.returned_samples import COMPLAINTS, FOR_NOW, GONE, NOTHING, VERP
from tests.stores import with_settings


class Round:
    """A sender, its relay, and the mailbox that what could not be delivered comes back into."""

    def __init__(self, service: Service, relay: LoopbackRelay, box: Path) -> None:
        self.service = with_settings(
            service, bounce_address="*@bounces.example.org", bounces=f"maildir:{box}"
        )
        self.relay = relay
        self.box = mailbox.Maildir(box)
        self.sender = Deliverer(self.service, SmtpSender(relay.relay(), hello="calendar.test"))

    def send(self) -> list[str]:
        """To whom the relay takes what is due, in the order of the alphabet."""
        before = len(self.relay.taken)
        self.sender.deliver_due()
        return sorted(taken.to.partition("@")[0] for taken in self.relay.taken[before:])

    def comes_back(self, text: str, name: str, *, made_up: bool = False) -> int:
        """What another server makes of the newest mail to somebody; whether it counted."""
        mine = [taken for taken in self.relay.taken if taken.to == f"{name}@example.org"]
        number, _, mac = mine[-1].envelope_from.partition("-")
        envelope = f"{number}-{mac[15::-1]}{mac[16:]}" if made_up else f"{number}-{mac}"
        self.box.add(text.replace(VERP, envelope).encode())
        return collect_returned(self.service)


@pytest.fixture
def round_(service: Service, clock: SetClock, tmp_path: Path) -> Iterator[Round]:
    """Two readers who were just reminded of one event, and are to be of another a day later."""
    two_readers(service)
    publish_event(service, "summit", "2026-02-13")
    with running(LoopbackRelay()) as relay:
        round_ = Round(service, relay, tmp_path / "bounces")
        clock.set(DUE)
        assert round_.send() == ["one", "two"]
        yield round_
        round_.sender.close()


def test_who_is_gone_is_not_reminded_again_and_who_is_away_is(
    round_: Round, clock: SetClock
) -> None:
    assert round_.comes_back(GONE["gmail"], "one") == 1
    assert round_.comes_back(NOTHING["out of office"], "two") == 0
    clock.set(DUE + timedelta(days=1))
    assert round_.send() == ["two"]
    assert sorted(deliveries(round_.service)) == [("P1D", "cancelled"), *[("P1D", "sent")] * 3]


def test_who_complains_is_not_even_asked_to_confirm(round_: Round, clock: SetClock) -> None:
    assert round_.comes_back(COMPLAINTS["abuse"], "two") == 1
    for name in ("two", "three"):
        sign_up(round_.service, f"{name}@example.org")
    assert round_.send() == ["three"]
    clock.set(DUE + timedelta(days=1))
    assert round_.send() == ["one"]


def test_one_refusal_for_now_is_forgiven_and_what_somebody_makes_up_is_not_believed(
    round_: Round, clock: SetClock
) -> None:
    assert round_.comes_back(next(iter(FOR_NOW.values())), "one") == 1
    assert round_.comes_back(GONE["gmail"], "two", made_up=True) == 0
    clock.set(DUE + timedelta(days=1))
    assert round_.send() == ["one", "two"]
