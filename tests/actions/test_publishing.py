"""The editors' verbs."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from calendar_service.actions.listing import event_history
from calendar_service.actions.publishing import add_event, cancel_event, move_event
from calendar_service.actions.service import Service
from calendar_service.clock import SetClock
from calendar_service.domain.events import Status
from calendar_service.domain.when import AllDay, InMonth
from calendar_service.errors import ConflictError, InvalidInputError, UnknownEventError
from calendar_service.store.queries.feeds import find_feed
from tests.calendars_at_work import NATO, SUMMITS, load_feeds, publish_event
from tests.stores import WINTER

JULY = AllDay(date(2026, 7, 7), date(2026, 7, 8))


def counters(service: Service) -> dict[str, int]:
    with service.database.read() as session:
        states = {slug: find_feed(session, slug) for slug in ("nato", "summits")}
        return {slug: state.counter for slug, state in states.items() if state}


def test_a_new_event_is_its_first_revision(service: Service) -> None:
    revision = publish_event(service, "summit", "2026-07-07", end="2026-07-08")
    assert (revision.sequence, revision.event.when) == (0, JULY)
    assert revision.published_at == revision.created_at == WINTER


def test_uid_and_slug_are_made_where_none_is_given(service: Service) -> None:
    document = {"language": "sq", "title": {"sq": "Samiti në Ankara"}, "start": "2026-07-07"}
    first = add_event(service, dict(document)).revision.event
    second = add_event(service, dict(document)).revision.event
    assert (first.slug, second.slug) == ("samiti-ne-ankara", "samiti-ne-ankara-2")
    assert first.uid != second.uid


def test_an_event_that_moves_keeps_its_uid_and_raises_its_sequence(
    service: Service, clock: SetClock
) -> None:
    publish_event(service, "summit", "2026-07-07", end="2026-07-08")
    clock.set(WINTER + timedelta(days=1))
    later = AllDay(date(2026, 9, 1), date(2026, 9, 2))
    moved = move_event(service, "summit", later)
    assert moved.changed
    assert (moved.revision.event.uid, moved.revision.sequence) == ("summit", 1)
    assert moved.revision.published_at == WINTER + timedelta(days=1)
    assert moved.revision.created_at == WINTER


def test_a_change_that_changes_nothing_is_no_revision(service: Service) -> None:
    load_feeds(service, NATO)
    publish_event(service, "summit", "2026-07-07", end="2026-07-08")
    before = counters(service)
    assert not move_event(service, "summit", JULY).changed
    assert counters(service) == before
    assert event_history(service, "summit")[0].sequence == 0


def test_two_changes_within_a_second_are_dated_a_second_apart(service: Service) -> None:
    first = publish_event(service, "summit", "2026-07-07")
    second = move_event(service, "summit", JULY).revision
    assert second.published_at - first.published_at == timedelta(seconds=1)


def test_only_the_feeds_that_hold_an_event_change_with_it(service: Service) -> None:
    load_feeds(service, NATO, SUMMITS)
    publish_event(service, "meeting", "2026-02-12")
    before = counters(service)
    publish_event(service, "summit", "2026-07-07", topics=["summit"])
    assert counters(service) == {name: number + 1 for name, number in before.items()}
    before = counters(service)
    move_event(service, "meeting", JULY)
    assert counters(service) == {"nato": before["nato"] + 1, "summits": before["summits"]}


def test_a_cancelled_event_keeps_its_day_and_tells_the_reason(service: Service) -> None:
    publish_event(service, "summit", "2026-07-07", end="2026-07-08")
    event = cancel_event(service, "summit", "Snow.").revision.event
    assert (event.status, event.when, event.reason) == (Status.CANCELLED, JULY, {"en": "Snow."})


def test_a_cancelled_event_cannot_move(service: Service) -> None:
    publish_event(service, "summit", "2026-07-07")
    cancel_event(service, "summit", "")
    with pytest.raises(ConflictError, match="publish a new event"):
        move_event(service, "summit", JULY)


def test_a_postponed_event_is_confirmed_by_its_new_day_but_not_by_a_month(
    service: Service,
) -> None:
    publish_event(service, "summit", "2026-07-07", status="postponed", reason={"en": "Snow."})
    still = move_event(service, "summit", InMonth(2026, 9)).revision.event
    assert still.status is Status.POSTPONED
    event = move_event(service, "summit", JULY).revision.event
    assert (event.status, event.reason) == (Status.CONFIRMED, {})


def test_a_name_that_is_taken_is_refused_and_nothing_is_stored(service: Service) -> None:
    publish_event(service, "summit", "2026-07-07")
    with pytest.raises(ConflictError, match="'summit' already"):
        publish_event(service, "summit", "2026-09-01")
    assert event_history(service, "summit")[0].event.when == AllDay(
        date(2026, 7, 7), date(2026, 7, 7)
    )


def test_an_event_that_nobody_knows_is_named_with_the_remedy(service: Service) -> None:
    with pytest.raises(UnknownEventError, match="events list"):
        move_event(service, "nothing", JULY)


def test_every_mistake_of_an_event_is_told_at_once(service: Service) -> None:
    with pytest.raises(InvalidInputError) as caught:
        add_event(service, {"title": {"en": ""}, "language": "en", "start": "7 July", "topcs": []})
    assert [problem.key for problem in caught.value.problems] == ["start", "title.en", "topcs"]


def test_the_history_tells_who_changed_what(service: Service) -> None:
    publish_event(service, "summit", "2026-07-07", end="2026-07-08")
    move_event(service, "summit", InMonth(2026, 9), actor="anna")
    _, past = event_history(service, "summit")
    assert [(one.sequence, one.actor, one.changed) for one in past] == [
        (0, "editor", ()),
        (1, "anna", ("end", "month", "start")),
    ]


def test_cancelling_again_without_a_reason_keeps_the_one_that_was_told(service: Service) -> None:
    publish_event(service, "summit", "2026-07-07")
    cancel_event(service, "summit", "No hall.")
    assert not cancel_event(service, "summit", "").changed
    assert cancel_event(service, "summit", "Snow.").revision.event.reason == {"en": "Snow."}
