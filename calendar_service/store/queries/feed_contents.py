"""What feeds are read from: their pieces, joined by the database, a month at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    LargeBinary,
    Select,
    Subquery,
    cast,
    func,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from calendar_service.domain.feeds import CUSTOM, Cancelled
from calendar_service.store.bulk import among, dialect_of, these
from calendar_service.store.rows import FeedMonthRow, FeedPieceRow

AFTER_ALL = "~"
"""Sorts after whatever follows a month in the position of a piece."""


@dataclass(frozen=True, slots=True)
class FeedContent:
    """Events of a feed as bytes, in their order, and the TZIDs that they refer to.

    The bytes are in parts, so that large ones are joined once, with all that goes around them.
    """

    parts: tuple[bytes, ...]
    zones: frozenset[str]

    @property
    def octets(self) -> int:
        """How many there are."""
        return sum(map(len, self.parts))


@dataclass(frozen=True, slots=True)
class FeedMonth:
    """What a month holds of a feed, and the name that it has until that is anything else."""

    name: str
    shown: FeedContent


Months = Mapping[str, FeedMonth]
"""The months of a feed, by their first seven letters (`2026-07`), in their order."""


def read_content(
    session: Session, slug: str, language: str, cancelled: Cancelled = Cancelled.MARK
) -> FeedContent:
    """A feed's content in a language."""
    return joined(read_months(session, slug, language, cancelled, {}))


def read_months(
    session: Session, slug: str, language: str, cancelled: Cancelled, known: Months
) -> Months:
    """The same by its months; those that are known by their present name are not read again.

    So one change in ten thousand events costs a month of them.
    """
    names = session.connection().execute(
        select(FeedMonthRow.month, FeedMonthRow.name)
        .where(FeedMonthRow.feed_slug == slug)
        .order_by(FeedMonthRow.month)
    )
    months = {}
    for month, name in names.all():
        kept = known.get(month)
        if kept is None or kept.name != name:
            inside = _in_month(_pieces(slug, language, cancelled), month)
            kept = FeedMonth(name, _read(session, inside))
        months[month] = kept
    return months


def joined(months: Months) -> FeedContent:
    """All months as one."""
    shown = [month.shown for month in months.values()]
    zones: frozenset[str] = frozenset().union(*(one.zones for one in shown))
    return FeedContent(tuple(part for one in shown for part in one.parts), zones)


def content_of_events(
    session: Session, language: str, cancelled: Cancelled, events: Collection[int]
) -> FeedContent:
    """Some events alone, whatever the feeds."""
    chosen = among(dialect_of(session), FeedPieceRow.event_id.expression)
    pieces = _pieces(CUSTOM, language, cancelled).where(chosen)
    return _read(session, pieces, these(session, events))


def _read(
    session: Session, pieces: Select[bytes, str, str], values: Mapping[str, object] | None = None
) -> FeedContent:
    """The database joins them: fetching each would take longer than all else that a feed takes."""
    connection = session.connection()
    statement = _JOINED[connection.dialect.name](pieces.subquery())
    content, zones = connection.execute(statement, values).one()
    return FeedContent((content,) if content else (), _named((zones or "").split(",")))


def _in_month(pieces: Select[bytes, str, str], month: str) -> Select[bytes, str, str]:
    position = FeedPieceRow.position
    return pieces.where(position >= month, position < month + AFTER_ALL)


def _pieces(slug: str, language: str, cancelled: Cancelled) -> Select[bytes, str, str]:
    content: ColumnElement[bytes] = FeedPieceRow.content.expression
    if cancelled is Cancelled.STATUS:
        content = func.coalesce(FeedPieceRow.unmarked, content)
    if cancelled is Cancelled.HIDE:
        content = func.coalesce(FeedPieceRow.remaining, content)
    statement = (
        select(content.label("content"), FeedPieceRow.zones, FeedPieceRow.position)
        .where(FeedPieceRow.feed_slug == slug, FeedPieceRow.language == language)
        .order_by(FeedPieceRow.position)
    )
    if cancelled is Cancelled.HIDE:
        statement = statement.where(content != b"")
    return statement


def _joined_by_sqlite(pieces: Subquery) -> Select[bytes | None, str | None]:
    """All content, in the order that SQLite keeps where a result depends on it, and all zones."""
    content = func.group_concat(pieces.c.content, "")
    return select(cast(content, LargeBinary), func.group_concat(pieces.c.zones.distinct()))


def _joined_by_postgres(pieces: Subquery) -> Select[bytes | None, str | None]:
    in_order = aggregate_order_by(literal(b"", LargeBinary), pieces.c.position)
    content, zones = pieces.c.content, pieces.c.zones
    return select(func.string_agg(content, in_order), func.string_agg(zones.distinct(), ","))


_JOINED = {"sqlite": _joined_by_sqlite, "postgresql": _joined_by_postgres}


def _named(zones: Iterable[str]) -> frozenset[str]:
    return frozenset(zone for several in zones for zone in several.split())
