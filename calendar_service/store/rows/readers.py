"""Readers, what they follow, what they agreed to, and sign-ups not yet confirmed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, false, text, true
from sqlalchemy.orm import Mapped, mapped_column

from calendar_service.store.rows.columns import Key, Row


class ReaderRow(Row):
    """A confirmed address. `key` is random, and the links in its mails are bound to it."""

    __tablename__ = "reader"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    address: Mapped[str]
    address_key: Mapped[str] = mapped_column(unique=True)
    confirmed_at: Mapped[datetime]
    left_at: Mapped[datetime | None]


class SubscriptionRow(Row):
    """What a reader follows, and how. `hour` is `HH:MM`; `ended_at` is set by unsubscribing.

    `notices` says whether they are told of changes, `arrivals` whether of each event that comes to
    a search, and `digest` how often all is told together:
    "daily", "weekly", or never where it is empty. `chosen_at` is when the choices were changed
    last, empty where they are those that it was started with. Nothing is owed to it whose instant
    lies before `paused_until`.
    """

    __tablename__ = "subscription"
    __table_args__ = (
        UniqueConstraint("reader_id", "target_kind", "target_name"),
        # In the order in which the fan-out goes through those who follow something: all of them,
        # or those of a zone and an hour.
        Index("ix_subscription_target", "target_kind", "target_name", "id"),
        Index("ix_subscription_following", "target_kind", "target_name", "zone", "hour", "id"),
        Index(
            "ix_subscription_digest",
            *("digest", "zone", "hour", "id"),
            sqlite_where=text("digest <> ''"),
            postgresql_where=text("digest <> ''"),
        ),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    reader_id: Mapped[int] = mapped_column(ForeignKey("reader.id", ondelete="CASCADE"))
    target_kind: Mapped[str]
    target_name: Mapped[str]
    language: Mapped[str]
    zone: Mapped[str]
    hour: Mapped[str]
    notices: Mapped[bool] = mapped_column(server_default=true())
    digest: Mapped[str] = mapped_column(server_default="")
    arrivals: Mapped[bool] = mapped_column(server_default=false())
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    chosen_at: Mapped[datetime | None]
    paused_until: Mapped[datetime | None]


class SubscriptionOffsetRow(Row):
    """One of a subscription's offsets, in its one written form."""

    __tablename__ = "subscription_offset"

    subscription_id: Mapped[int] = mapped_column(
        ForeignKey("subscription.id", ondelete="CASCADE"), primary_key=True
    )
    offset: Mapped[str] = mapped_column(primary_key=True)


class PrivateCalendarRow(Row):
    """The calendar of what a reader follows, at an address of their own; gone once it is revoked.

    Of the address only the SHA-256 of its token is here.
    """

    __tablename__ = "private_calendar"

    reader_id: Mapped[int] = mapped_column(
        Key, ForeignKey("reader.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    digest: Mapped[str] = mapped_column(unique=True)
    alarms: Mapped[bool]
    made_at: Mapped[datetime]


class AudienceRow(Row):
    """That somebody who follows something wants this reminder of it at this local hour.

    All that planning needs to know of readers, so that an event that a million follow moves as
    quickly as one that nobody does. A row may outlive its last reader for a day.
    """

    __tablename__ = "audience"

    target_kind: Mapped[str] = mapped_column(primary_key=True)
    target_name: Mapped[str] = mapped_column(primary_key=True)
    offset: Mapped[str] = mapped_column(primary_key=True)
    zone: Mapped[str] = mapped_column(primary_key=True)
    hour: Mapped[str] = mapped_column(primary_key=True)


class ConsentRow(Row):
    """When and to which words a reader agreed."""

    __tablename__ = "consent"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    subscription_id: Mapped[int] = mapped_column(
        ForeignKey("subscription.id", ondelete="CASCADE"), index=True
    )
    asked_at: Mapped[datetime]
    agreed_at: Mapped[datetime]
    language: Mapped[str]
    words: Mapped[str]


class SignupRow(Row):
    """A sign-up that waits for its address to be confirmed; deleted when it expires."""

    __tablename__ = "signup"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    address: Mapped[str]
    address_key: Mapped[str] = mapped_column(index=True)
    target_kind: Mapped[str]
    target_name: Mapped[str]
    offsets: Mapped[str]
    language: Mapped[str]
    zone: Mapped[str]
    hour: Mapped[str]
    notices: Mapped[bool] = mapped_column(server_default=true())
    digest: Mapped[str] = mapped_column(server_default="")
    arrivals: Mapped[bool] = mapped_column(server_default=false())
    words: Mapped[str]
    words_language: Mapped[str]
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    confirmed_at: Mapped[datetime | None]
