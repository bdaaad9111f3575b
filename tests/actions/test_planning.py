"""Which reminders are planned, and how they follow their events."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from calendar_service.actions.planning import plan_series_ahead
from calendar_service.actions.publishing import cancel_event, move_event
from calendar_service.actions.service import Service
from calendar_service.clock import SetClock
from calendar_service.domain.when import AllDay
from calendar_service.domain.when_documents import parse_when
from tests.calendars_at_work import (
    NATO,
    SUMMITS,
    confirmed,
    load_feeds,
    planned,
    publish_event,
)

ALL = ("P7D", "P1D", "P0D")


def test_an_all_day_event_is_reminded_of_at_eight_in_the_readers_zone(service: Service) -> None:
    load_feeds(service, NATO)
    publish_event(service, "ministers", "2026-02-12")
    confirmed(service, offsets=ALL, zone="Europe/Tirane")
    confirmed(service, "other@example.org", offsets=("P1D",), zone="America/New_York")
    assert planned(service) == [
        ("2026-02-05 07:00", "P7D", "Europe/Tirane"),
        ("2026-02-11 07:00", "P1D", "Europe/Tirane"),
        ("2026-02-11 13:00", "P1D", "America/New_York"),
        ("2026-02-12 07:00", "P0D", "Europe/Tirane"),
    ]


def test_a_timed_event_has_one_instant_for_everybody(service: Service) -> None:
    load_feeds(service, NATO)
    publish_event(service, "talks", "2026-03-29T15:00:00", zone="Europe/Brussels")
    for number, zone in enumerate(("Europe/Tirane", "Asia/Tokyo")):
        confirmed(service, f"reader{number}@example.org", offsets=("P1D", "PT24H"), zone=zone)
    assert planned(service) == [
        ("2026-03-28 13:00", "PT24H", ""),  # summer time began in between
        ("2026-03-28 14:00", "P1D", ""),
    ]


def test_however_many_readers_follow_there_is_one_row_an_offset(service: Service) -> None:
    load_feeds(service, NATO)
    publish_event(service, "ministers", "2026-02-12")
    for number in range(5):
        confirmed(service, f"reader{number}@example.org")
    assert len(planned(service)) == 1


def test_who_subscribes_first_is_planned_for_events_published_later(service: Service) -> None:
    load_feeds(service, NATO, SUMMITS)
    confirmed(service, feed="summits")
    publish_event(service, "ministers", "2026-02-12")
    publish_event(service, "summit", "2026-07-07", topics=["summit"])
    assert planned(service) == [("2026-07-06 06:00", "P1D", "Europe/Tirane")]


def test_following_one_event_plans_for_that_one_alone(service: Service) -> None:
    load_feeds(service, NATO)
    publish_event(service, "ministers", "2026-02-12")
    publish_event(service, "summit", "2026-07-07")
    confirmed(service, event="summit")
    assert [instant for instant, _, _ in planned(service)] == ["2026-07-06 06:00"]


def test_a_reminder_whose_instant_has_passed_is_not_planned(
    service: Service, clock: SetClock
) -> None:
    load_feeds(service, NATO)
    publish_event(service, "ministers", "2026-02-12")
    clock.set(datetime(2026, 2, 11, 12, 0, tzinfo=UTC))
    confirmed(service, offsets=ALL)
    assert [offset for _, offset, _ in planned(service)] == ["P0D"]


def test_a_past_event_is_not_planned_for(service: Service) -> None:
    load_feeds(service, NATO)
    publish_event(service, "the-hague", "2025-06-24", end="2025-06-25")
    confirmed(service, offsets=ALL)
    assert planned(service) == []


def test_reminders_move_with_the_event(service: Service) -> None:
    load_feeds(service, NATO)
    publish_event(service, "summit", "2026-07-07", end="2026-07-08")
    confirmed(service, offsets=ALL)
    move_event(service, "summit", AllDay(date(2026, 9, 1), date(2026, 9, 2)))
    assert [instant for instant, _, _ in planned(service)] == [
        "2026-08-25 06:00",
        "2026-08-31 06:00",
        "2026-09-01 06:00",
    ]


def test_an_event_moved_and_moved_back_is_planned_once(service: Service) -> None:
    load_feeds(service, NATO)
    publish_event(service, "summit", "2026-07-07")
    confirmed(service)
    before = planned(service)
    move_event(service, "summit", AllDay(date(2026, 9, 1), date(2026, 9, 1)))
    move_event(service, "summit", AllDay(date(2026, 7, 7), date(2026, 7, 7)))
    assert planned(service) == before


def test_a_cancelled_event_is_planned_for_no_more(service: Service) -> None:
    load_feeds(service, NATO)
    publish_event(service, "summit", "2026-07-07")
    confirmed(service, offsets=ALL)
    cancel_event(service, "summit", "")
    assert planned(service) == []


def test_an_event_whose_day_is_withdrawn_is_planned_again_once_it_is_known(
    service: Service,
) -> None:
    load_feeds(service, NATO)
    publish_event(service, "summit", "2026-07-07")
    confirmed(service)
    move_event(service, "summit", parse_when("2026-09", None, None, "test"))
    assert planned(service) == []
    move_event(service, "summit", AllDay(date(2026, 9, 3), date(2026, 9, 3)))
    assert [instant for instant, _, _ in planned(service)] == ["2026-09-02 06:00"]


def test_each_instance_of_a_series_is_planned_at_its_own_wall_time(service: Service) -> None:
    load_feeds(service, NATO)
    publish_event(
        service,
        "briefing",
        "2026-03-23T09:00:00",
        zone="Europe/Brussels",
        recurrence={"rule": "FREQ=WEEKLY;COUNT=2"},
    )
    confirmed(service)
    assert [instant for instant, _, _ in planned(service)] == [
        "2026-03-22 08:00",
        "2026-03-29 07:00",
    ]


def test_a_shortened_series_loses_the_reminders_of_what_fell_away(service: Service) -> None:
    load_feeds(service, NATO)
    weekly = {"zone": "Europe/Brussels", "recurrence": {"rule": "FREQ=WEEKLY;COUNT=4"}}
    publish_event(service, "briefing", "2026-03-02T09:00:00", **weekly)
    confirmed(service)
    assert len(planned(service)) == 4
    move_event(service, "briefing", parse_when("2026-03-16", None, None, "test"))
    instants = [instant for instant, _, _ in planned(service)]
    assert instants[0] == "2026-03-15 07:00"
    assert len(instants) == 4


def test_an_endless_series_is_planned_as_far_as_the_horizon_which_moves_on(
    service: Service, clock: SetClock
) -> None:
    load_feeds(service, NATO)
    daily = {"zone": "Europe/Brussels", "recurrence": {"rule": "FREQ=WEEKLY"}}
    publish_event(service, "briefing", "2026-01-12T09:00:00", **daily)
    confirmed(service)
    before = planned(service)
    clock.set(clock.now() + timedelta(days=21))
    with service.database.plan() as session:
        plan_series_ahead(session, now=clock.now())
    assert len(planned(service)) == len(before) + 3
