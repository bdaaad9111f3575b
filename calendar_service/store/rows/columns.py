"""Column types and the declarative base that all rows share."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
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

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any]:
        """What a driver is given: SQLite's text is written here, as SQLAlchemy's own would be."""
        return _to_text if dialect.name == "sqlite" else _in_utc

    def result_processor(
        self, dialect: Dialect, _coltype: object
    ) -> Callable[[Any], datetime | None]:
        """The instant, aware UTC. Many rows say the same one, which is read once."""
        return _from_text if dialect.name == "sqlite" else _in_utc


def _in_utc(value: datetime | None) -> datetime | None:
    """Refuses a naive time: it would be read in whatever zone the machine has."""
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError(f"naive time {value} for the store")
    return value.astimezone(UTC)


def _to_text(value: datetime | None) -> str | None:
    utc = _in_utc(value)
    return utc.replace(tzinfo=None).isoformat(" ", "microseconds") if utc else None


@lru_cache(maxsize=4096)
def _from_text(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value).replace(tzinfo=UTC) if value else None


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
