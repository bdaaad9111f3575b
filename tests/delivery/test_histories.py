"""Whatever editors do, and whenever: readers know what stands, and are told nothing twice.

HISTORIES says how many histories are drawn.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from calendar_service.actions.service import Service
from calendar_service.clock import SetClock
from calendar_service.config import read_settings
from calendar_service.delivery import deliverer
from calendar_service.store.database import Database
from calendar_service.store.rows import ReaderRow, SubscriptionRow
from tests.calendars_at_work import NATO, confirmed, load_feeds, publish_event
from tests.delivery.histories import EVENT, HOUR, ZONE, Follower, History, faults
from tests.stores import WINTER, reset

BEGAN = WINTER + timedelta(days=1)
READERS = (
    Follower("anna", ("P1D", "PT2H"), notices=True),
    Follower("ben", ("P1D", "PT2H"), notices=False),
    Follower("cleo", ("P1D",), notices=True),
)
STARTS = [BEGAN + hours * HOUR for hours in (1.2, 2.1, 5, 24.1, 25, 26, 50)]

moves = st.tuples(st.just("move"), st.sampled_from(STARTS), st.booleans())
ends = st.tuples(st.sampled_from(["postpone", "cancel"]), st.none(), st.booleans())
THERE, BACK = ("move", STARTS[0], False), ("move", STARTS[1], False)
edits = st.one_of(moves, moves, moves, ends)
waits = st.tuples(st.just("wait"), st.sampled_from([0, 1, 2, 4, 20, 70]), st.sampled_from([0, 1]))
meanwhile = st.tuples(
    st.just("meanwhile"), st.one_of(edits, st.sampled_from([("other",), ("refuse",)]))
)
steps = st.lists(st.one_of(edits, waits, meanwhile), max_size=12)


@contextmanager
def history_of(database: Database) -> Iterator[History]:
    """A briefing tomorrow, which three readers have followed since yesterday."""
    clock = SetClock(WINTER - timedelta(days=10))
    with TemporaryDirectory() as folder:
        (Path(folder) / "var").mkdir()
        service = Service(database, read_settings({}, Path(folder)), clock, secret=b"of histories")
        load_feeds(service, NATO)
        start, end = "2026-01-08T12:00:00", "2026-01-08T13:00:00"
        published = publish_event(service, EVENT, start, end=end, zone=ZONE)
        clock.set(WINTER)
        for reader in READERS:
            confirmed(service, reader.address, offsets=reader.offsets)
            if not reader.notices:
                with service.database.write() as session:
                    whose = select(ReaderRow.id).where(ReaderRow.address == reader.address)
                    theirs = SubscriptionRow.reader_id.in_(whose)
                    session.execute(update(SubscriptionRow).where(theirs).values(notices=False))
        clock.set(BEGAN)
        history = History(service, clock)
        history.publish(published)
        try:
            yield history
        finally:
            history.end()


def take(history: History, step: tuple[Any, ...]) -> None:
    """One step of a history; nobody changes what is cancelled or has begun."""
    now, stand = history.clock.now(), history.stand
    over = stand.status == "cancelled" or stand.start <= now
    match step:
        case ("wait", minutes, first):
            history.deliver(first)
            history.wait(minutes, first)
        case ("meanwhile", other):
            history.meanwhile.append(partial(take, history, other))
        case ("other",):
            history.deliver_by_other()
        case ("refuse",):
            history.refuses = True
        case ("move", start, silent) if not over and start > now:
            history.move(start, silent=silent)
        case ("postpone", _, silent) if not over:
            history.postpone(silent=silent)
        case ("cancel", _, silent) if not over:
            history.cancel(silent=silent)


def complaints(database: Database, steps: list[tuple[Any, ...]]) -> list[str]:
    """What readers may complain of, once all has settled that these steps began."""
    with history_of(database) as history:
        for step in steps:
            take(history, step)
        history.wait(15)
        history.meanwhile.clear()
        history.refuses = False
        history.wait(15)
        found = [f"{one.name}: {fault}" for one in READERS for fault in faults(history, one)]
        return [*found, *map(str, history.log)] if found else []


@pytest.fixture
def small_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each turn has room for a mail or two, so that one thing comes between others."""
    monkeypatch.setattr(deliverer, "LEAST", 2)
    monkeypatch.setattr(deliverer, "MOST", 2)
    monkeypatch.setattr(deliverer, "LOOK_EVERY", 0)


@pytest.mark.usefixtures("small_turns")
@settings(
    max_examples=int(os.environ.get("HISTORIES", "15")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps)
@example([THERE, ("wait", 0, 0), BACK, ("meanwhile", THERE)])  # he who wants no notices
@example([THERE, ("wait", 4, 0), BACK, THERE])  # told, and back after a moment elsewhere
@example([("meanwhile", ("other",)), THERE, ("meanwhile", ("move", STARTS[1], True))])
def test_readers_know_what_stands_and_are_told_nothing_twice(
    shared_sqlite: Database, sqlite_form: Database, steps: list[tuple[Any, ...]]
) -> None:
    reset(shared_sqlite, sqlite_form)
    found = complaints(shared_sqlite, steps)
    assert found == [], "\n".join(found)
