"""Keeps what feeds are read from: each event's bytes, made once per revision and language."""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from calendar_service import __version__
from calendar_service.actions.service import Service
from calendar_service.domain.events import Revision
from calendar_service.domain.feeds import CUSTOM, Feed, Selection, Undated, write_feed
from calendar_service.domain.when import InMonth
from calendar_service.domain.windows import Window, window_of
from calendar_service.errors import InvalidInputError
from calendar_service.ical.calendars import FORMAT, LeftOut, render_for_feed
from calendar_service.ical.events import Piece, UnrenderableError
from calendar_service.language.catalogues import LANGUAGES, translator
from calendar_service.store.queries.events import event_rows, to_revision
from calendar_service.store.queries.feeds import (
    FeedPiece,
    let_time_pass,
    rendered_feeds,
    write_change,
    write_feed_row,
    write_membership,
    write_pieces,
)
from calendar_service.store.queries.records import RENDERING_FACT, read_fact, write_fact
from calendar_service.store.rows import EventRow, FeedRow

_log = logging.getLogger(__name__)


class FeedChanges:
    """The feeds whose bytes a transaction changes: each is dated once, however much changed."""

    def __init__(self) -> None:
        self._causes: dict[str, list[str]] = {}

    def add(self, slug: str, cause: str) -> None:
        """Notes a change of a feed; `cause` tells it from any other."""
        self._causes.setdefault(slug, []).append(cause)

    def write(self, session: Session, *, now: datetime) -> None:
        """Raises the state of the feeds that changed; to be called last in the transaction."""
        for slug, causes in sorted(self._causes.items()):
            write_change(session, slug, "\n".join(causes), now=now)


def place_event(
    session: Session,
    row: EventRow,
    revision: Revision,
    changes: FeedChanges,
    *,
    origin: str,
    now: datetime,
) -> None:
    """Puts an event into the feeds that select it, and takes it out of the others.

    Raises UnrenderableError for an event that could not be shown there.
    """
    feeds = rendered_feeds(session)
    pieces, left_out = _rendered(revision, _selecting(feeds, revision), origin)
    if left_out:
        raise UnrenderableError(
            f"Event {revision.event.uid!r} cannot be published: {left_out.reason}."
        )
    row.left_out = None
    _place(session, row, revision, feeds, pieces, changes, now=now)


def place_all(
    session: Session,
    changes: FeedChanges,
    *,
    origin: str,
    redefined: Collection[str],
    now: datetime,
) -> None:
    """Puts every event into its feeds anew; of the `redefined` feeds the heads changed too.

    An event that cannot be shown, as older data may hold, is left out and logged.
    """
    feeds = rendered_feeds(session)
    for feed in feeds:
        if feed.slug in redefined:
            changes.add(feed.slug, json.dumps(write_feed(feed), sort_keys=True))
    for row in event_rows(session):
        try:
            revision = to_revision(row)
        except InvalidInputError as error:
            _leave_out(session, row, str(error), changes)
            continue
        pieces, left_out = _rendered(revision, _selecting(feeds, revision), origin)
        row.left_out = left_out.reason if left_out else None
        if left_out:
            _log.error("event %s is left out of its feeds: %s", left_out.uid, left_out.reason)
        _place(session, row, revision, feeds, pieces, changes, now=now)


def _leave_out(session: Session, row: EventRow, reason: str, changes: FeedChanges) -> None:
    """Takes an event that cannot even be read out of every feed."""
    row.left_out = reason
    _log.error("event %s is left out of its feeds: %s", row.uid, reason)
    for slug, cause in write_pieces(session, row.id, {}).items():
        changes.add(slug, cause)


def custom_feed() -> Feed:
    """What readers' own selections are taken from: everything, in each of the site's languages."""
    titles = {code: translator(code).gettext("Selected events") for code in LANGUAGES}
    everything = Selection(everything=True)
    return Feed(CUSTOM, titles, everything, tuple(LANGUAGES), "slategray", position=0)


def origin_of_feeds(session: Session, service: Service) -> str:
    """The origin that the feeds are written with: the site's, whatever this process is told.

    An editor's shell without the site's settings would else put its own address into them.
    """
    known = read_fact(session, RENDERING_FACT)
    return known.value.rpartition(" ")[2] if known else service.settings.origin


def renew_rendering(session: Session, changes: FeedChanges, *, origin: str, now: datetime) -> None:
    """Writes all feeds anew where another release, or another origin, wrote what is stored."""
    if _is_current(session, origin):
        return
    custom = session.get(FeedRow, CUSTOM)
    write_feed_row(session, custom_feed(), custom, now=now)
    feeds = [feed.slug for feed in rendered_feeds(session)]
    place_all(session, changes, origin=origin, redefined=feeds, now=now)
    for slug in feeds:
        changes.add(slug, _rendering(origin))
    write_fact(session, RENDERING_FACT, _rendering(origin), now=now.replace(microsecond=0))


def renew_feeds(service: Service) -> None:
    """Makes sure that the stored feeds are what the site would write; quick where they are.

    For the site alone, whose settings say what its origin is.
    """
    origin = service.settings.origin
    with service.database.read() as session:
        if _is_current(session, origin):
            return
    with service.database.plan() as session:
        changes, now = FeedChanges(), service.clock.now()
        renew_rendering(session, changes, origin=origin, now=now)
        changes.write(session, now=now)


def let_feed_age(service: Service, slug: str) -> None:
    """Brings a feed up to the present time, in which it changes by itself."""
    with service.database.plan() as session:
        now = service.clock.now()
        if cause := let_time_pass(session, slug, now=now):
            write_change(session, slug, cause, now=now)


def _is_current(session: Session, origin: str) -> bool:
    known = read_fact(session, RENDERING_FACT)
    return known is not None and known.value == _rendering(origin)


def _rendering(origin: str) -> str:
    """Everything but the events and the feeds' definitions that the bytes depend on."""
    return f"{FORMAT} {__version__} {origin}"


def _selecting(feeds: Iterable[Feed], revision: Revision) -> list[Feed]:
    return [feed for feed in feeds if feed.selection.matches(revision.event)]


def _rendered(
    revision: Revision, feeds: Iterable[Feed], origin: str
) -> tuple[dict[str, Piece], LeftOut | None]:
    """An event in each language that these feeds offer, or why it cannot be shown."""
    pieces: dict[str, Piece] = {}
    for language in sorted({language for feed in feeds for language in feed.languages}):
        made = render_for_feed(revision, language=language, origin=origin)
        if isinstance(made, LeftOut):
            return {}, made
        if made is not None:
            pieces[language] = made
    return pieces, None


def _place(
    session: Session,
    row: EventRow,
    revision: Revision,
    feeds: Iterable[Feed],
    pieces: dict[str, Piece],
    changes: FeedChanges,
    *,
    now: datetime,
) -> None:
    selecting = _selecting(feeds, revision)
    write_membership(session, row.id, [one.slug for one in selecting if one.slug != CUSTOM])
    undated = isinstance(revision.event.when, InMonth)
    wanted = {
        (feed.slug, language): piece
        for feed in selecting
        if not undated or feed.undated is Undated.FIRST_OF_MONTH
        for language in feed.languages
        if language in pieces
        if (piece := _stored(pieces[language], window_of(feed, revision)).at(now))
    }
    for slug, cause in write_pieces(session, row.id, wanted).items():
        changes.add(slug, cause)


def _stored(piece: Piece, window: Window) -> FeedPiece:
    (day, hour), uid = piece.order
    position, zones = f"{day}T{hour:%H%M%S} {uid}", tuple(sorted(piece.zones))
    return FeedPiece(position, zones, piece.content, piece.unmarked, piece.remaining, window)
