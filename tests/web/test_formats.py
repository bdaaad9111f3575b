"""Feeds as news readers, spreadsheets and search engines get them, with validators."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import date

import feedparser
import pytest
from flask.testing import FlaskClient

from calendar_service.actions.publishing import cancel_event, move_event
from calendar_service.actions.service import Service
from calendar_service.actions.syndicating import FORMATS, NEWEST
from calendar_service.clock import SetClock
from calendar_service.domain.when import AllDay
from tests.calendars_at_work import NATO, load_feeds, publish_event
from tests.web.reading import page_of
from tests.web.sites import client_of

ADDRESSES = tuple(
    f"/feeds/{name}" for ending in FORMATS for name in (f"nato.{ending}", f"custom.{ending}?text=s")
)
LATER = AllDay(date(2026, 7, 14), date(2026, 7, 15))

JSON_FEED_ITEM = {"id": str, "url": str, "title": str, "content_html": str, "content_text": str}


def rows(client: FlaskClient, address: str) -> list[dict[str, str]]:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text, newline=""), strict=True))


def titles(client: FlaskClient, address: str) -> set[str]:
    return {row["title"] for row in rows(client, address)}


def test_a_news_reader_reads_atom_without_complaint(client: FlaskClient) -> None:
    answer = client.get("/feeds/nato.atom?lang=en")
    headers = {name.lower(): value for name, value in answer.headers}
    read = feedparser.parse(answer.data, response_headers=headers)
    assert not read.bozo
    assert read.version == "atom10"
    assert (read.feed.title, read.feed.language) == ("NATO", "en")
    assert len({entry.id for entry in read.entries}) == len(read.entries) == 5
    ankara = next(entry for entry in read.entries if entry.title == "Summit in Ankara")
    assert ankara.link == "http://127.0.0.1:8000/events/ankara?lang=en"
    assert ankara.summary == "7–8 July 2026 · Ankara"
    assert [(tag.term, tag.label) for tag in ankara.tags] == [("summit", "Summits")]
    assert 'href="https://ankara.example.org/"' in ankara.content[0].value
    assert any(entry.title == "Cancelled: called-off" for entry in read.entries)


def test_json_feed_keeps_its_rules(client: FlaskClient) -> None:
    answer = client.get("/feeds/nato.json?lang=en")
    assert answer.headers["Content-Type"] == "application/feed+json; charset=utf-8"
    feed = json.loads(answer.data)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"] == "http://127.0.0.1:8000/feeds/nato.json?lang=en"
    assert (
        client.get(feed["home_page_url"].removeprefix("http://127.0.0.1:8000")).status_code == 200
    )
    for item in feed["items"]:
        for name, kind in JSON_FEED_ITEM.items():
            assert isinstance(item[name], kind)
        assert item["date_modified"].endswith("Z")
    assert len({item["id"] for item in feed["items"]}) == len(feed["items"])
    (ankara,) = (item for item in feed["items"] if item["title"] == "Summit in Ankara")
    assert (ankara["tags"], ankara["_event"]["topics"]) == (["Summits"], ["summit"])


def test_a_spreadsheet_has_an_event_in_each_record(client: FlaskClient) -> None:
    read = {row["uid"]: row for row in rows(client, "/feeds/nato.csv?lang=en")}
    assert (read["meeting"]["start"], read["meeting"]["zone"]) == (
        "2026-02-12T15:00:00",
        "Europe/Brussels",
    )
    assert (read["ankara"]["start"], read["ankara"]["end"]) == ("2026-07-07", "2026-07-08")
    assert read["called-off"]["status"] == "cancelled"
    assert read["called-off"]["reason"] == "The hall has burnt down."
    assert [row["start"] for row in read.values()] == sorted(row["start"] for row in read.values())


def test_search_engines_read_when_an_event_was_to_be(site: Service, client: FlaskClient) -> None:
    move_event(site, "ankara", LATER)
    graph = json.loads(client.get("/feeds/summits.jsonld").data)["@graph"]
    ankara = next(one for one in graph if one["name"] == "Summit in Ankara")
    assert ankara["startDate"] == "2026-07-14"
    assert ankara["previousStartDate"] == ["2026-07-07"]


def test_a_selection_is_written_in_each_format(client: FlaskClient) -> None:
    assert titles(client, "/feeds/custom.csv?place=ankara&lang=en") == {"Summit in Ankara"}
    read = feedparser.parse(client.get("/feeds/custom.atom?place=ANKARA&lang=sq").data)
    assert [entry.title for entry in read.entries] == ["Samiti i Ankarasë"]
    assert read.feed.title == "Ngjarje të zgjedhura: ANKARA"


def test_what_does_not_take_place_can_be_left_out(client: FlaskClient) -> None:
    assert "called-off" in titles(client, "/feeds/nato.csv?lang=en")
    assert "called-off" not in titles(client, "/feeds/nato.csv?lang=en&cancelled=hide")
    unmarked = feedparser.parse(client.get("/feeds/nato.atom?lang=en&cancelled=status").data)
    assert "called-off" in {entry.title for entry in unmarked.entries}


@pytest.mark.parametrize("address", ADDRESSES)
def test_unchanged_bytes_are_304_by_tag_and_by_date(client: FlaskClient, address: str) -> None:
    first = client.get(address)
    assert first.status_code == 200
    for validator in (
        {"If-None-Match": first.headers["ETag"]},
        {"If-None-Match": f"W/{first.headers['ETag']}"},
        {"If-Modified-Since": first.headers["Last-Modified"]},
    ):
        again = client.get(address, headers=validator)
        assert (again.status_code, again.data) == (304, b"")
        for name in ("ETag", "Last-Modified", "Cache-Control", "Vary"):
            assert again.headers[name] == first.headers[name]
    assert client.head(address).headers == first.headers


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_change_makes_them_new(site: Service, client: FlaskClient, address: str) -> None:
    first = client.get(address)
    cancel_event(site, "ankara", "The host is ill.")
    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 200
    assert again.data != first.data


def test_a_selection_keeps_its_tag_while_others_change(site: Service, client: FlaskClient) -> None:
    address = "/feeds/custom.atom?place=ankara"
    tag = client.get(address).headers["ETag"]
    cancel_event(site, "meeting", "Nobody can come.")
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 304


def test_time_takes_out_of_every_format_what_it_takes_out_of_the_calendar(
    sqlite_service: Service, clock: SetClock
) -> None:
    load_feeds(sqlite_service, replace(NATO, past_days=10))
    publish_event(sqlite_service, "soon", "2026-01-06")
    client = client_of(sqlite_service)
    first = client.get("/feeds/nato.csv")
    assert "soon" in first.text
    clock.set(clock.now().replace(month=2))
    again = client.get("/feeds/nato.csv", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 200
    assert "soon" not in again.text
    assert again.headers["Last-Modified"] != first.headers["Last-Modified"]


def test_news_readers_get_what_changed_last(sqlite_service: Service) -> None:
    load_feeds(sqlite_service, NATO)
    for number in range(NEWEST + 1):
        publish_event(sqlite_service, f"event-{number}", "2026-05-01")
    sqlite_service.clock.set(sqlite_service.clock.now().replace(hour=12))  # type: ignore[attr-defined]
    move_event(sqlite_service, "event-7", AllDay(date(2026, 6, 1), date(2026, 6, 1)))
    client = client_of(sqlite_service)
    read = feedparser.parse(client.get("/feeds/nato.atom?lang=en").data)
    assert len(read.entries) == NEWEST
    assert read.entries[0].title == "event-7"
    assert len(rows(client, "/feeds/nato.csv")) == NEWEST + 1


@pytest.mark.parametrize("ending", FORMATS)
def test_what_is_wrong_is_told_in_plain_words(client: FlaskClient, ending: str) -> None:
    for address, status, words in (
        (f"/feeds/nothing.{ending}", 404, "404 Not Found"),
        (f"/feeds/nato.{ending}?alarm=P1D", 400, "There is no parameter 'alarm'"),
        (f"/feeds/nato.{ending}?cancelled=no", 400, "none of mark, status, hide"),
        (f"/feeds/custom.{ending}", 400, "Say what to select"),
        (f"/feeds/custom.{ending}?topic=nothing", 400, "No event has topic='nothing'"),
    ):
        answer = client.get(address)
        assert answer.status_code == status
        assert answer.mimetype == "text/plain"
        assert words in answer.text


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_a_format_is_compressed_for_who_asks(client: FlaskClient, coding: str) -> None:
    answer = client.get("/feeds/nato.csv", headers={"Accept-Encoding": coding})
    assert answer.headers["Content-Encoding"] == coding
    assert answer.headers["ETag"].endswith(f'-{coding}"')
    plain = client.get("/feeds/nato.csv", headers={"If-None-Match": answer.headers["ETag"]})
    assert plain.status_code == 304


def test_the_first_page_names_each_feed_to_news_readers(client: FlaskClient) -> None:
    page = page_of(client.get("/?lang=sq"))
    found = [link for link in page.all("link", rel="alternate") if "type" in link.attrs]
    kinds = {link.attrs["type"] for link in found}
    assert kinds == {"application/atom+xml", "application/feed+json"}
    assert len({link.attrs["title"] for link in found}) * 2 == len(found) > 2
    for link in found:
        answer = client.get((link.attrs["href"] or "").removeprefix("http://127.0.0.1:8000"))
        assert (answer.status_code, answer.mimetype) == (200, link.attrs["type"])


def test_a_page_names_the_formats_of_its_feed(client: FlaskClient) -> None:
    page = page_of(client.get("/feeds/nato?lang=sq"))
    found = {
        link.attrs["type"]: link.attrs["href"]
        for link in page.all("link", rel="alternate")
        if "type" in link.attrs
    }
    assert found.keys() == {
        "text/calendar",
        "application/atom+xml",
        "application/feed+json",
        "text/csv",
        "application/ld+json",
    }
    for kind, address in found.items():
        answer = client.get(address.removeprefix("http://127.0.0.1:8000"))
        assert answer.mimetype == kind
        assert answer.headers["Content-Language"] == "sq"
