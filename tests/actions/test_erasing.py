"""Forgetting a reader: all that is held goes, and what is still owed is not sent."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Table, func, select

from calendar_service.actions.erasing import UnknownReaderError, erase_reader, look_up
from calendar_service.actions.service import Service
from calendar_service.actions.unsubscribing import unsubscribe
from calendar_service.clock import SetClock
from calendar_service.delivery.fanout import fan_out
from calendar_service.domain.readers import Target, TargetKind
from calendar_service.store.database import Database
from calendar_service.store.rows import AuditRow, DeliveryRow, ReaderRow, Row
from tests.actions.test_signup import follows, stop_link
from tests.calendars_at_work import (
    NATO,
    SUMMITS,
    confirmed,
    load_feeds,
    publish_event,
    sign_up,
)

DUE = datetime(2026, 2, 11, 7, 0, tzinfo=UTC)
PERSONAL = ("reader", "subscription", "subscription_offset", "consent", "signup", "delivery")


def counts(service: Service) -> dict[str, int]:
    """How many rows there are in each table that holds anything about a reader."""
    tables: dict[str, Table] = dict(Row.metadata.tables)
    with service.database.read() as session:
        return {
            name: session.scalar(select(func.count()).select_from(tables[name])) or 0
            for name in PERSONAL
        }


def words_in(database: Database) -> str:
    """All that the file of an SQLite database holds, in small letters, deleted or not."""
    with database.connection() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return Path(str(database.url.database)).read_bytes().decode("latin-1").lower()


def set_up(service: Service, clock: SetClock) -> None:
    """Two readers of one event, each with a reminder that is owed by now."""
    load_feeds(service, NATO, SUMMITS)
    publish_event(service, "ministers", "2026-02-12")
    confirmed(service, "kept@example.org")
    confirmed(service, "Gone@example.org")
    confirmed(service, "gone@example.org", event="ministers")
    clock.set(DUE)
    sign_up(service, "gone@example.org", "summits")
    fan_out(service)


def test_nothing_of_the_address_is_left_in_the_file_of_the_database(
    sqlite_service: Service, clock: SetClock
) -> None:
    set_up(sqlite_service, clock)
    database = sqlite_service.database
    assert "gone@example.org" in words_in(database)
    erase_reader(sqlite_service, "gone@example.org")
    assert "gone@example.org" not in words_in(database)
    assert "kept@example.org" in words_in(database)


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_who_collides_with_a_sender_is_erased_all_the_same(
    service: Service, clock: SetClock
) -> None:
    publish_event(service, "talks", "2026-02-12")
    set_up(service, clock)
    erased = select(DeliveryRow.id).join(ReaderRow, ReaderRow.id == DeliveryRow.reader_id)
    theirs = erased.where(ReaderRow.address_key == "gone@example.org").order_by(DeliveryRow.key)
    with ThreadPoolExecutor(1) as threads, service.database.write() as sending:
        first, last = sending.scalars(theirs).all()
        look_at = select(DeliveryRow.id).with_for_update()
        sending.execute(look_at.where(DeliveryRow.id == last))
        erasing = threads.submit(erase_reader, service, "gone@example.org")
        time.sleep(0.3)  # it has the first and waits for the last
        sending.execute(look_at.where(DeliveryRow.id == first))
    assert erasing.result().deliveries == {"queued": 3}
    with pytest.raises(UnknownReaderError):
        look_up(service, "gone@example.org")


def test_all_that_is_held_about_a_reader_goes_and_nothing_of_others(
    service: Service, clock: SetClock
) -> None:
    set_up(service, clock)
    before = counts(service)
    held = erase_reader(service, "GONE@example.org")
    assert held.follows == (
        Target(TargetKind.FEED, "nato"),
        Target(TargetKind.EVENT, "ministers"),
    )
    # Confirmed sign-ups are kept until their link has expired.
    assert (held.consents, held.signups, held.deliveries) == (2, 3, {"queued": 2})
    after = counts(service)
    assert {name: before[name] - after[name] for name in PERSONAL} == {
        "reader": 1,
        "subscription": 2,
        "subscription_offset": 2,
        "consent": 2,
        "signup": 3,
        "delivery": 2,
    }
    assert [address for address, _, _ in follows(service)] == ["kept@example.org"]


def test_looking_a_reader_up_changes_nothing(service: Service, clock: SetClock) -> None:
    set_up(service, clock)
    before = counts(service)
    assert look_up(service, "gone@example.org").deliveries == {"queued": 2}
    assert counts(service) == before


def test_the_audit_line_tells_how_much_went_and_names_nobody(
    service: Service, clock: SetClock
) -> None:
    set_up(service, clock)
    erase_reader(service, "gone@example.org")
    with service.database.read() as session:
        line = session.scalars(select(AuditRow).where(AuditRow.action == "reader.erase")).one()
    assert (line.actor, line.at, line.subject) == ("operator", DUE, "a reader")
    assert line.detail == {"subscriptions": 2, "consents": 2, "signups": 3, "deliveries": 2}


def test_who_only_signed_up_or_has_left_is_erased_too(service: Service) -> None:
    load_feeds(service, NATO)
    publish_event(service, "ministers", "2026-02-12")
    sign_up(service, "waiting@example.org")
    confirmed(service)
    unsubscribe(service, stop_link(service, "ministers"))
    assert erase_reader(service, "waiting@example.org").deliveries == {}  # none: see confirmed()
    assert erase_reader(service, "reader@example.org").follows
    assert set(counts(service).values()) == {0}


@pytest.mark.parametrize("address", ["other@example.org", "no address"])
def test_an_address_that_is_not_here_is_told(service: Service, address: str) -> None:
    load_feeds(service, NATO)
    confirmed(service)
    for ask in (look_up, erase_reader):
        with pytest.raises(UnknownReaderError, match=f"{address}.*readers list"):
            ask(service, address)
    with service.database.read() as session:
        assert "reader.erase" not in session.scalars(select(AuditRow.action)).all()
    assert len(follows(service)) == 1


def test_erased_twice_is_erased_once(service: Service) -> None:
    load_feeds(service, NATO)
    confirmed(service)
    erase_reader(service, "reader@example.org")
    with pytest.raises(UnknownReaderError):
        erase_reader(service, "reader@example.org")
