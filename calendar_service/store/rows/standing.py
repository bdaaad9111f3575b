"""What keeps mails welcome: what came back, who is never written to, and how often who may ask.

No address is here, only HMACs of them, so that what is known outlives the erasing of a reader.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Float, Index
from sqlalchemy.orm import Mapped, mapped_column

from calendar_service.store.rows.columns import Key, Row


class BounceRow(Row):
    """That a delivery came back, and how badly; one is counted once, however often it comes."""

    __tablename__ = "bounce"
    __table_args__ = (Index("ix_bounce_whose_at", "whose", "at"),)

    delivery_id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    whose: Mapped[str]
    weight: Mapped[str]
    status: Mapped[str]
    at: Mapped[datetime] = mapped_column(index=True)


class SuppressionRow(Row):
    """An address that nothing is sent to, by its HMAC, and why."""

    __tablename__ = "suppression"

    whose: Mapped[str] = mapped_column(primary_key=True)
    why: Mapped[str]
    status: Mapped[str]
    at: Mapped[datetime]


class BucketRow(Row):
    """How many tokens somebody had left at an instant; they come back with time."""

    __tablename__ = "bucket"

    name: Mapped[str] = mapped_column(primary_key=True)
    tokens: Mapped[float] = mapped_column(Float)
    at: Mapped[datetime] = mapped_column(index=True)
