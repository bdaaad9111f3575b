"""Whether every reader's reminders are in the ledger, and who is missing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, select, update

from calendar_service.actions.auditing import Audit, audit_reminders, mend_reminders
from calendar_service.actions.changing import changing_feeds
from calendar_service.actions.preferences import Wish, change_by_address
from calendar_service.actions.publishing import cancel_event, move_event, publish
from calendar_service.actions.service import Service
from calendar_service.actions.unsubscribing import unsubscribe
from calendar_service.clock import SetClock
from calendar_service.delivery.fanout import fan_out
from calendar_service.domain.documents import read_event
from calendar_service.domain.search import Search
from calendar_service.domain.when_documents import parse_when
from calendar_service.store.queries.events import find_event
from calendar_service.store.rows import (
    AudienceRow,
    AuditRow,
    DeliveryRow,
    DueRow,
    DueState,
    SearchEventRow,
    SubscriptionRow,
)
from tests.actions.test_signup import stop_link
from tests.calendars_at_work import (
    NATO,
    SUMMITS,
    confirmed,
    deliveries,
    load_feeds,
    planned,
    publish_event,
)

DUE = datetime(2026, 2, 11, 7, 0, tzinfo=UTC)
TWO_DAYS = timedelta(hours=48)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def set_up(service: Service, clock: SetClock) -> None:
    """Three readers of two dates, a day before most of their reminders are due."""
    load_feeds(service, NATO, SUMMITS)
    publish_event(service, "ministers", "2026-02-12")
    publish_event(
        service,
        "briefing",
        "2026-02-12T15:00:00",
        zone="Europe/Brussels",
        recurrence={"rule": "FREQ=WEEKLY;COUNT=3"},
    )
    confirmed(service, "one@example.org", offsets=("P1D", "P0D"))
    confirmed(service, "two@example.org")
    confirmed(service, "far@example.org", zone="Asia/Tokyo")
    clock.set(DUE - DAY)


def audit(service: Service) -> Audit:
    return audit_reminders(service, within=TWO_DAYS)


def gaps(service: Service) -> list[tuple[str, str, int, str]]:
    return [(gap.about.slug, gap.offset, gap.readers, gap.why) for gap in audit(service).gaps]


def test_a_ledger_with_all_in_place_has_no_gap(service: Service, clock: SetClock) -> None:
    set_up(service, clock)
    found = audit(service)
    assert (found.gaps, found.dates, found.waiting) == ([], 2, 0)
    assert found.instants == 5  # ministers: Tirana twice, Tokyo; briefing: a day before, morning
    assert found.reminders == 8
    assert deliveries(service) == []


@pytest.mark.parametrize("hours", [0, 1, 23, 25, 29])
def test_there_is_none_while_mails_are_owed_and_after(
    service: Service, clock: SetClock, hours: int
) -> None:
    set_up(service, clock)
    clock.set(DUE + hours * HOUR)
    assert gaps(service) == []
    fan_out(service)
    assert gaps(service) == []


def test_instants_that_have_come_and_are_not_owed_yet_are_told(
    service: Service, clock: SetClock
) -> None:
    set_up(service, clock)
    clock.set(DUE + HOUR)
    assert audit(service).waiting == 2
    fan_out(service)
    assert audit(service).waiting == 0


def test_a_reminder_that_was_never_planned_is_named_with_its_readers(
    service: Service, clock: SetClock
) -> None:
    set_up(service, clock)
    with service.database.write() as session:
        session.execute(delete(DueRow).where(DueRow.zone == "Europe/Tirane"))
    found = audit(service)
    assert [
        (gap.about.slug, gap.offset, gap.zone, gap.hour, gap.instant, gap.addresses)
        for gap in found.gaps
        if gap.offset == "P1D"
    ] == [
        (
            "ministers",
            "P1D",
            "Europe/Tirane",
            "08:00",
            DUE,
            ("one@example.org", "two@example.org"),
        )
    ]
    assert {gap.why for gap in found.gaps} == {"nothing is planned for it"}


def test_a_reminder_planned_for_another_instant_is_named(service: Service, clock: SetClock) -> None:
    set_up(service, clock)
    with service.database.write() as session:
        wrong = update(DueRow).where(DueRow.zone == "Asia/Tokyo").values(instant=DUE + 5 * HOUR)
        session.execute(wrong.where(DueRow.offset == "P1D"))
    assert gaps(service) == [
        ("ministers", "P1D", 1, "it is planned for 2026-02-11 12:00 UTC instead")
    ]


def test_a_reminder_that_was_called_back_by_mistake_is_named(
    service: Service, clock: SetClock
) -> None:
    set_up(service, clock)
    with service.database.write() as session:
        wrong = update(DueRow).values(state=str(DueState.SUPERSEDED))
        session.execute(wrong.where(DueRow.zone == "Asia/Tokyo"))
    assert gaps(service) == [
        ("ministers", "P1D", 1, "it was called back, and the event takes place")
    ]


def test_a_reader_whom_the_fan_out_has_passed_over_is_named(
    service: Service, clock: SetClock
) -> None:
    set_up(service, clock)
    clock.set(DUE + HOUR)
    fan_out(service)
    with service.database.write() as session:
        row = session.scalars(select(DeliveryRow).order_by(DeliveryRow.id.desc()).limit(1)).one()
        session.delete(row)
    (gap,) = audit(service).gaps
    assert (gap.readers, gap.why) == (1, "it was owed to others, and not to them")
    assert gap.addresses[0] in {"one@example.org", "two@example.org"}


def test_who_began_to_follow_after_the_instant_is_owed_nothing(
    service: Service, clock: SetClock
) -> None:
    set_up(service, clock)
    clock.set(DUE + 8 * HOUR)
    fan_out(service)
    confirmed(service, "late@example.org")
    assert gaps(service) == []
    confirmed(service, "two@example.org", offsets=("P1D", "P0D"))  # chooses anew
    assert gaps(service) == []


def test_a_date_that_was_published_after_the_instant_is_no_gap(
    service: Service, clock: SetClock
) -> None:
    set_up(service, clock)
    clock.set(DUE + HOUR)
    publish_event(service, "surprise", "2026-02-12")
    assert gaps(service) == []


def test_what_is_past_due_and_was_never_planned_is_named(service: Service, clock: SetClock) -> None:
    set_up(service, clock)
    with service.database.write() as session:
        session.execute(delete(DueRow))
    clock.set(DUE + HOUR)
    assert ("ministers", "P1D", 2, "it is past due and was never planned") in gaps(service)
    clock.set(DUE + 3 * DAY)
    assert "it is past due and was never planned" not in str(gaps(service))  # over, for all


def test_events_that_move_or_do_not_take_place_and_readers_who_stop_leave_no_gap(
    service: Service, clock: SetClock
) -> None:
    set_up(service, clock)
    clock.set(DUE + HOUR)
    fan_out(service)
    move_event(service, "ministers", parse_when("2026-02-13", None, None, "test"))
    assert gaps(service) == []
    fan_out(service)
    unsubscribe(service, stop_link(service, "briefing", "two@example.org"))
    cancel_event(service, "briefing", "")
    assert gaps(service) == []


def test_a_reader_who_follows_through_a_feed_and_the_event_is_owed_one(
    service: Service, clock: SetClock
) -> None:
    set_up(service, clock)
    confirmed(service, "one@example.org", event="ministers")
    clock.set(DUE + HOUR)
    fan_out(service)
    assert gaps(service) == []


def test_what_is_missing_is_mended_and_who_was_owed_it_before_is_owed_it_once(
    service: Service, clock: SetClock
) -> None:
    set_up(service, clock)
    before = planned(service)
    with service.database.write() as session:
        session.execute(delete(DueRow).where(DueRow.zone == "Europe/Tirane"))
        session.execute(delete(AudienceRow).where(AudienceRow.zone == "Europe/Tirane"))
    assert len(mend_reminders(service, within=30 * DAY).gaps) == 5
    assert gaps(service) == []
    assert planned(service) == before
    clock.set(DUE + HOUR)
    fan_out(service)
    owed = sorted(deliveries(service))
    with service.database.write() as session:
        row = session.scalars(select(DeliveryRow).order_by(DeliveryRow.id.desc()).limit(1)).one()
        session.delete(row)
    assert len(mend_reminders(service, within=TWO_DAYS).gaps) == 1
    fan_out(service)
    assert sorted(deliveries(service)) == owed
    assert mend_reminders(service, within=TWO_DAYS).gaps == []
    with service.database.read() as session:
        lines = session.scalars(select(AuditRow).where(AuditRow.action == "reminder.mend"))
        assert [line.detail["readers"] for line in lines] == [6, 1]


def test_an_event_moves_with_readers_whose_reminders_were_mended(
    service: Service, clock: SetClock
) -> None:
    set_up(service, clock)
    with service.database.write() as session:
        session.execute(delete(DueRow))
        session.execute(delete(AudienceRow))
    mend_reminders(service, within=TWO_DAYS)
    move_event(service, "ministers", parse_when("2026-02-13", None, None, "test"))
    assert gaps(service) == []


# --- Changes ------------------------------------------------------------------------------------


def changed(service: Service, clock: SetClock) -> None:
    """An event that three readers follow has moved, and they are to be told in three minutes."""
    set_up(service, clock)
    move_event(service, "ministers", parse_when("2026-02-20", None, None, "test"))


def about_changes(service: Service) -> list[tuple[str, int, str]]:
    return [(slug, readers, why) for slug, offset, readers, why in gaps(service) if not offset]


def test_a_change_that_is_being_told_or_was_told_is_no_gap(
    service: Service, clock: SetClock
) -> None:
    changed(service, clock)
    assert about_changes(service) == []
    clock.set(DUE - DAY + 3 * HOUR)
    assert about_changes(service) == []
    fan_out(service)
    assert about_changes(service) == []
    confirmed(service, "new@example.org")
    assert about_changes(service) == []


def test_a_change_that_nobody_is_told_of_is_named_and_can_be_planned(
    service: Service, clock: SetClock
) -> None:
    changed(service, clock)
    with service.database.write() as session:
        session.execute(delete(DueRow).where(DueRow.kind == "notice"))
    clock.set(DUE - DAY + HOUR)
    assert about_changes(service) == [("ministers", 3, "nothing is planned to tell of it")]
    mend_reminders(service, within=TWO_DAYS)
    fan_out(service)
    assert len(deliveries(service, kind="notice")) == 3
    assert about_changes(service) == []


def test_a_reader_who_is_not_told_of_a_change_is_named_and_can_be_told(
    service: Service, clock: SetClock
) -> None:
    changed(service, clock)
    clock.set(DUE - DAY + HOUR)
    fan_out(service)
    with service.database.write() as session:
        newest = select(DeliveryRow.id).where(DeliveryRow.kind == "notice").limit(1)
        session.execute(delete(DeliveryRow).where(DeliveryRow.id.in_(newest)))
    assert about_changes(service) == [("ministers", 1, "it was owed to others, and not to them")]
    mend_reminders(service, within=TWO_DAYS)
    fan_out(service)
    assert len(deliveries(service, kind="notice")) == 3


@pytest.mark.parametrize("how", ["silent", "over", "no notices"])
def test_a_change_that_is_told_to_nobody_is_no_gap(
    service: Service, clock: SetClock, how: str
) -> None:
    set_up(service, clock)
    if how == "no notices":
        with service.database.write() as session:
            session.execute(update(SubscriptionRow).values(notices=False))
    cancel_event(service, "ministers", "", silent=how == "silent")
    with service.database.write() as session:
        session.execute(delete(DueRow).where(DueRow.kind == "notice"))
    if how == "over":
        clock.set(DUE + 2 * DAY)
    assert about_changes(service) == []


# --- What came to searches ----------------------------------------------------------------------

TALKS = Search(text=("talks",))


def arrived(service: Service, clock: SetClock) -> None:
    """An event has come to a search, of which two of its three readers are to be told."""
    set_up(service, clock)
    for name in ("one", "two", "far"):
        confirmed(service, f"{name}@example.org", search=TALKS)
    for name in ("one", "two"):
        change_by_address(service, f"{name}@example.org", Wish(arrivals=True), silent=True)
    publish_event(service, "talks", "2026-02-20")


def about_arrivals(service: Service) -> list[tuple[str, int, str]]:
    found = audit(service).gaps
    return [(gap.about.slug, gap.readers, gap.why) for gap in found if gap.kind == "arrival"]


def without_arrivals(service: Service) -> None:
    with service.database.write() as session:
        session.execute(delete(DueRow).where(DueRow.kind == "arrival"))


def test_what_came_to_a_search_and_is_told_is_no_gap(service: Service, clock: SetClock) -> None:
    arrived(service, clock)
    assert gaps(service) == []
    clock.set(DUE - DAY + HOUR)
    assert gaps(service) == []
    fan_out(service)
    assert len(deliveries(service, kind="arrival")) == 2
    change_by_address(service, "far@example.org", Wish(arrivals=True), silent=True)
    assert gaps(service) == []


def test_what_came_to_a_search_and_is_planned_to_be_told_to_nobody_is_named_and_can_be(
    service: Service, clock: SetClock
) -> None:
    arrived(service, clock)
    without_arrivals(service)
    assert about_arrivals(service) == [("talks", 2, "nothing is planned to tell of it")]
    assert len(mend_reminders(service, within=TWO_DAYS).gaps) == 1
    clock.set(DUE - DAY + HOUR)
    fan_out(service)
    assert len(deliveries(service, kind="arrival")) == 2
    assert gaps(service) == []


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"state": "superseded"}, "it was called back, and the search finds it"),
        ({"instant": DUE}, "it is planned for 2026-02-11 07:00 UTC instead"),
    ],
)
def test_news_of_a_search_that_is_planned_wrongly_is_named_and_can_be_mended(
    service: Service, clock: SetClock, wrong: dict[str, object], why: str
) -> None:
    arrived(service, clock)
    with service.database.write() as session:
        session.execute(update(DueRow).where(DueRow.kind == "arrival").values(**wrong))
    assert about_arrivals(service) == [("talks", 2, why)]
    mend_reminders(service, within=TWO_DAYS)
    clock.set(DUE - DAY + HOUR)
    fan_out(service)
    assert len(deliveries(service, kind="arrival")) == 2
    assert gaps(service) == []


def test_a_reader_who_is_not_told_of_what_came_to_a_search_is_named_and_can_be_told(
    service: Service, clock: SetClock
) -> None:
    arrived(service, clock)
    clock.set(DUE - DAY + HOUR)
    fan_out(service)
    with service.database.write() as session:
        newest = select(DeliveryRow.id).where(DeliveryRow.kind == "arrival").limit(1)
        session.execute(delete(DeliveryRow).where(DeliveryRow.id.in_(newest)))
    assert about_arrivals(service) == [("talks", 1, "it was owed to others, and not to them")]
    mend_reminders(service, within=TWO_DAYS)
    fan_out(service)
    assert len(deliveries(service, kind="arrival")) == 2
    assert gaps(service) == []


@pytest.mark.parametrize("how", ["over", "cancelled", "no day", "no news", "found no more"])
def test_what_came_to_a_search_and_is_told_to_nobody_is_no_gap(
    service: Service, clock: SetClock, how: str
) -> None:
    arrived(service, clock)
    if how == "cancelled":
        cancel_event(service, "talks", "")
    elif how == "no day":
        move_event(service, "talks", parse_when("2026-03", None, None, "test"), silent=True)
    elif how == "no news":
        with service.database.write() as session:
            session.execute(update(SubscriptionRow).values(arrivals=False))
    elif how == "found no more":
        with service.database.write() as session:
            session.execute(delete(SearchEventRow))
    without_arrivals(service)
    clock.set(DUE + 15 * DAY if how == "over" else DUE - DAY + HOUR)
    assert about_arrivals(service) == []


def test_what_a_silent_correction_lets_a_search_find_is_no_gap(
    service: Service, clock: SetClock
) -> None:
    arrived(service, clock)
    for name in ("one", "two"):
        confirmed(service, f"{name}@example.org", search=Search(topic=("summit",)))
        change_by_address(service, f"{name}@example.org", Wish(arrivals=True), silent=True)
    with changing_feeds(service) as (session, changes):
        row = find_event(session, "ministers")
        assert row is not None
        after = read_event({**row.document, "topics": ["summit"]}, "test")
        publish(session, service, row, after, changes, actor="test", action="change", silent=True)
    assert about_arrivals(service) == []
