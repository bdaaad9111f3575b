"""Who has paused is owed nothing that falls into it, and afterwards nothing of the past comes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from calendar_service.actions.auditing import audit_reminders
from calendar_service.actions.erasing import UnknownReaderError
from calendar_service.actions.pausing import pause_by_address, resume_by_address
from calendar_service.actions.preference_page import pause, reader_page, resume
from calendar_service.actions.preferences import NotFollowedError, Wish, change_by_address
from calendar_service.actions.reader_links import preferences_token
from calendar_service.actions.service import Service
from calendar_service.clock import SetClock
from calendar_service.delivery.fanout import fan_out
from calendar_service.domain.digests import Digest
from calendar_service.domain.readers import Target, TargetKind
from calendar_service.errors import InvalidInputError
from calendar_service.store.rows import ReaderRow
from tests.builders import timed, utc
from tests.calendars_at_work import NATO, confirmed, deliveries, load_feeds, publish_event
from tests.delivery.newsroom import Newsroom

ANNA, BEN = "anna@example.org", "ben@example.org"
BEFORE = utc("2026-03-06 12:00")
DUE = utc("2026-03-09 14:00")
"""A day before the briefing."""


@pytest.fixture
def newsroom(service: Service, clock: SetClock) -> Iterator[Newsroom]:
    """A briefing; anna and ben are reminded of it a day before."""
    load_feeds(service, NATO)
    publish_event(service, "briefing", "2026-03-10T15:00:00", zone="Europe/Brussels")
    clock.set(BEFORE)
    confirmed(service, ANNA)
    confirmed(service, BEN)
    newsroom = Newsroom(service, clock)
    yield newsroom
    newsroom.sender.close()


def link_of(service: Service, address: str = ANNA) -> str:
    with service.database.read() as session:
        key = session.scalars(select(ReaderRow.key).where(ReaderRow.address == address)).one()
    return preferences_token(service, key)


def paused(newsroom: Newsroom, until: str = "") -> str:
    """Anna pauses, and the mail that answers is out of the way; what the mail said."""
    pause(newsroom.service, link_of(newsroom.service), until, only=None, shown_in="en")
    assert newsroom.at_once() == [("anna", "Your choices, as they are now")]
    return newsroom.text()


def to_whom(arrived: list[tuple[str, str]]) -> list[str]:
    return sorted(who for who, _ in arrived)


def test_who_has_paused_is_not_reminded_and_others_are(newsroom: Newsroom) -> None:
    assert "Paused until you resume it" in paused(newsroom)
    newsroom.clock.set(DUE)
    assert to_whom(newsroom.at_once()) == ["ben"]
    assert not audit_reminders(newsroom.service, within=timedelta(days=7)).gaps


def test_after_resuming_nothing_of_the_past_comes_even_if_it_was_late(newsroom: Newsroom) -> None:
    paused(newsroom)
    newsroom.clock.set(DUE + timedelta(hours=1))  # nothing was sent meanwhile
    resume(newsroom.service, link_of(newsroom.service), only=None)
    assert to_whom(newsroom.at_once()) == ["anna", "ben"]
    assert sorted(newsroom.arrived()) == []
    assert deliveries(newsroom.service) == [("P1D", "sent")]


def test_a_mail_that_waits_is_not_sent_once_its_reader_pauses(newsroom: Newsroom) -> None:
    newsroom.clock.set(DUE)
    fan_out(newsroom.service)
    pause(newsroom.service, link_of(newsroom.service), "", only=None, shown_in="en")
    newsroom.at_once()
    assert sorted(deliveries(newsroom.service)) == [("P1D", "cancelled"), ("P1D", "sent")]


def test_it_goes_on_by_itself_when_the_day_has_come(newsroom: Newsroom) -> None:
    assert "Paused until Monday, 9 March 2026" in paused(newsroom, "2026-03-09")
    newsroom.clock.set(DUE)
    assert to_whom(newsroom.at_once()) == ["anna", "ben"]
    page = reader_page(newsroom.service, link_of(newsroom.service))
    assert page.choices[0].paused_until is None


def test_a_change_during_a_pause_is_told_with_the_next_one_after_it(newsroom: Newsroom) -> None:
    paused(newsroom, "2026-03-08")
    newsroom.move(timed("2026-03-10 16:00", "17:00", zone="Europe/Brussels"))
    assert to_whom(newsroom.wait(5)) == ["ben"]
    newsroom.clock.set(utc("2026-03-08 10:00"))
    assert newsroom.at_once() == []
    newsroom.move(timed("2026-03-10 17:00", "18:00", zone="Europe/Brussels"))
    assert to_whom(newsroom.wait(5)) == ["anna", "ben"]


def test_a_digest_is_left_out_too(newsroom: Newsroom) -> None:
    for address in (ANNA, BEN):
        change_by_address(newsroom.service, address, Wish(digest=Digest.DAILY), silent=True)
    paused(newsroom, "2026-03-08")
    newsroom.clock.set(utc("2026-03-07 07:00"))
    assert to_whom(newsroom.at_once()) == ["ben"]
    newsroom.clock.set(utc("2026-03-08 07:00"))
    assert to_whom(newsroom.at_once()) == ["anna", "ben"]


def test_what_is_paused_holds_up_nothing_that_is_followed_otherwise(newsroom: Newsroom) -> None:
    confirmed(newsroom.service, ANNA, event="briefing")
    service, link = newsroom.service, link_of(newsroom.service)
    feed, event = reader_page(service, link).choices
    pause(service, link, "", only=feed.subscription_id, shown_in="en")
    newsroom.at_once()
    newsroom.clock.set(DUE)
    assert to_whom(newsroom.at_once()) == ["anna", "ben"]
    assert event.paused_until is None


def test_an_operator_pauses_and_resumes_for_who_asks(newsroom: Newsroom) -> None:
    service = newsroom.service
    (done,) = pause_by_address(service, ANNA, date(2026, 3, 10))
    assert done.paused_until == utc("2026-03-09 23:00"), "the day begins in Tirana"
    assert newsroom.at_once() == [("anna", "Your choices, as they are now")]
    newsroom.clock.set(DUE)
    assert to_whom(newsroom.at_once()) == ["ben"]
    (done,) = resume_by_address(service, ANNA, silent=True)
    assert done.paused_until is None
    assert newsroom.at_once() == []
    assert resume_by_address(service, ANNA) == []
    assert newsroom.at_once() == []


def test_an_operator_cannot_pause_until_a_day_that_has_begun_or_whom_nobody_knows(
    newsroom: Newsroom,
) -> None:
    with pytest.raises(InvalidInputError, match="has begun already"):
        pause_by_address(newsroom.service, ANNA, date(2026, 3, 6))
    with pytest.raises(UnknownReaderError):
        pause_by_address(newsroom.service, "nobody@example.org", None)
    with pytest.raises(NotFollowedError):
        resume_by_address(newsroom.service, ANNA, only=Target(TargetKind.FEED, "summits"))
