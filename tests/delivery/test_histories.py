"""Whatever editors do, and whenever: readers know what stands, and are told nothing twice.

HISTORIES says how many histories are drawn.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from calendar_service.actions.content import load_content
from calendar_service.actions.publishing import cancel_event, move_event, postpone_event
from calendar_service.actions.service import Service
from calendar_service.catalog.files import Content, Seed
from calendar_service.clock import SetClock
from calendar_service.config import read_settings
from calendar_service.delivery import deliverer
from calendar_service.domain.documents import read_event
from calendar_service.domain.events import Revision
from calendar_service.domain.when import Timed
from calendar_service.store.database import Database
from calendar_service.store.queries.events import find_event, to_revision
from calendar_service.store.rows import ReaderRow, SubscriptionRow
from tests.calendars_at_work import NATO, confirmed, load_feeds, publish_event
from tests.delivery.histories import Follower, History, Stand, faults
from tests.stores import WINTER, reset

ZONE, HOUR = "Europe/Brussels", timedelta(hours=1)
BEGAN = WINTER + timedelta(days=1)
READERS = (
    Follower("anna", ("P1D", "PT2H"), notices=True),
    Follower("ben", ("P1D", "PT2H"), notices=False),
    Follower("cleo", ("P1D",), notices=True),
)
Step = tuple[Any, ...]

booleans = st.booleans()
waits = st.tuples(st.just("wait"), st.sampled_from([0, 1, 2, 4, 20, 70]), st.sampled_from([0, 1]))
downs = st.tuples(st.just("down"), st.sampled_from([3, 30, 150, 1500]))
others = st.sampled_from([("other",), ("refuse",)])


def steps(edits: st.SearchStrategy[Step]) -> st.SearchStrategy[list[Step]]:
    """What happens, one thing after another; some of it just as a mail leaves."""
    meanwhile = st.tuples(st.just("meanwhile"), st.one_of(edits, others))
    return st.lists(st.one_of(edits, waits, meanwhile, downs), max_size=12)


class Editors(Protocol):
    """Who publishes, and changes what they have published."""

    def begin(self, history: History) -> None:
        """Publishes it the first time."""

    def edit(self, history: History, step: Step) -> None:
        """Changes something; what is over stays as it is."""


@contextmanager
def history_of(database: Database, editors: Editors) -> Iterator[History]:
    """What begins tomorrow or later, which three readers have followed since yesterday."""
    clock = SetClock(WINTER - timedelta(days=10))
    with TemporaryDirectory() as folder:
        (Path(folder) / "var").mkdir()
        service = Service(database, read_settings({}, Path(folder)), clock, secret=b"of histories")
        load_feeds(service, NATO)
        history = History(service, clock)
        editors.begin(history)
        clock.set(WINTER)
        for reader in READERS:
            confirmed(service, reader.address, offsets=reader.offsets)
            if not reader.notices:
                with service.database.write() as session:
                    whose = select(ReaderRow.id).where(ReaderRow.address == reader.address)
                    theirs = SubscriptionRow.reader_id.in_(whose)
                    session.execute(update(SubscriptionRow).where(theirs).values(notices=False))
        clock.set(BEGAN)
        try:
            yield history
        finally:
            history.end()


def take(history: History, editors: Editors, step: Step) -> None:
    """One step of a history."""
    match step:
        case ("wait", minutes, first):
            history.deliver(first)
            history.wait(minutes, first)
        case ("down", minutes):
            history.be_down(minutes)
        case ("meanwhile", other):
            history.meanwhile.append(partial(take, history, editors, other))
        case ("other",):
            history.deliver_by_other()
        case ("refuse",):
            history.refuses = True
        case _:
            editors.edit(history, step)


def complaints(database: Database, editors: Editors, steps: list[Step]) -> list[str]:
    """What readers may complain of, once all has settled that these steps began."""
    with history_of(database, editors) as history:
        for step in steps:
            take(history, editors, step)
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


drawn = settings(
    max_examples=int(os.environ.get("HISTORIES", "12")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
pytestmark = pytest.mark.usefixtures("small_turns")


# --- One event ----------------------------------------------------------------------------------


STARTS = [BEGAN + hours * HOUR for hours in (1.2, 2.1, 5, 24.1, 25, 26, 50)]
moves = st.tuples(st.just("move"), st.sampled_from(STARTS), booleans)
ends = st.tuples(st.sampled_from(["postpone", "cancel"]), st.none(), booleans)
THERE, BACK = ("move", STARTS[0], False), ("move", STARTS[1], False)


class Event:
    """A briefing that is moved, postponed and cancelled."""

    def begin(self, history: History) -> None:
        start = STARTS[-1].replace(tzinfo=None) + HOUR  # Brussels in winter
        begin, end = start.isoformat(), (start + HOUR).isoformat()
        published = publish_event(history.service, "briefing", begin, end=end, zone=ZONE)
        history.publish(published, [_stand(published)], silent=False)

    def edit(self, history: History, step: Step) -> None:
        verb, start, silent = step
        now, (stand,) = history.clock.now(), history.stands
        if stand.status == "cancelled" or stand.start <= now:
            return
        if verb == "move" and start > now:
            wall = start.replace(tzinfo=None) + HOUR
            when = Timed(wall, wall + HOUR, ZONE)
            published = move_event(history.service, "briefing", when, silent=silent)
        elif verb == "postpone":
            published = postpone_event(history.service, "briefing", "", silent=silent)
        elif verb == "cancel":
            published = cancel_event(history.service, "briefing", "", silent=silent)
        else:
            return
        history.publish(published.revision, [_stand(published.revision)], silent=silent)


def _stand(revision: Revision) -> Stand:
    assert isinstance(revision.event.when, Timed)
    return Stand(str(revision.event.status), revision.event.when.starts_at())


@drawn
@given(steps(st.one_of(moves, moves, moves, ends)))
@example([THERE, ("wait", 0, 0), BACK, ("meanwhile", THERE)])  # he who wants no notices
@example([THERE, ("wait", 4, 0), BACK, THERE])  # told, and back after a moment elsewhere
@example([("meanwhile", ("other",)), THERE, ("meanwhile", ("move", STARTS[1], True))])
@example(
    [
        *(("wait", 70, 0), ("meanwhile", ("postpone", None, False)), ("meanwhile", ("other",))),
        *(BACK, ("meanwhile", BACK)),
    ]
)  # what is on its way is overtaken by no other sender
def test_readers_know_what_stands_and_are_told_nothing_twice(
    shared_sqlite: Database, sqlite_form: Database, steps: list[Step]
) -> None:
    reset(shared_sqlite, sqlite_form)
    found = complaints(shared_sqlite, Event(), steps)
    assert found == [], "\n".join(found)


# --- A series -----------------------------------------------------------------------------------


DATES = 4
FIRST = BEGAN + 2.5 * HOUR
shifts = st.tuples(st.just("shift"), st.integers(0, DATES - 1), st.sampled_from([-1, 0, 3]))
drops = st.tuples(st.just("drop"), st.integers(0, DATES - 1), st.none())
alls = st.tuples(st.just("all"), st.none(), st.sampled_from([0, 0.5, 2]))


class Series:
    """Four days in a row: each date is moved and cancelled by itself, or all of them."""

    def __init__(self) -> None:
        self.far = 0.0
        self.shifts: list[float | None] = [0.0] * DATES

    def begin(self, history: History) -> None:
        self._load(history, self.far, self.shifts)

    def edit(self, history: History, step: Step) -> None:
        verb, date, hours = step
        far = hours if verb == "all" else self.far
        shifts = self.shifts.copy()
        if verb != "all":
            shifts[date] = hours
        now = history.clock.now()
        before, after = history.stands, self._stands(far, shifts)
        changed = [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]]
        if all(one.start > now for pair in changed for one in pair):
            self._load(history, far, shifts)

    def _load(self, history: History, far: float, shifts: list[float | None]) -> None:
        self.far, self.shifts = far, shifts
        first = FIRST.replace(tzinfo=None) + HOUR + far * HOUR
        overrides = [
            self._override(first + timedelta(days=number), hours)
            for number, hours in enumerate(shifts)
            if hours != 0
        ]
        document = {
            "uid": "daily",
            "slug": "daily",
            "language": "en",
            "title": {"en": "daily"},
            "start": first.isoformat(),
            "end": (first + HOUR).isoformat(),
            "zone": ZONE,
            "recurrence": {"rule": f"FREQ=DAILY;COUNT={DATES}", "overrides": overrides},
        }
        seed = Seed(read_event(document), "seeds/daily.toml: event[1]")
        load_content(history.service, Content(feeds=(NATO,), seeds=(seed,)))
        with history.service.database.read() as session:
            row = find_event(session, "daily")
            assert row is not None
            revision = to_revision(row)
        history.publish(revision, self._stands(far, shifts), silent=False)

    @staticmethod
    def _override(of: datetime, hours: float | None) -> dict[str, object]:
        if hours is None:
            return {"of": of.isoformat(), "status": "cancelled"}
        return {"of": of.isoformat(), "start": (of + hours * HOUR).isoformat()}

    @staticmethod
    def _stands(far: float, shifts: list[float | None]) -> list[Stand]:
        return [
            Stand(
                "cancelled" if hours is None else "confirmed",
                FIRST + timedelta(days=number) + (far + (hours or 0)) * HOUR,
            )
            for number, hours in enumerate(shifts)
        ]


@drawn
@given(steps(st.one_of(shifts, shifts, drops, alls)))
@example([("wait", 0, 0), ("all", None, 0.5), ("wait", 0, 0), ("all", None, 0)])  # others' mails
def test_of_each_date_of_a_series_too(
    shared_sqlite: Database, sqlite_form: Database, steps: list[Step]
) -> None:
    reset(shared_sqlite, sqlite_form)
    found = complaints(shared_sqlite, Series(), steps)
    assert found == [], "\n".join(found)
