"""Column types and the declarative base that all rows share."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, MetaData, Text, TypeDecorator
from sqlalchemy.orm import DeclarativeBase

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

Key = BigInteger().with_variant(Integer(), "sqlite")
"""A row's number; SQLite gives numbers of its own only to a plain INTEGER."""


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant. SQLite keeps it as text that sorts, without the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuses a naive time: it would be read in whatever zone the machine has."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive time {value} for the store")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, _: Dialect) -> datetime | None:
        """The instant, aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class JsonText(TypeDecorator[dict[str, object]]):
    """A document as JSON text in one canonical form, so that equal documents are equal text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: dict[str, object] | None, _: Dialect) -> str | None:
        """Canonical JSON: sorted keys, no blanks, real letters."""
        if value is None:
            return None
        return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    def process_result_value(self, value: str | None, _: Dialect) -> dict[str, object] | None:
        """The document."""
        return None if value is None else json.loads(value)


class Row(DeclarativeBase):
    """The base of all rows."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: Instant,
        dict[str, object]: JsonText,
        int: Integer,
        str: Text,
    }
