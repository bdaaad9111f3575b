"""Events, their revisions and dated occurrences, and what seeds last said of them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from calendar_service.store.rows.columns import Key, Row


class EventRow(Row):
    """An event as it stands: its document, and the few columns that are searched by.

    `listed_on` is the day that it has in lists: its first one, or the last of a month on whose
    day nothing is known yet. `left_out` says why no feed can show it, as may be with data of an
    older release.
    """

    __tablename__ = "event"
    __table_args__ = (
        Index(None, "first_day"),
        Index(None, "listed_on", "id"),
        Index(None, "last_day", "listed_on"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    uid: Mapped[str] = mapped_column(unique=True)
    slug: Mapped[str] = mapped_column(unique=True)
    status: Mapped[str]
    first_day: Mapped[date]
    last_day: Mapped[date]
    listed_on: Mapped[date]
    repeats: Mapped[bool]
    sequence: Mapped[int]
    created_at: Mapped[datetime]
    published_at: Mapped[datetime]
    document: Mapped[dict[str, object]]
    left_out: Mapped[str | None]


class RevisionRow(Row):
    """One published state of an event, kept for good.

    `published_at` is what calendars are told, whole seconds that never repeat; `at` is the instant
    itself. Nobody is sent a notice of a `silent` one.
    """

    __tablename__ = "revision"
    __table_args__ = (UniqueConstraint("event_id", "sequence"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    sequence: Mapped[int]
    published_at: Mapped[datetime]
    at: Mapped[datetime]
    silent: Mapped[bool] = mapped_column(server_default=false())
    actor: Mapped[str]
    document: Mapped[dict[str, object]]


class RelationRow(Row):
    """A tie of an event to another one's UID, which need not be here."""

    __tablename__ = "event_relation"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    type: Mapped[str] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(primary_key=True, index=True)


class OccurrenceRow(Row):
    """A dated instance; `time_rev` rises only when its time changes or it ceases or resumes.

    `timed_at` is when it last rose, empty before. `active` says whether it takes place.
    `document` is its start, end and zone.
    """

    __tablename__ = "occurrence"
    __table_args__ = (
        UniqueConstraint("event_id", "recurrence_id"),
        Index(None, "active", "last_day"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    recurrence_id: Mapped[str]
    first_day: Mapped[date]
    last_day: Mapped[date]
    starts_at: Mapped[datetime | None]
    time_rev: Mapped[int]
    timed_at: Mapped[datetime | None]
    active: Mapped[bool]
    document: Mapped[dict[str, object]]


class SeedRow(Row):
    """What a seed said when it was last loaded: what the next load is compared with."""

    __tablename__ = "seed"

    uid: Mapped[str] = mapped_column(primary_key=True)
    place: Mapped[str]
    loaded_at: Mapped[datetime]
    document: Mapped[dict[str, object]]
