"""What processes keep of a feed goes stale, though its bytes are as they were."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from calendar_service.store.queries.feeds import FeedPiece, next_change, to_piece
from calendar_service.store.rows import FeedPieceRow, FeedRow


def bytes_named_by(fingerprint: str) -> str:
    """The part of a feed's fingerprint that names its bytes; what follows is of the rest."""
    return fingerprint.partition(".")[0]


def has_ended(session: Session, slug: str) -> bool:
    """Whether there was a feed of this slug that is never to come back."""
    row = session.get(FeedRow, slug)
    return row is not None and bool(row.document.get("ended"))


def write_touch(session: Session, slug: str) -> None:
    """Notes that a feed is to be looked at anew: when time changes it, what can be looked for.

    Its bytes are the same, so Last-Modified stays, and of the fingerprint what names the bytes.
    """
    row = session.get_one(FeedRow, slug)
    row.changes_at = next_change(session, slug)
    named, _, times = row.fingerprint.partition(".")
    row.fingerprint = f"{named}.{int(times or 0) + 1}"


def write_windows(
    session: Session, event_id: int, pieces: Mapping[tuple[str, str], FeedPiece]
) -> None:
    """Gives what stands in feeds as it is to stand its new windows, which are in no byte."""
    for row in session.scalars(select(FeedPieceRow).where(FeedPieceRow.event_id == event_id)):
        there, wanted = to_piece(row), pieces.get((row.feed_slug, row.language))
        if wanted and wanted != there and replace(wanted, window=there.window) == there:
            row.until, row.marked_until = wanted.window.until, wanted.window.marked_until
    session.flush()
