"""Validators under any sequence of edits, passing time and restarts."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from email.utils import parsedate_to_datetime

from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from calendar_service.actions.content import load_content
from calendar_service.actions.publishing import cancel_event, move_event
from calendar_service.actions.rendering import renew_feeds
from calendar_service.actions.service import Service
from calendar_service.catalog.files import Content
from calendar_service.clock import SetClock
from calendar_service.domain.when import AllDay
from calendar_service.errors import ConflictError
from calendar_service.store.database import Database
from tests.calendars_at_work import NATO, SUMMITS, load_feeds, publish_event
from tests.stores import WINTER, reset
from tests.web.sites import FEEDS, client_of

FORGETFUL = replace(NATO, past_days=10, cancelled_days=1)
"""What is over leaves it after ten days, and what is cancelled after one."""


@dataclass
class World:
    """A site that things happen to."""

    service: Service
    clock: SetClock
    client: FlaskClient
    added: int = 0
    held: dict[str, TestResponse] = field(default_factory=dict)

    def add(self) -> None:
        self.added += 1
        topics = ["summit"] if self.added % 2 else ["else"]
        publish_event(self.service, f"event-{self.added}", "2026-05-01", topics=topics)

    def move(self, days: int) -> None:
        if self.added:
            day = date(2026, 5, 1) + timedelta(days=days)
            try:
                move_event(self.service, f"event-{1 + days % self.added}", AllDay(day, day))
            except ConflictError:
                return  # it was cancelled

    def cancel(self, number: int) -> None:
        if self.added:
            cancel_event(self.service, f"event-{1 + number % self.added}", "no hall")

    def wait(self, seconds: int) -> None:
        self.clock.set(self.clock.now() + timedelta(seconds=seconds))

    def restart(self) -> None:
        renew_feeds(self.service)
        self.client = client_of(self.service)

    def rename(self, number: int) -> None:
        named = replace(FORGETFUL, title={**NATO.title, "en": f"Calendar {number}"})
        load_content(self.service, Content(feeds=(named, SUMMITS), seeds=()))

    def check(self) -> None:
        """Who has the present bytes gets 304 and who has others does not, by tag and by date."""
        for feed in FEEDS:
            held = self.held.get(feed)
            now = self.client.get(feed)
            if held is not None:
                same = now.data == held.data
                dates = [parsedate_to_datetime(one.headers["Last-Modified"]) for one in (held, now)]
                assert dates[0] <= dates[1]
                for name, validator in (
                    ("If-None-Match", "ETag"),
                    ("If-Modified-Since", "Last-Modified"),
                ):
                    asked = {name: held.headers[validator]}
                    assert self.client.get(feed, headers=asked).status_code == (
                        304 if same else 200
                    )
            self.held[feed] = now


numbers = st.integers(0, 40)
happenings = st.one_of(
    st.tuples(st.just("add")),
    st.tuples(st.sampled_from(["move", "cancel", "rename"]), numbers),
    st.tuples(st.just("wait"), st.sampled_from([1, 60, 86_400, 90 * 86_400, -3600])),
    st.tuples(st.just("restart")),
)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(happenings, min_size=3, max_size=10))
def test_a_304_is_given_exactly_while_nothing_has_changed(
    sqlite_service: Service,
    clock: SetClock,
    sqlite_form: Database,
    happened: list[tuple[str, ...]],
) -> None:
    reset(sqlite_service.database, sqlite_form)
    clock.set(WINTER)
    load_feeds(sqlite_service, FORGETFUL, SUMMITS)
    world = World(sqlite_service, clock, client_of(sqlite_service))
    world.check()
    for name, *told in happened:
        getattr(world, name)(*told)
        world.check()
