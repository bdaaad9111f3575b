"""Feeds are read by the month: what nothing changed in is not read again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from calendar_service.actions.kept_months import KeptMonths
from calendar_service.domain.feeds import Cancelled, Feed, Selection
from calendar_service.domain.windows import Window
from calendar_service.store.database import Database
from calendar_service.store.queries.events import write_revision
from calendar_service.store.queries.feed_contents import Months, joined, read_months
from calendar_service.store.queries.feeds import (
    FeedPiece,
    let_time_pass,
    write_feeds,
    write_pieces,
)
from calendar_service.store.rows import FeedPieceRow
from tests.builders import all_day, event

NOW = datetime(2026, 2, 12, 12, tzinfo=UTC)
FEED = Feed("nato", {"en": "NATO"}, Selection(everything=True), ("en", "sq"), "navy")


class Shown:
    """Events of a feed, which a test moves about."""

    def __init__(self, session: Session) -> None:
        self._session = session
        write_feeds(session, [FEED], now=NOW)
        self._events: dict[str, int] = {}

    def put(self, uid: str, *positions: str, window: Window | None = None) -> None:
        """Puts an event at a position in each language, or takes it out of all."""
        if uid not in self._events:
            what = event(uid, all_day("2026-02-12"), uid=uid, slug=uid)
            row = write_revision(self._session, None, what, now=NOW, actor="me")
            self._events[uid] = row.id
        pieces = {
            ("nato", language): FeedPiece(
                position, ("Europe/Brussels",), f"{uid}@{position} ".encode(), b"", b"",
                window or Window(),
            )
            for language, position in zip(FEED.languages, positions, strict=False)
        }  # fmt: skip
        write_pieces(self._session, self._events[uid], pieces)

    def read(self, known: Months) -> Months:
        """The feed's months."""
        return read_months(self._session, "nato", "en", Cancelled.MARK, known)


def text(months: Months) -> str:
    return b"".join(joined(months).parts).decode().strip()


def test_a_change_leaves_the_other_months_as_they_were_read(database: Database) -> None:
    with database.write() as session:
        shown = Shown(session)
        shown.put("a", "2026-02-12T09")
        shown.put("b", "2026-03-01T09")
        shown.put("c", "2026-04-01T09")
        before = shown.read({})
        shown.put("b", "2026-03-02T09")
        after = shown.read(before)
    assert text(after) == "a@2026-02-12T09 b@2026-03-02T09 c@2026-04-01T09"
    assert [after[month] is before[month] for month in sorted(after)] == [True, False, True]


def test_an_event_that_moves_to_another_month_leaves_its_own(database: Database) -> None:
    with database.write() as session:
        shown = Shown(session)
        shown.put("a", "2026-02-12T09")
        shown.put("b", "2026-03-01T09")
        before = shown.read({})
        shown.put("b", "2026-01-31T09")
        assert text(shown.read(before)) == "b@2026-01-31T09 a@2026-02-12T09"


def test_an_event_that_is_taken_out_is_gone_though_nothing_takes_its_place(
    database: Database,
) -> None:
    with database.write() as session:
        shown = Shown(session)
        shown.put("a", "2026-02-12T09")
        shown.put("b", "2026-02-13T09")
        before = shown.read({})
        shown.put("a")
        between = shown.read(before)
        shown.put("b")
        assert (text(between), text(shown.read(between))) == ("b@2026-02-13T09", "")


def test_what_time_takes_out_is_gone_from_its_month(database: Database) -> None:
    with database.write() as session:
        shown = Shown(session)
        shown.put("a", "2026-02-12T09", window=Window(NOW + timedelta(hours=1)))
        shown.put("b", "2026-03-12T09")
        before = shown.read({})
        session.expire_all()
        let_time_pass(session, "nato", now=NOW + timedelta(hours=2))
        after = shown.read(before)
    assert text(after) == "b@2026-03-12T09"
    assert after["2026-03"] is before["2026-03"]


def test_a_change_that_changes_nothing_names_no_month_anew(database: Database) -> None:
    with database.write() as session:
        shown = Shown(session)
        shown.put("a", "2026-02-12T09", "2026-02-12T09")
        before = shown.read({})
        shown.put("a", "2026-02-12T09", "2026-02-12T09")
        assert shown.read(before)["2026-02"] is before["2026-02"]


@pytest.mark.parametrize("most", [0, 40, 1000])
def test_however_little_is_kept_what_is_read_is_what_the_store_has(
    database: Database, most: int
) -> None:
    kept = KeptMonths(most_octets=most)
    with database.write() as session:
        shown = Shown(session)
        for turn in range(8):
            uid = f"event {turn % 3}"
            shown.put(uid, f"2026-0{1 + turn % 5}-01 {uid}", f"2026-0{1 + turn % 2}-01 {uid}")
            for language in FEED.languages:
                found = kept.read(session, "nato", language, Cancelled.MARK)
                fresh = KeptMonths().read(session, "nato", language, Cancelled.MARK)
                assert found == fresh
                assert found.octets > 0
        session.execute(delete(FeedPieceRow))
        last = kept.read(session, "nato", FEED.languages[-1], Cancelled.MARK)
    assert last.octets > 0, "what was read last is always kept"
