"""What pages show, and when."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from calendar_service.actions.agenda import agenda
from calendar_service.actions.pages import event_page, feed_page
from calendar_service.actions.publishing import add_event, cancel_event
from calendar_service.actions.service import Service
from calendar_service.clock import SetClock
from calendar_service.domain.agenda import Agenda
from calendar_service.domain.events import RelationType
from calendar_service.errors import UnknownEventError, UnknownFeedError
from tests.calendars_at_work import NATO, SUMMITS, load_feeds, publish_event


def uids(found: Agenda) -> tuple[list[str], list[str], list[str]]:
    parts = (found.running, found.coming, found.past)
    running, coming, past = ([entry.revision.event.uid for entry in part] for part in parts)
    return running, coming, past


def test_events_are_past_running_or_coming_and_what_is_over_comes_newest_first(
    service: Service, clock: SetClock
) -> None:
    publish_event(service, "hague", "2025-06-24", end="2025-06-25")
    publish_event(service, "ministers", "2026-02-12")
    publish_event(service, "ankara", "2026-07-07", end="2026-07-08")
    publish_event(service, "later", "2026-09-01")
    clock.set(datetime(2026, 7, 8, 12, 0, tzinfo=UTC))
    assert uids(agenda(service)) == (["ankara"], ["later"], ["ministers", "hague"])


def test_a_day_is_over_at_midnight_where_the_event_is(service: Service, clock: SetClock) -> None:
    place = {"name": {"en": "Ankara"}, "zone": "Europe/Istanbul"}
    publish_event(service, "ankara", "2026-07-08", place=place)
    clock.set(datetime(2026, 7, 8, 20, 59, tzinfo=UTC))
    assert uids(agenda(service))[0] == ["ankara"]
    clock.set(datetime(2026, 7, 8, 21, 0, tzinfo=UTC))
    assert uids(agenda(service))[2] == ["ankara"]


def test_an_event_of_some_day_in_a_month_is_coming_until_the_month_is_over(
    service: Service, clock: SetClock
) -> None:
    publish_event(service, "talks", "2026-03-01")
    publish_event(service, "summit", "2026-07-01")
    document: dict[str, object] = {
        "uid": "some-day",
        "language": "en",
        "title": {"en": "x"},
        "month": "2026-07",
    }
    add_event(service, document)
    clock.set(datetime(2026, 6, 30, tzinfo=UTC))
    assert uids(agenda(service))[1] == ["summit", "some-day"]
    clock.set(datetime(2026, 8, 1, tzinfo=UTC))
    assert uids(agenda(service))[2] == ["summit", "some-day", "talks"]


def test_a_series_is_listed_once_with_its_next_instance(service: Service, clock: SetClock) -> None:
    weekly = {"zone": "Europe/Brussels", "recurrence": {"rule": "FREQ=WEEKLY;COUNT=3"}}
    publish_event(service, "briefing", "2026-02-02T09:00:00", end="2026-02-02T10:00:00", **weekly)
    clock.set(datetime(2026, 2, 5, tzinfo=UTC))
    (entry,) = agenda(service).coming
    assert entry.when.first_day.isoformat() == "2026-02-09"
    clock.set(datetime(2026, 3, 5, tzinfo=UTC))
    (entry,) = agenda(service).past
    assert entry.when.first_day.isoformat() == "2026-02-16"


def test_a_cancelled_event_never_runs(service: Service, clock: SetClock) -> None:
    publish_event(service, "summit", "2026-07-07", end="2026-07-08")
    cancel_event(service, "summit", "Snow.")
    clock.set(datetime(2026, 7, 7, 12, 0, tzinfo=UTC))
    assert uids(agenda(service)) == ([], ["summit"], [])


def test_a_draft_is_shown_nowhere(service: Service) -> None:
    load_feeds(service, NATO)
    publish_event(service, "secret", "2026-07-07", status="draft")
    assert uids(agenda(service)) == ([], [], [])
    assert uids(feed_page(service, "nato").agenda) == ([], [], [])
    with pytest.raises(UnknownEventError):
        event_page(service, "secret")


def test_an_event_tells_how_it_hangs_together_with_others_both_ways(service: Service) -> None:
    load_feeds(service, NATO, SUMMITS)
    publish_event(service, "ankara", "2026-07-07", topics=["summit"])
    prepares = {"type": "prepares", "uid": "ankara"}
    publish_event(service, "ministers", "2026-02-12", relations=[prepares])
    part = {"type": "part-of", "uid": "ministers"}
    publish_event(service, "council", "2026-02-12", relations=[part])
    page = event_page(service, "ministers")
    assert [(one.type, one.outgoing, one.revision.event.uid) for one in page.related] == [
        (RelationType.PREPARES, True, "ankara"),
        (RelationType.PART_OF, False, "council"),
    ]
    assert [feed.slug for feed in page.feeds] == ["nato"]
    assert [feed.slug for feed in event_page(service, "ankara").feeds] == ["nato", "summits"]


def test_a_feeds_page_shows_its_own_events_alone(service: Service) -> None:
    load_feeds(service, NATO, SUMMITS)
    publish_event(service, "ankara", "2026-07-07", topics=["summit"])
    publish_event(service, "ministers", "2026-02-12")
    assert uids(feed_page(service, "summits").agenda) == ([], ["ankara"], [])
    with pytest.raises(UnknownFeedError, match="feeds list"):
        feed_page(service, "nothing")
