"""What other formats than iCalendar are written from: the events that a feed shows, as values."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from calendar_service.domain.events import Revision
from calendar_service.domain.feeds import Cancelled
from calendar_service.domain.when import When
from calendar_service.domain.when_documents import when_of
from calendar_service.store.queries.events import readable
from calendar_service.store.rows import EventRow, FeedPieceRow, RevisionRow

AT_ONCE = 500
"""Events that one statement asks for by their numbers."""


def shown_events(
    session: Session,
    slug: str,
    language: str,
    cancelled: Cancelled,
    *,
    among: Collection[int] | None = None,
    newest: int | None = None,
) -> list[tuple[int, Revision]]:
    """The events of which a feed shows something, with their numbers, by day.

    `among` leaves those alone, and `newest` as many as changed last, the last one first.
    """
    piece = FeedPieceRow
    statement = (
        select(piece.event_id, EventRow.published_at)
        .join(EventRow, EventRow.id == piece.event_id)
        .where(piece.feed_slug == slug, piece.language == language)
        .order_by(piece.position)
    )
    if cancelled is Cancelled.HIDE:
        statement = statement.where(piece.remaining.is_(None) | (piece.remaining != b""))
    found = [row for row in session.execute(statement) if among is None or row[0] in among]
    if newest is not None:
        found = sorted(found, key=lambda row: row[1], reverse=True)[:newest]
    return _revisions(session, [row[0] for row in found])


def times_before(session: Session, events: Mapping[int, Revision]) -> dict[int, tuple[When, ...]]:
    """The times that events had before, by their numbers, the oldest first."""
    changed = [number for number, revision in events.items() if revision.sequence]
    before: dict[int, list[When]] = {}
    for numbers in _some(changed):
        states = session.scalars(
            select(RevisionRow)
            .where(RevisionRow.event_id.in_(numbers))
            .order_by(RevisionRow.event_id, RevisionRow.sequence)
        )
        for state in states:
            before.setdefault(state.event_id, []).append(when_of(state.document))
    return {number: _others(whens) for number, whens in before.items()}


def _others(whens: list[When]) -> tuple[When, ...]:
    """All but the present one, each once."""
    return tuple(when for when in dict.fromkeys(whens) if when != whens[-1])


def _some(numbers: list[int]) -> Iterator[list[int]]:
    for begin in range(0, len(numbers), AT_ONCE):
        yield numbers[begin : begin + AT_ONCE]


def _revisions(session: Session, numbers: list[int]) -> list[tuple[int, Revision]]:
    found: dict[int, Revision] = {}
    for some in _some(numbers):
        rows = session.scalars(select(EventRow).where(EventRow.id.in_(some)))
        found.update((row.id, revision) for row, revision in readable(rows))
    return [(number, found[number]) for number in numbers if number in found]
