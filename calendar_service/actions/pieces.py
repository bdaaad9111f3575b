"""Events as pieces of feeds: in which feeds, in which languages, and for how long."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from calendar_service.domain.events import Revision
from calendar_service.domain.feeds import Feed, Undated
from calendar_service.domain.when import InMonth, KnownWhen
from calendar_service.domain.windows import Window, window_of
from calendar_service.ical.calendars import LeftOut, render_for_feed
from calendar_service.ical.events import Piece
from calendar_service.store.queries.feeds import FeedPiece


def selecting(feeds: Iterable[Feed], revision: Revision) -> list[Feed]:
    """The feeds that an event is in."""
    return [feed for feed in feeds if feed.selection.matches(revision.event)]


def rendered(
    revision: Revision,
    feeds: Iterable[Feed],
    origin: str,
    now: datetime,
    *,
    before: KnownWhen | None = None,
) -> tuple[dict[str, Piece], LeftOut | None]:
    """An event in each language of the feeds that select it, or why it cannot be shown.

    `before` is when it was to be, of what has no day any more.
    """
    pieces: dict[str, Piece] = {}
    languages = {language for feed in selecting(feeds, revision) for language in feed.languages}
    for language in sorted(languages):
        made = render_for_feed(
            revision, language=language, origin=origin, year=now.year, before=before
        )
        if isinstance(made, LeftOut):
            return {}, made
        if made is not None:
            pieces[language] = made
    return pieces, None


def wanted(
    feeds: Iterable[Feed],
    revision: Revision,
    pieces: Mapping[str, Piece],
    now: datetime,
    *,
    before: KnownWhen | None = None,
) -> dict[tuple[str, str], FeedPiece]:
    """What is to stand in feeds of an event, by their slug and language.

    What does not take place and has no day any more stands where it was to be, for as long as if
    that were still its day.
    """
    if before is not None:
        revision = replace(revision, event=replace(revision.event, when=before))
    undated = isinstance(revision.event.when, InMonth)
    return {
        (feed.slug, language): piece
        for feed in selecting(feeds, revision)
        if not undated or feed.undated is Undated.FIRST_OF_MONTH
        for window in (window_of(feed, revision),)
        for language in feed.languages
        if language in pieces
        if (piece := _stored(pieces[language], window).at(now))
    }


def _stored(piece: Piece, window: Window) -> FeedPiece:
    (day, hour), uid = piece.order
    position, zones = f"{day}T{hour:%H%M%S} {uid}", tuple(sorted(piece.zones))
    return FeedPiece(position, zones, piece.content, piece.unmarked, piece.remaining, window)
