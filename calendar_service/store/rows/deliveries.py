"""The reminder ledger: when mails are owed, each mail owed, and each try at sending it."""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from calendar_service.store.rows.columns import Key, Row

_READY = "state = 'queued' AND not_before IS NULL"


def _where(condition: str) -> dict[str, Any]:
    """A condition for an index that holds those rows alone, on either database."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


class DueState(StrEnum):
    """A due row waits for its instant, then is fanned out to the readers it concerns."""

    PLANNED = "planned"
    DONE = "done"
    SUPERSEDED = "superseded"


class State(StrEnum):
    """Where a delivery stands; the first two are on the way, the others are final or wait."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    UNCONFIRMED = "unconfirmed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"
    HELD = "held"


class Kind(StrEnum):
    """What a mail is for."""

    REMINDER = "reminder"
    CONFIRMATION = "confirmation"
    NOTICE = "notice"
    ARRIVAL = "arrival"
    DIGEST = "digest"
    PREFERENCES = "preferences"


class Lane(IntEnum):
    """Which queue a mail waits in, so that a flood of one sort holds up no other."""

    DATED = 0
    ASKED_FOR = 1
    NEWS = 2
    CAN_WAIT = 3


class DueRow(Row):
    """An instant at which mails are owed.

    Reminders are owed for one occurrence at one offset; `zone` and `hour` are empty where the
    instant is the same for every reader. Notices and arrivals are owed for an event, and `time_rev`
    is the number of its revision. A digest is owed to those of a zone and an hour, `offset` says
    how often they want it. `cursor` is where the fan-out stands, in its own writing; it is empty
    before the first reader.
    """

    __tablename__ = "due"
    __table_args__ = (
        UniqueConstraint("occurrence_id", "kind", "offset", "zone", "hour", "time_rev"),
        Index(
            "uq_due_event_id",
            *("event_id", "kind", "time_rev"),
            unique=True,
            **_where("event_id IS NOT NULL"),
        ),
        Index(
            "uq_due_kind",
            *("kind", "offset", "zone", "hour", "instant"),
            unique=True,
            **_where("event_id IS NULL AND occurrence_id IS NULL"),
        ),
        Index(None, "state", "instant"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"))
    occurrence_id: Mapped[int | None] = mapped_column(ForeignKey("occurrence.id"))
    kind: Mapped[str]
    offset: Mapped[str]
    zone: Mapped[str]
    hour: Mapped[str]
    time_rev: Mapped[int]
    instant: Mapped[datetime]
    state: Mapped[str]
    cursor: Mapped[str] = mapped_column(server_default="")


class DeliveryRow(Row):
    """One mail owed to one reader.

    `key` says what is owed: the kind, the channel and what it is about. A reader is owed it once,
    and one without a reader (a confirmation) is unique by its key alone. `token` names the sender
    that has it, `due_at` is when it was owed, and `not_before` when it may next be tried, empty
    where that is now. `revision` is the state of its event that a mail told when it was last given
    to the relay's side; what a reader knows of the event is read from it.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        Index("uq_delivery_reader_id_key", "reader_id", "key", unique=True),
        Index("uq_delivery_key", "key", unique=True, **_where("reader_id IS NULL")),
        Index("ix_delivery_ready", "lane", "deadline", "id", **_where(_READY)),
        Index("ix_delivery_not_before", "not_before", **_where("not_before IS NOT NULL")),
        Index("ix_delivery_token", "token", **_where("token IS NOT NULL")),
        Index("ix_delivery_signup_id", "signup_id", **_where("signup_id IS NOT NULL")),
        Index("ix_delivery_held", "id", **_where("state = 'held'")),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    key: Mapped[str]
    kind: Mapped[str]
    lane: Mapped[int]
    reader_id: Mapped[int | None] = mapped_column(ForeignKey("reader.id", ondelete="CASCADE"))
    subscription_id: Mapped[int | None] = mapped_column(Key)
    signup_id: Mapped[int | None] = mapped_column(ForeignKey("signup.id", ondelete="CASCADE"))
    event_id: Mapped[int | None] = mapped_column(Key)
    occurrence_id: Mapped[int | None] = mapped_column(Key)
    time_rev: Mapped[int]
    offset: Mapped[str]
    due_at: Mapped[datetime]
    deadline: Mapped[datetime]
    state: Mapped[str]
    token: Mapped[str | None]
    not_before: Mapped[datetime | None]
    tries: Mapped[int]
    unanswered: Mapped[int]
    revision: Mapped[int | None]
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class AttemptRow(Row):
    """One try at sending a delivery, and what the relay said.

    `strike` says that the relay refused the reader's address itself.
    """

    __tablename__ = "attempt"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    delivery_id: Mapped[int] = mapped_column(
        ForeignKey("delivery.id", ondelete="CASCADE"), index=True
    )
    at: Mapped[datetime]
    outcome: Mapped[str]
    reply: Mapped[str]
    strike: Mapped[bool]


class SenderRow(Row):
    """A sender at work: who holds the deliveries with its token.

    `machine` is the var folder that its lock and its journal lie in. A sender says that it lives
    by writing `seen_at`.
    """

    __tablename__ = "sender"

    token: Mapped[str] = mapped_column(primary_key=True)
    machine: Mapped[str]
    process: Mapped[int]
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
