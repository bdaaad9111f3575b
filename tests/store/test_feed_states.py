"""The state of a feed: what its validators come from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from calendar_service.domain.feeds import Feed, Selection
from calendar_service.store.database import Database
from calendar_service.store.queries.feeds import (
    FeedState,
    all_feeds,
    find_feed,
    write_feeds,
    write_fingerprint,
)

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


def test_equal_content_leaves_the_state_alone(database: Database) -> None:
    with database.write() as session:
        write_feeds(session, [nato()], now=START)
        assert write_fingerprint(session, "nato", "a", now=START)
        before = state(session)
        assert not write_fingerprint(session, "nato", "a", now=START + timedelta(days=1))
        assert state(session) == before


def test_last_modified_rises_by_a_second_even_for_changes_within_one(database: Database) -> None:
    with database.write() as session:
        write_feeds(session, [nato()], now=START)
        seen = []
        for fingerprint in "abc":
            write_fingerprint(session, "nato", fingerprint, now=START)
            seen.append(state(session).last_modified.second)
    assert seen == [0, 1, 2]


def test_last_modified_never_goes_back_with_the_clock(database: Database) -> None:
    with database.write() as session:
        write_feeds(session, [nato()], now=START)
        write_fingerprint(session, "nato", "a", now=START)
        before = state(session).last_modified
        write_fingerprint(session, "nato", "b", now=START - timedelta(hours=1))
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
