"""Feeds whose events an older release has stored, and this one cannot show."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from calendar_service.actions import rendering
from calendar_service.actions.agenda import agenda
from calendar_service.actions.checkup import check_up
from calendar_service.actions.content import load_content
from calendar_service.actions.feeds import FeedEdition, serve_event, serve_feed
from calendar_service.actions.left_out import find_left_out, left_out_events
from calendar_service.actions.pages import event_page
from calendar_service.actions.publishing import move_event
from calendar_service.actions.rendering import renew_feeds
from calendar_service.actions.service import Service
from calendar_service.catalog.files import Content, Seed
from calendar_service.clock import SetClock
from calendar_service.errors import UnknownEventError
from calendar_service.ical import events
from calendar_service.language.catalogues import texts_digest
from calendar_service.store.queries.records import RENDERING_FACT, write_fact
from calendar_service.store.rows import EventRow
from tests.builders import all_day, event
from tests.calendars_at_work import NATO, load_feeds, publish_event
from tests.ical.linted import assert_clean
from tests.right_to_left import arabic


def store_as_an_older_release_did(service: Service, uid: str, **fields: object) -> None:
    """Puts fields past every check into an event's document, and has all feeds written anew."""
    with service.database.write() as session:
        row = session.scalars(select(EventRow).where(EventRow.uid == uid)).one()
        row.document = {**row.document, **fields}
        write_fact(session, RENDERING_FACT, "an older release", now=service.clock.now())
    renew_feeds(service)


@pytest.mark.parametrize(
    "fields",
    [
        {"recurrence": {"rule": "FREQ=SOMETIMES"}},
        {"title": {}},
        {"start": "2026-03-30T15:00:00", "zone": "Mars/Olympus"},
        {"an older field": 1},
    ],
)
def test_one_event_that_cannot_be_shown_is_left_out_told_and_does_not_cost_the_others(
    service: Service, caplog: pytest.LogCaptureFixture, fields: dict[str, object]
) -> None:
    load_feeds(service, NATO)
    publish_event(service, "good", "2026-02-12")
    publish_event(service, "bad", "2026-02-13")
    with caplog.at_level(logging.ERROR):
        store_as_an_older_release_did(service, "bad", **fields)
    assert "event bad is left out of its feeds" in caplog.text
    content = assert_clean(serve_feed(service, "nato")[1])
    assert content.count(b"BEGIN:VEVENT") == 1
    assert [entry.revision.event.uid for entry in agenda(service).coming] == ["good"]
    (finding,) = [one for one in check_up(service) if one.subject == "feeds"]
    assert "event bad is in no feed" in finding.words
    move_event(service, "good", all_day("2026-02-20"))
    assert b"20260220" in serve_feed(service, "nato")[1]


@pytest.mark.parametrize(
    "fields", [{"title": {}}, {"an older field": 1}, {"zone": "Mars/Olympus", "start": "x"}]
)
def test_what_cannot_be_read_is_listed_with_its_reason_and_mended_by_a_seed(
    service: Service, fields: dict[str, object]
) -> None:
    load_feeds(service, NATO)
    publish_event(service, "bad", "2026-02-13")
    store_as_an_older_release_did(service, "bad", **fields)
    (listed,) = left_out_events(service)
    assert listed == find_left_out(service, "bad")
    assert (listed.uid, listed.document["start"]) == ("bad", fields.get("start", "2026-02-13"))
    for look in (event_page, lambda service, name: serve_event(service, name, None)):
        with pytest.raises(UnknownEventError):
            look(service, "bad")
    mended = event("Mended", all_day("2026-02-14"), uid="bad", slug="bad")
    for _ in range(2):
        load_content(service, Content(feeds=(NATO,), seeds=(Seed(mended, "seeds/a.toml"),)))
    assert left_out_events(service) == []
    assert find_left_out(service, "bad") is None
    assert b"SEQUENCE:1\r\n" in assert_clean(serve_feed(service, "nato")[1])


def validators(served: tuple[FeedEdition, bytes]) -> tuple[str, datetime]:
    return served[0].etag, served[0].last_modified


def test_another_name_of_a_topic_is_in_every_feed_after_the_next_start(
    service: Service, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_feeds(service, NATO)
    publish_event(service, "summit", "2026-07-07", topics=["summit"])
    publish_event(service, "talks", "2026-05-01")
    renew_feeds(service)
    before = serve_feed(service, "nato")
    assert b"CATEGORIES:Summits" in before[1]
    clock.set(clock.now() + timedelta(hours=1))
    monkeypatch.setattr(events, "topic_in_words", lambda *_: "Peaks")
    renew_feeds(service)
    assert serve_feed(service, "nato") == before  # its texts are said to be the same
    monkeypatch.setattr(rendering, "texts_digest", lambda: "other texts")
    renew_feeds(service)
    after = serve_feed(service, "nato")
    assert b"CATEGORIES:Peaks" in after[1]
    assert after[0].etag != before[0].etag
    assert after[0].last_modified > before[0].last_modified


def test_other_texts_that_no_feed_has_leave_every_feed_as_it_was(service: Service) -> None:
    load_feeds(service, NATO)
    publish_event(service, "talks", "2026-05-01")
    renew_feeds(service)
    before = serve_feed(service, "nato")
    known = texts_digest()
    with arabic():
        assert texts_digest() != known
        renew_feeds(service)
        after = serve_feed(service, "nato")
    assert validators(after) == validators(before)
    assert after[1] == before[1]
