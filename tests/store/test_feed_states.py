"""The state of a feed: what its validators come from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from calendar_service.domain.feeds import Feed, Selection
from calendar_service.store.database import Database
from calendar_service.store.queries.events import write_revision
from calendar_service.store.queries.feed_contents import FeedContent, read_content
from calendar_service.store.queries.feeds import (
    FeedPiece,
    FeedState,
    all_feeds,
    find_feed,
    write_change,
    write_feeds,
    write_pieces,
)
from tests.builders import all_day, event

START = datetime(2026, 2, 12, 12, 0, 0, 400_000, tzinfo=UTC)


def nato(title: str = "NATO") -> Feed:
    return Feed("nato", {"en": title}, Selection(everything=True), ("en",), "navy")


def state(session: Session) -> FeedState:
    found = find_feed(session, "nato")
    assert found is not None
    return found


def test_a_feed_is_read_back_as_it_was_written(database: Database) -> None:
    with database.write() as session:
        assert write_feeds(session, [nato()], now=START) == ("nato",)
        assert write_feeds(session, [nato()], now=START) == ()
        assert state(session).feed == nato()


def test_each_change_has_a_fingerprint_of_its_own(database: Database) -> None:
    with database.write() as session:
        write_feeds(session, [nato()], now=START)
        seen = {state(session).fingerprint}
        for cause in ("a", "b", "a"):
            write_change(session, "nato", cause, now=START)
            seen.add(state(session).fingerprint)
    assert len(seen) == 4


def test_pieces_are_read_in_their_order_and_only_differences_are_changes(
    database: Database,
) -> None:
    def piece(position: str, text: str) -> FeedPiece:
        return FeedPiece(position, ("Europe/Brussels",), text.encode())

    with database.write() as session:
        write_feeds(session, [nato()], now=START)
        events = []
        for uid in ("later", "sooner"):
            what = event(uid, all_day("2026-02-12"), uid=uid, slug=uid)
            events.append(write_revision(session, None, what, now=START, actor="me").id)
        later, sooner = events
        key = ("nato", "en")
        assert set(write_pieces(session, later, {key: piece("2026-07 é", "later")})) == {"nato"}
        assert set(write_pieces(session, sooner, {key: piece("2026-07 Z", "sooner")})) == {"nato"}
        assert write_pieces(session, sooner, {key: piece("2026-07 Z", "sooner")}) == {}
        zones = frozenset({"Europe/Brussels"})
        assert read_content(session, "nato", "en") == FeedContent((b"soonerlater",), zones)
        assert set(write_pieces(session, later, {})) == {"nato"}
        assert read_content(session, "nato", "en") == FeedContent((b"sooner",), zones)


def test_a_feed_names_each_zone_of_its_pieces_once_and_none_where_it_is_empty(
    database: Database,
) -> None:
    shown = {"a": ("Europe/Brussels", "Asia/Tokyo"), "b": (), "c": ("Asia/Tokyo",), "d": ()}
    with database.write() as session:
        write_feeds(session, [nato()], now=START)
        assert read_content(session, "nato", "en") == FeedContent((), frozenset())
        for text, zones in reversed(shown.items()):
            what = event(text, all_day("2026-02-12"), uid=text, slug=text)
            row = write_revision(session, None, what, now=START, actor="me")
            write_pieces(session, row.id, {("nato", "en"): FeedPiece(text, zones, text.encode())})
        both = frozenset({"Europe/Brussels", "Asia/Tokyo"})
        assert read_content(session, "nato", "en") == FeedContent((b"a", b"b", b"c", b"d"), both)


def test_last_modified_rises_by_a_second_even_for_changes_within_one(database: Database) -> None:
    with database.write() as session:
        write_feeds(session, [nato()], now=START)
        seen = []
        for fingerprint in "abc":
            write_change(session, "nato", fingerprint, now=START)
            seen.append(state(session).last_modified.second)
    assert seen == [0, 1, 2]


def test_last_modified_never_goes_back_with_the_clock(database: Database) -> None:
    with database.write() as session:
        write_feeds(session, [nato()], now=START)
        write_change(session, "nato", "a", now=START)
        before = state(session).last_modified
        write_change(session, "nato", "b", now=START - timedelta(hours=1))
        assert state(session).last_modified > before


def test_a_feed_whose_file_is_gone_is_offered_no_more_and_can_come_back(
    database: Database,
) -> None:
    with database.write() as session:
        write_feeds(session, [nato()], now=START)
        assert write_feeds(session, [], now=START) == ("nato",)
        assert all_feeds(session) == []
        assert find_feed(session, "nato") is None
        write_feeds(session, [nato("NATO again")], now=START)
        assert state(session).feed.title == {"en": "NATO again"}
