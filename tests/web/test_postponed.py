"""An event that is put off to a day that nobody knows yet: in feeds, as a file, and on its page."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from calendar_service.actions.publishing import cancel_event, move_event, postpone_event
from calendar_service.actions.service import Service
from calendar_service.clock import SetClock
from calendar_service.domain.feeds import Undated
from calendar_service.domain.when import InMonth
from tests.builders import all_day, timed, utc
from tests.calendars_at_work import NATO, SUMMITS, load_feeds
from tests.web.reading import page_of
from tests.web.sites import client_of
from tests.web.test_event_page import linked
from tests.web.test_feeds import calendar_of, event_in, stamp, summaries
from tests.web.test_signup import TYPED, followed, newest_confirm_link

FEED = "/feeds/nato.ics?lang=en"
OTHERS = tuple(f"/feeds/nato.{ending}?lang=en" for ending in ("atom", "json", "csv", "jsonld"))
UNTIL = InMonth(2026, 9)


@pytest.fixture
def put_off(site: Service, clock: SetClock) -> Service:
    """The meeting of 12 February is put off to some day in September."""
    clock.set(utc("2026-02-01 10:00"))
    postpone_event(site, "meeting", "Snow.", until=UNTIL)
    return site


def test_it_stays_in_feeds_where_it_was_to_be_and_says_until_when(
    put_off: Service, client: FlaskClient
) -> None:
    for address in (FEED, "/feeds/custom.ics?text=meeting&lang=en", "/events/meeting.ics?lang=en"):
        event = event_in(client.get(address), "meeting")
        assert str(event["SUMMARY"]) == "Postponed: meeting"
        assert str(event["STATUS"]) == "CANCELLED"
        assert stamp(event, "DTSTART") == b"20260212T150000"
        assert str(event["DESCRIPTION"]).split("\n\n")[:2] == [
            "Snow.",
            "The day is not known yet: some time in September 2026.",
        ]
    for address in OTHERS:
        assert "meeting" in client.get(address).text
    assert "meeting" not in summaries(client.get(f"{FEED}&cancelled=hide"))


def test_its_new_day_is_the_same_event_in_a_later_version(
    put_off: Service, client: FlaskClient
) -> None:
    before = event_in(client.get(FEED), "meeting")
    move_event(put_off, "meeting", timed("2026-09-20 15:00", "16:00"))
    after = event_in(client.get(FEED), "meeting")
    assert str(after["STATUS"]) == "CONFIRMED"
    assert int(str(after["SEQUENCE"])) > int(str(before["SEQUENCE"]))
    assert str(after["SUMMARY"]) == "meeting"
    assert stamp(after, "DTSTART") == b"20260920T150000"


def test_it_leaves_feeds_as_what_is_cancelled_does(
    put_off: Service, client: FlaskClient, clock: SetClock
) -> None:
    over = utc("2026-02-12 17:00") + timedelta(days=30)
    clock.set(over - timedelta(minutes=1))
    assert "meeting" in summaries(client.get(FEED))
    clock.set(over)
    assert "meeting" not in summaries(client.get(FEED))
    assert client.get("/events/meeting.ics").status_code == 200


def test_a_feed_that_shows_what_has_no_day_shows_it_once_and_at_its_old_one(
    put_off: Service, client: FlaskClient
) -> None:
    load_feeds(put_off, replace(NATO, undated=Undated.FIRST_OF_MONTH), SUMMITS)
    events = calendar_of(client_of(put_off).get(FEED)).events
    (shown,) = [event for event in events if event["UID"] == "meeting"]
    assert str(shown["SUMMARY"]) == "Postponed: meeting"
    (other,) = [event for event in events if event["UID"] == "someday"]
    assert str(other["SUMMARY"]) == "Day to be announced: someday"


def test_what_is_cancelled_after_all_is_so_where_it_was_to_be(
    put_off: Service, client: FlaskClient
) -> None:
    cancel_event(put_off, "meeting", "Nobody can come.")
    event = event_in(client.get(FEED), "meeting")
    assert str(event["SUMMARY"]) == "Cancelled: meeting"
    assert stamp(event, "DTSTART") == b"20260212T150000"
    assert "not known yet" not in str(event["DESCRIPTION"])


def test_put_off_again_it_stays_on_the_last_day_that_anybody_was_told(
    put_off: Service, client: FlaskClient
) -> None:
    postpone_event(put_off, "meeting", "More snow.", until=InMonth(2026, 10))
    event = event_in(client.get(FEED), "meeting")
    assert stamp(event, "DTSTART") == b"20260212T150000"
    assert "some time in October 2026" in str(event["DESCRIPTION"])


def test_a_file_of_what_never_had_a_day_says_so_and_is_not_gone_for_good(
    client: FlaskClient,
) -> None:
    answer = client.get("/events/someday.ics?lang=en")
    assert (answer.status_code, answer.mimetype) == (404, "text/plain")
    assert "The day of this event is not known yet." in answer.text
    assert "/events/someday?lang=en" in answer.text


def test_its_page_says_until_when_and_when_it_was_to_be(
    put_off: Service, client: FlaskClient
) -> None:
    page = page_of(client.get("/events/meeting?lang=en"))
    assert page.one("p", class_="mark").text == "Postponed"
    assert "September 2026, on a day not yet known" in page.one("dl", class_="facts").text
    notes = [one.text for one in page.one("article").all("p", class_="note")]
    assert notes[0] == "Snow."
    assert notes[1].startswith("The date has changed. Before, it was: Thursday, 12 February 2026")
    told = linked(page)
    assert told["eventStatus"] == "https://schema.org/EventPostponed"
    assert told["startDate"] == "2026-02-12T15:00:00+01:00"


@pytest.mark.parametrize("until", [None, UNTIL])
@pytest.mark.parametrize("now", ["2026-02-01 10:00", "2026-02-12 13:00", "2026-11-01 10:00"])
def test_whoever_waits_for_its_new_date_can_ask_to_be_told(
    site: Service, client: FlaskClient, clock: SetClock, until: InMonth | None, now: str
) -> None:
    postpone_event(site, "meeting", "Snow.", until=until)
    clock.set(utc(now))
    page = page_of(client.get("/events/meeting?lang=en"))
    assert "Be told of the new date by email" in [one.text for one in page.all("h2")]
    assert "This event is over." not in page.text
    answer = client.post("/events/meeting/reminders?lang=en", data=TYPED)
    assert answer.status_code == 303
    assert client.post(newest_confirm_link(site)).status_code == 200
    assert followed(site) == [("reader@example.org", "meeting")]


def test_what_is_cancelled_is_waited_for_by_nobody(put_off: Service, client: FlaskClient) -> None:
    cancel_event(put_off, "meeting", "Nobody can come.")
    assert not page_of(client.get("/events/meeting?lang=en")).all("form", method="post")
    assert client.post("/events/meeting/reminders", data=TYPED).status_code == 409


def test_once_it_has_its_day_its_page_is_that_of_any_other(
    put_off: Service, client: FlaskClient
) -> None:
    move_event(put_off, "meeting", all_day("2026-09-20"))
    page = page_of(client.get("/events/meeting?lang=en"))
    assert "Be reminded of this event by email" in [one.text for one in page.all("h2")]
