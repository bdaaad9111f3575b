"""Feeds, the events in them, and the state that their validators come from."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from calendar_service.store.rows.columns import Row


class FeedRow(Row):
    """A feed's definition and state.

    `fingerprint` is a digest of all that its bytes are made from; whenever that changes,
    `counter` and `last_modified` rise. `active` is false once its file is gone.
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
