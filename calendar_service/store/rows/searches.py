"""Searches that readers follow, and the events that each of them finds."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from calendar_service.store.rows.columns import Key, Row


class SearchRow(Row):
    """A search that somebody follows, by its one written form; forgotten when nobody does."""

    __tablename__ = "search"

    name: Mapped[str] = mapped_column(primary_key=True)


class SearchEventRow(Row):
    """A search finds an event; `arrived_at` is since when, empty where it did from the first."""

    __tablename__ = "search_event"

    search_name: Mapped[str] = mapped_column(
        ForeignKey("search.name", ondelete="CASCADE"), primary_key=True
    )
    event_id: Mapped[int] = mapped_column(Key, ForeignKey("event.id"), primary_key=True, index=True)
    arrived_at: Mapped[datetime | None]
