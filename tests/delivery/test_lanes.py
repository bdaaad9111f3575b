"""A flood of confirmations, and a reminder that falls due in the middle of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import count

import pytest
from sqlalchemy import insert

from calendar_service.actions.service import Service
from calendar_service.clock import SetClock
from calendar_service.delivery import fanout
from calendar_service.delivery.deliverer import Deliverer
from calendar_service.mail.senders import MayGo, Parcel, Receipt, Told, always
from calendar_service.store.rows import DeliveryRow, Kind, Lane, SignupRow
from tests.calendars_at_work import deliveries
from tests.delivery.mailings import DUE, two_readers

BEFORE = DUE - timedelta(seconds=5)
LONG_AFTER = DUE + timedelta(seconds=20)


class SlowRelay:
    """A sender to whom each mail takes the same time, by the test's clock."""

    def __init__(self, clock: SetClock, each: timedelta, until: datetime) -> None:
        self.taken: list[tuple[str, datetime]] = []
        self._clock, self._each, self._until = clock, each, until

    def send(self, parcels: Iterator[Parcel], told: Told, may_go: MayGo = always) -> None:
        for parcel in parcels:
            assert may_go()
            self._clock.set(self._clock.now() + self._each)
            self.taken.append((parcel.to, self._clock.now()))
            told(parcel, Receipt("250 ok"))

    def is_over(self) -> bool:
        return self._clock.now() >= self._until

    def share(self, _several: int) -> None:
        pass

    def close(self) -> None:
        """Holds nothing."""


def queue_confirmations(service: Service, many: int) -> None:
    """So many confirmations, owed to as many addresses, that wait for their turn."""
    asked, expires = BEFORE, BEFORE + timedelta(hours=48)
    signups = [
        {
            "id": number,
            "key": f"key{number}",
            "address": f"asked{number}@example.org",
            "address_key": f"asked{number}@example.org",
            "target_kind": "feed",
            "target_name": "nato",
            "offsets": "P1D",
            "language": "en",
            "zone": "Europe/Tirane",
            "hour": "08:00",
            "words": "yes",
            "words_language": "en",
            "asked_at": asked,
            "expires_at": expires,
        }
        for number in range(1000, 1000 + many)
    ]
    owed = [
        {
            "key": f"confirmation:email:key{one['id']}",
            "kind": str(Kind.CONFIRMATION),
            "lane": int(Lane.ASKED_FOR),
            "signup_id": one["id"],
            "time_rev": 0,
            "offset": "",
            "due_at": asked,
            "deadline": expires,
            "state": "queued",
            "tries": 0,
            "unanswered": 0,
            "created_at": asked,
        }
        for one in signups
    ]
    with service.database.write() as session:
        session.execute(insert(SignupRow), signups)
        session.execute(insert(DeliveryRow), owed)


MANY = 100_000
SLOW_AND_FAST = [pytest.param(MANY, rate, marks=pytest.mark.thorough) for rate in (1, 20, 400)]


@pytest.mark.parametrize(("queued", "a_second"), [(MANY // 10, 20), *SLOW_AND_FAST])
def test_with_very_many_confirmations_queued_a_reminder_leaves_within_two_seconds_of_its_instant(
    sqlite_service: Service, clock: SetClock, queued: int, a_second: int
) -> None:
    two_readers(sqlite_service)
    clock.set(BEFORE)
    queue_confirmations(sqlite_service, queued)
    each = timedelta(seconds=1) / a_second
    sender = SlowRelay(clock, each, DUE + max(timedelta(seconds=3), 6 * each))
    stopping: Callable[[], bool] = sender.is_over
    sending = Deliverer(sqlite_service, sender, stopping=stopping)
    sending.deliver_due()
    sending.close()
    reminded = {to: at for to, at in sender.taken if not to.startswith("asked")}
    assert set(reminded) == {"one@example.org", "two@example.org"}
    assert min(reminded.values()) - DUE <= max(timedelta(seconds=1), 4 * each)
    assert max(reminded.values()) - DUE <= max(timedelta(seconds=2), 5 * each)
    before = [to for to, at in sender.taken if at < DUE]
    assert len(before) >= 4 * a_second, "meanwhile the confirmations leave"


def test_on_a_slow_machine_what_is_left_of_a_fan_out_is_owed_after_a_moment(
    sqlite_service: Service, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where each batch takes as long as a turn may spend on owing."""
    monkeypatch.setattr(fanout, "elapsed", map(float, count()).__next__)
    two_readers(sqlite_service)
    clock.set(BEFORE)
    queue_confirmations(sqlite_service, 1000)
    sender = SlowRelay(clock, timedelta(seconds=0.05), DUE + timedelta(seconds=3))
    sending = Deliverer(sqlite_service, sender, stopping=sender.is_over)
    sending.deliver_due()
    sending.close()
    reminded = [at - DUE for to, at in sender.taken if not to.startswith("asked")]
    assert len(reminded) == 2
    assert max(reminded) <= timedelta(seconds=0.5)


def test_of_very_many_the_first_leave_before_the_last_are_owed(
    sqlite_service: Service, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fanout, "FIRST_BATCH", 1)
    two_readers(sqlite_service)
    owed_by_then: list[int] = []
    clock.set(DUE)

    class Watching(SlowRelay):
        def send(self, parcels: Iterator[Parcel], told: Told, may_go: MayGo = always) -> None:
            super().send(map(self.watched, parcels), told, may_go)

        def watched(self, parcel: Parcel) -> Parcel:
            owed_by_then.append(len(deliveries(sqlite_service)))
            return parcel

    sending = Deliverer(sqlite_service, Watching(clock, timedelta(seconds=1), LONG_AFTER))
    sending.deliver_due()
    sending.close()
    assert owed_by_then == [1, 2]
