"""Clocks that jump, backups that are restored, and a tz database that is another one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from calendar_service.actions.freezing import (
    freeze,
    keep_epoch,
    read_epoch,
    read_kept_epoch,
    thaw,
    why_frozen,
)
from calendar_service.actions.service import Service
from calendar_service.clock import SetClock
from calendar_service.delivery import guard
from calendar_service.delivery.deliverer import Deliverer
from calendar_service.delivery.housekeeping import keep_zones
from calendar_service.mail.maildir import MaildirSender
from calendar_service.store.queries.records import (
    EPOCH_FACT,
    ZONES_FACT,
    read_fact,
    write_fact,
)
from calendar_service.store.rows import DueRow, OccurrenceRow, SenderRow
from tests.calendars_at_work import (
    NATO,
    confirmed,
    deliveries,
    load_feeds,
    planned,
    publish_event,
)

DUE = datetime(2026, 2, 11, 7, 0, tzinfo=UTC)
"""When the day-before reminder is due for a reader in Tirana."""

HOUR = timedelta(hours=1)

Start = Callable[[], Deliverer]


@pytest.fixture
def start(service: Service, clock: SetClock, tmp_path: Path) -> Iterator[Start]:
    """Starts a sender; a reminder of an event on 12 February is owed to one reader."""
    load_feeds(service, NATO)
    publish_event(service, "ministers", "2026-02-12")
    confirmed(service)
    with ExitStack() as stack:

        def starting() -> Deliverer:
            deliverer = Deliverer(service, MaildirSender(tmp_path / "mail"))
            stack.callback(deliverer.close)
            deliverer.prove_alive()
            return deliverer

        yield starting


def frozen(service: Service) -> str:
    with service.database.read() as session:
        return why_frozen(session)


def passes(deliverer: Deliverer, clock: SetClock, until: datetime) -> None:
    """Time passes as it does, the sender awake."""
    clock.set(until)
    deliverer.prove_alive()


def test_a_clock_that_is_set_back_sends_nothing_until_somebody_says_that_it_is_right(
    service: Service, start: Start, clock: SetClock
) -> None:
    deliverer = start()
    passes(deliverer, clock, DUE - timedelta(seconds=1))
    clock.set(DUE)
    clock.jump(DUE - HOUR)
    assert deliverer.deliver_due() == 0
    clock.set(DUE)  # an hour on; the reminder is due by this clock
    assert deliverer.deliver_due() == 0
    assert "jumped back by 60 minutes" in frozen(service)
    assert "jumped back by 60 minutes" in thaw(service)
    assert deliverer.deliver_due() == 1
    assert deliverer.deliver_due() == 0
    assert deliveries(service) == [("P1D", "sent")]


def test_a_clock_that_leaps_ten_years_ahead_gives_nothing_up(
    service: Service, start: Start, clock: SetClock
) -> None:
    deliverer = start()
    passes(deliverer, clock, DUE)
    clock.jump(DUE.replace(year=2036))
    assert deliverer.deliver_due() == 0
    deliverer.prove_alive()
    assert "jumped ahead by 3,652 days" in frozen(service)
    clock.jump(DUE)
    thaw(service)
    assert deliverer.deliver_due() == 1
    assert deliveries(service) == [("P1D", "sent")]


def test_a_sender_that_starts_with_its_clock_behind_the_last_heartbeat_sends_nothing(
    service: Service, start: Start, clock: SetClock
) -> None:
    passes(start(), clock, DUE + HOUR)
    later = start()
    clock.jump(DUE + timedelta(minutes=1))
    later.prove_alive()
    assert later.deliver_due() == 0
    assert "jumped back by 59 minutes" in frozen(service)


def test_a_small_correction_of_the_clock_stops_nothing(
    service: Service, start: Start, clock: SetClock
) -> None:
    deliverer = start()
    passes(deliverer, clock, DUE)
    clock.jump(DUE - timedelta(seconds=30))
    deliverer.prove_alive()
    clock.set(DUE)
    assert deliverer.deliver_due() == 1
    assert frozen(service) == ""


def test_a_service_that_was_down_for_months_goes_on_by_itself(
    service: Service, start: Start, clock: SetClock
) -> None:
    passes(start(), clock, DUE - timedelta(days=30))
    clock.set(DUE + HOUR)
    assert start().deliver_due() == 1


def after_reading(monkeypatch: pytest.MonkeyPatch, *happens: Callable[[], object]) -> None:
    """What happens just after a sender has read the epoch, the first time, the second and so on."""
    next_ones = list(happens)

    def read(session: Session) -> int:
        epoch = read_epoch(session)
        if next_ones:
            next_ones.pop(0)()
        return epoch

    monkeypatch.setattr(guard, "read_epoch", read)


def test_a_sender_that_proves_at_this_moment_that_it_lives_is_no_restored_backup(
    service: Service, start: Start, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = start()
    passes(other, clock, DUE)
    after_reading(monkeypatch, other.prove_alive)
    with service.database.read() as session:
        assert guard.store_suspicion(session, service) == ""


def test_several_that_prove_at_once_that_they_live_all_raise_the_epoch(
    service: Service, start: Start, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = start(), start()
    passes(one, clock, DUE)
    with service.database.read() as session:
        before = read_epoch(session)

    def prove_twice() -> None:
        other.prove_alive()
        other.prove_alive()

    twice = Thread(target=prove_twice)

    def for_a_moment() -> None:
        twice.start()
        twice.join(timeout=0.5)

    after_reading(monkeypatch, int, for_a_moment)  # to be compared, then to be raised
    one.prove_alive()
    twice.join()
    with service.database.read() as session:
        assert read_epoch(session) == before + 3


def test_what_stops_one_sender_stops_the_others(
    service: Service, start: Start, clock: SetClock
) -> None:
    first, second = start(), start()
    passes(first, clock, DUE)
    freeze(service, "The clock is odd.")
    assert first.deliver_due() == second.deliver_due() == 0
    thaw(service)
    assert first.deliver_due() + second.deliver_due() == 1


def test_a_restored_backup_starts_with_all_sending_stopped(
    service: Service, start: Start, clock: SetClock
) -> None:
    deliverer = start()
    with service.database.read() as session:
        backed_up = read_fact(session, EPOCH_FACT)
    assert backed_up is not None
    passes(deliverer, clock, DUE - HOUR)
    with service.database.write() as session:
        write_fact(session, EPOCH_FACT, backed_up.value, now=clock.now())
    restarted = start()
    clock.set(DUE)
    assert restarted.deliver_due() == 0
    assert "a backup was restored" in frozen(service)
    thaw(service)
    assert restarted.deliver_due() == 1
    restarted.prove_alive()
    assert frozen(service) == ""


def test_a_backup_that_does_not_know_the_sender_under_which_it_is_restored_stops_it_too(
    service: Service, start: Start, clock: SetClock
) -> None:
    deliverer = start()
    with service.database.read() as session:
        backed_up = read_fact(session, EPOCH_FACT)
    assert backed_up is not None
    passes(deliverer, clock, DUE - HOUR)
    with service.database.write() as session:
        write_fact(session, EPOCH_FACT, backed_up.value, now=clock.now())
        session.execute(delete(SenderRow))
    clock.set(DUE)
    assert deliverer.deliver_due() == 0
    assert "a backup was restored" in frozen(service)
    thaw(service)
    assert deliverer.deliver_due() == 1


def test_another_database_in_the_place_of_the_old_one_is_no_backup_of_it(
    service: Service, start: Start, clock: SetClock
) -> None:
    keep_epoch(service.settings.var, "a store of last year", 1000)
    deliverer = start()
    clock.set(DUE)
    assert deliverer.deliver_due() == 1
    kept = read_kept_epoch(service.settings.var)
    assert kept is not None
    assert kept[1] < 1000


def test_an_epoch_that_cannot_be_read_is_made_anew(service: Service, start: Start) -> None:
    (service.settings.var / "epoch").write_text("{")
    start()
    assert read_kept_epoch(service.settings.var) is not None
    assert frozen(service) == ""


def test_letting_go_on_what_was_not_stopped_changes_nothing(service: Service) -> None:
    assert thaw(service) == ""
    assert read_kept_epoch(service.settings.var) is None


def test_a_new_tz_database_moves_what_has_another_instant_by_it(
    service: Service, clock: SetClock
) -> None:
    load_feeds(service, NATO)
    times = {"end": "2026-03-30T16:00", "zone": "Europe/Brussels"}
    publish_event(service, "talks", "2026-03-30T15:00", **times)
    publish_event(service, "ministers", "2026-02-12")
    confirmed(service)
    before = planned(service)
    assert keep_zones(service) is False  # the first release that is seen
    compute_as_an_older_release(service)
    assert planned(service) != before
    assert keep_zones(service) is True
    assert planned(service) == before
    assert keep_zones(service) is False
    with service.database.read() as session:
        rows = session.scalars(select(OccurrenceRow)).all()
    assert sorted((row.starts_at is not None, row.time_rev) for row in rows) == [
        (False, 0),
        (True, 1),
    ]


def compute_as_an_older_release(service: Service) -> None:
    """The store as a release would have it in which all clocks are an hour off."""
    with service.database.write() as session:
        write_fact(session, ZONES_FACT, "2020a", now=service.clock.now())
        for row in session.scalars(select(OccurrenceRow)):
            row.starts_at = row.starts_at - HOUR if row.starts_at else None
        for due in session.scalars(select(DueRow)):
            due.instant -= HOUR
