"""Feeds: their definitions, which events they hold, and the state their validators come from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from calendar_service.domain.feeds import Feed, read_feed, write_feed
from calendar_service.store.rows import EventRow, FeedEventRow, FeedRow

ONE_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class FeedState:
    """A feed and what tells one state of it from the next."""

    feed: Feed
    counter: int
    last_modified: datetime


def find_feed(session: Session, slug: str) -> FeedState | None:
    """The feed of a slug, if it is offered."""
    row = session.get(FeedRow, slug)
    return _to_state(row) if row and row.active else None


def all_feeds(session: Session) -> list[Feed]:
    """The feeds that are offered, in their order."""
    rows = session.scalars(
        select(FeedRow).where(FeedRow.active).order_by(FeedRow.position, FeedRow.slug)
    )
    return [_to_state(row).feed for row in rows]


def feeds_of_event(session: Session, uid: str) -> list[Feed]:
    """The feeds that an event is in, in their order."""
    rows = session.scalars(
        select(FeedRow)
        .join(FeedEventRow, FeedEventRow.feed_slug == FeedRow.slug)
        .join(EventRow, EventRow.id == FeedEventRow.event_id)
        .where(EventRow.uid == uid, FeedRow.active)
        .order_by(FeedRow.position, FeedRow.slug)
    )
    return [_to_state(row).feed for row in rows]


def write_feeds(session: Session, feeds: Iterable[Feed], *, now: datetime) -> tuple[str, ...]:
    """Stores definitions; a feed no longer defined is offered no more. Tells what changed."""
    rows = {row.slug: row for row in session.scalars(select(FeedRow))}
    changed = []
    for feed in feeds:
        row = rows.pop(feed.slug, None)
        if row is None:
            row = FeedRow(
                slug=feed.slug, counter=0, last_modified=_second(now), fingerprint="", document={}
            )
            session.add(row)
        if row.document != write_feed(feed) or not row.active:
            changed.append(feed.slug)
        row.position, row.active, row.document = feed.position, True, write_feed(feed)
    for slug, row in rows.items():
        if row.active:
            changed.append(slug)
        row.active = False
    session.flush()
    return tuple(changed)


def write_membership(session: Session, event_id: int, slugs: Iterable[str]) -> None:
    """Says which feeds an event is in; only differences are written."""
    mine = FeedEventRow.event_id == event_id
    before = set(session.scalars(select(FeedEventRow.feed_slug).where(mine)))
    after = set(slugs)
    gone = before - after
    session.execute(delete(FeedEventRow).where(mine, FeedEventRow.feed_slug.in_(gone)))
    session.add_all(FeedEventRow(feed_slug=slug, event_id=event_id) for slug in after - before)
    session.flush()


def write_fingerprint(session: Session, slug: str, fingerprint: str, *, now: datetime) -> bool:
    """Notes what a feed's bytes are made from; a new one raises counter and last-modified.

    Last-Modified has whole seconds: a second change within one is dated one later, so that a
    client that compares dates alone sees it too, and it never goes back.
    """
    row = session.get_one(FeedRow, slug)
    if row.fingerprint == fingerprint:
        return False
    if row.counter:
        row.last_modified = max(_second(now), row.last_modified + ONE_SECOND)
    row.counter += 1
    row.fingerprint = fingerprint
    return True


def _to_state(row: FeedRow) -> FeedState:
    return FeedState(read_feed(row.slug, row.document), row.counter, row.last_modified)


def _second(instant: datetime) -> datetime:
    return instant.replace(microsecond=0)
