"""Loading seeds and feeds: once, again, and beside an editor's changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from calendar_service.actions.content import Resolution, load_content
from calendar_service.actions.feeds import serve_feed
from calendar_service.actions.listing import all_revisions, event_history
from calendar_service.actions.publishing import cancel_event, move_event
from calendar_service.actions.rendering import renew_feeds
from calendar_service.actions.service import Service
from calendar_service.catalog.files import Content, Seed
from calendar_service.clock import SetClock
from calendar_service.domain.events import Event
from calendar_service.domain.feeds import Selection
from calendar_service.domain.recurrence import Recurrence
from calendar_service.domain.when import AllDay
from calendar_service.errors import ConflictError
from tests.calendars_at_work import NATO, SUMMITS, confirmed, planned, publish_event
from tests.stores import with_settings

JULY = AllDay(date(2026, 7, 7), date(2026, 7, 8))
AUGUST = AllDay(date(2026, 8, 4), date(2026, 8, 5))
SEPTEMBER = AllDay(date(2026, 9, 1), date(2026, 9, 2))

SUMMIT = Event(
    uid="summit",
    slug="summit",
    when=JULY,
    title={"en": "Summit", "sq": "Samiti"},
    language="en",
    topics=("summit",),
)


def content(*events: Event) -> Content:
    seeds = tuple(Seed(event, "seeds/test.toml") for event in events)
    return Content(feeds=(NATO, SUMMITS), seeds=seeds)


def test_content_is_loaded_once_and_loading_again_changes_no_byte(
    service: Service, clock: SetClock
) -> None:
    assert load_content(service, content(SUMMIT)).added == ["summit"]
    before = serve_feed(service, "nato")
    clock.set(clock.now() + timedelta(days=1))
    again = load_content(service, content(SUMMIT))
    assert (again.added, again.revised, again.unchanged) == ([], [], ["summit"])
    assert again.feeds == ()
    assert serve_feed(service, "nato") == before


def test_a_changed_seed_becomes_a_revision(service: Service) -> None:
    load_content(service, content(SUMMIT))
    loaded = load_content(service, content(replace(SUMMIT, when=SEPTEMBER)))
    assert loaded.revised == ["summit"]
    revision, _ = event_history(service, "summit")
    assert (revision.event.when, revision.sequence) == (SEPTEMBER, 1)


def test_an_edit_made_since_stays(service: Service) -> None:
    load_content(service, content(SUMMIT))
    move_event(service, "summit", SEPTEMBER)
    assert load_content(service, content(SUMMIT)).unchanged == ["summit"]
    assert event_history(service, "summit")[0].event.when == SEPTEMBER


def test_an_edit_and_a_seed_that_change_different_things_both_stand(service: Service) -> None:
    load_content(service, content(SUMMIT))
    move_event(service, "summit", SEPTEMBER)
    retitled = replace(SUMMIT, title={"en": "Summit", "sq": "Samiti i NATO-s"})
    assert load_content(service, content(retitled)).revised == ["summit"]
    event = event_history(service, "summit")[0].event
    assert (event.when, event.title["sq"]) == (SEPTEMBER, "Samiti i NATO-s")


def test_where_both_changed_the_same_the_conflict_is_named_and_the_edit_stays(
    service: Service,
) -> None:
    load_content(service, content(SUMMIT))
    move_event(service, "summit", SEPTEMBER)
    for _ in range(2):  # it is told until it is settled
        loaded = load_content(service, content(replace(SUMMIT, when=AUGUST)))
        (conflict,) = loaded.conflicts
        assert (conflict.uid, conflict.place) == ("summit", "seeds/test.toml")
        (clash,) = conflict.clashes
        assert clash.key == "when"
        assert "2026-09-01" in clash.edited
        assert "2026-08-04" in clash.seeded
    assert event_history(service, "summit")[0].event.when == SEPTEMBER


@pytest.mark.parametrize(
    ("resolution", "when"), [(Resolution.SEED, AUGUST), (Resolution.EDIT, SEPTEMBER)]
)
def test_a_conflict_is_settled_by_saying_whose_words_stand(
    service: Service, resolution: Resolution, when: AllDay
) -> None:
    load_content(service, content(SUMMIT))
    move_event(service, "summit", SEPTEMBER)
    changed = content(replace(SUMMIT, when=AUGUST))
    assert load_content(service, changed, resolution=resolution).conflicts == []
    assert event_history(service, "summit")[0].event.when == when
    assert load_content(service, changed).unchanged == ["summit"]


def test_the_other_seeds_are_loaded_beside_a_conflict(service: Service) -> None:
    load_content(service, content(SUMMIT))
    cancel_event(service, "summit", "Snow.")
    other = replace(SUMMIT, uid="other", slug="other")
    tentative = replace(SUMMIT, status=type(SUMMIT.status).TENTATIVE)
    loaded = load_content(service, content(tentative, other))
    assert loaded.added == ["other"]
    assert [conflict.uid for conflict in loaded.conflicts] == ["summit"]


def test_a_series_that_was_moved_waits_where_its_seed_names_a_date_as_it_was(
    service: Service,
) -> None:
    series = replace(
        SUMMIT, uid="series", slug="series", recurrence=Recurrence("FREQ=DAILY;COUNT=4")
    )
    load_content(service, content(series, SUMMIT))
    move_event(service, "series", AUGUST)
    excluding = Recurrence("FREQ=DAILY;COUNT=4", excluded=(datetime(2026, 7, 8),))  # noqa: DTZ001
    changed = content(replace(series, recurrence=excluding), replace(SUMMIT, when=SEPTEMBER))
    loaded = load_content(service, changed)
    assert [conflict.uid for conflict in loaded.conflicts] == ["series"]
    assert loaded.revised == ["summit"]
    load_content(service, changed, resolution=Resolution.SEED)
    event = event_history(service, "series")[0].event
    assert (event.when, event.recurrence) == (JULY, excluding)


def test_a_slug_that_another_event_has_stops_the_loading_and_nothing_is_half_loaded(
    service: Service,
) -> None:
    publish_event(service, "talks", "2026-05-01", slug="summit")
    first = replace(SUMMIT, uid="first", slug="first")
    with pytest.raises(ConflictError, match="seeds/test.toml"):
        load_content(service, content(first, SUMMIT))
    assert [revision.event.uid for revision in all_revisions(service)] == ["talks"]


def test_a_feed_that_selects_more_brings_its_readers_the_events_it_gained(
    service: Service,
) -> None:
    load_content(service, content(SUMMIT, replace(SUMMIT, uid="talks", slug="talks", topics=())))
    confirmed(service, feed="summits")
    assert len(planned(service)) == 1
    wider = replace(SUMMITS, selection=Selection(topics=("summit",), uids=("talks",)))
    seeds = content(SUMMIT, replace(SUMMIT, uid="talks", slug="talks", topics=())).seeds
    load_content(service, Content(feeds=(NATO, wider), seeds=seeds))
    assert b"UID:talks" in serve_feed(service, "summits")[1]
    assert len(planned(service)) == 2


def test_a_first_seed_asks_before_it_overwrites_what_an_editor_published(
    service: Service,
) -> None:
    publish_event(service, "summit", "2026-09-01", slug="summit", place={"name": {"en": "Ankara"}})
    loaded = load_content(service, content(SUMMIT))
    (conflict,) = loaded.conflicts
    assert {"when", "title.en"} <= {clash.key for clash in conflict.clashes}
    event = event_history(service, "summit")[0].event
    assert (event.when.first_day, event.place is None) == (date(2026, 9, 1), False)


def test_a_changed_slug_that_another_event_has_is_named(service: Service) -> None:
    load_content(service, content(SUMMIT))
    publish_event(service, "talks", "2026-05-01", slug="talks")
    with pytest.raises(ConflictError, match=r"seeds/test\.toml.*'talks'"):
        load_content(service, content(replace(SUMMIT, slug="talks")))
    assert event_history(service, "summit")[0].event.slug == "summit"


def test_an_editors_shell_does_not_put_its_own_address_into_the_feeds(service: Service) -> None:
    site = with_settings(service, origin="https://calendar.example.org")
    load_content(site, content(SUMMIT))
    renew_feeds(site)
    move_event(service, "summit", SEPTEMBER)
    load_content(service, content(SUMMIT, replace(SUMMIT, uid="other", slug="other")))
    served = serve_feed(site, "nato")[1]
    assert served.count(b"URL:https://calendar.example.org/events/") == 2
    assert b"127.0.0.1" not in served


def test_a_site_that_moves_writes_its_new_address(service: Service) -> None:
    load_content(service, content(SUMMIT))
    before = serve_feed(service, "nato")[0]
    site = with_settings(service, origin="https://calendar.example.org")
    renew_feeds(site)
    edition, served = serve_feed(site, "nato")
    assert b"URL:https://calendar.example.org/events/summit" in served
    assert edition.etag != before.etag
    assert edition.last_modified > before.last_modified
