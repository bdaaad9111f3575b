"""Readers are told of changes: each of what is new to them, once, and nobody of nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import select, update

from calendar_service.actions.content import load_content
from calendar_service.actions.erasing import erase_reader
from calendar_service.actions.holding import hold_about, release_about
from calendar_service.actions.publishing import cancel_event, postpone_event
from calendar_service.actions.reminder_history import history_of
from calendar_service.actions.reminder_listing import due_and_waiting, mails_one_by_one
from calendar_service.actions.service import Service
from calendar_service.actions.standing import suppress_address
from calendar_service.actions.unsubscribing import unsubscribe
from calendar_service.catalog.files import Content, Seed
from calendar_service.clock import SetClock
from calendar_service.delivery import deliverer
from calendar_service.delivery.deliverer import Deliverer
from calendar_service.domain.documents import read_event
from calendar_service.domain.when import InMonth
from calendar_service.mail.smtp import SmtpSender
from calendar_service.store.rows import DeliveryRow, DueRow, SubscriptionRow
from tests.actions.test_signup import stop_link
from tests.builders import all_day, timed, utc
from tests.calendars_at_work import (
    NATO,
    SUMMITS,
    confirmed,
    deliveries,
    load_feeds,
    publish_event,
)
from tests.delivery.mailings import body_of
from tests.delivery.newsroom import Newsroom
from tests.mail.relays import LoopbackRelay, running

PUBLISHED = utc("2026-01-05 09:00")
LATER = utc("2026-01-12 10:00")
"""When readers have long confirmed, and things begin to change."""

MINUTE = timedelta(minutes=1)


@pytest.fixture
def newsroom(service: Service, clock: SetClock) -> Iterator[Newsroom]:
    """A briefing on 30 March that `anna` follows through a feed, a week after all began."""
    yield from opened(service, clock)


@pytest.fixture
def small_newsroom(sqlite_service: Service, clock: SetClock) -> Iterator[Newsroom]:
    """The same on SQLite, for what does not depend on the database."""
    yield from opened(sqlite_service, clock)


def opened(service: Service, clock: SetClock) -> Iterator[Newsroom]:
    load_feeds(service, NATO, SUMMITS)
    revise(service)
    clock.set(PUBLISHED + timedelta(days=1))
    confirmed(service, "anna@example.org")
    clock.set(LATER)
    newsroom = Newsroom(service, clock)
    yield newsroom
    newsroom.sender.close()


TUESDAY = timed("2026-03-31 15:00", "16:00")
WEDNESDAY = timed("2026-04-01 15:00", "16:00")
MONDAY = timed("2026-03-30 15:00", "16:00")
MOVED, CANCELLED = ("anna", "Moved: briefing"), ("anna", "Cancelled: briefing")


def notices(service: Service) -> list[str]:
    """The states of all notices, in the order in which they came to be owed."""
    return [state for _, state in deliveries(service, kind="notice")]


# --- When and what ------------------------------------------------------------------------------


def test_a_move_is_told_after_three_minutes_with_before_and_after(newsroom: Newsroom) -> None:
    newsroom.move(TUESDAY)
    assert newsroom.wait(2.9) == []
    assert newsroom.wait(0.1) == [MOVED]
    assert newsroom.text().splitlines()[:7] == [
        "Moved: briefing",
        "Tuesday, 31 March 2026, 15:00–16:00, Tirana (UTC+2)",
        "Brussels",
        "",
        "The day has changed.",
        "Before: Monday, 30 March 2026, 15:00–16:00, Tirana (UTC+2)",
        "Now: Tuesday, 31 March 2026, 15:00–16:00, Tirana (UTC+2)",
    ]
    assert newsroom.wait(60) == []


def test_moved_and_moved_back_within_three_minutes_says_nothing(newsroom: Newsroom) -> None:
    newsroom.move(TUESDAY)
    assert newsroom.wait(2) == []
    newsroom.move(MONDAY)
    assert newsroom.wait(60) == []
    assert notices(newsroom.service) == ["superseded"]


def test_moved_back_after_readers_were_told_is_told_too(newsroom: Newsroom) -> None:
    newsroom.move(TUESDAY)
    assert newsroom.wait(5) == [MOVED]
    newsroom.move(MONDAY)
    assert newsroom.wait(5) == [MOVED]
    assert "Before: Tuesday, 31 March" in newsroom.text()
    assert "Now: Monday, 30 March" in newsroom.text()


def test_moved_twice_within_three_minutes_is_told_once_from_first_to_last(
    newsroom: Newsroom,
) -> None:
    newsroom.move(TUESDAY)
    newsroom.wait(2)
    newsroom.move(WEDNESDAY)
    assert newsroom.wait(2.9) == []  # the wait begins anew
    assert newsroom.wait(60) == [MOVED]
    assert "Before: Monday, 30 March" in newsroom.text()
    assert "Now: Wednesday, 1 April" in newsroom.text()


def test_whoever_keeps_changing_keeps_nobody_waiting_for_more_than_ten_minutes(
    small_newsroom: Newsroom,
) -> None:
    told = []
    for minute in range(0, 16, 2):
        small_newsroom.move(timed(f"2026-04-01 15:{minute:02}", "17:00"))
        told += [minute] * len(small_newsroom.wait(2))
    assert told == [8]


def test_a_change_after_the_notice_was_owed_and_before_it_left_becomes_one_with_it(
    newsroom: Newsroom,
) -> None:
    newsroom.move(TUESDAY)
    newsroom.clock.set(LATER + 3 * MINUTE)
    while_frozen(newsroom.service, newsroom.sender)
    newsroom.move(WEDNESDAY)
    assert newsroom.wait(10) == [MOVED]
    assert "Now: Wednesday" in newsroom.text()
    assert notices(newsroom.service) == ["superseded", "sent"]


def while_frozen(service: Service, sender: Deliverer) -> None:
    """Owes what is due and sends nothing: the relay is away."""
    from calendar_service.delivery.fanout import fan_out

    fan_out(service)
    assert notices(service) == ["queued"]


def test_what_a_notice_has_told_is_not_said_by_a_late_reminder_too(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new time makes reminders due anew that are past; notices go as well, whichever is first."""
    for name in ("LEAST", "MOST"):
        monkeypatch.setattr(deliverer, name, 1)  # so that the notice is claimed without the others
    newsroom.clock.set(utc("2026-03-30 12:30"))
    newsroom.at_once()
    newsroom.move(timed("2026-03-30 15:05", "16:05"))
    assert newsroom.at_once() == [MOVED]
    assert [state for _, state in deliveries(newsroom.service)] == ["sent", "superseded"]


@pytest.mark.parametrize(
    ("starts_in", "urgent"),
    [(timedelta(minutes=59), True), (timedelta(minutes=-10), True), (timedelta(hours=2), False)],
)
def test_what_begins_within_the_hour_or_has_begun_is_told_at_once(
    newsroom: Newsroom, starts_in: timedelta, urgent: bool
) -> None:
    newsroom.clock.set(utc("2026-03-30 13:00") - starts_in)
    newsroom.at_once()  # the reminder of the day before is overdue
    cancel_event(newsroom.service, "briefing", "The speaker is ill.")
    assert newsroom.at_once() == ([CANCELLED] if urgent else [])
    assert newsroom.wait(5) == ([] if urgent else [CANCELLED])


def test_a_cancellation_gives_its_reason_and_ends_the_reminders(newsroom: Newsroom) -> None:
    cancel_event(newsroom.service, "briefing", "The speaker is ill.")
    assert newsroom.wait(5) == [CANCELLED]
    assert "It was planned for: Monday, 30 March 2026" in newsroom.text()
    assert "Reason: The speaker is ill." in newsroom.text()
    newsroom.clock.set(utc("2026-03-30 12:00"))
    assert newsroom.at_once() == []


def test_what_is_postponed_gets_a_new_date_later(newsroom: Newsroom) -> None:
    postpone_event(newsroom.service, "briefing", "Snow.", until=InMonth(2026, 5))
    assert newsroom.wait(5) == [("anna", "Postponed: briefing")]
    assert "Now expected: May 2026" in newsroom.text()
    assert list(newsroom.mails[0].iter_attachments()) == []
    newsroom.move(timed("2026-05-20 15:00", "16:00"))
    assert newsroom.wait(5) == [("anna", "New date: briefing")]
    newsroom.clock.set(utc("2026-05-19 13:00"))
    assert newsroom.at_once() == [("anna", "Tomorrow: briefing")]


@pytest.mark.parametrize("until", [None, InMonth(2026, 5)])
def test_who_asks_while_it_is_postponed_is_told_of_the_new_date_and_reminded(
    small_newsroom: Newsroom, until: InMonth | None
) -> None:
    service = small_newsroom.service
    postpone_event(service, "briefing", "Snow.", until=until)
    small_newsroom.wait(5)
    small_newsroom.clock.set(utc("2026-04-02 10:00"))  # its old day is over
    small_newsroom.at_once()
    confirmed(service, "ben@example.org", event="briefing")
    assert small_newsroom.wait(60) == []
    small_newsroom.move(timed("2026-05-20 15:00", "16:00"))
    told = {("anna", "New date: briefing"), ("ben", "New date: briefing")}
    assert set(small_newsroom.wait(5)) == told
    small_newsroom.clock.set(utc("2026-05-19 13:00"))
    reminded = {("anna", "Tomorrow: briefing"), ("ben", "Tomorrow: briefing")}
    assert set(small_newsroom.at_once()) == reminded


def test_a_retitled_event_elsewhere_is_told_by_its_new_name(newsroom: Newsroom) -> None:
    revise(newsroom.service, title={"en": "Question hour"}, place={"name": {"en": "Ghent"}})
    assert newsroom.wait(5) == [("anna", "Changed: Question hour")]
    assert "Before: Brussels\nNow: Ghent" in newsroom.text()
    assert "Before: briefing\nNow: Question hour" in newsroom.text()


def test_another_text_or_topic_is_told_to_nobody(small_newsroom: Newsroom) -> None:
    revise(small_newsroom.service, description={"en": "All questions."}, topics=["summit", "press"])
    assert small_newsroom.wait(60) == []
    assert notices(small_newsroom.service) == []


def revise(service: Service, *, silent: bool = False, **fields: object) -> None:
    """Changes the briefing as its seed would; what is None is taken out."""
    document = {
        "uid": "briefing",
        "slug": "briefing",
        "language": "en",
        "title": {"en": "briefing"},
        "start": "2026-03-30T15:00:00",
        "end": "2026-03-30T16:00:00",
        "zone": "Europe/Brussels",
        "place": {"name": {"en": "Brussels"}},
        "topics": ["summit"],
    }
    written = {name: value for name, value in {**document, **fields}.items() if value is not None}
    seed = Seed(read_event(written), "seeds/briefing.toml: event[1]")
    load_content(service, Content(feeds=(NATO, SUMMITS), seeds=(seed,)), silent=silent)


def test_cancelled_and_then_revived_within_three_minutes_says_nothing(newsroom: Newsroom) -> None:
    revise(newsroom.service, status="cancelled")
    newsroom.wait(1)
    revise(newsroom.service)
    assert newsroom.wait(60) == []


def test_what_was_told_as_cancelled_and_takes_place_is_told_and_reminded_of(
    newsroom: Newsroom,
) -> None:
    revise(newsroom.service, status="cancelled")
    assert newsroom.wait(5) == [CANCELLED]
    revise(newsroom.service)
    assert newsroom.wait(5) == [("anna", "Takes place after all: briefing")]
    newsroom.clock.set(utc("2026-03-29 13:00"))
    assert newsroom.at_once() == [("anna", "Tomorrow: briefing")]


# --- Who ----------------------------------------------------------------------------------------


def test_a_reader_of_several_subscriptions_is_told_once(newsroom: Newsroom) -> None:
    confirmed(newsroom.service, "anna@example.org", feed="summits")
    confirmed(newsroom.service, "anna@example.org", event="briefing")
    newsroom.move(TUESDAY)
    assert newsroom.wait(10) == [MOVED]
    assert "because you follow “NATO”, “Summits” and “briefing”." in newsroom.text()


def test_each_reader_is_told_in_their_language_and_zone(newsroom: Newsroom) -> None:
    confirmed(newsroom.service, "bea@example.org", language="fr", zone="America/New_York")
    newsroom.move(TUESDAY)
    assert newsroom.wait(5) == [MOVED, ("bea", "Déplacé\N{NO-BREAK SPACE}: briefing")]
    assert "mardi 31 mars 2026 de 09:00 à 10:00, New York" in body_of(newsroom.mails[1])


def test_each_reader_is_told_what_is_new_to_them(newsroom: Newsroom) -> None:
    """Bea confirmed when it was on Tuesday; it is moved back to Monday, as anna knows it."""
    newsroom.move(TUESDAY)
    newsroom.clock.set(LATER + MINUTE)
    confirmed(newsroom.service, "bea@example.org")
    newsroom.move(MONDAY)
    assert newsroom.wait(10) == [("bea", "Moved: briefing")]
    assert "Before: Tuesday" in newsroom.text()


def test_who_subscribed_after_the_change_is_not_told_of_it(newsroom: Newsroom) -> None:
    newsroom.move(TUESDAY)
    newsroom.clock.set(LATER + MINUTE)
    confirmed(newsroom.service, "bea@example.org")
    assert newsroom.wait(10) == [MOVED]


def test_who_wants_no_notices_gets_none(newsroom: Newsroom) -> None:
    confirmed(newsroom.service, "bea@example.org")
    with newsroom.service.database.write() as session:
        session.execute(update(SubscriptionRow).values(notices=False))
    confirmed(newsroom.service, "bea@example.org", feed="summits")
    newsroom.move(TUESDAY)
    assert newsroom.wait(10) == [("bea", "Moved: briefing")]


@pytest.mark.parametrize("gone", ["unsubscribed", "erased", "suppressed", "switched off"])
def test_who_is_gone_by_the_time_it_is_sent_gets_none(newsroom: Newsroom, gone: str) -> None:
    service = newsroom.service
    newsroom.move(TUESDAY)
    newsroom.wait(2)
    if gone == "unsubscribed":
        unsubscribe(service, stop_link(service, "briefing", "anna@example.org"))
    elif gone == "erased":
        erase_reader(service, "anna@example.org")
    elif gone == "suppressed":
        suppress_address(service, "anna@example.org")
    else:
        with service.database.write() as session:
            session.execute(update(SubscriptionRow).values(notices=False))
    assert newsroom.wait(10) == []


def test_a_silent_correction_is_told_to_nobody_then_or_later(newsroom: Newsroom) -> None:
    newsroom.move(TUESDAY, silent=True)
    assert newsroom.wait(10) == []
    newsroom.move(WEDNESDAY)
    assert newsroom.wait(10) == [MOVED]
    assert "Before: Tuesday" in newsroom.text()


def test_a_silent_correction_of_what_is_about_to_be_told_goes_into_it(newsroom: Newsroom) -> None:
    newsroom.move(TUESDAY)
    newsroom.wait(1)
    newsroom.move(WEDNESDAY, silent=True)
    assert newsroom.wait(10) == [MOVED]
    assert "Before: Monday" in newsroom.text()
    assert "Now: Wednesday" in newsroom.text()


def test_a_seed_that_moves_an_event_is_told_unless_it_is_loaded_silently(
    newsroom: Newsroom,
) -> None:
    revise(newsroom.service, start="2026-03-31T15:00:00", end="2026-03-31T16:00:00")
    assert newsroom.wait(10) == [MOVED]
    revise(newsroom.service, silent=True)
    assert newsroom.wait(10) == []


def test_drafts_and_new_events_are_told_to_nobody(small_newsroom: Newsroom) -> None:
    service = small_newsroom.service
    publish_event(service, "secret", "2026-04-01", status="draft")
    small_newsroom.wait(10)
    small_newsroom.move(all_day("2026-04-02"), "secret")
    publish_event(service, "new", "2026-04-01")
    assert small_newsroom.wait(10) == []


def test_what_is_corrected_right_after_it_was_published_is_told_to_who_saw_it_alone(
    newsroom: Newsroom,
) -> None:
    publish_event(newsroom.service, "new", "2026-04-01")
    newsroom.wait(1)
    confirmed(newsroom.service, "bea@example.org", event="new")
    newsroom.move(all_day("2026-04-02"), "new")
    assert newsroom.wait(10) == [("bea", "Moved: new")]
    newsroom.move(all_day("2026-04-03"), "new")
    assert newsroom.wait(10) == [("anna", "Moved: new"), ("bea", "Moved: new")]
    assert all("Before: Thursday, 2 April" in body_of(mail) for mail in newsroom.mails)


def test_past_events_tell_nobody(small_newsroom: Newsroom) -> None:
    small_newsroom.clock.set(utc("2026-03-30 14:00"))
    small_newsroom.at_once()
    cancel_event(small_newsroom.service, "briefing", "")
    assert small_newsroom.wait(10) == []
    assert notices(small_newsroom.service) == []


def test_a_notice_that_could_not_leave_in_time_ends_with_its_event(newsroom: Newsroom) -> None:
    newsroom.clock.set(utc("2026-03-30 13:30"))
    newsroom.at_once()
    newsroom.move(timed("2026-03-30 15:45", "16:00"))
    newsroom.clock.set(utc("2026-03-30 14:00"))
    assert newsroom.at_once() == []
    assert notices(newsroom.service) == ["expired"]


def test_after_a_pause_a_notice_says_that_it_is_late(newsroom: Newsroom) -> None:
    newsroom.move(TUESDAY)
    newsroom.clock.set(LATER + timedelta(hours=3))
    assert newsroom.at_once() == [MOVED]
    assert "This message is late" in newsroom.text()


def test_what_is_held_waits_and_then_tells_what_stands(newsroom: Newsroom) -> None:
    hold_about(newsroom.service, "briefing", "in doubt")
    newsroom.move(TUESDAY)
    assert newsroom.wait(5) == []
    assert notices(newsroom.service) == ["held"]
    release_about(newsroom.service, "briefing")
    assert newsroom.at_once() == [MOVED]


# --- Reminders and notices ----------------------------------------------------------------------


def test_a_reminder_that_comes_first_tells_the_change_and_no_notice_follows(
    newsroom: Newsroom,
) -> None:
    newsroom.clock.set(utc("2026-03-29 13:58"))
    newsroom.move(timed("2026-03-30 16:00", "17:00"))  # its day-before reminder is due at 14:00
    newsroom.clock.set(utc("2026-03-29 14:00"))
    assert newsroom.at_once() == [("anna", "Tomorrow: briefing")]
    assert newsroom.text().startswith("Moved: briefing\n")
    assert "Before: Monday, 30 March 2026, 15:00–16:00" in newsroom.text()
    assert newsroom.wait(10) == []


def test_a_reminder_after_the_notice_is_a_reminder_like_any_other(newsroom: Newsroom) -> None:
    newsroom.move(TUESDAY)
    assert newsroom.wait(5) == [MOVED]
    newsroom.clock.set(utc("2026-03-30 13:00"))
    assert newsroom.at_once() == [("anna", "Tomorrow: briefing")]
    assert newsroom.text().startswith("briefing\n")
    assert "changed" not in newsroom.text()


def test_who_wants_no_notices_hears_of_the_change_in_the_next_reminder(newsroom: Newsroom) -> None:
    with newsroom.service.database.write() as session:
        session.execute(update(SubscriptionRow).values(notices=False))
    newsroom.move(TUESDAY)
    assert newsroom.wait(10) == []
    newsroom.clock.set(utc("2026-03-30 13:00"))
    assert newsroom.at_once() == [("anna", "Tomorrow: briefing")]
    assert newsroom.text().startswith("Moved: briefing\n")


def test_an_event_moved_closer_than_every_offset_is_told_of_by_the_notice_alone(
    newsroom: Newsroom,
) -> None:
    newsroom.move(timed("2026-01-12 18:00", "19:00"))
    assert newsroom.wait(2) == []
    assert newsroom.wait(10) == [MOVED]
    assert deliveries(newsroom.service) == [("P1D", "superseded")]


def test_who_wants_no_notices_is_reminded_at_once_of_what_is_closer_than_every_offset(
    newsroom: Newsroom,
) -> None:
    with newsroom.service.database.write() as session:
        session.execute(update(SubscriptionRow).values(notices=False))
    newsroom.move(timed("2026-01-12 18:00", "19:00"))
    assert newsroom.at_once() == [("anna", "Today: briefing")]
    assert newsroom.text().startswith("Moved: briefing\n")


def test_a_new_time_arms_every_reminder_anew(newsroom: Newsroom) -> None:
    newsroom.clock.set(utc("2026-03-29 13:00"))
    assert newsroom.at_once() == [("anna", "Tomorrow: briefing")]
    newsroom.move(TUESDAY)
    assert newsroom.wait(5) == [MOVED]
    newsroom.clock.set(utc("2026-03-30 13:00"))
    assert newsroom.at_once() == [("anna", "Tomorrow: briefing")]


def test_all_mails_about_an_event_are_in_one_thread(newsroom: Newsroom) -> None:
    newsroom.move(TUESDAY)
    newsroom.wait(5)
    (notice,) = newsroom.mails
    newsroom.clock.set(utc("2026-03-30 13:00"))
    newsroom.at_once()
    (reminder,) = newsroom.mails
    assert notice["In-Reply-To"] == notice["References"] == reminder["References"]
    assert reminder["In-Reply-To"] is None
    assert len({notice["Message-ID"], reminder["Message-ID"], notice["References"]}) == 3


def linked(mail: EmailMessage) -> dict[str, object]:
    """What programs find in the HTML of a mail."""
    (script,) = re.findall(
        r'<script type="application/ld\+json">(.*?)</script>', body_of(mail, "html")
    )
    found: dict[str, object] = json.loads(script)
    return found


def test_programs_read_what_has_become_of_the_event(newsroom: Newsroom) -> None:
    newsroom.move(TUESDAY)
    newsroom.wait(5)
    (notice,) = newsroom.mails
    assert linked(notice)["eventStatus"] == "https://schema.org/EventRescheduled"
    assert linked(notice)["startDate"] == "2026-03-31T15:00:00+02:00"
    assert linked(notice)["previousStartDate"] == ["2026-03-30T15:00:00+02:00"]
    newsroom.clock.set(utc("2026-03-30 13:00"))
    newsroom.at_once()
    (reminder,) = newsroom.mails
    assert linked(reminder)["eventStatus"] == "https://schema.org/EventScheduled"
    cancel_event(newsroom.service, "briefing", "")
    newsroom.wait(5)
    (cancellation,) = newsroom.mails
    assert linked(cancellation)["eventStatus"] == "https://schema.org/EventCancelled"


# --- Series -------------------------------------------------------------------------------------


@pytest.fixture
def weekly(newsroom: Newsroom) -> Newsroom:
    """With a series of six Mondays from 2 March on."""
    series(newsroom.service)
    newsroom.clock.set(LATER + timedelta(days=1))
    return newsroom


def series(service: Service, start: str = "2026-03-02T10:00:00", **recurrence: object) -> None:
    document = {
        "uid": "weekly",
        "slug": "weekly",
        "language": "en",
        "title": {"en": "weekly"},
        "start": start,
        "end": start.replace("T10", "T11"),
        "zone": "Europe/Brussels",
        "recurrence": {"rule": "FREQ=WEEKLY;COUNT=6", **recurrence},
    }
    seed = Seed(read_event(document), "seeds/weekly.toml: event[1]")
    load_content(service, Content(feeds=(NATO, SUMMITS), seeds=(seed,)))


ELSEWHERE = {
    "of": "2026-03-16T10:00:00",
    "start": "2026-03-17T14:00:00",
    "end": "2026-03-17T15:00:00",
}


def test_a_change_of_one_date_names_that_date(weekly: Newsroom) -> None:
    series(weekly.service, overrides=[ELSEWHERE])
    assert weekly.wait(5) == [("anna", "Moved: weekly (Monday, 16 March 2026)")]
    assert weekly.text().splitlines()[1].startswith("Tuesday, 17 March 2026, 14:00")
    assert "one date of a series" in weekly.text()


def test_a_series_that_moves_is_told_as_a_series(weekly: Newsroom) -> None:
    series(weekly.service, start="2026-03-03T10:00:00")
    assert weekly.wait(5) == [("anna", "Moved: weekly")]
    assert "all dates of a series" in weekly.text()
    assert "Before: Monday, 2 March" in weekly.text()


def test_several_changed_dates_are_told_together(weekly: Newsroom) -> None:
    series(weekly.service, overrides=[ELSEWHERE], excluded=["2026-03-23T10:00:00"])
    assert weekly.wait(5) == [("anna", "Changed dates: weekly")]
    assert "- Monday, 16 March 2026, 10:00–11:00, Tirana (UTC+1) – new time:" in weekly.text()
    assert "- Monday, 23 March 2026, 10:00–11:00, Tirana (UTC+1) – cancelled" in weekly.text()


def test_a_reminder_of_one_date_is_not_taken_for_news_of_another(weekly: Newsroom) -> None:
    """The reminder of 2 March leaves after the change of 16 March was published."""
    weekly.clock.set(utc("2026-03-01 08:59"))
    series(weekly.service, overrides=[ELSEWHERE])
    assert weekly.wait(1) == [("anna", "Tomorrow: weekly")]
    assert "changed" not in weekly.text()
    assert weekly.wait(5) == [("anna", "Moved: weekly (Monday, 16 March 2026)")]


def test_a_reminder_of_the_very_date_that_changed_tells_it(weekly: Newsroom) -> None:
    weekly.clock.set(utc("2026-03-15 09:28"))
    assert weekly.at_once() == [("anna", "Tomorrow: weekly")]
    later = {"of": "2026-03-16T10:00:00", "start": "2026-03-16T10:30:00"}
    series(weekly.service, overrides=[later])
    assert weekly.wait(2) == [("anna", "Tomorrow: weekly")]
    assert weekly.text().startswith("Moved: weekly\n")
    assert weekly.wait(10) == []


# --- The machine --------------------------------------------------------------------------------


def test_a_notice_has_a_key_of_its_own_and_says_what_it_told(newsroom: Newsroom) -> None:
    newsroom.move(TUESDAY)
    newsroom.wait(5)
    with newsroom.service.database.read() as session:
        row = session.scalars(select(DeliveryRow)).one()
        due = session.scalars(select(DueRow).where(DueRow.kind == "notice")).one()
    assert row.key == f"notice:email:{row.event_id}:1"
    assert (row.revision, row.occurrence_id, due.state) == (1, None, "done")


def test_an_operator_sees_what_is_to_be_told_and_why(newsroom: Newsroom) -> None:
    service = newsroom.service
    newsroom.move(TUESDAY)
    (planned,) = due_and_waiting(service, within=MINUTE * 5)
    assert (planned.kind, planned.state, planned.mails) == ("notice", "planned", 1)
    assert (planned.about.slug, planned.offset) == ("briefing", "")
    newsroom.wait(5)
    (mail,) = mails_one_by_one(service, event="briefing")
    assert (mail.kind, mail.slug, mail.address) == ("notice", "briefing", "anna@example.org")
    history = history_of(service, mail.number)
    steps = [step.words for step in history.steps]
    assert steps[0] == "the event was published as its revision 1: end, start"
    assert history.because == ("feed nato",)
    assert history.about.when == "Tuesday, 31 March 2026, 15:00–16:00, Brussels (UTC+2)"
    newsroom.move(WEDNESDAY)
    newsroom.wait(2)
    newsroom.move(TUESDAY)
    newsroom.wait(5)
    *_, last = mails_one_by_one(service, event="briefing")
    assert last.state == "superseded"
    assert "nothing new to its reader" in history_of(service, last.number).next


def test_a_notice_that_a_relay_puts_off_leaves_later_with_the_same_identity(
    newsroom: Newsroom,
) -> None:
    newsroom.move(TUESDAY)
    answers = {"dot": ["451 4.7.1 try later"]}
    with running(LoopbackRelay(answers)) as relay:
        sender = Deliverer(newsroom.service, SmtpSender(relay.relay(), hello="calendar.test"))
        for minutes in (3, 5):
            newsroom.clock.set(LATER + minutes * MINUTE)
            sender.deliver_due()
        sender.close()
        identities = {
            line
            for taken in relay.taken
            for line in taken.content.split(b"\r\n")
            if line.startswith(b"Message-ID")
        }
    assert notices(newsroom.service) == ["sent"]
    assert len(identities) <= 1


def test_a_change_touches_few_rows_however_many_follow(small_newsroom: Newsroom) -> None:
    for number in range(30):
        confirmed(small_newsroom.service, f"reader{number}@example.org")
    small_newsroom.move(TUESDAY)
    with small_newsroom.service.database.read() as session:
        due = session.scalars(select(DueRow).where(DueRow.state == "planned")).all()
        owed = session.scalars(select(DeliveryRow)).all()
    assert len(due) == 2  # the notice, and the reminder of the day before
    assert owed == []
    assert len(small_newsroom.wait(5)) == 31
