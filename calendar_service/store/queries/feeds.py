"""Feeds: their definitions, which events they hold, and the state their validators come from."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, ScalarResult, delete, func, insert, or_, select
from sqlalchemy.orm import Session

from calendar_service.domain.feeds import CUSTOM, Feed, read_feed, write_feed
from calendar_service.domain.windows import ALWAYS, Window
from calendar_service.store.bulk import dialect_of, passing_over
from calendar_service.store.rows import EventRow, FeedEventRow, FeedMonthRow, FeedPieceRow, FeedRow

ONE_SECOND = timedelta(seconds=1)

MONTH = len("2026-07")
"""Characters of a piece's position that say its month."""


@dataclass(frozen=True, slots=True)
class FeedState:
    """A feed and what tells one state of it from the next."""

    feed: Feed
    counter: int
    last_modified: datetime
    fingerprint: str
    changes_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FeedPiece:
    """An event as a feed shows it; `position` sorts it and `zones` are the TZIDs it refers to."""

    position: str
    zones: tuple[str, ...]
    content: bytes
    unmarked: bytes | None = None
    remaining: bytes | None = None
    window: Window = ALWAYS

    def at(self, now: datetime) -> FeedPiece | None:
        """The piece as time has left it, or None where it has taken it all."""
        if self.window.shows_cancelled(now):
            return self if self.window.is_open(now) else None
        if not self.remaining or not self.window.is_open(now):
            return None
        window = Window(self.window.until)
        return FeedPiece(self.position, self.zones, self.remaining, window=window)


def find_feed(session: Session, slug: str) -> FeedState | None:
    """The feed of a slug, if it is offered."""
    return feed_state(session, slug) if slug != CUSTOM else None


def feed_state(session: Session, slug: str) -> FeedState | None:
    """The same, or what readers' own selections are taken from."""
    row = session.get(FeedRow, slug)
    return _to_state(row) if row and row.active else None


def all_feeds(session: Session) -> list[Feed]:
    """The feeds that are offered, in their order."""
    return [state.feed for state in feed_states(session)]


def feed_states(session: Session) -> list[FeedState]:
    """The same with the state of each."""
    return [_to_state(row) for row in _active_rows(session) if row.slug != CUSTOM]


def rendered_feeds(session: Session) -> list[Feed]:
    """The feeds, and what readers' own selections are taken from."""
    return [_to_state(row).feed for row in _active_rows(session)]


def _active_rows(session: Session) -> ScalarResult[FeedRow]:
    return session.scalars(
        select(FeedRow).where(FeedRow.active).order_by(FeedRow.position, FeedRow.slug)
    )


def feed_size(session: Session, slug: str) -> int:
    """How many events a feed holds."""
    inside = select(func.count()).where(FeedEventRow.feed_slug == slug)
    return session.scalar(inside) or 0


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
    rows = {row.slug: row for row in session.scalars(select(FeedRow)) if row.slug != CUSTOM}
    changed = [
        feed.slug
        for feed in feeds
        if write_feed_row(session, feed, rows.pop(feed.slug, None), now=now)
    ]
    for slug, row in rows.items():
        if row.active:
            changed.append(slug)
        row.active = False
    session.flush()
    return tuple(changed)


def write_feed_row(session: Session, feed: Feed, row: FeedRow | None, *, now: datetime) -> bool:
    """Stores a definition; tells whether it is another than before."""
    if row is None:
        row = FeedRow(
            slug=feed.slug, counter=0, last_modified=_second(now), fingerprint="", document={}
        )
        session.add(row)
    document, active = write_feed(feed), not feed.ended
    changed = row.document != document or row.active is not active
    row.position, row.active, row.document = feed.position, active, document
    session.flush()
    return changed


def write_membership(session: Session, event_id: int, slugs: Iterable[str]) -> None:
    """Says which feeds an event is in; only differences are written.

    Like `write_pieces` it passes by the ORM, which looks through all that it knows for each row.
    """
    connection, mine = session.connection(), FeedEventRow.event_id == event_id
    before = set(connection.scalars(select(FeedEventRow.feed_slug).where(mine)))
    after = set(slugs)
    if gone := before - after:
        connection.execute(delete(FeedEventRow).where(mine, FeedEventRow.feed_slug.in_(gone)))
    if new := after - before:
        rows = [{"feed_slug": slug, "event_id": event_id} for slug in sorted(new)]
        connection.execute(insert(FeedEventRow), rows)


FINGERPRINT = "SELECT fingerprint FROM feed WHERE slug = ? AND active"
"""The one indexed read that tells whether somebody's copy of a feed is current."""


def write_pieces(
    session: Session, event_id: int, pieces: Mapping[tuple[str, str], FeedPiece]
) -> dict[str, str]:
    """Puts an event into feeds, in place of what stood there; the keys are slug and language.

    Only differences are written. Tells the feeds whose bytes are others now, each with a digest
    of what is new.
    """
    connection, columns = session.connection(), FeedPieceRow.__table__.columns
    changed, months = {}, set()
    wanted = dict(pieces)
    mine = columns.event_id == event_id
    for row in connection.execute(select(*columns).where(mine)).all():
        key = (row.feed_slug, row.language)
        if wanted.get(key) == to_piece(row):
            del wanted[key]
            continue
        changed[row.feed_slug] = hashlib.sha256(b"gone")
        months.add((row.feed_slug, row.position[:MONTH]))
        there = (columns.feed_slug == row.feed_slug) & (columns.language == row.language)
        connection.execute(delete(FeedPieceRow).where(mine, there))
    for (slug, _), piece in sorted(wanted.items()):
        changed.setdefault(slug, hashlib.sha256()).update(piece.content)
        months.add((slug, piece.position[:MONTH]))
    if wanted:
        rows = [_to_columns(event_id, key, piece) for key, piece in sorted(wanted.items())]
        connection.execute(insert(FeedPieceRow), rows)
    _name_anew(session, months)
    return {slug: digest.hexdigest() for slug, digest in changed.items()}


def let_time_pass(session: Session, slug: str, *, now: datetime) -> str:
    """Takes out of a feed what is past its window; tells what changed, nothing if nothing did."""
    over = or_(FeedPieceRow.until <= now, FeedPieceRow.marked_until <= now)
    rows = session.scalars(select(FeedPieceRow).where(FeedPieceRow.feed_slug == slug, over)).all()
    digest = hashlib.sha256()
    for row in rows:
        digest.update(f"{row.language} {row.position}\n".encode())
        left = to_piece(row).at(now)
        if left is None:
            session.delete(row)
        else:
            row.content, row.unmarked, row.remaining = left.content, None, None
            row.marked_until = None
    session.flush()
    _name_anew(session, {(slug, row.position[:MONTH]) for row in rows})
    session.get_one(FeedRow, slug).changes_at = next_change(session, slug)
    return digest.hexdigest() if rows else ""


def _name_anew(session: Session, months: Collection[tuple[str, str]]) -> None:
    """Gives months of feeds, in which something changed, other names."""
    if not months:
        return
    inserted = passing_over(dialect_of(session), FeedMonthRow)
    named = inserted.on_conflict_do_update(
        index_elements=["feed_slug", "month"], set_={"name": inserted.excluded.name}
    )
    rows = [
        {"feed_slug": slug, "month": month, "name": secrets.token_hex(8)}
        for slug, month in sorted(months)
    ]
    session.connection().execute(named, rows)


def write_change(session: Session, slug: str, cause: str, *, now: datetime) -> None:
    """Notes that a feed's bytes are others now; `cause` tells this change from any other.

    The new fingerprint is made of the one before and the cause, so two stores that once were the
    same, as after a restored backup, have the same one only while they say the same.

    Last-Modified has whole seconds: a second change within one is dated one later, so that a
    client that compares dates alone sees it too, and it never goes back.
    """
    row = session.get_one(FeedRow, slug)
    row.changes_at = next_change(session, slug)
    if row.counter:
        row.last_modified = max(_second(now), row.last_modified + ONE_SECOND)
    row.counter += 1
    parts = (row.fingerprint, cause, row.last_modified.isoformat())
    row.fingerprint = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def next_change(session: Session, slug: str) -> datetime | None:
    """When time alone next changes a feed."""
    mine = FeedPieceRow.feed_slug == slug
    columns = (FeedPieceRow.until, FeedPieceRow.marked_until)
    instants = [session.scalar(select(func.min(one)).where(mine)) for one in columns]
    return min((instant for instant in instants if instant), default=None)


def _to_columns(event_id: int, key: tuple[str, str], piece: FeedPiece) -> dict[str, object]:
    slug, language = key
    return {
        "feed_slug": slug,
        "language": language,
        "position": piece.position,
        "event_id": event_id,
        "zones": " ".join(piece.zones),
        "content": piece.content,
        "unmarked": piece.unmarked,
        "remaining": piece.remaining,
        "marked_until": piece.window.marked_until,
        "until": piece.window.until,
    }


def to_piece(row: FeedPieceRow | Row[*tuple[Any, ...]]) -> FeedPiece:
    """A row as a value."""
    return FeedPiece(
        row.position,
        tuple(row.zones.split()),
        row.content,
        row.unmarked,
        row.remaining,
        Window(row.until, row.marked_until),
    )


def _to_state(row: FeedRow) -> FeedState:
    feed = read_feed(row.slug, row.document)
    return FeedState(feed, row.counter, row.last_modified, row.fingerprint, row.changes_at)


def _second(instant: datetime) -> datetime:
    return instant.replace(microsecond=0)
