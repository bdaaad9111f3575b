"""Validators under any sequence of edits, definitions, passing time, releases and restarts."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from calendar_service.actions.content import Resolution, load_content
from calendar_service.actions.publishing import cancel_event, move_event
from calendar_service.actions.rendering import renew_feeds
from calendar_service.actions.service import Service
from calendar_service.catalog.files import Content, Seed
from calendar_service.clock import SetClock
from calendar_service.domain.documents import read_event
from calendar_service.domain.feeds import Feed, Selection, Undated
from calendar_service.domain.when import AllDay
from calendar_service.errors import ConflictError
from calendar_service.ical.calendars import FORMAT
from calendar_service.store.database import Database
from calendar_service.store.queries.records import RENDERING_FACT
from calendar_service.store.rows import FactRow, Row
from tests.calendars_at_work import NATO, SUMMITS, load_feeds, publish_event
from tests.stores import WINTER
from tests.web.sites import FEEDS, client_of

FORGETFUL = replace(NATO, past_days=10, cancelled_days=1)
"""What is over leaves it after ten days, and what is cancelled after one."""

DEFINITIONS: tuple[tuple[Feed, ...], ...] = (
    (FORGETFUL, SUMMITS),
    (replace(FORGETFUL, title={"en": "Another name"}), SUMMITS),
    (replace(FORGETFUL, past_days=100, cancelled_days=40, position=9), SUMMITS),
    (NATO, replace(SUMMITS, selection=Selection(topics=("else",)))),
    (replace(NATO, undated=Undated.FIRST_OF_MONTH), SUMMITS),
    (FORGETFUL,),
)
STATUSES = ("confirmed", "tentative", "cancelled", "postponed", "draft")
TIMES = ({"start": "2026-05-01"}, {"start": "2026-01-04"}, {"month": "2026-09"})

STRICT = (*FEEDS, "/feeds/nato.ics?alarm=P1D", "/events/event-1.ics", "/events/seed.ics?lang=sq")
"""Who has the present bytes gets 304, by tag and by date."""

FORMATS = tuple(f"/feeds/nato.{ending}?lang=sq" for ending in ("atom", "json", "csv", "jsonld"))
BY_TAG = (
    "/feeds/custom.ics?text=e",
    "/feeds/custom.ics?feed=summits&lang=sq",
    "/feeds/custom.csv?text=e",
    *FORMATS,
)
"""So does, by tag, who has a selection: its date is that of all events; and who has the feed in
another format, which may say less than the calendar that its date is of."""

OTHERS = ("/feeds/nato.ics?cancelled=hide", "/feeds/summits.ics?cancelled=status")
"""A change of what is hidden makes them new, too."""


@dataclass
class World:
    """A site that things happen to, and all that it has ever answered."""

    service: Service
    clock: SetClock
    client: FlaskClient
    added: int = 0
    feeds: tuple[Feed, ...] = DEFINITIONS[0]
    seeds: tuple[Seed, ...] = ()
    held: dict[str, list[TestResponse]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)

    def add(self, _: int) -> None:
        self.added += 1
        topics = ["summit"] if self.added % 2 else ["else"]
        publish_event(self.service, f"event-{self.added}", "2026-05-01", topics=topics)

    def move(self, days: int) -> None:
        if self.added:
            day = date(2026, 5, 1) + timedelta(days=days // 3)
            try:
                move_event(self.service, f"event-{1 + days % self.added}", AllDay(day, day))
            except ConflictError:
                return  # it was cancelled

    def cancel(self, number: int) -> None:
        if self.added:
            cancel_event(self.service, f"event-{1 + number % self.added}", "no hall" * (number % 2))

    def seed(self, number: int) -> None:
        """Loads an event from a file: another title, status or time, or the same again."""
        document: dict[str, object] = {
            "uid": "seed",
            "slug": "seed",
            "language": "en",
            "title": {"en": f"Seed {number // 16}"},
            "topics": ["summit", "else"][: 1 + number % 2],
            "status": STATUSES[number % 5],
            **TIMES[number % 3],
        }
        self.seeds = (Seed(read_event(document), "seeds/a.toml"),)
        self.load()

    def define(self, number: int) -> None:
        self.feeds = DEFINITIONS[number % len(DEFINITIONS)]
        self.load()

    def load(self, _: int = 0) -> None:
        content = Content(feeds=self.feeds, seeds=self.seeds)
        load_content(self.service, content, resolution=Resolution.SEED)

    def wait(self, number: int) -> None:
        seconds = (1, 60, 86_400, 30 * 86_400, 90 * 86_400, -3600)[number % 6]
        self.clock.set(self.clock.now() + timedelta(seconds=seconds))

    def restart(self, _: int) -> None:
        renew_feeds(self.service)
        self.client = client_of(self.service)

    def release(self, number: int) -> None:
        with self.service.database.write() as session:
            fact = session.get_one(FactRow, RENDERING_FACT)
            fact.value = f"{FORMAT} 0.0.{number} {self.service.settings.origin}"
        self.restart(number)

    def check(self) -> None:
        """Asks for everything, with all validators that were ever given for it."""
        for address in (*STRICT, *BY_TAG, *OTHERS):
            now = self.client.get(address)
            assert now.status_code in {200, 400, 404}
            if now.status_code == 200:
                self.compare(address, now, self.held.setdefault(address, []))
                self.held[address].append(now)
            (self.gone.discard if now.status_code == 200 else self.gone.add)(address)

    def compare(self, address: str, now: TestResponse, held: list[TestResponse]) -> None:
        assert self.client.head(address).headers == now.headers
        for before in held[-4:]:
            assert dated(before) <= dated(now), address
            if before.data != now.data:
                assert self.asked(address, before) == (200, 200, 200), address
        if held and held[-1].data == now.data and address not in self.gone:
            by_tag, by_coded_tag, by_date = self.asked(address, held[-1])
            if address not in OTHERS:
                assert (by_tag, by_coded_tag) == (304, 304), address
            if address in STRICT:
                assert by_date == 304, address

    def asked(self, address: str, held: TestResponse) -> tuple[int, int, int]:
        """The answers to who has an earlier one: by its tag, a coding's tag, and its date."""
        tag, day = held.headers["ETag"], held.headers["Last-Modified"]
        coded = tag if address.startswith("/events/") else f'{tag[:-1]}-gzip"'
        headers = (
            {"If-None-Match": tag},
            {"If-None-Match": f"W/{coded}", "Accept-Encoding": "zstd"},
            {"If-Modified-Since": day},
        )
        first, second, third = (self.client.get(address, headers=one) for one in headers)
        return first.status_code, second.status_code, third.status_code


def dated(answer: TestResponse) -> datetime:
    return parsedate_to_datetime(answer.headers["Last-Modified"])


happenings = st.tuples(
    st.sampled_from(
        ["add", "move", "cancel", "seed", "seed", "define", "load", "wait", "restart", "release"]
    ),
    st.integers(0, 79),
)


@pytest.mark.thorough
@settings(
    max_examples=4,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@example([("add", 0), ("release", 0), ("move", 30), ("release", 0), ("cancel", 0)])
@example([("seed", 0), ("define", 3), ("wait", 3), ("define", 2), ("wait", 4), ("seed", 5)])
@given(st.lists(happenings, min_size=3, max_size=10))
def test_a_304_is_given_exactly_while_nothing_has_changed(
    service: Service, clock: SetClock, happened: list[tuple[str, int]]
) -> None:
    emptied(service.database)
    clock.set(WINTER)
    load_feeds(service, *DEFINITIONS[0])
    world = World(service, clock, client_of(service))
    world.check()
    for name, number in happened:
        getattr(world, name)(number)
        world.check()


def emptied(database: Database) -> None:
    with database.write() as session:
        for table in reversed(Row.metadata.sorted_tables):
            session.execute(table.delete())
