"""Feeds, the events in them as they are written, and the state that validators come from."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from calendar_service.store.rows.columns import Row

BY_OCTETS = Text().with_variant(Text(collation="C"), "postgresql")
"""Text that sorts by its octets on every database, as SQLite and Python do."""


class FeedRow(Row):
    """A feed's definition and state.

    `fingerprint` names the state of its bytes: with each change of them it becomes another one,
    and `counter` and `last_modified` rise. `active` is false once its file is gone.
    """

    __tablename__ = "feed"

    slug: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    active: Mapped[bool]
    counter: Mapped[int]
    last_modified: Mapped[datetime]
    fingerprint: Mapped[str]
    document: Mapped[dict[str, object]]


class FeedEventRow(Row):
    """An event is in a feed."""

    __tablename__ = "feed_event"

    feed_slug: Mapped[str] = mapped_column(ForeignKey("feed.slug"), primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True, index=True)


class FeedPieceRow(Row):
    """An event as a feed shows it in one language, in the order in which the feed is read.

    `position` is the start and the UID. `zones` are the TZIDs that the bytes refer to, separated
    by blanks. `unmarked` is the content without a mark before the title, which only what does not
    take place has. SQLite keeps the rows in the order of this key, so that a feed is one stretch.
    """

    __tablename__ = "feed_piece"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - SQLAlchemy declares it so

    feed_slug: Mapped[str] = mapped_column(ForeignKey("feed.slug"), primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[str] = mapped_column(BY_OCTETS, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    zones: Mapped[str]
    content: Mapped[bytes]
    unmarked: Mapped[bytes | None]
