"""The reminder ledger: when mails are owed, each mail owed, and each try at sending it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from calendar_service.store.rows.columns import Key, Row


class DueState(StrEnum):
    """A due row waits for its instant, then is fanned out to the readers it concerns."""

    PLANNED = "planned"
    DONE = "done"
    SUPERSEDED = "superseded"


class State(StrEnum):
    """Where a delivery stands; the first three are on the way, the others are final or wait."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    SENDING = "sending"
    SENT = "sent"
    UNCONFIRMED = "unconfirmed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"
    HELD = "held"


UNSENT = (State.QUEUED, State.CLAIMED, State.HELD)
"""The states in which a mail can still be called back."""


class Kind(StrEnum):
    """What a mail is for."""

    REMINDER = "reminder"
    CONFIRMATION = "confirmation"


class DueRow(Row):
    """An instant at which mails are owed for one occurrence at one offset.

    `zone` and `hour` are empty where the instant is the same for every reader. `cursor` is the
    last subscription that the fan-out has passed.
    """

    __tablename__ = "due"
    __table_args__ = (
        UniqueConstraint("occurrence_id", "kind", "offset", "zone", "hour", "time_rev"),
        Index(None, "state", "instant"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    occurrence_id: Mapped[int] = mapped_column(ForeignKey("occurrence.id"))
    kind: Mapped[str]
    offset: Mapped[str]
    zone: Mapped[str]
    hour: Mapped[str]
    time_rev: Mapped[int]
    instant: Mapped[datetime]
    state: Mapped[str]
    cursor: Mapped[int]


class DeliveryRow(Row):
    """One mail owed to one reader.

    `key` says what is owed and is unique, so nothing is owed twice. `token` names the sender that
    has claimed it. `due_at` is when it was owed, `next_at` when it may next be tried.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        Index(None, "state", "next_at"),
        Index(None, "occurrence_id", "reader_id"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    channel: Mapped[str]
    reader_id: Mapped[int | None] = mapped_column(
        ForeignKey("reader.id", ondelete="CASCADE"), index=True
    )
    subscription_id: Mapped[int | None] = mapped_column(
        ForeignKey("subscription.id", ondelete="CASCADE"), index=True
    )
    signup_id: Mapped[int | None] = mapped_column(
        ForeignKey("signup.id", ondelete="CASCADE"), index=True
    )
    occurrence_id: Mapped[int | None] = mapped_column(ForeignKey("occurrence.id"))
    time_rev: Mapped[int]
    offset: Mapped[str]
    due_at: Mapped[datetime]
    deadline: Mapped[datetime]
    state: Mapped[str]
    token: Mapped[str | None]
    next_at: Mapped[datetime]
    tries: Mapped[int]
    unanswered: Mapped[int]
    late: Mapped[bool]
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class AttemptRow(Row):
    """One try at sending a delivery, and what the relay said."""

    __tablename__ = "attempt"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    delivery_id: Mapped[int] = mapped_column(
        ForeignKey("delivery.id", ondelete="CASCADE"), index=True
    )
    at: Mapped[datetime]
    outcome: Mapped[str]
    reply: Mapped[str]
