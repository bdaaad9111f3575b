"""What calendar apps fetch: a feed's or an event's bytes with their validators."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from calendar_service.actions.rendering import let_feed_age
from calendar_service.actions.service import Service
from calendar_service.domain.events import Status
from calendar_service.domain.feeds import Cancelled, Feed
from calendar_service.errors import UnavailableError, UnknownEventError, UnknownFeedError
from calendar_service.ical.calendars import event_calendar, feed_calendar
from calendar_service.language.negotiation import lookup
from calendar_service.store.queries.events import find_event, to_revision
from calendar_service.store.queries.feeds import FINGERPRINT, find_feed, read_pieces
from calendar_service.store.queries.records import RENDERING_FACT, read_fact

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FeedWish:
    """How somebody wants a feed: a language, and what becomes of what does not take place."""

    language: str | None = None
    cancelled: Cancelled = Cancelled.MARK


AS_IT_IS = FeedWish()


@dataclass(frozen=True, slots=True)
class FeedEdition:
    """A state of a feed in one of its languages: what its bytes are, before they are made.

    `last_modified` is UTC in whole seconds; `fell_back` says that another language was asked for;
    `changes_at` is when time alone makes it another.
    """

    feed: Feed
    fingerprint: str
    last_modified: datetime
    language: str
    fell_back: bool
    cancelled: Cancelled
    changes_at: datetime | None

    def is_over(self, now: datetime) -> bool:
        """Whether time alone has made it another."""
        return self.changes_at is not None and self.changes_at <= now

    @property
    def etag(self) -> str:
        """A strong entity tag, unquoted; each coding adds its own ending to it."""
        parts = (self.fingerprint, self.language, str(self.fell_back), self.cancelled)
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Served:
    """Bytes to serve. `etag` is strong and unquoted, `last_modified` UTC in whole seconds."""

    content: bytes
    etag: str
    last_modified: datetime
    language: str


def feed_fingerprint(service: Service, slug: str) -> str:
    """The name of a feed's present state, by one indexed read; raises UnknownFeedError."""
    row = service.database.glance(FINGERPRINT, slug)
    if row is None:
        raise UnknownFeedError(slug)
    return str(row[0])


def feed_edition(service: Service, slug: str, wish: FeedWish) -> FeedEdition:
    """A feed as wished, in its own language if the wished one is not offered.

    Raises UnknownFeedError.
    """
    edition = _present_edition(service, slug, wish)
    if edition.is_over(service.clock.now()):
        try:
            let_feed_age(service, slug)
        except UnavailableError as error:
            _log.warning("feed %s stays as it was: %s", slug, error)
        edition = _present_edition(service, slug, wish)
    return edition


def serve_feed(service: Service, slug: str, wish: FeedWish = AS_IT_IS) -> tuple[FeedEdition, bytes]:
    """A feed's edition with its bytes, both of one state; raises UnknownFeedError."""
    with service.database.read() as session:
        edition = _edition(session, slug, wish)
        pieces = read_pieces(session, slug, edition.language, wish.cancelled)
    content = feed_calendar(
        [content for content, _ in pieces],
        {zone for zones in {zones for _, zones in pieces} for zone in zones.split()},
        edition.feed,
        language=edition.language,
        fell_back=edition.fell_back,
        origin=service.settings.origin,
    )
    return edition, content


def _present_edition(service: Service, slug: str, wish: FeedWish) -> FeedEdition:
    with service.database.read() as session:
        return _edition(session, slug, wish)


def _edition(session: Session, slug: str, wish: FeedWish) -> FeedEdition:
    state = find_feed(session, slug)
    if state is None:
        raise UnknownFeedError(slug)
    found = lookup(wish.language, state.feed.languages) if wish.language else None
    return FeedEdition(
        feed=state.feed,
        fingerprint=state.fingerprint,
        last_modified=state.last_modified,
        language=found or state.feed.language,
        fell_back=bool(wish.language) and found is None,
        cancelled=wish.cancelled,
        changes_at=state.changes_at,
    )


def serve_event(service: Service, name: str, language: str | None) -> Served:
    """One event as a calendar of its own.

    Raises UnknownEventError, also for a draft and for one whose day is not yet known.
    """
    with service.database.read() as session:
        row = find_event(session, name)
        if row is None or row.status == Status.DRAFT:
            raise UnknownEventError(name)
        revision = to_revision(row)
        rendering = read_fact(session, RENDERING_FACT)
    event = revision.event
    found = lookup(language, tuple(event.title)) if language else None
    spoken = found or event.language
    rendered = event_calendar(
        revision,
        language=spoken,
        origin=service.settings.origin,
        fell_back=bool(language) and found is None,
    )
    if rendered.left_out:
        raise UnknownEventError(name)
    renewed = rendering.noted_at if rendering else revision.published_at
    etag = hashlib.sha256(rendered.content).hexdigest()[:32]
    last_modified = max(revision.published_at, renewed)
    return Served(rendered.content, etag, last_modified, spoken)
