"""Keeps what feeds are read from: each event's bytes, made once per revision and language."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from calendar_service import __version__
from calendar_service.actions.pieces import rendered, selecting, wanted
from calendar_service.actions.planning import plan_event
from calendar_service.actions.saved_searches import note_finds
from calendar_service.actions.service import Service
from calendar_service.domain.events import Revision
from calendar_service.domain.feeds import CUSTOM, Feed, Selection
from calendar_service.domain.search import FOLDING
from calendar_service.errors import InvalidInputError
from calendar_service.ical.calendars import FORMAT, feed_heads
from calendar_service.ical.events import UnrenderableError
from calendar_service.language.catalogues import SOURCE, texts_digest, translator
from calendar_service.store.queries.events import (
    ONE_SECOND,
    day_before,
    event_rows,
    last_published,
    to_revision,
)
from calendar_service.store.queries.feed_states import write_touch, write_windows
from calendar_service.store.queries.feeds import (
    FeedPiece,
    all_feeds,
    let_time_pass,
    rendered_feeds,
    write_change,
    write_feed_row,
    write_membership,
    write_pieces,
)
from calendar_service.store.queries.records import (
    RENDERING_FACT,
    Fact,
    read_fact,
    write_fact,
)
from calendar_service.store.queries.searches import saved_searches
from calendar_service.store.rows import EventRow, FeedRow

_log = logging.getLogger(__name__)


class FeedChanges:
    """The feeds whose bytes a transaction changes: each is dated once, however much changed."""

    def __init__(self) -> None:
        self._causes: dict[str, list[str]] = {}
        self._touched: set[str] = set()

    def add(self, slug: str, cause: str) -> None:
        """Notes a change of a feed; `cause` tells it from any other."""
        self._causes.setdefault(slug, []).append(cause)

    def touch(self, slug: str) -> None:
        """Notes that what is known of a feed is old, though its bytes are the same."""
        self._touched.add(slug)

    def concern(self, slug: str) -> bool:
        """Whether a feed's bytes are among what changed."""
        return slug in self._causes

    def write(self, session: Session, *, now: datetime) -> None:
        """Raises the state of the feeds that changed; to be called last in the transaction."""
        for slug, causes in sorted(self._causes.items()):
            write_change(session, slug, "\n".join(causes), now=now)
        for slug in sorted(self._touched - self._causes.keys()):
            write_touch(session, slug)


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
    before = day_before(session, row.id, revision.event)
    pieces, left_out = rendered(revision, feeds, origin, now, before=before)
    if left_out:
        raise UnrenderableError(
            f"Event {revision.event.uid!r} cannot be published: {left_out.reason}."
        )
    row.left_out = None
    changes.touch(CUSTOM)  # there may be words now that nobody could look for before
    standing = wanted(feeds, revision, pieces, now, before=before)
    _place(session, row, revision, feeds, standing, changes, saved_searches(session), now=now)


def place_all(
    session: Session,
    changes: FeedChanges,
    *,
    origin: str,
    now: datetime,
) -> None:
    """Puts every event into its feeds anew, and looks whether their heads are others now.

    Reminders are planned of what a followed search finds that did not find it before.

    An event that cannot be shown, as older data may hold, is left out and logged.
    """
    custom = custom_feed(all_feeds(session))
    write_feed_row(session, custom, session.get(FeedRow, CUSTOM), now=now)
    feeds, saved = rendered_feeds(session), saved_searches(session)
    for feed in feeds:
        changes.touch(feed.slug)
        _note_heads(session, feed, changes, origin=origin, now=now)
    for row in event_rows(session):
        try:
            revision = to_revision(row)
        except InvalidInputError as error:
            _leave_out(session, row, str(error), changes)
            continue
        before = day_before(session, row.id, revision.event)
        pieces, left_out = rendered(revision, feeds, origin, now, before=before)
        row.left_out = left_out.reason if left_out else None
        if left_out:
            _log.error("event %s is left out of its feeds: %s", left_out.uid, left_out.reason)
        standing = wanted(feeds, revision, pieces, now, before=before)
        write_windows(session, row.id, standing)
        if _place(session, row, revision, feeds, standing, changes, saved, now=now):
            plan_event(session, row, revision.event, now=now)


def _place(
    session: Session,
    row: EventRow,
    revision: Revision,
    feeds: Collection[Feed],
    standing: Mapping[tuple[str, str], FeedPiece],
    changes: FeedChanges,
    saved: Sequence[str],
    *,
    now: datetime,
) -> bool:
    """Says where an event is; tells whether a search that is followed finds it anew."""
    slugs = [feed.slug for feed in selecting(feeds, revision) if feed.slug != CUSTOM]
    write_membership(session, row.id, slugs)
    is_found = note_finds(session, row, slugs, saved, now=now)
    for slug, cause in write_pieces(session, row.id, standing).items():
        changes.add(slug, cause)
    return is_found


def _note_heads(
    session: Session, feed: Feed, changes: FeedChanges, *, origin: str, now: datetime
) -> None:
    """A feed's definition changes its bytes where it changes what they begin with."""
    name, digest = f"heads of {feed.slug}", hashlib.sha256(feed_heads(feed, origin)).hexdigest()
    known = read_fact(session, name)
    if known is None or known.value != digest:
        changes.add(feed.slug, digest)
        write_fact(session, name, digest, now=now)


def _leave_out(session: Session, row: EventRow, reason: str, changes: FeedChanges) -> None:
    """Takes an event that cannot even be read out of every feed."""
    row.left_out = reason
    _log.error("event %s is left out of its feeds: %s", row.uid, reason)
    for slug, cause in write_pieces(session, row.id, {}).items():
        changes.add(slug, cause)


def custom_feed(feeds: Collection[Feed]) -> Feed:
    """What readers' own selections are taken from: everything, in each language of any feed."""
    languages = tuple(sorted({code for feed in feeds for code in feed.languages})) or (SOURCE,)
    titles = {code: translator(code).gettext("Selected events") for code in languages}
    everything = Selection(everything=True)
    return Feed(CUSTOM, titles, everything, languages, "slategray", position=0)


def origin_of_feeds(session: Session, service: Service) -> str:
    """The origin that the feeds are written with: the site's, whatever this process is told.

    An editor's shell without the site's settings would else put its own address into them.
    """
    known = read_fact(session, RENDERING_FACT)
    return known.value.rpartition(" ")[2] if known else service.settings.origin


def renew_rendering(session: Session, changes: FeedChanges, *, origin: str, now: datetime) -> bool:
    """Writes all feeds anew where another release, origin or year wrote what is stored.

    Those change whose bytes become others, and all of them with another format. Says whether it
    had anything to write.
    """
    known = read_fact(session, RENDERING_FACT)
    if known is not None and known.value == _rendering(known, origin, now):
        return False
    place_all(session, changes, origin=origin, now=now)
    if known is None or not known.value.startswith(f"{FORMAT} "):
        for feed in rendered_feeds(session):
            changes.add(feed.slug, FORMAT)
    dated = known.noted_at if known and not changes.concern(CUSTOM) else None
    noted = dated or rendered_after(session, last_published(session), now=now)
    write_fact(session, RENDERING_FACT, _rendering(known, origin, now), now=noted)
    return True


def renew_feeds(service: Service) -> None:
    """Makes sure that the stored feeds are what the site would write; quick where they are.

    For the site alone, whose settings say what its origin is.
    """
    origin = service.settings.origin
    with service.database.read() as session:
        known = read_fact(session, RENDERING_FACT)
        if known is not None and known.value == _rendering(known, origin, service.clock.now()):
            return
    with service.database.plan() as session:
        changes, now = FeedChanges(), service.clock.now()
        renew_rendering(session, changes, origin=origin, now=now)
        changes.write(session, now=now)


def rendered_after(session: Session, other: datetime | None, *, now: datetime) -> datetime:
    """Now, in whole seconds, but after another instant and after all was last written anew.

    So whoever compares dates alone sees each change of a single event's calendar.
    """
    known, second = read_fact(session, RENDERING_FACT), now.replace(microsecond=0)
    if known is None:
        return max(second, other or second)  # nobody has seen anything yet
    return max(second, *(one + ONE_SECOND for one in (known.noted_at, other) if one))


def let_feed_age(service: Service, slug: str) -> None:
    """Brings a feed up to the present time, in which it changes by itself."""
    with service.database.plan() as session:
        now = service.clock.now()
        if cause := let_time_pass(session, slug, now=now):
            write_change(session, slug, cause, now=now)


def rendered_in(known: Fact | None) -> int:
    """The year from which series are expanded in what is stored; it never goes back."""
    *_, year, _ = ["", "", *(known.value if known else "").split()]
    return int(year) if year.isdecimal() else 0


def _rendering(known: Fact | None, origin: str, now: datetime) -> str:
    """Everything but the events and the feeds' definitions that the bytes depend on.

    And what followed searches find.
    """
    year = max(rendered_in(known), now.year)
    return f"{FORMAT} {__version__} {texts_digest()} {FOLDING} {year} {origin}"
