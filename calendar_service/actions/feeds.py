"""What calendar apps fetch: a feed's or an event's bytes with their validators."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from calendar_service.actions.kept_months import KeptMonths
from calendar_service.actions.rendering import let_feed_age, rendered_in
from calendar_service.actions.service import Service
from calendar_service.domain.events import Status
from calendar_service.domain.feeds import Cancelled, Feed
from calendar_service.domain.search import NAMES, Search
from calendar_service.domain.texts import page_of
from calendar_service.domain.when import InMonth
from calendar_service.errors import (
    CalendarError,
    EndedFeedError,
    UnavailableError,
    UndatedEventError,
    UnknownEventError,
    UnknownFeedError,
)
from calendar_service.ical.alarms import with_alarms
from calendar_service.ical.calendars import event_calendar, feed_calendar
from calendar_service.language.negotiation import lookup
from calendar_service.store.queries.events import day_before, find_event, readable_or_unknown
from calendar_service.store.queries.feed_contents import FeedContent
from calendar_service.store.queries.feed_states import bytes_named_by, has_ended
from calendar_service.store.queries.feeds import FINGERPRINT, FeedState, feed_state, find_feed
from calendar_service.store.queries.records import RENDERING_FACT, read_fact

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FeedWish:
    """How somebody wants a feed: the language, what does not take place, alarms, a selection.

    `alarms` are as `parse_alarm` writes them.
    """

    language: str | None = None
    cancelled: Cancelled = Cancelled.MARK
    alarms: tuple[str, ...] = ()
    search: Search | None = None

    @property
    def query(self) -> str:
        """What the address says besides the language; the same for wishes that are the same."""
        said: list[tuple[str, str]] = []
        if self.search:
            said += [(name, one) for name in NAMES for one in getattr(self.search, name)]
        if self.cancelled is not Cancelled.MARK:
            said.append(("cancelled", str(self.cancelled)))
        return urlencode([*said, *(("alarm", alarm) for alarm in self.alarms)])


AS_IT_IS = FeedWish()


@dataclass(frozen=True, slots=True)
class FeedEdition:
    """A state of a feed in one of its languages: what its bytes are, before they are made.

    `last_modified` is UTC in whole seconds; `fell_back` says that another language was asked for;
    `changes_at` is when time alone makes it another. `digest` is of the bytes of a selection, which
    may stay the same when others of all events have changed.
    """

    feed: Feed
    fingerprint: str
    last_modified: datetime
    language: str
    fell_back: bool
    wish: FeedWish
    changes_at: datetime | None
    digest: str = ""

    def is_over(self, now: datetime) -> bool:
        """Whether time alone has made it another."""
        return self.changes_at is not None and self.changes_at <= now

    @property
    def etag(self) -> str:
        """A strong entity tag, unquoted; each coding adds its own ending to it."""
        state = self.digest or bytes_named_by(self.fingerprint)
        parts = (state, self.language, str(self.fell_back), self.wish.query)
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Served:
    """Bytes to serve. `etag` is strong and unquoted, `last_modified` UTC in whole seconds."""

    content: bytes
    etag: str
    last_modified: datetime
    language: str


def feed_fingerprint(service: Service, slug: str) -> str:
    """The name of a feed's present state, by one indexed read.

    Raises UnknownFeedError, or EndedFeedError for one that is never to come back.
    """
    row = service.database.glance(FINGERPRINT, slug)
    if row is None:
        with service.database.read() as session:
            raise _missing(session, slug)
    return str(row[0])


def _missing(session: Session, slug: str) -> CalendarError:
    return EndedFeedError(slug) if has_ended(session, slug) else UnknownFeedError(slug)


def feed_edition(service: Service, slug: str, wish: FeedWish) -> FeedEdition:
    """A feed as wished, in its own language if the wished one is not offered.

    Raises UnknownFeedError.
    """
    edition = _present_edition(service, slug, wish)
    if not edition.is_over(service.clock.now()):
        return edition
    keep_up_to_date(service, slug)
    return _present_edition(service, slug, wish)


def keep_up_to_date(service: Service, slug: str) -> None:
    """Brings a feed up to the present time, if the store can be written; else it stays."""
    with service.database.read() as session:
        state = feed_state(session, slug)
    if state is None or state.changes_at is None or state.changes_at > service.clock.now():
        return
    try:
        let_feed_age(service, slug)
    except UnavailableError as error:
        _log.warning("feed %s stays as it was: %s", slug, error)


def serve_feed(
    service: Service, slug: str, wish: FeedWish = AS_IT_IS, kept: KeptMonths | None = None
) -> tuple[FeedEdition, bytes]:
    """A feed's edition with its bytes, both of one state; raises UnknownFeedError.

    What is `kept` of it is not read again.
    """
    kept = kept or KeptMonths()
    with service.database.read() as session:
        edition = _edition(session, slug, wish)
        content = kept.read(session, slug, edition.language, wish.cancelled)
    return edition, to_calendar(service, edition, content)


def to_calendar(service: Service, edition: FeedEdition, shown: FeedContent) -> bytes:
    """The bytes of an edition, which shows some events."""
    return feed_calendar(
        [with_alarms(part, edition.wish.alarms) for part in shown.parts],
        shown.zones,
        edition.feed,
        language=edition.language,
        fell_back=edition.fell_back,
        origin=service.settings.origin,
        query=edition.wish.query,
    )


def _present_edition(service: Service, slug: str, wish: FeedWish) -> FeedEdition:
    with service.database.read() as session:
        return _edition(session, slug, wish)


def _edition(session: Session, slug: str, wish: FeedWish) -> FeedEdition:
    state = find_feed(session, slug)
    if state is None:
        raise _missing(session, slug)
    return edition_of(state, wish)


def edition_of(state: FeedState, wish: FeedWish) -> FeedEdition:
    """A state of a feed as wished."""
    found = lookup(wish.language, state.feed.languages) if wish.language else None
    return FeedEdition(
        feed=state.feed,
        fingerprint=state.fingerprint,
        last_modified=state.last_modified,
        language=found or state.feed.language,
        fell_back=bool(wish.language) and found is None,
        wish=wish,
        changes_at=state.changes_at,
    )


def serve_event(service: Service, name: str, language: str | None) -> Served:
    """One event as a calendar of its own; one that has no day any more as it was to be.

    Raises UndatedEventError for one that never had a day, and UnknownEventError also for a draft
    and for what an older release has stored and this one cannot read.
    """
    with service.database.read() as session:
        row = find_event(session, name)
        if row is None or row.status == Status.DRAFT:
            raise UnknownEventError(name)
        revision = readable_or_unknown(row)
        before = day_before(session, row.id, revision.event)
        rendering = read_fact(session, RENDERING_FACT)
    event = revision.event
    found = lookup(language, tuple(event.title)) if language else None
    spoken = found or event.language
    if isinstance(event.when, InMonth) and before is None:
        raise UndatedEventError(page_of(event, spoken, service.settings.origin))
    rendered = event_calendar(
        revision,
        language=spoken,
        origin=service.settings.origin,
        year=rendered_in(rendering),
        fell_back=bool(language) and found is None,
        before=before,
    )
    if rendered.left_out:
        raise UnknownEventError(name)
    renewed = rendering.noted_at if rendering else revision.published_at
    etag = hashlib.sha256(rendered.content).hexdigest()[:32]
    last_modified = max(revision.published_at, renewed)
    return Served(rendered.content, etag, last_modified, spoken)
