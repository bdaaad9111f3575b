"""What calendar apps get: bytes with validators, plain errors, and never a page."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

import icalendar
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from calendar_service.actions.publishing import cancel_event, move_event
from calendar_service.actions.rendering import renew_feeds
from calendar_service.actions.service import Service
from calendar_service.domain.feeds import Undated
from calendar_service.domain.when import AllDay
from calendar_service.store.database import Database
from calendar_service.store.rows import FeedRow
from tests.calendars_at_work import NATO, SUMMITS, load_feeds, publish_event
from tests.stores import reset, with_settings
from tests.web.sites import FEEDS, client_of, on_another_connection, without_database

CALENDARS = (*FEEDS, "/events/ankara.ics")
LATER = AllDay(date(2026, 7, 14), date(2026, 7, 15))


def calendar_of(answer: TestResponse) -> icalendar.Calendar:
    calendar = icalendar.Calendar.from_ical(answer.data)
    assert isinstance(calendar, icalendar.Calendar)
    return calendar


def event_in(answer: TestResponse, uid: str) -> icalendar.Event:
    return next(one for one in calendar_of(answer).events if one["UID"] == uid)


def shifted(http_date: str, **by: int) -> str:
    return format_datetime(parsedate_to_datetime(http_date) + timedelta(**by), usegmt=True)


@pytest.mark.parametrize("address", CALENDARS)
def test_a_calendar_says_what_it_is(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Content-Language"] == "en"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    name = address.rpartition("/")[2]
    assert answer.headers["Content-Disposition"] == f"inline; filename={name}"
    assert "max-age" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("address", CALENDARS)
def test_head_has_the_headers_of_get_and_no_body(client: FlaskClient, address: str) -> None:
    got, asked = client.get(address), client.head(address)
    assert asked.status_code == 200
    assert asked.headers == got.headers
    assert asked.data == b""
    assert int(asked.headers["Content-Length"]) == len(got.data)


@pytest.mark.parametrize("address", CALENDARS)
def test_a_calendar_has_a_strong_tag_and_a_date(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    tag, strength = answer.get_etag()[0], answer.headers["ETag"]
    assert tag
    assert not strength.startswith("W/")
    assert parsedate_to_datetime(answer.headers["Last-Modified"]).tzinfo is UTC
    assert client.get(address).headers["ETag"] == strength


def test_each_language_of_a_feed_has_a_tag_of_its_own(client: FlaskClient) -> None:
    tags = {client.get(f"/feeds/nato.ics?lang={code}").headers["ETag"] for code in ("en", "sq")}
    assert len(tags) == 2


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("address", CALENDARS)
def test_who_has_it_gets_304_with_both_validators_and_nothing_of_a_page(
    client: FlaskClient, address: str, method: str
) -> None:
    first = client.get(address)
    for name, validator in (("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified")):
        headers = {name: first.headers[validator]}
        answer = client.open(address, method=method, headers=headers)
        assert (answer.status_code, answer.data) == (304, b"")
        for kept in ("ETag", "Last-Modified", "Cache-Control"):
            assert answer.headers[kept] == first.headers[kept]
        assert "Content-Type" not in answer.headers
        assert answer.headers.get("Vary") == first.headers.get("Vary")


@pytest.mark.parametrize("form", ["{}", "*", "W/{}", '"other", {}', '"a,b", W/"x", {} , "z"'])
def test_a_tag_is_found_in_every_form_of_if_none_match(client: FlaskClient, form: str) -> None:
    tag = client.get("/feeds/nato.ics").headers["ETag"]
    headers = {"If-None-Match": form.format(tag)}
    assert client.get("/feeds/nato.ics", headers=headers).status_code == 304


@pytest.mark.parametrize("tags", ['"other"', "", ",", "nonsense", '"', "W/", "\x7f"])
def test_other_tags_and_damaged_ones_get_everything(client: FlaskClient, tags: str) -> None:
    answer = client.get("/feeds/nato.ics", headers={"If-None-Match": tags})
    assert answer.status_code == 200
    assert answer.data


def test_if_none_match_wins_over_the_date_in_both_directions(client: FlaskClient) -> None:
    first = client.get("/feeds/nato.ics")
    tag, since = first.headers["ETag"], first.headers["Last-Modified"]
    long_ago = shifted(since, days=-900)
    same_tag = {"If-None-Match": tag, "If-Modified-Since": long_ago}
    other_tag = {"If-None-Match": '"other"', "If-Modified-Since": since}
    assert client.get("/feeds/nato.ics", headers=same_tag).status_code == 304
    assert client.get("/feeds/nato.ics", headers=other_tag).status_code == 200


@pytest.mark.parametrize(
    ("by", "status"), [(0, 304), (1, 304), (86_400, 304), (-1, 200), (-86_400, 200)]
)
def test_a_date_is_compared_to_the_second(client: FlaskClient, by: int, status: int) -> None:
    since = client.get("/feeds/nato.ics").headers["Last-Modified"]
    headers = {"If-Modified-Since": shifted(since, seconds=by)}
    assert client.get("/feeds/nato.ics", headers=headers).status_code == status


@pytest.mark.parametrize("since", ["", "yesterday", "0", "Thu, 99 Foo 2026 99:99:99 GMT"])
def test_a_date_that_is_none_gets_everything(client: FlaskClient, since: str) -> None:
    answer = client.get("/feeds/nato.ics", headers={"If-Modified-Since": since})
    assert answer.status_code == 200


@pytest.mark.parametrize("address", CALENDARS)
def test_after_an_event_has_moved_neither_validator_gets_304(
    client: FlaskClient, site: Service, address: str
) -> None:
    before = client.get(address)
    move_event(site, "ankara", LATER)
    for name, validator in (("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified")):
        answer = client.get(address, headers={name: before.headers[validator]})
        assert answer.status_code == 200
        moved = event_in(answer, "ankara")
        assert moved.start == date(2026, 7, 14)
        assert moved.sequence == 1


@pytest.mark.parametrize("language", ["en", "sq"])
def test_a_change_raises_the_version_of_its_event_and_touches_no_other_byte(
    client: FlaskClient, site: Service, language: str
) -> None:
    address = f"/feeds/nato.ics?lang={language}"
    before = client.get(address)
    at(site, "2026-01-05 09:30")
    cancel_event(site, "ankara", "A strike.")
    after = client.get(address)
    old, new = blocks_of(before), blocks_of(after)
    assert {block for block in old ^ new if b"UID:ankara" not in block} == set()
    was, now = event_in(before, "ankara"), event_in(after, "ankara")
    assert (was["SEQUENCE"], now["SEQUENCE"]) == (0, 1)
    dates = [stamp(was, "LAST-MODIFIED"), stamp(now, "LAST-MODIFIED"), stamp(now, "DTSTAMP")]
    assert dates[0] < dates[1] == dates[2]
    assert was["CREATED"] == now["CREATED"]


def stamp(event: icalendar.Event, name: str) -> bytes:
    value = event[name]
    assert isinstance(value, icalendar.vDDDTypes)
    return value.to_ical()


def blocks_of(answer: TestResponse) -> set[bytes]:
    return set(answer.data.split(b"BEGIN:VEVENT"))


@pytest.mark.parametrize("address", CALENDARS)
def test_an_edit_that_changes_nothing_leaves_304(
    client: FlaskClient, site: Service, address: str
) -> None:
    before = client.get(address)
    move_event(site, "ankara", AllDay(date(2026, 7, 7), date(2026, 7, 8)))
    for name, validator in (("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified")):
        headers = {name: before.headers[validator]}
        assert client.get(address, headers=headers).status_code == 304
    assert client.get(address).data == before.data


@pytest.mark.parametrize(
    "definition", [{"position": 9}, {"past_days": 900}, {"cancelled_days": 99}]
)
def test_a_definition_that_changes_no_byte_leaves_304_and_still_holds(
    client: FlaskClient, site: Service, definition: dict[str, Any]
) -> None:
    before = client.get("/feeds/nato.ics")
    load_feeds(site, replace(NATO, **definition), SUMMITS)
    for name, validator in (("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified")):
        headers = {name: before.headers[validator]}
        assert client.get("/feeds/nato.ics", headers=headers).status_code == 304
    at(site, "2026-04-30 12:00")  # thirty days after 1 March are over, and 99 are not
    kept = "called-off" in summaries(client.get("/feeds/nato.ics"))
    assert kept is (definition == {"cancelled_days": 99})


def test_a_change_within_the_second_of_another_origin_is_seen_by_its_date(site: Service) -> None:
    address = "/events/ankara.ics"
    dates = [client_of(site).get(address).headers["Last-Modified"]]
    for number in range(2):
        elsewhere = with_settings(site, origin=f"https://{number}.example.org")
        renew_feeds(elsewhere)
        dates.append(client_of(elsewhere).get(address).headers["Last-Modified"])
        move_event(elsewhere, "ankara", AllDay(date(2026, 7, 7 + number), date(2026, 7, 9)))
        dates.append(client_of(elsewhere).get(address).headers["Last-Modified"])
    assert sorted(set(map(parsedate_to_datetime, dates))) == list(map(parsedate_to_datetime, dates))


def test_an_event_that_moves_leaves_other_feeds_as_they_are(
    client: FlaskClient, site: Service
) -> None:
    before = client.get("/feeds/summits.ics")
    move_event(site, "meeting", AllDay(date(2026, 2, 13), date(2026, 2, 13)))
    assert client.get("/feeds/summits.ics").headers["ETag"] == before.headers["ETag"]
    assert client.get("/feeds/summits.ics").data == before.data


@pytest.mark.parametrize("method", ["PROPFIND", "PUT", "DELETE", "POST", "REPORT", "PATCH", "LOCK"])
@pytest.mark.parametrize("address", ["/feeds/nato.ics", "/events/ankara.ics", "/feeds/nothing.ics"])
def test_what_a_feed_does_not_do_is_405_in_plain_text(
    client: FlaskClient, address: str, method: str
) -> None:
    answer = client.open(address, method=method, headers={"If-Match": '"x"'}, data=b"<x/>")
    assert answer.status_code == 405
    assert {"GET", "HEAD"} <= set(answer.headers["Allow"].replace(" ", "").split(","))
    assert answer.mimetype == "text/plain"


@pytest.mark.parametrize("address", ["/feeds/nato.ics", "/events/ankara.ics", "/"])
def test_what_can_be_done_is_told_without_a_page(client: FlaskClient, address: str) -> None:
    answer = client.options(address)
    assert (answer.status_code, answer.data) == (200, b"")
    assert set(answer.allow) == {"GET", "HEAD", "OPTIONS"}
    assert "Content-Type" not in answer.headers


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT"])
def test_if_match_never_gets_412(client: FlaskClient, method: str) -> None:
    headers = {"If-Match": '"other"', "If-Unmodified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"}
    answer = client.open("/feeds/nato.ics", method=method, headers=headers)
    assert answer.status_code == (405 if method == "PUT" else 200)


@pytest.mark.parametrize(
    "address",
    ["/feeds/nothing.ics", "/events/nothing.ics", "/events/planned-in-secret.ics", "/x.ics"],
)
def test_nothing_there_is_404_in_plain_text(client: FlaskClient, address: str) -> None:
    answer = client.get(address, headers={"Accept": "text/html"})
    assert (answer.status_code, answer.mimetype) == (404, "text/plain")
    assert "<" not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_feed_that_is_taken_away_is_404_and_may_come_back_and_an_ended_one_is_410(
    client: FlaskClient, site: Service
) -> None:
    address = "/feeds/summits.ics"
    asked = {"If-None-Match": client.get(address).headers["ETag"]}
    load_feeds(site, NATO)
    assert client.get(address, headers=asked).status_code == 404
    load_feeds(site, NATO, replace(SUMMITS, ended=True))
    for one in (client, client_of(site)):
        answer = one.get(address, headers=asked)
        assert (answer.status_code, answer.mimetype) == (410, "text/plain")
        assert "VCALENDAR" not in answer.text
    assert client.get("/feeds/summits").status_code == 404
    assert "/feeds/summits" not in client.get("/?lang=en").text
    load_feeds(site, NATO, SUMMITS)
    assert client.get(address).status_code == 200


def test_a_cancelled_date_of_a_series_is_taken_out_of_it_in_time(
    client: FlaskClient, site: Service
) -> None:
    cancelled = {"of": "2026-03-09", "status": "cancelled"}
    series = {"rule": "FREQ=WEEKLY;COUNT=9", "overrides": [cancelled]}
    publish_event(site, "weekly", "2026-03-02", recurrence=series)
    before = client.get("/feeds/nato.ics")
    assert before.data.count(b"UID:weekly\r\n") == 2
    at(site, "2026-04-10 12:00")
    after = client.get("/feeds/nato.ics", headers={"If-None-Match": before.headers["ETag"]})
    assert after.data.count(b"UID:weekly\r\n") == 1
    assert b"EXDATE;VALUE=DATE:20260309\r\n" in after.data


def test_a_series_that_is_written_date_by_date_goes_on_year_after_year(site: Service) -> None:
    publish_event(
        site,
        "cairo",
        "2026-04-20T10:00:00",
        zone="Africa/Cairo",
        recurrence={"rule": "FREQ=YEARLY"},
    )
    addresses = ("/feeds/nato.ics", "/events/cairo.ics")
    held = [client_of(site).get(address) for address in addresses]
    unchanged = client_of(site).get("/feeds/summits.ics")
    at(site, "2031-01-01 12:00")
    renew_feeds(site)
    for address, before in zip(addresses, held, strict=True):
        assert last_year(before) == 2031
        for name, validator in (("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified")):
            answer = client_of(site).get(address, headers={name: before.headers[validator]})
            assert last_year(answer) == 2036
            assert b"UID:20310420T100000-cairo\r\nSEQUENCE:0\r\n" in answer.data
    assert client_of(site).get("/feeds/summits.ics").headers == unchanged.headers


def last_year(answer: TestResponse) -> int:
    starts = [one.start for one in calendar_of(answer).events if "cairo" in str(one["UID"])]
    return max(start.year for start in starts)


@pytest.mark.parametrize("address", CALENDARS)
def test_without_a_database_a_calendar_app_is_asked_to_come_back(
    site: Service, address: str
) -> None:
    with without_database(site) as client:
        answer = client.get(address)
    assert (answer.status_code, answer.mimetype) == (503, "text/plain")
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.headers["Cache-Control"] == "no-store"
    assert b"VCALENDAR" not in answer.data


@pytest.mark.parametrize("left", [b"no database at all" * 1000, b""])
@pytest.mark.parametrize("address", CALENDARS)
def test_a_damaged_database_is_told_even_to_who_was_answered_before(
    site: Service, address: str, left: bytes
) -> None:
    file = site.settings.var / "calendar.sqlite3"
    own = Database(f"sqlite:///{file}")
    reset(own, site.database)
    client = client_of(replace(site, database=own))
    held = client.get(address)
    own.close()
    file.write_bytes(left)
    answer = client.get(address, headers={"If-None-Match": held.headers["ETag"]})
    own.close()
    assert (answer.status_code, answer.mimetype) == (503, "text/plain")
    assert int(answer.headers["Retry-After"]) > 0


@pytest.mark.parametrize("ending", ["ics", "atom"])
def test_what_nobody_expected_too_has_a_calendar_app_come_back(
    client: FlaskClient, site: Service, ending: str
) -> None:
    with site.database.write() as session:
        session.get_one(FeedRow, "nato").document = {"languages": ["en"]}
    answer = client.get(f"/feeds/nato.{ending}")
    assert (answer.status_code, answer.mimetype) == (503, "text/plain")
    assert int(answer.headers["Retry-After"]) > 0
    assert client.get("/feeds/nato").status_code == 500


def test_a_feed_is_read_while_somebody_writes(site: Service) -> None:
    with on_another_connection(site) as (hasty, database), database.write():
        assert client_of(hasty).get("/feeds/nato.ics").status_code == 200


@pytest.mark.parametrize("code", ["en", "sq", "fr"])
def test_a_feed_speaks_each_language_that_it_offers(client: FlaskClient, code: str) -> None:
    answer = client.get(f"/feeds/nato.ics?lang={code}")
    assert answer.headers["Content-Language"] == code
    titles = {"en": "Summit in Ankara", "sq": "Samiti i Ankarasë", "fr": "Sommet d’Ankara"}
    assert str(event_in(answer, "ankara")["SUMMARY"]) == titles[code]
    assert "DESCRIPTION" not in calendar_of(answer)


@pytest.mark.parametrize("asked", ["ja", "x", "%00", "%FF", "en%0d%0aX-Evil:1", "a" * 5000])
def test_an_unknown_language_falls_back_and_the_calendar_says_so(
    client: FlaskClient, asked: str
) -> None:
    answer = client.get(f"/feeds/nato.ics?lang={asked}")
    assert (answer.status_code, answer.headers["Content-Language"]) == (200, "en")
    assert "not offered in the language" in str(calendar_of(answer)["DESCRIPTION"])
    assert "X-Evil" not in answer.headers


def test_a_language_that_the_site_has_and_the_feed_has_not_falls_back_too(
    client: FlaskClient,
) -> None:
    answer = client.get("/feeds/summits.ics?lang=sq")
    assert answer.headers["Content-Language"] == "en"
    assert "not offered" in str(calendar_of(answer)["DESCRIPTION"])


def test_an_empty_lang_asks_for_no_language(client: FlaskClient) -> None:
    assert client.get("/feeds/nato.ics?lang=").data == client.get("/feeds/nato.ics").data


@pytest.mark.parametrize("accept", ["text/html", "application/json;q=1, */*;q=0", "", "x"])
def test_a_feeds_address_alone_says_what_it_is(client: FlaskClient, accept: str) -> None:
    headers = {"Accept": accept, "Accept-Language": "sq", "Accept-Encoding": "identity;q=0"}
    answer = client.get("/feeds/nato.ics", headers=headers)
    assert answer.status_code == 200
    assert answer.headers["Content-Language"] == "en"
    assert answer.data == client.get("/feeds/nato.ics").data
    assert answer.headers["Vary"] == "Accept-Encoding"


def test_one_event_is_a_calendar_of_its_own(client: FlaskClient) -> None:
    answer = client.get("/events/ankara.ics?lang=sq")
    (event,) = calendar_of(answer).events
    assert str(event["SUMMARY"]) == "Samiti i Ankarasë"
    assert (event.start, event.end) == (date(2026, 7, 7), date(2026, 7, 9))
    assert "METHOD" not in calendar_of(answer)


def test_an_events_language_falls_back_to_its_own(client: FlaskClient) -> None:
    answer = client.get("/events/talks.ics?lang=fr")
    assert answer.headers["Content-Language"] == "en"
    own = client.get("/events/talks.ics")
    assert answer.headers["ETag"] != own.headers["ETag"]
    assert calendar_of(answer).events[0].to_ical() == calendar_of(own).events[0].to_ical()
    assert "language" in str(calendar_of(answer)["X-WR-CALDESC"])


@pytest.mark.parametrize("address", ["/feeds/nato.ics", "/events/called-off.ics"])
def test_a_cancelled_event_stays_and_is_marked_with_its_reason(
    client: FlaskClient, address: str
) -> None:
    event = event_in(client.get(address), "called-off")
    assert str(event["STATUS"]) == "CANCELLED"
    assert str(event["SUMMARY"]) == "Cancelled: called-off"
    assert "The hall has burnt down." in str(event["DESCRIPTION"])


def test_a_cancellation_is_told_to_who_has_the_old_feed(client: FlaskClient, site: Service) -> None:
    before = client.get("/feeds/nato.ics")
    cancel_event(site, "meeting", "")
    for name, validator in (("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified")):
        headers = {name: before.headers[validator]}
        assert client.get("/feeds/nato.ics", headers=headers).status_code == 200


def test_a_feed_holds_no_draft_and_nothing_without_a_day(client: FlaskClient) -> None:
    uids = {str(event["UID"]) for event in calendar_of(client.get("/feeds/nato.ics")).events}
    assert uids == {"ankara", "talks", "meeting", "the-hague", "called-off"}


def test_the_dates_never_depend_on_when_it_is_asked(client: FlaskClient, site: Service) -> None:
    first = client.get("/feeds/nato.ics")
    site.clock.set(datetime(2026, 3, 1, tzinfo=UTC))  # type: ignore[attr-defined]
    assert client.get("/feeds/nato.ics").headers == first.headers


def at(site: Service, instant: str) -> None:
    site.clock.set(datetime.fromisoformat(instant).replace(tzinfo=UTC))  # type: ignore[attr-defined]


def test_a_cancelled_event_leaves_a_month_after_it_would_have_been(
    client: FlaskClient, site: Service
) -> None:
    at(site, "2026-03-31 12:00")  # it was to be on 1 March
    before = client.get("/feeds/nato.ics")
    assert "called-off" in summaries(before)
    at(site, "2026-04-02 12:00")
    after = client.get("/feeds/nato.ics", headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert summaries(before).keys() - summaries(after).keys() == {"called-off"}
    dates = [parsedate_to_datetime(one.headers["Last-Modified"]) for one in (before, after)]
    assert dates[0] < dates[1]
    again = client.get("/feeds/nato.ics", headers={"If-None-Match": after.headers["ETag"]})
    assert again.status_code == 304
    assert client_of(site).get("/feeds/nato.ics").headers["ETag"] == after.headers["ETag"]


def test_a_feed_keeps_what_is_over_for_as_long_as_it_says(site: Service) -> None:
    load_feeds(site, replace(NATO, past_days=10), SUMMITS)
    client = client_of(site)
    at(site, "2026-02-22 16:00")  # the meeting was on the 12th until six
    assert "meeting" in summaries(client.get("/feeds/nato.ics"))
    at(site, "2026-02-22 18:00")
    assert "meeting" not in summaries(client.get("/feeds/nato.ics"))
    load_feeds(site, NATO, SUMMITS)
    assert "meeting" in summaries(client.get("/feeds/nato.ics"))


def test_a_feed_that_cannot_be_brought_up_to_date_is_served_as_it_was(site: Service) -> None:
    held = client_of(site).get("/feeds/nato.ics")
    at(site, "2026-05-01 12:00")
    with on_another_connection(site) as (hasty, database), database.write():
        answer = client_of(hasty).get("/feeds/nato.ics")
    assert (answer.status_code, answer.data) == (200, held.data)


def test_what_has_no_day_yet_is_in_a_feed_that_asks_for_it(site: Service) -> None:
    assert "someday" not in summaries(client_of(site).get("/feeds/nato.ics"))
    load_feeds(site, replace(NATO, undated=Undated.FIRST_OF_MONTH), SUMMITS)
    event = event_in(client_of(site).get("/feeds/nato.ics"), "someday")
    assert str(event["SUMMARY"]) == "Day to be announced: someday"
    assert event.start == date(2026, 9, 1)


def summaries(answer: TestResponse) -> dict[str, str]:
    return {str(one["UID"]): str(one["SUMMARY"]) for one in calendar_of(answer).events}


def test_a_zone_of_nothing_but_what_is_hidden_is_not_there(
    client: FlaskClient, site: Service
) -> None:
    elsewhere = {
        "of": "2026-03-05T09:00:00",
        "start": "2026-03-05T09:00:00",
        "zone": "America/Lima",
        "status": "cancelled",
    }
    publish_event(
        site,
        "weekly",
        "2026-03-02T09:00:00",
        zone="Europe/Brussels",
        recurrence={
            "rule": "FREQ=WEEKLY",
            "added": ["2026-03-05T09:00:00"],
            "overrides": [elsewhere],
        },
    )
    marked, hidden = (
        client.get(f"/feeds/nato.ics?cancelled={wish}").text for wish in ("mark", "hide")
    )
    assert "TZID:America/Lima" in marked
    assert "America/Lima" not in hidden
    assert "TZID:Europe/Brussels" in hidden


def test_what_is_cancelled_is_marked_told_by_its_status_or_hidden(client: FlaskClient) -> None:
    answers = {
        wish: client.get(f"/feeds/nato.ics?cancelled={wish}") for wish in ("mark", "status", "hide")
    }
    marked, by_status, hidden = map(summaries, answers.values())
    assert marked["called-off"] == "Cancelled: called-off"
    assert by_status["called-off"] == "called-off"
    assert event_in(answers["status"], "called-off")["STATUS"] == "CANCELLED"
    assert "called-off" not in hidden
    assert by_status.keys() - hidden.keys() == {"called-off"}
    assert {marked[uid] for uid in hidden} == {by_status[uid] for uid in hidden}
    assert answers["mark"].data == client.get("/feeds/nato.ics").data
    assert len({answer.headers["ETag"] for answer in answers.values()}) == 3


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("cancelled=show", "none of mark, status, hide"),
        ("topic=x", "no parameter 'topic'"),
        ("LANG=en", "no parameter 'LANG'"),
        ("=1", "no parameter ''"),
        ("cancelled=mark&cancelled=hide", "cancelled is there twice"),
        ("lang=en&lang=sq", "lang is there twice"),
        ("alarm=%FF", "'alarm' is not UTF-8"),
        ("alarm=" + "9" * 9000, "is no alarm"),
        ("x" * 9000 + "=1", "no parameter 'xxx"),
        ("cancelled=" + "x" * 9000, "none of mark"),
    ],
)
def test_what_no_feed_has_is_400_and_named_and_no_empty_calendar(
    client: FlaskClient, query: str, said: str
) -> None:
    answer = client.get(f"/feeds/nato.ics?{query}")
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert said in answer.text
    assert len(answer.data) < 300


@pytest.mark.parametrize("query", ["lang=", "cancelled=", "alarm=", "cancelled=&lang=&alarm=", "&"])
def test_what_is_left_empty_is_not_asked_for(client: FlaskClient, query: str) -> None:
    plain = client.get("/feeds/nato.ics")
    assert client.get(f"/feeds/nato.ics?{query}").headers == plain.headers


def test_what_is_kept_of_a_question_is_short_however_long_it_is(client: FlaskClient) -> None:
    client.get(f"/feeds/nato.ics?lang={'x' * 9000}")
    shelf = client.application.extensions["feed_shelf"]
    assert all(len(wish.language or "") < 50 for _, wish in shelf._editions)
