"""Feeds, the events in them as they are written, and the state that validators come from."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from calendar_service.store.rows.columns import Row

BY_OCTETS = Text().with_variant(Text(collation="C"), "postgresql")
"""Text that sorts by its octets on every database, as SQLite and Python do."""


class FeedRow(Row):
    """A feed's definition and state.

    `fingerprint` names its state: with each change of its bytes it becomes another one, and
    `counter` and `last_modified` rise; with any other change a number behind it, after a point,
    rises. `changes_at` is the next instant at which time alone
    changes it. `active` is false once its file is gone.
    """

    __tablename__ = "feed"

    slug: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    active: Mapped[bool]
    counter: Mapped[int]
    last_modified: Mapped[datetime]
    fingerprint: Mapped[str]
    changes_at: Mapped[datetime | None]
    document: Mapped[dict[str, object]]


class FeedEventRow(Row):
    """An event is in a feed."""

    __tablename__ = "feed_event"

    feed_slug: Mapped[str] = mapped_column(ForeignKey("feed.slug"), primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True, index=True)


class FeedPieceRow(Row):
    """An event as a feed shows it in one language, in the order in which the feed is read.

    `position` is the start and the UID. `zones` are the TZIDs that the bytes refer to, separated
    by blanks. `unmarked` is the content without a mark before the title and `remaining` that
    without what does not take place, where there is such; it takes the place of the content at
    `marked_until`, and at `until` the piece goes.

    SQLite keeps the rows in the order of this key, so that a feed is one stretch.
    """

    __tablename__ = "feed_piece"
    __table_args__ = (
        Index(None, "feed_slug", "until"),
        Index(None, "feed_slug", "marked_until"),
        {"sqlite_with_rowid": False},
    )

    feed_slug: Mapped[str] = mapped_column(ForeignKey("feed.slug"), primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[str] = mapped_column(BY_OCTETS, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    zones: Mapped[str]
    content: Mapped[bytes]
    unmarked: Mapped[bytes | None]
    remaining: Mapped[bytes | None]
    marked_until: Mapped[datetime | None]
    until: Mapped[datetime | None]


class FeedMonthRow(Row):
    """A month of a feed, in all its languages: its `name` is another one with each change in it.

    `month` is what the positions of its pieces begin with. Names are drawn at random, so that one
    is never met again, not even in a store that was restored.
    """

    __tablename__ = "feed_month"
    __table_args__ = ({"sqlite_with_rowid": False},)

    feed_slug: Mapped[str] = mapped_column(ForeignKey("feed.slug"), primary_key=True)
    month: Mapped[str] = mapped_column(BY_OCTETS, primary_key=True)
    name: Mapped[str]
