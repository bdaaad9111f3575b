"""Compressed feeds, and what an unchanged feed costs."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from itertools import product

import pytest
import zstandard
from flask.testing import FlaskClient
from sqlalchemy import event as on_event

from calendar_service.actions.codings import CODINGS
from calendar_service.actions.feeds import FeedWish, serve_feed
from calendar_service.actions.publishing import cancel_event, move_event
from calendar_service.actions.service import Service
from calendar_service.domain.search import Search
from calendar_service.domain.when import AllDay
from calendar_service.web.shelf import Shelf
from tests.stores import with_settings
from tests.web.sites import client_of

FEED = "/feeds/nato.ics"
READ: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.decompress,
    "zstd": lambda content: zstandard.ZstdDecompressor().decompress(content),
    "": bytes,
}


@contextmanager
def statements_of(service: Service) -> Iterator[list[str]]:
    """The statements that go through SQLAlchemy: all but the glance at a feed's state."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        seen.append(statement)

    engine = service.database._engine
    on_event.listen(engine, "before_cursor_execute", note)
    yield seen
    on_event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize(
    ("asked", "coding"),
    [
        ("gzip", "gzip"),
        ("GZIP", "gzip"),
        ("zstd", "zstd"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip;q=1, zstd;q=0.5", "gzip"),
        ("gzip;q=0", ""),
        ("identity, gzip", "gzip"),
        ("identity;q=1, gzip;q=0.5", ""),
        ("identity;q=0.5, gzip;q=1", "gzip"),
        ("identity;q=0, gzip", "gzip"),
        ("identity;q=0, *", "zstd"),
        ("*;q=0.5, identity;q=0, zstd;q=0", "gzip"),
        ("br", ""),
        ("identity", ""),
        ("*", ""),
        ("*;q=0", ""),
        ("gzip;q=0, *", ""),
        ("", ""),
        ("gzip;q=nonsense, \x7f", ""),
    ],
)
def test_a_feed_is_compressed_only_as_the_client_asks(
    client: FlaskClient, asked: str, coding: str
) -> None:
    answer = client.get(FEED, headers={"Accept-Encoding": asked})
    assert answer.headers.get("Content-Encoding", "") == coding
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    assert READ[coding](answer.data) == client.get(FEED).data


def test_a_client_that_asks_for_nothing_gets_it_plain(client: FlaskClient) -> None:
    assert "Content-Encoding" not in client.get(FEED).headers


def test_each_coding_has_a_strong_tag_of_its_own_and_any_of_them_matches(
    client: FlaskClient,
) -> None:
    codings: list[dict[str, str]] = [{}, *({"Accept-Encoding": one} for one in ("gzip", "zstd"))]
    tags = [client.get(FEED, headers=headers).headers["ETag"] for headers in codings]
    assert len(set(tags)) == 3
    assert not any(tag.startswith("W/") for tag in tags)
    for headers in codings:
        for tag in tags:
            answer = client.get(FEED, headers={**headers, "If-None-Match": tag})
            assert (answer.status_code, answer.data) == (304, b"")
            assert "Content-Encoding" not in answer.headers


def test_head_says_what_get_would_send_compressed(client: FlaskClient) -> None:
    headers = {"Accept-Encoding": "gzip"}
    assert client.head(FEED, headers=headers).headers == client.get(FEED, headers=headers).headers


def test_compressing_can_be_turned_off(site: Service) -> None:
    plain = client_of(with_settings(site, compress=False))
    answer = plain.get(FEED, headers={"Accept-Encoding": "gzip, zstd"})
    assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize("coding", ["", "gzip", "zstd"])
def test_an_unchanged_feed_costs_one_glance_and_nothing_else(
    site: Service, client: FlaskClient, coding: str
) -> None:
    headers = {"Accept-Encoding": coding}
    first = client.get(FEED, headers=headers)
    with statements_of(site) as statements:
        again = client.get(FEED, headers=headers)
        current = client.get(FEED, headers={**headers, "If-None-Match": first.headers["ETag"]})
    assert statements == []
    assert (again.data, current.status_code) == (first.data, 304)


def test_a_feed_is_compressed_once_for_each_of_its_states(
    site: Service, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def counting(coding: str, make: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
        def make_and_count(content: bytes) -> bytes:
            made.append(coding)
            return make(content)

        return make_and_count

    for coding in ("gzip", "zstd"):
        monkeypatch.setitem(CODINGS, coding, counting(coding, CODINGS[coding]))
    for expected in (2, 4):
        for _, coding in product(range(3), ("gzip", "zstd")):
            assert client.get(FEED, headers={"Accept-Encoding": coding}).status_code == 200
        assert len(made) == expected
        cancel_event(site, "ankara", "")


@pytest.mark.parametrize("coding", ["", "gzip", "zstd"])
def test_a_change_is_seen_by_the_next_request_in_every_coding(
    site: Service, client: FlaskClient, coding: str
) -> None:
    headers = {"Accept-Encoding": coding}
    before = client.get(FEED, headers=headers)
    move_event(site, "ankara", AllDay(date(2026, 9, 1), date(2026, 9, 2)))
    after = client.get(FEED, headers={**headers, "If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert b"DTSTART;VALUE=DATE:20260901" in READ[coding](after.data)


def test_the_shelf_keeps_no_more_than_it_may_and_still_serves(site: Service) -> None:
    shelf = Shelf(site, most_octets=8000)
    for language in ("en", "sq", "en", "fr"):
        wish = FeedWish(language)
        edition = shelf.edition("nato", wish)
        _, content = shelf.content(edition, "gzip")
        assert gzip.decompress(content) == serve_feed(site, "nato", wish)[1]
        assert shelf._octets <= 8000


def test_a_feed_larger_than_the_shelf_is_kept_in_each_coding_until_another_is_asked_for(
    site: Service,
) -> None:
    shelf = Shelf(site, most_octets=1)
    large, other = (shelf.edition("nato", FeedWish(language)) for language in ("en", "sq"))
    for coding in CODINGS:
        shelf.content(large, coding)
    assert all(shelf.found(large, coding) for coding in CODINGS)
    shelf.content(other, "gzip")
    assert not any(shelf.found(large, coding) for coding in CODINGS)
    assert shelf.found(other, "gzip")


def test_selections_of_nothing_take_their_room_too(site: Service) -> None:
    shelf = Shelf(site, most_octets=50_000)
    for number in range(100):
        shelf.edition("custom", FeedWish(search=Search(text=(f"{number}" * 90,))))
    assert sum(len(kept.content) for kept in shelf._contents.values()) < 30_000
    assert 5 < len(shelf._contents) < 40
